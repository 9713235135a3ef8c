package store

import (
	"fmt"
	"testing"
	"time"

	"shiming/flows"
)

func TestStatesNow(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		now := epoch.Add(time.Hour)
		ts.now = func() time.Time { return now }
		put := func(id, tenant string, state flows.State, at time.Time) {
			c := newCase(id, "ou_"+id)
			c.TenantKey, c.State, c.CreatedAt, c.EnteredAt = tenant, state, at, at
			ts.insert(t, c)
		}
		put("a", "t1", flows.AwaitingReview, epoch.Add(20*time.Minute))
		put("b", "t2", flows.AwaitingReview, epoch.Add(5*time.Minute))
		put("c", "t2", flows.AwaitingReview, epoch.Add(50*time.Minute))
		put("d", "t1", flows.Done, epoch)
		got, err := ts.StatesNow(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if want := (StateFigures{3, 55 * time.Minute}); got[flows.AwaitingReview] != want {
			t.Errorf("awaiting_review: %v, want %v", got[flows.AwaitingReview], want)
		}
		if want := (StateFigures{1, 0}); got[flows.Done] != want {
			t.Errorf("done: %v, want %v", got[flows.Done], want)
		}
		if f, ok := got[flows.Filing]; !ok || f != (StateFigures{}) || len(got) != len(flows.States) {
			t.Errorf("a state without cases: %v, %t; %d states, want %v", f, ok, len(got), len(flows.States))
		}
	})
}

func TestLimitsNow(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		use := func() map[string]LimitUse {
			t.Helper()
			got, err := ts.LimitsNow(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if got := use(); got["ocr"] != (LimitUse{}) || got["message"] != (LimitUse{}) || len(got) != 2 {
			t.Errorf("unused: %v, want zeros for ocr and message", got)
		}
		pace := flows.ExactLimit{Key: "ocr", Calls: 10, Window: time.Hour}
		for range paceBurst { // leave at once
			if _, err := ts.Pace(t.Context(), pace); err != nil {
				t.Fatal(err)
			}
		}
		// The second limit belongs to another tenant and is used less. The third one belongs to a
		// person.
		for _, l := range []flows.BurstLimit{
			{Key: "message/patch", Every: time.Hour, Burst: 2},
			{Key: "message/t2/patch", Every: time.Minute, Burst: 2},
			{Key: "to/ou_1", Every: 9 * time.Hour, Burst: 1},
		} {
			if err := ts.Wait(t.Context(), l); err != nil {
				t.Fatal(fmt.Errorf("%s: %w", l.Key, err))
			}
		}
		got := use()
		if u := got["ocr"]; u.Ahead <= 0 || u.Ahead > time.Hour || u.Calls < 1 || u.Calls > paceBurst {
			t.Errorf("ocr: %+v, want 1 to %d calls and up to an hour ahead", u, paceBurst)
		}
		if u := got["message"]; u.Ahead < 59*time.Minute || u.Ahead > 61*time.Minute || u.Calls != 0 || len(got) != 2 {
			t.Errorf("message: %+v of %v, want an hour ahead and no calls", u, got)
		}
	})
}
