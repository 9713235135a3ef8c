package store

import (
	"errors"
	"testing"
)

// TestMovedDatabaseIsNoticed: data that lies on another server or in another database than it
// last did was put back, or moved; PostgreSQL alone can tell.
func TestMovedDatabaseIsRefused(t *testing.T) {
	onDatabase(t, "postgres", func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		if _, home, err := ts.marks(ctx); err != nil || home == "" {
			t.Fatalf("home %q, %v", home, err)
		}
		must(t, ts.putMark(ctx, locationMark, "elsewhere/1"))
		if _, err := Open(ctx, ts.cfg); !errors.As(err, new(*CopyError)) {
			t.Fatalf("opened elsewhere: %v", err)
		}
		must(t, ts.Settle(ctx))
		mustOpen(t, ts.cfg)
	})
}
