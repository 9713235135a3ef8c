package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"shiming/flows"
)

func TestDurations(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		for i, minutes := range []int{10, 20, 90} {
			c := newCase(fmt.Sprint("c", i), fmt.Sprint("ou_", i))
			ts.insert(t, c)
			steps := []struct {
				state flows.State
				at    int
			}{
				{flows.AwaitingReview, 1},
				{flows.AwaitingConfirmation, 2},
				{flows.AwaitingReview, 3},
				{flows.Recording, 3 + minutes/10},
				{flows.Done, minutes},
			}
			for _, s := range steps {
				c.State, c.EnteredAt = s.state, epoch.Add(time.Duration(s.at)*time.Minute)
				if s.state == flows.Recording {
					c.Review = &flows.Review{At: c.EnteredAt}
				}
				ts.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, c) })
			}
		}
		policy := newCase("policy", "ou_p") // approved by the policy, without HR
		policy.State, policy.EnteredAt = flows.Done, epoch.Add(30*time.Minute)
		policy.Review = &flows.Review{At: epoch.Add(29 * time.Minute)}
		ts.insert(t, policy)
		ts.view(t, func(v flows.View) error {
			done, review, err := v.Durations(ctx, "t1", epoch)
			if done != 25*time.Minute || review != 2*time.Minute {
				t.Errorf("to done %s, to review %s, want %v, %v", done, review, 25*time.Minute, 2*time.Minute)
			}
			none, _, err2 := v.Durations(ctx, "t1", epoch.Add(24*time.Hour))
			if none != 0 {
				t.Errorf("nobody's median is %s, want 0", none)
			}
			return errors.Join(err, err2)
		})
	})
}
