package store

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"shiming/flows"
	"shiming/store/keyset"
)

// TestInspect inspects a database before the first start, while a process has it open, and with the
// schema of a newer program.
func TestInspect(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			dsn, keys := d.dsn(t, dir), keyset.New()
			look := func(k *keyset.Keyset) Inspection {
				t.Helper()
				i, err := Inspect(t.Context(), dsn, k)
				if err != nil {
					t.Fatal(err)
				}
				return i
			}
			i := look(keys)
			missing := d.name == "sqlite"
			if !i.Empty || i.Missing != missing || i.Writable != nil || i.Key != nil || i.Program == 0 {
				t.Errorf("before the first start: %+v", i)
			}
			s := mustOpen(t, Config{DSN: dsn, Keyset: keys})
			if i := look(keys); i.Empty || i.Missing || i.Schema != i.Program || i.Writable != nil || i.Key != nil {
				t.Errorf("beside an open store: %+v", i)
			}
			must(t, s.Tx(t.Context(), func(tx flows.Tx) error {
				return tx.PutSetting(t.Context(), "tk", "review_chat", "oc_1")
			}))
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
			_, err := s.backend.write.ExecContext(t.Context(),
				`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
			must(t, err)
			if i := look(keys); i.Schema != 9999 {
				t.Errorf("of a newer program: %+v", i)
			}
		})
	}
}

func TestInspectRefusals(t *testing.T) {
	const password = "secretEXAMPLE"
	for name, dsn := range map[string]string{
		"unknown scheme": "mysql:x",
		"no server":      "postgres://u:" + password + "@127.0.0.1:1/db",
		"bad host":       "postgres://u:" + password + "@[bad",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Inspect(t.Context(), dsn, nil)
			if err == nil || strings.Contains(err.Error(), password) || strings.Contains(err.Error(), "127.0.0.1") {
				t.Errorf("got %v, want an error without password and host", err)
			}
		})
	}
	// Open creates a missing file.
	if _, err := Inspect(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "no", "such"), nil); err != nil {
		t.Errorf("missing file: %v, want no error", err)
	}
}
