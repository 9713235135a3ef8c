package store

import (
	"embed"
	"io"
	"io/fs"
	"strings"
)

// Both databases share one set of migrations, written for SQLite. Each backend lists the few terms
// that it replaces.

//go:embed migrations/*.sql
var migrations embed.FS

// dialectFS returns the migrations with the terms of a backend replaced.
func dialectFS(words []string) fs.FS {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the name is a constant
	}
	return translated{dir, strings.NewReplacer(words...)}
}

// translated is a file system whose files have their terms replaced.
type translated struct {
	fs.FS
	words *strings.Replacer
}

// Open returns a directory unchanged and a file with its terms replaced.
func (t translated) Open(name string) (fs.File, error) {
	f, err := t.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return translatedFile{f, strings.NewReader(t.words.Replace(string(raw)))}, nil
}

type translatedFile struct {
	fs.File
	text io.Reader
}

func (f translatedFile) Read(p []byte) (int, error) { return f.text.Read(p) }
