package store

import (
	"embed"
	"io"
	"io/fs"
	"strings"
)

// There is one set of migrations. Few words differ between the databases; the files are
// written in SQLite's, and an engine names its own in pairs.

//go:embed migrations/*.sql
var migrations embed.FS

// dialectFS gives the migrations in the words of an engine.
func dialectFS(words []string) fs.FS {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the name is a constant
	}
	return translated{dir, strings.NewReplacer(words...)}
}

type translated struct {
	fs.FS
	words *strings.Replacer
}

// Open opens a directory as it is and a file translated.
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
