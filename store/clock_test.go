package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"shiming/flows"
)

// stagedAgain opens the store anew with a clock that can be moved.
func (ts *testStore) reopenMovable(t *testing.T) {
	t.Helper()
	must(t, ts.Close())
	ts.cfg.MovableClock = true
	ts.Store = mustOpen(t, ts.cfg)
}

func TestAdvanceClockNeedsMovableClock(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		if err := ts.AdvanceClock(t.Context(), time.Hour); !errors.Is(err, ErrClockFixed) {
			t.Errorf("%v, want %v", err, ErrClockFixed)
		}
		if ts.ClockOffset() != 0 {
			t.Error("the clock moved")
		}
	})
}

// TestShift: what falls due on the way runs at once, what lies beyond does not, and the shift survives.
func TestAdvanceClock(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ts.reopenMovable(t)
		runs := make(jobRuns, 10)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			return nil
		})
		ts.enqueue(t, flows.Job{Kind: flows.JobShow, Case: "in 4 h", At: ts.Now().Add(4 * time.Hour)},
			flows.Job{Kind: flows.JobShow, Case: "in 9 h", At: ts.Now().Add(9 * time.Hour)})
		must(t, ts.AdvanceClock(t.Context(), 5*time.Hour))
		if j := runs.next(t); j.Case != "in 4 h" {
			t.Errorf("ran %q, want %q", j.Case, "in 4 h")
		}
		if off := time.Until(ts.Now()) - 5*time.Hour; off.Abs() > time.Second {
			t.Errorf("the clock is off by %s", off)
		}
		must(t, ts.AdvanceClock(t.Context(), 3*time.Hour)) // never back
		// A job of the moved clock is due by it.
		ts.enqueue(t, flows.Job{Kind: flows.JobShow, Case: "now", At: ts.Now()})
		if j := runs.next(t); j.Case != "now" {
			t.Errorf("ran %q, want %q", j.Case, "now")
		}
		must(t, ts.Close())
		ts.Store = mustOpen(t, ts.cfg)
		if ts.ClockOffset() != 5*time.Hour {
			t.Errorf("after a restart it is ahead by %s, want %v", ts.ClockOffset(), 5*time.Hour)
		}
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			return nil
		})
		must(t, ts.AdvanceClock(t.Context(), 9*time.Hour+time.Minute))
		if j := runs.next(t); j.Case != "in 9 h" {
			t.Errorf("ran %q, want %q", j.Case, "in 9 h")
		}
	})
}

// TestShiftLeavesHolds: who draws a card goes on holding it for as long as before.
func TestAdvanceClockKeepsLeases(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ts.reopenMovable(t)
		until := ts.Now().Add(time.Minute)
		ts.tx(t, func(tx flows.Tx) error {
			return tx.PutSurface(t.Context(), &flows.Surface{ID: "s1", LeaseOwner: "job", LeaseUntil: until})
		})
		must(t, ts.AdvanceClock(t.Context(), time.Hour))
		ts.view(t, func(v flows.View) error {
			s, err := v.Surface(t.Context(), "s1")
			if err == nil && s.LeaseUntil.Sub(until.Add(time.Hour)).Abs() > time.Millisecond {
				t.Errorf("held until %s", s.LeaseUntil)
			}
			return err
		})
	})
}
