package store

import (
	"fmt"
	"testing"
	"time"

	"shiming/flows"
)

func TestPurgeKeys(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ts.now = func() time.Time { return epoch }
		ts.tx(t, func(tx flows.Tx) error {
			for i := range purgeBatchRows + 5 {
				if _, err := tx.InsertEventKeys(t.Context(), epoch.Add(-keysKept-time.Minute), fmt.Sprint("old/", i)); err != nil {
					return err
				}
			}
			_, err := tx.InsertEventKeys(t.Context(), epoch.Add(-keysKept+time.Minute), "young")
			return err
		})
		if n, err := ts.purgeKeys(t.Context()); err != nil || n != purgeBatchRows+5 {
			t.Fatalf("purged %d, %v, want %v", n, err, purgeBatchRows+5)
		}
		if n := ts.countRows(t, "event_keys"); n != 1 {
			t.Fatalf("%d keys left, want the young one", n)
		}
	})
}

func TestPurgeLimits(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		for _, key := range []string{"old", "young"} {
			_, err := ts.reserve(ctx, []flows.BurstLimit{perSecond(key, 1)})
			must(t, err)
		}
		_, err := ts.backend.write.ExecContext(ctx, `UPDATE rate_limits SET tat_us = tat_us - $1 WHERE key = 'old'`,
			2*time.Hour.Microseconds())
		must(t, err)
		if n, err := ts.purgeLimits(ctx); err != nil || n != 1 {
			t.Errorf("purged %d, %v, want 1", n, err)
		}
		if n := ts.countRows(t, "rate_limits WHERE key = 'young'"); n != 1 {
			t.Error("the limit in use is gone")
		}
	})
}

func TestVacuumFreesPages(t *testing.T) {
	onDatabase(t, "sqlite", func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		ts.insert(t, newCase("c1", "ou_1"))
		ts.tx(t, func(tx flows.Tx) error { return tx.PutPicture(ctx, "c1", "p1", make([]byte, 1<<20)) })
		ts.tx(t, func(tx flows.Tx) error {
			_, err := tx.DeletePictures(ctx, "c1", "p1")
			return err
		})
		free := func() (n int) {
			must(t, ts.backend.write.QueryRowContext(ctx, "PRAGMA freelist_count").Scan(&n))
			return n
		}
		if free() == 0 {
			t.Fatal("nothing to free: the test is void")
		}
		must(t, ts.vacuum(ctx))
		if n := free(); n != 0 {
			t.Errorf("%d pages are still free, want 0", n)
		}
	})
}
