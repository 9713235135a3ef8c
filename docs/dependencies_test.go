package docs

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shiming/e2e/files"
)

// TestDependencyPagesListEveryModule: both pages have a row for each module that go.mod requires directly, with its licence.
func TestDependencyPagesListEveryModule(t *testing.T) {
	want := map[string]string{}
	for path, dir := range modules(t) {
		want[path] = licence(t, dir)
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
				if got[path] != licence {
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

// modules are the directories of the modules that go.mod requires directly.
func modules(t *testing.T) map[string]string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-m", "-json", "all")
	command.Dir = files.Path(t, "")
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	dirs := map[string]string{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var m struct {
			Path, Dir      string
			Main, Indirect bool
		}
		if err := d.Decode(&m); err == io.EOF {
			return dirs
		} else if err != nil {
			t.Fatal(err)
		}
		if !m.Main && !m.Indirect {
			dirs[m.Path] = m.Dir
		}
	}
}

// licence recognises the licence of a module by its words.
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
	} {
		if strings.Contains(text, known.words) {
			return known.name
		}
	}
	return "unknown"
}
