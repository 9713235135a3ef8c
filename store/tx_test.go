package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"shiming/flows"
)

func TestRollbackUndoesEverything(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		boom := errors.New("boom")
		everything := func(tx flows.Tx) error {
			if seen, err := tx.InsertEventKeys(ctx, epoch, "event/1"); err != nil || seen {
				return fmt.Errorf("seen %v: %w", seen, err)
			}
			return errors.Join(
				tx.InsertCase(ctx, newCase("c1", "ou_1")),
				tx.Audit(ctx, flows.AuditRow{CaseID: "c1", Actor: "ou_1", Event: "start"}),
				tx.Enqueue(ctx, flows.Job{Kind: flows.JobShow, Case: "c1"}),
				tx.PutPicture(ctx, "c1", "p1", []byte("jpeg")),
				tx.PutSurface(ctx, &flows.Surface{ID: "s1", CaseID: "c1"}),
				tx.PutSetting(ctx, "t1", "k", "v"),
			)
		}
		tables := []string{"cases", "event_keys", "audit", "audit_heads", "river_job", "pictures", "surfaces",
			"settings WHERE tenant_key <> ''", "state_counts", "day_counts"}

		err := ts.Tx(ctx, func(tx flows.Tx) error { return errors.Join(everything(tx), boom) })
		if err == nil || err.Error() != "boom" {
			t.Fatalf("Tx = %v, want boom alone", err)
		}
		func() {
			defer func() {
				if v := recover(); v != "fn panics" {
					t.Errorf("recovered %v, want the panic of fn", v)
				}
			}()
			_ = ts.Tx(ctx, func(tx flows.Tx) error {
				must(t, everything(tx))
				panic("fn panics")
			})
		}()
		for _, table := range tables {
			if n := ts.countRows(t, table); n != 0 {
				t.Errorf("%s has %d rows after the rollbacks, want 0", table, n)
			}
		}
		ts.tx(t, everything)
		for _, table := range tables {
			if n := ts.countRows(t, table); n == 0 {
				t.Errorf("%s is empty after the commit, want rows", table)
			}
		}
	})
}

func TestTxRetriesStale(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		tries := 0
		must(t, ts.Tx(t.Context(), func(flows.Tx) error {
			if tries++; tries < 3 {
				return fmt.Errorf("lost: %w", flows.ErrStale)
			}
			return nil
		}))
		if tries != 3 {
			t.Errorf("ran %d times, want 3", tries)
		}
		tries = 0
		err := ts.Tx(t.Context(), func(flows.Tx) error {
			tries++
			return flows.ErrStale
		})
		if !errors.Is(err, flows.ErrStale) || tries != maxTries {
			t.Errorf("after %d tries: %v, want %v, %v", tries, err, flows.ErrStale, maxTries)
		}
		tries = 0
		boom := errors.New("boom")
		if err := ts.Tx(t.Context(), func(flows.Tx) error {
			tries++
			return boom
		}); err != boom || tries != 1 {
			t.Errorf("another error: %v after %d tries, want %v, 1", err, tries, boom)
		}
	})
}

func TestViewBesideOpenTx(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ts.insert(t, newCase("c1", "ou_1"))
		ctx, cancel := context.WithTimeout(t.Context(), hangTimeout)
		defer cancel()
		ts.tx(t, func(tx flows.Tx) error {
			if err := tx.InsertCase(ctx, newCase("c2", "ou_2")); err != nil {
				return err
			}
			return ts.View(ctx, func(v flows.View) error {
				if _, err := v.Case(ctx, "c2"); !errors.Is(err, flows.ErrNotFound) {
					t.Errorf("uncommitted case: %v, want flows.ErrNotFound", err)
				}
				_, err := v.Case(ctx, "c1")
				return err
			})
		})
		// A snapshot does not change when a writer commits.
		ts.view(t, func(v flows.View) error {
			before, err := v.CountByState(ctx, "t1")
			if err != nil {
				return err
			}
			ts.insert(t, newCase("c3", "ou_3"))
			after, err := v.CountByState(ctx, "t1")
			if after[flows.AwaitingConsent] != before[flows.AwaitingConsent] {
				t.Errorf("the snapshot changed from %v to %v", before, after)
			}
			return err
		})
	})
}

func TestTxDeadline(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		ts.tx(t, func(tx flows.Tx) error { // locks the key, and on SQLite the writer
			_, err := tx.InsertEventKeys(t.Context(), epoch, "key")
			must(t, err)
			err = ts.Tx(ctx, func(tx flows.Tx) error {
				_, err := tx.InsertEventKeys(ctx, epoch, "key")
				return err
			})
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a Tx inside a Tx: %v, want %v", err, context.DeadlineExceeded)
			}
			return nil
		})
	})
}
