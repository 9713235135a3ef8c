package store

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"shiming/flows"
	"shiming/store/keyset"
)

// TestInspect looks at a database from its first moment to one of a newer program, beside the process that has it open.
func TestInspect(t *testing.T) {
	for _, e := range databases {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			dsn, keys := e.dsn(t, dir), keyset.New()
			look := func(k *keyset.Keyset) Inspection {
				t.Helper()
				i, err := Inspect(t.Context(), dsn, k)
				if err != nil {
					t.Fatal(err)
				}
				return i
			}
			if i := look(keys); !i.Empty || i.Missing != (e.name == "sqlite") || i.Writable != nil || i.Key != nil ||
				i.Program == 0 {
				t.Errorf("before the first start: %+v", i)
			}
			s, err := Open(t.Context(), Config{DSN: dsn, Keyset: keys})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close() //nolint:errcheck // a test
			if i := look(keys); i.Empty || i.Missing || i.Schema != i.Program || i.Writable != nil || i.Key != nil {
				t.Errorf("beside an open store: %+v", i)
			}
			if err := s.Tx(t.Context(), func(tx flows.Tx) error {
				return tx.PutSetting(t.Context(), "tk", "review_chat", "oc_1")
			}); err != nil {
				t.Fatal(err)
			}
			if i := look(nil); i.Setting("review_chat") != "oc_1" || i.Setting("announce_chat") != "" {
				t.Errorf("settings: %+v", i)
			}
			if i := look(nil); i.Key != nil {
				t.Errorf("without a keyset: %+v", i)
			}
			if i := look(keyset.New()); !errors.Is(i.Key, ErrWrongKeyset) {
				t.Errorf("with another keyset: %+v", i)
			}
			if err := s.Ready(t.Context()); err != nil {
				t.Errorf("the store was disturbed: %v", err)
			}
			if _, err := s.backend.write.ExecContext(t.Context(),
				`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`); err != nil {
				t.Fatal(err)
			}
			if i := look(keys); i.Schema != 9999 {
				t.Errorf("of a newer program: %+v", i)
			}
		})
	}
}

func TestInspectRefusals(t *testing.T) {
	const password = "secretEXAMPLE"
	for _, dsn := range []string{"mysql:x", "postgres://u:" + password + "@127.0.0.1:1/db", "postgres://u:" + password +
		"@[bad", "sqlite:" + filepath.Join(t.TempDir(), "no", "such")} {
		_, err := Inspect(t.Context(), dsn, nil)
		if strings.HasPrefix(dsn, "sqlite") {
			if err != nil {
				t.Errorf("a file that is made at the start: %v", err)
			}
			continue
		}
		if err == nil || strings.Contains(err.Error(), password) || strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%v", err)
		}
	}
}
