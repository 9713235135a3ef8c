package store

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// The migrations take longer than most tests, so they run once on each database, and the tests begin with copies.

// templateKeys is the keyset of all copies.
var templateKeys = keyset.New()

func newSQLite(_ testing.TB, dir string) string {
	return "sqlite:" + filepath.Join(dir, "data", "bot.db")
}

var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "bot.db")
	s, err := Open(context.Background(), Config{DSN: "sqlite:" + path, Sync: "normal", Keyset: templateKeys})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil { // moves everything into the one file
		return nil, err
	}
	return os.ReadFile(path)
})

func migratedSQLite(t testing.TB, dir string) string {
	t.Helper()
	file, err := sqliteTemplate()
	must(t, err)
	path := filepath.Join(dir, "data", "bot.db")
	must(t, os.Mkdir(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, file, 0o600))
	return "sqlite:" + path
}

var postgresTemplate = pgtest.Template{Prepare: func(ctx context.Context, dsn string) error {
	s, err := Open(ctx, Config{DSN: dsn, Sync: "normal", Keyset: templateKeys})
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // the copies are checked
	// The copies live elsewhere.
	_, err = s.backend.write.ExecContext(ctx, `DELETE FROM settings WHERE key = $1`, locationMark)
	return err
}}
