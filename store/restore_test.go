package store

import (
	"errors"
	"testing"
)

// TestMovedDatabaseIsRefused: data whose recorded location is another server or database was
// restored or moved. Only PostgreSQL records a location.
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
