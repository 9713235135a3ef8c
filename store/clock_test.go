package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"shiming/flows"
)

// stagedAgain opens the store anew with a clock that can be moved.
func (w *world) stagedAgain(t *testing.T) {
	t.Helper()
	must(t, w.Close())
	w.cfg.MovableClock = true
	w.Store = mustOpen(t, w.cfg)
}

func TestShiftOnlyWhenStaged(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if err := w.AdvanceClock(t.Context(), time.Hour); !errors.Is(err, ErrClockFixed) {
			t.Errorf("%v, want %v", err, ErrClockFixed)
		}
		if w.ClockOffset() != 0 {
			t.Error("the clock moved")
		}
	})
}

// TestShift: what falls due on the way runs at once, what lies beyond does not, and the shift survives.
func TestShift(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stagedAgain(t)
		runs := make(ran, 10)
		w.start(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			return nil
		})
		w.enqueue(t, flows.Job{Kind: flows.JobShow, Case: "in 4 h", At: w.Now().Add(4 * time.Hour)},
			flows.Job{Kind: flows.JobShow, Case: "in 9 h", At: w.Now().Add(9 * time.Hour)})
		must(t, w.AdvanceClock(t.Context(), 5*time.Hour))
		if j := runs.next(t); j.Case != "in 4 h" {
			t.Errorf("ran %q, want %q", j.Case, "in 4 h")
		}
		if off := time.Until(w.Now()) - 5*time.Hour; off.Abs() > time.Second {
			t.Errorf("the clock is off by %s", off)
		}
		must(t, w.AdvanceClock(t.Context(), 3*time.Hour)) // never back
		// A job of the moved clock is due by it.
		w.enqueue(t, flows.Job{Kind: flows.JobShow, Case: "now", At: w.Now()})
		if j := runs.next(t); j.Case != "now" {
			t.Errorf("ran %q, want %q", j.Case, "now")
		}
		must(t, w.Close())
		w.Store = mustOpen(t, w.cfg)
		if w.ClockOffset() != 5*time.Hour {
			t.Errorf("after a restart it is ahead by %s, want %v", w.ClockOffset(), 5*time.Hour)
		}
		w.start(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			return nil
		})
		must(t, w.AdvanceClock(t.Context(), 9*time.Hour+time.Minute))
		if j := runs.next(t); j.Case != "in 9 h" {
			t.Errorf("ran %q, want %q", j.Case, "in 9 h")
		}
	})
}

// TestShiftLeavesHolds: who draws a card goes on holding it for as long as before.
func TestShiftLeavesHolds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stagedAgain(t)
		until := w.Now().Add(time.Minute)
		w.tx(t, func(tx flows.Tx) error {
			return tx.PutSurface(t.Context(), &flows.Surface{ID: "s1", LeaseOwner: "job", LeaseUntil: until})
		})
		must(t, w.AdvanceClock(t.Context(), time.Hour))
		w.view(t, func(v flows.View) error {
			s, err := v.Surface(t.Context(), "s1")
			if err == nil && s.LeaseUntil.Sub(until.Add(time.Hour)).Abs() > time.Millisecond {
				t.Errorf("held until %s", s.LeaseUntil)
			}
			return err
		})
	})
}
