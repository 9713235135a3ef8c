// Package storetest gives tests SQLite databases of the present version. The migrations take longer than most tests, so
// they run once a process, and each database is a copy of the first one.
package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"shiming/store"
	"shiming/store/keyset"
)

// first is the database that is copied, as a file and with its keyset.
type first struct {
	file []byte
	keys *keyset.Keyset
}

var migrated = sync.OnceValues(migrate)

// migrate opens an empty database and reads its file.
func migrate() (first, error) {
	dir, err := os.MkdirTemp("", "storetest")
	if err != nil {
		return first{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path, keys := filepath.Join(dir, "bot.db"), keyset.New()
	s, err := store.Open(context.Background(), store.Config{DSN: "sqlite:" + path, Sync: "normal", Keyset: keys})
	if err != nil {
		return first{}, err
	}
	if err := s.Close(); err != nil { // moves everything into the one file
		return first{}, err
	}
	file, err := os.ReadFile(path)
	return first{file, keys}, err
}

// Write writes an empty database to path and returns its keyset, which is the same for all databases of the process.
func Write(t testing.TB, path string) *keyset.Keyset {
	t.Helper()
	from, err := migrated()
	if err == nil {
		err = os.WriteFile(path, from.file, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return from.keys
}
