package keyset

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys", "keyset.json")
	k := New()
	if _, err := Load(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v, want %v", err, fs.ErrNotExist)
	}
	must(t, Write(path, k))
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	before, err := os.ReadFile(path)
	must(t, err)
	if err := Write(path, New()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("overwriting: %v, want %v", err, fs.ErrExist)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the refused write changed the file")
	}
	got, err := Load(path)
	must(t, err)
	if !bytes.Equal(got.MAC("p", "x"), k.MAC("p", "x")) {
		t.Error("the keys came back changed")
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660} {
		must(t, os.Chmod(path, mode))
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
	if _, err := Load(dir); err == nil {
		t.Error("a directory was read as keyset")
	}
	for name, raw := range map[string]string{
		"empty":        "",
		"not json":     "hello",
		"version":      strings.Replace(string(before), `"version": 3`, `"version": 4`, 1),
		"older form":   strings.Replace(string(before), `"version": 3`, `"version": 2`, 1),
		"no seeds":     strings.Replace(string(before), `"signing"`, `"signed"`, 1),
		"no hashing":   strings.Replace(string(before), `"hash"`, `"hashed"`, 1),
		"no keys, v1":  `{"version":1}`,
		"no keys":      `{"version":2,"keys":{"epochs":[]}}`,
		"cut off":      string(before[:len(before)/2]),
		"sets swapped": swapKeySets(t, before),
	} {
		t.Run(name, func(t *testing.T) {
			bad := filepath.Join(dir, "bad")
			must(t, os.WriteFile(bad, []byte(raw), 0o600))
			if _, err := Load(bad); err == nil {
				t.Errorf("%s: accepted, want an error", name)
			}
		})
	}
	shown := fmt.Sprintf("%v %+v %#v %s", k, k, k, k)
	raw, _ := json.Marshal(k)
	if strings.Contains(shown+string(raw), "value") || strings.Contains(shown, "0x") {
		t.Errorf("a keyset shows itself: %s %s", shown, raw)
	}
}

// swapKeySets swaps the sets of an epoch in a keyset file.
func swapKeySets(t *testing.T, raw []byte) string {
	var f fileFormat
	must(t, json.Unmarshal(raw, &f))
	e := &f.Keys.Epochs[0]
	e.Seal, e.Index = e.Index, e.Seal
	out, err := json.Marshal(f)
	must(t, err)
	return string(out)
}

func FuzzDecode(f *testing.F) {
	good, err := New().encode(nil)
	must(f, err)
	f.Add(good)
	f.Add([]byte(`{"version":1,"aead":{"key":[]},"prf":null}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		k, _, err := decode(raw, nil)
		if (k == nil) == (err == nil) {
			t.Errorf("keyset %v, error %v", k, err)
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
