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

// TestPurgeCampaigns: people, messages and lines of a campaign go 180 days after its end, those of others stay.
func TestPurgeCampaigns(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		const people = purgeBatchRows + 5
		ended, live := newCampaign("ended"), newCampaign("live")
		live.Target.ID = "another"
		var ids []string
		for i := range people {
			ids = append(ids, fmt.Sprintf("ou_%d", i))
		}
		ts.tx(t, func(tx flows.Tx) error {
			for _, c := range []*flows.Campaign{ended, live} {
				if err := tx.InsertCampaign(ctx, c); err != nil {
					return err
				}
				if _, err := tx.PutCampaignPeople(ctx, c, invited(ids...)); err != nil {
					return err
				}
				if err := tx.PutChase(ctx, c.ID, "ou_1", "om_"+c.ID); err != nil {
					return err
				}
			}
			for _, ev := range []flows.CampaignEvent{flows.CampaignFound, flows.CampaignConfirm, flows.CampaignStop} {
				ended.Move(ev, "ou_hr", "", epoch)
			}
			return tx.UpdateCampaign(ctx, ended)
		})
		for _, tt := range []struct {
			after  time.Duration
			purged int64
			left   int
		}{{campaignsKept - time.Minute, 0, 2 * people}, {campaignsKept + time.Minute, people + 1, people}} {
			ts.now = func() time.Time { return epoch.Add(tt.after) }
			if n, err := ts.purgeCampaigns(ctx); err != nil || n != tt.purged {
				t.Errorf("after %v: purged %d rows, %v, want %d", tt.after, n, err, tt.purged)
			}
			if n := ts.countRows(t, "campaign_people"); n != tt.left {
				t.Errorf("after %v: got %d people, want %d", tt.after, n, tt.left)
			}
		}
		if n := ts.countRows(t, "campaigns"); n != 2 {
			t.Errorf("got %d campaigns, want both: they name admins only", n)
		}
	})
}
