package store

import (
	"testing"
	"time"

	"shiming/flows"
)

// TestSamples: a sampled case is listed once it is done, until somebody has looked, and each thing counts once on its
// day.
func TestSamples(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		c := newCase("c", "ou_1")
		ts.insert(t, c)
		want := func(when string, listed int, day flows.Day) {
			t.Helper()
			ts.view(t, func(v flows.View) error {
				list, err := v.QueuePage(ctx, "t1", flows.QueuePart{Filter: flows.FilterSample}, flows.Cursor{}, 10)
				if err != nil {
					return err
				}
				var sum flows.Day
				days, err := v.DaysSince(ctx, "t1", epoch.Add(-48*time.Hour))
				for _, d := range days {
					sum.ByPolicy += d.ByPolicy
					sum.Sampled += d.Sampled
					sum.Looked += d.Looked
					sum.Faults += d.Faults
				}
				if len(list) != listed || sum != day {
					t.Errorf("%s: %d listed, %+v, want %d, %+v", when, len(list), sum, listed, day)
				}
				return err
			})
		}
		update := func() { ts.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, c) }) }
		want("at the start", 0, flows.Day{})
		c.State, c.EnteredAt = flows.Recording, epoch.Add(time.Minute)
		c.Review = &flows.Review{What: flows.ReviewApproved, At: c.EnteredAt}
		c.Sampled = &flows.SampleLook{At: c.EnteredAt}
		update()
		want("drawn", 0, flows.Day{ByPolicy: 1, Sampled: 1})
		c.State, c.EnteredAt = flows.Done, epoch.Add(2*time.Minute)
		update()
		update()
		want("done", 1, flows.Day{ByPolicy: 1, Sampled: 1})
		c.Sampled = &flows.SampleLook{
			At:       c.Sampled.At,
			Outcome:  flows.SampleIsFaulty,
			By:       "ou_hr1",
			LookedAt: epoch.Add(26 * time.Hour),
		}
		update()
		update()
		want("looked at", 0, flows.Day{ByPolicy: 1, Sampled: 1, Looked: 1, Faults: 1})
	})
}

// TestCountWaiting counts what has been in the states since a moment or longer.
func TestCountWaiting(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		states := []flows.State{flows.AwaitingReview, flows.NeedsAttention}
		for i, state := range []flows.State{flows.AwaitingReview, flows.NeedsAttention, flows.AwaitingReview, flows.Done} {
			c := newCase(string(rune('a'+i)), "ou_"+string(rune('a'+i)))
			c.State, c.EnteredAt = state, epoch.Add(time.Duration(i)*time.Hour)
			ts.insert(t, c)
		}
		for hours, want := range []int{1, 2, 3, 3} {
			ts.view(t, func(v flows.View) error {
				n, oldest, err := v.CountWaiting(ctx, "t1", states, epoch.Add(time.Duration(hours)*time.Hour))
				if n != want || !oldest.Equal(epoch) {
					t.Errorf("since hour %d: %d, the oldest from %s, want %d from %s", hours, n, oldest, want, epoch)
				}
				return err
			})
		}
		ts.view(t, func(v flows.View) error {
			n, oldest, err := v.CountWaiting(ctx, "t1", states, epoch.Add(-time.Hour))
			if n != 0 || !oldest.IsZero() {
				t.Errorf("before all: %d from %s, want none", n, oldest)
			}
			return err
		})
	})
}
