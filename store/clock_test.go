package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"shiming/flows"
)

// reopenMovable opens the store again with a movable clock.
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

// TestAdvanceClock: jobs that become due run at once, later ones do not, and the offset survives a
// restart.
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
			t.Errorf("the clock is off by %s, want at most 1s", off)
		}
		must(t, ts.AdvanceClock(t.Context(), 3*time.Hour)) // does not move the clock back
		// A job that is due by the moved clock runs.
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

// TestAdvanceClockKeepsLeases: a lease on a surface keeps its remaining real time.
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
				t.Errorf("lease until %s, want %s", s.LeaseUntil, until.Add(time.Hour))
			}
			return err
		})
	})
}
