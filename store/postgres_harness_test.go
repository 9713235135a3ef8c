package store

import (
	"log/slog"
	"sync"
	"testing"

	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// openStores opens n stores on one PostgreSQL database, like processes on several machines.
func openStores(t *testing.T, n int) []*testStore {
	t.Helper()
	t.Parallel()
	log := new(lockedBuffer)
	cfg := Config{
		DSN:    pgtest.DSN(t),
		Sync:   "normal",
		Keyset: keyset.New(),
		Log:    slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	stores := make([]*testStore, n)
	for i := range stores {
		stores[i] = &testStore{
			database: "postgres",
			cfg:      cfg,
			log:      log,
			Store:    mustOpen(t, cfg),
		}
	}
	return stores
}

// runOnAll runs fn concurrently, times in each store, and reports its errors.
func runOnAll(t *testing.T, stores []*testStore, times int, fn func(ts *testStore, i int) error) {
	t.Helper()
	var wg sync.WaitGroup
	for n, ts := range stores {
		for i := range times {
			wg.Go(func() {
				if err := fn(ts, n*times+i); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
}

// lockWaiters counts the sessions of the database that wait for a lock.
func lockWaiters(t *testing.T, ts *testStore) int {
	return ts.countRows(t, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
}
