// Package files reads files of this repository from tests of any package. It imports nothing of ours, so that the
// tests of every package may use it.
package files

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// WriteTemp writes a file into a temporary directory of the test and returns its path.
func WriteTemp(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Path returns the path of a file that is named from the root of the repository.
func Path(t testing.TB, path string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, path)
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above this test")
		}
		dir = up
	}
}

// Read returns the text of a file of the repository.
func Read(t testing.TB, path string) string {
	t.Helper()
	raw, err := os.ReadFile(Path(t, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// Glob returns the files that match a pattern. Pattern and results are relative to the root of the repository.
func Glob(t testing.TB, pattern string) (names []string) {
	t.Helper()
	root := Path(t, "")
	found, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		name, err := filepath.Rel(root, f)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, filepath.ToSlash(name))
	}
	return names
}

// Between returns the text between two markers of a page.
func Between(t testing.TB, text, begin, end string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, begin)
	inner, _, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("no %s … %s", begin, end)
	}
	return inner
}
