package store

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"shiming/flows"
	"shiming/store/keyset"
)

func TestSecondOpenIsRefused(t *testing.T) {
	onDatabase(t, "sqlite", func(t *testing.T, ts *testStore) {
		if _, err := Open(t.Context(), ts.cfg); !errors.Is(err, ErrLocked) {
			t.Fatalf("second open: %v, want %v", err, ErrLocked)
		}
		must(t, ts.Close())
		mustOpen(t, ts.cfg)
	})
}

func TestReopenKeepsData(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ts.insert(t, newCase("c1", "ou_1"))
		must(t, ts.Ready(t.Context()))
		must(t, ts.Close())
		if ts.Ready(t.Context()) == nil {
			t.Error("ready after close")
		}
		ts.Store = mustOpen(t, ts.cfg)
		ts.view(t, func(v flows.View) error {
			_, err := v.Case(t.Context(), "c1")
			return err
		})
	})
}

func TestFilesArePrivate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ts := &testStore{Store: mustOpen(t, Config{DSN: newSQLite(t, dir), Keyset: keyset.New()})}
	ts.insert(t, newCase("c1", "ou_1"))
	must(t, filepath.WalkDir(filepath.Join(dir, "data"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v, want no access for others", path, info.Mode())
		}
		return err
	}))
}

func TestUnsupportedDSN(t *testing.T) {
	for _, dsn := range []string{"", "bot.db", "mysql://user:secret@host/db", "sqlite:", "sqlite::memory:"} {
		_, err := Open(t.Context(), Config{DSN: dsn, Keyset: keyset.New()})
		if !errors.Is(err, ErrUnsupportedDSN) {
			t.Errorf("%q: %v, want %v", dsn, err, ErrUnsupportedDSN)
		} else if bytes.Contains([]byte(err.Error()), []byte("secret")) {
			t.Errorf("%q: the error shows the password", dsn)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "x.db")
	for name, cfg := range map[string]Config{
		"no keyset":  {DSN: dsn},
		"sync":       {DSN: dsn, Keyset: keyset.New(), Sync: "off"},
		"no workers": {DSN: dsn, Keyset: keyset.New(), Workers: map[string]int{"ocr": 0}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Open(t.Context(), cfg); err == nil {
				t.Errorf("%s: opened, want an error", name)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(dsn), "x.db")); err == nil {
		t.Error("a refused configuration left a file")
	}
}

func TestPragmas(t *testing.T) {
	onDatabase(t, "sqlite", func(t *testing.T, ts *testStore) {
		for pragma, want := range map[string]string{
			"journal_mode":  "wal",
			"auto_vacuum":   "2",
			"foreign_keys":  "1",
			"secure_delete": "1",
			"synchronous":   "1",
		} {
			t.Run(pragma, func(t *testing.T) {
				var got string
				must(t, ts.backend.write.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
				if got != want {
					t.Errorf("%s = %s, want %s", pragma, got, want)
				}
			})
		}
		if _, err := ts.backend.read.ExecContext(t.Context(), "DELETE FROM cases"); err == nil {
			t.Error("the read pool can write")
		}
	})
}
