package store

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"shiming/flows"
)

func TestUses(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		at := func(minutes int) time.Time { return epoch.Add(time.Duration(minutes) * time.Minute) }
		ts.tx(t, func(tx flows.Tx) error {
			for i, minutes := range []int{0, 30, 10} {
				if err := tx.PutUse(ctx, "k", fmt.Sprint("c1/", i), at(minutes)); err != nil {
					return err
				}
			}
			if err := tx.PutUse(ctx, "other", "c1/0", at(5)); err != nil {
				return err
			}
			return tx.PutUse(ctx, "k", "c1/1", at(20)) // the same act again
		})
		check := func(since int, want ...int) {
			t.Helper()
			var wanted []time.Time
			for _, minutes := range want {
				wanted = append(wanted, at(minutes).UTC())
			}
			ts.tx(t, func(tx flows.Tx) error {
				got, err := tx.Uses(ctx, "k", at(since))
				if fmt.Sprint(got) != fmt.Sprint(wanted) {
					t.Errorf("since minute %d: got %v, want %v", since, got, wanted)
				}
				return err
			})
		}
		check(-1, 0, 10, 20)
		check(0, 10, 20)
		ts.tx(t, func(tx flows.Tx) error { return tx.DeleteUse(ctx, "k", "c1/2") })
		check(-1, 0, 20)
	})
}

// TestUsesAreCountedOneAfterTheOther: transactions that count the same key at once never exceed the limit together.
func TestUsesAreCountedOneAfterTheOther(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		const limit, people = 3, 12
		var all sync.WaitGroup
		for i := range people {
			all.Go(func() {
				err := ts.Tx(ctx, func(tx flows.Tx) error { return useUpTo(ctx, tx, limit, fmt.Sprint(i)) })
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := ts.countRows(t, "uses"); n != limit {
			t.Errorf("%d uses, want %d", n, limit)
		}
	})
}

func useUpTo(ctx context.Context, tx flows.Tx, limit int, id string) error {
	used, err := tx.Uses(ctx, "k", epoch.Add(-time.Hour))
	if err != nil || len(used) >= limit {
		return err
	}
	return tx.PutUse(ctx, "k", id, epoch)
}

func TestPurgeUses(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ts.now = func() time.Time { return epoch }
		ts.tx(t, func(tx flows.Tx) error {
			for i := range purgeBatchRows + 5 {
				if err := tx.PutUse(t.Context(), "k", fmt.Sprint("old/", i), epoch.Add(-usesKept-time.Minute)); err != nil {
					return err
				}
			}
			return tx.PutUse(t.Context(), "k", "young", epoch.Add(-usesKept+time.Minute))
		})
		if n, err := ts.purgeUses(t.Context()); err != nil || n != purgeBatchRows+5 {
			t.Fatalf("purged %d, %v, want %d", n, err, purgeBatchRows+5)
		}
		if n := ts.countRows(t, "uses"); n != 1 {
			t.Fatalf("%d uses left, want the young one", n)
		}
	})
}
