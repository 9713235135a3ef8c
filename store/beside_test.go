package store

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"shiming/flows"
	"shiming/store/keyset"
)

// TestBeside: a second process appends a row while the first has the database open, and the chain verifies in both. It
// creates nothing, and it refuses a wrong keyset and an old schema.
func TestBeside(t *testing.T) {
	ctx, keys := t.Context(), keyset.New()
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "bot.db")
	beside := func(k *keyset.Keyset) (*Store, error) {
		return Open(ctx, Config{DSN: dsn, Keyset: k, Beside: true})
	}
	if _, err := beside(keys); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("no database: got %v, want %v", err, fs.ErrNotExist)
	}
	first, err := Open(ctx, Config{DSN: dsn, Keyset: keys})
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close() //nolint:errcheck // a test's
	if _, err := beside(keyset.New()); !errors.Is(err, ErrWrongKeyset) {
		t.Errorf("another keyset: got %v, want %v", err, ErrWrongKeyset)
	}
	second, err := beside(keys)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close() //nolint:errcheck // a test's
	for i, s := range []*Store{first, second, first} {
		err := s.Tx(ctx, func(tx flows.Tx) error {
			return tx.Audit(ctx, flows.AuditRow{CaseID: "c", At: time.Now(), Actor: "x", Event: flows.EventLook})
		})
		if err != nil {
			t.Fatalf("row %d: %v", i+1, err)
		}
	}
	for _, s := range []*Store{first, second} {
		if err := s.VerifyChain(ctx, "c"); err != nil {
			t.Error(err)
		}
		var rows []flows.AuditRow
		err := s.View(ctx, func(v flows.View) (err error) { rows, err = v.AuditOf(ctx, "c"); return err })
		if err != nil || len(rows) != 3 {
			t.Errorf("got %d rows and %v, want 3", len(rows), err)
		}
	}
	if _, err := Open(ctx, Config{DSN: dsn, Keyset: keys}); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v beside the lock, want %v", err, ErrLocked)
	}
	if _, err := second.backend.write.ExecContext(ctx, `DELETE FROM goose_db_version WHERE version_id =
		(SELECT max(version_id) FROM goose_db_version)`); err != nil {
		t.Fatal(err)
	}
	if _, err := beside(keys); !isOlder(err) {
		t.Errorf("got %v for an old schema, want an *OlderError", err)
	}
}

func isOlder(err error) bool {
	_, ok := errors.AsType[*OlderError](err)
	return ok
}
