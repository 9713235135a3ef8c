package docs

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shiming/e2e/files"
)

// TestDependencyPagesListEveryModule checks that both pages have a row with the licence for each direct dependency of
// go.mod.
func TestDependencyPagesListEveryModule(t *testing.T) {
	want := map[string]string{}
	for path, dir := range modules(t) {
		want[path] = "?"
		if dir != "" {
			want[path] = licence(t, dir)
		}
	}
	if len(want) < 25 {
		t.Fatalf("got %v, want all modules of go.mod", want)
	}
	for _, name := range pair("docs/dependencies.md") {
		t.Run(name, func(t *testing.T) {
			got := map[string]string{}
			for _, row := range rows(section(t, files.Read(t, name), 2)) {
				if path, ok := onlyCode(row[0]); ok {
					got[path] = row[2]
				}
			}
			for path, licence := range want {
				if got[path] == "" || got[path] != licence && licence != "?" {
					t.Errorf("%s: got %q, want %q", path, got[path], licence)
				}
			}
			for path := range got {
				if want[path] == "" {
					t.Errorf("got a row for %s, want none: go.mod does not require it directly", path)
				}
			}
		})
	}
}

// modules returns the directories of the direct dependencies of go.mod, "" for a module that was not downloaded.
func modules(t *testing.T) map[string]string {
	t.Helper()
	arguments := []string{"list", "-m", "-json"}
	required := regexp.MustCompile(`(?m)^\t(\S+) v\S+$`) // indirect requirements have a comment after the version
	for _, m := range required.FindAllStringSubmatch(files.Read(t, "go.mod"), -1) {
		arguments = append(arguments, m[1])
	}
	command := exec.CommandContext(t.Context(), "go", arguments...)
	command.Dir = files.Path(t, "")
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	dirs := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var m struct{ Path, Dir string }
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			return dirs
		} else if err != nil {
			t.Fatal(err)
		}
		dirs[m.Path] = m.Dir
	}
}

// licence recognises a module's licence by its text.
func licence(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(entries, func(e os.DirEntry) bool {
		name := strings.ToLower(e.Name())
		return strings.HasPrefix(name, "licen") || strings.HasPrefix(name, "copying")
	})
	if i < 0 {
		t.Fatalf("got no licence in %s, want one", filepath.Base(dir))
	}
	raw, err := os.ReadFile(filepath.Join(dir, entries[i].Name()))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(raw)), " ")
	for _, known := range []struct{ words, name string }{
		{"Mozilla Public License", "MPL-2.0"},
		{"Apache License", "Apache-2.0"},
		{"Permission is hereby granted, free of charge", "MIT"},
		{"Neither the name", "BSD-3-Clause"},
		{"Permission to use, copy, modify, and distribute this software", "ISC"},
	} {
		if strings.Contains(text, known.words) {
			return known.name
		}
	}
	return "unknown"
}
