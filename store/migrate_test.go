package store

import (
	"errors"
	"testing"

	"github.com/pressly/goose/v3"
)

// TestNewerSchemaIsRefused: after a downgrade Open returns a *NewerError, and changes nothing.
func TestNewerSchemaIsRefused(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		ts.insert(t, newCase("c1", "ou_1"))
		_, err := ts.backend.write.ExecContext(ctx, `INSERT INTO `+goose.DefaultTablename+
			` (version_id, is_applied) VALUES ($1, $2)`, 9999, true)
		must(t, err)
		must(t, ts.Close())
		for range 2 {
			_, err = Open(ctx, ts.cfg)
			if e, is := errors.AsType[*NewerError](err); !is || e.Database != 9999 || e.Program < 2 || e.Program > 9000 {
				t.Fatalf("a newer schema: %v", err)
			}
		}
	})
}
