package e2e

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"shiming/app"
	"shiming/config"
	"shiming/e2e/harness"
	"shiming/store/keyset"
)

// TestKeysetFile checks that the bot refuses to start with a key file that is missing, readable by others, damaged or
// of another database. The message names the file and the remedy, and the database stays unchanged.
func TestKeysetFile(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	path, onSQLite := strings.CutPrefix(h.Values["store.dsn"], "sqlite:")
	if !onSQLite {
		t.Skip("on PostgreSQL a missing file is refused in any case")
	}
	p := h.Hire()
	p.ToForm()
	h.StopBot()
	keys := h.Values["security.keyset_file"]
	good, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other.json")
	if err := keyset.Write(other, keyset.New()); err != nil {
		t.Fatal(err)
	}
	foreign, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		content []byte // nil = no file
		mode    os.FileMode
		says    []string
	}{
		"missing":             {nil, 0, []string{"is missing", path, "restore your copy"}},
		"open to others":      {good, 0o640, []string{"others may read it", "chmod 600"}},
		"of another database": {foreign, 0o600, []string{"not the one", path, "restore the copy"}},
		"cut off":             {good[:len(good)/2], 0o600, []string{"cut off or damaged", "restore your copy"}},
		"cut off inside": {[]byte(strings.Replace(string(good), `"keyData"`, `"keyDat"`, 1)), 0o600,
			[]string{"damaged", "restore your copy"}},
		"empty":              {[]byte{}, 0o600, []string{"cut off or damaged", "restore your copy"}},
		"of a later version": {[]byte(`{"version": 7}`), 0o600, []string{"version 7", "newer"}},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && name == "open to others" {
				t.Skip("no such modes")
			}
			if err := os.Remove(keys); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if c.content != nil {
				if err := os.WriteFile(keys, c.content, c.mode); err != nil {
					t.Fatal(err)
				}
			}
			cfg, err := config.FromValues(h.Values)
			if err != nil {
				t.Fatal(err)
			}
			app, err := app.New(h.Ctx, cfg, app.Options{Log: h.Logger()})
			if err == nil {
				app.Close()
				t.Fatal("got a bot that starts, want a refusal")
			}
			for _, words := range append(c.says, "security.keyset_file", keys) {
				if !strings.Contains(err.Error(), words) {
					t.Errorf("got %q, want %q in it", err, words)
				}
			}
			left, err := os.ReadFile(keys)
			if c.content == nil && err == nil || c.content != nil && string(left) != string(c.content) {
				t.Error("got a changed file, want it untouched")
			}
		})
	}
	if err := os.WriteFile(keys, good, 0o600); err != nil { // WriteFile keeps the mode of an existing file
		t.Fatal(err)
	}
	if err := os.Chmod(keys, 0o600); err != nil {
		t.Fatal(err)
	}
	h.StartBot()
	submitForm(p)
}
