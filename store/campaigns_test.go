package store

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"shiming/flows"
)

// newCampaign returns a campaign of a department of t1.
func newCampaign(id string) *flows.Campaign {
	return &flows.Campaign{
		ID:        id,
		TenantKey: "t1",
		State:     flows.CampaignResolving,
		By:        "ou_hr",
		Target:    flows.CampaignTarget{Kind: flows.TargetDepartment, ID: "od_" + id},
		MadeAt:    epoch,
		Since:     epoch,
	}
}

func invited(ids ...string) (people []flows.CampaignPerson) {
	for _, id := range ids {
		people = append(people, flows.CampaignPerson{OpenID: id, Status: flows.PersonInvite})
	}
	return people
}

// TestCampaignIsKeptOnce: of two campaigns of a target one is inserted, an update needs the version that was read, and
// the end of the first one makes room.
func TestCampaignIsKeptOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		first, second := newCampaign("a"), newCampaign("b")
		second.Target = first.Target
		ts.tx(t, func(tx flows.Tx) error { return tx.InsertCampaign(ctx, first) })
		ts.tx(t, func(tx flows.Tx) error {
			if err := tx.InsertCampaign(ctx, second); !errors.Is(err, flows.ErrStale) {
				t.Errorf("a second campaign of the target: got %v, want ErrStale", err)
			}
			return nil
		})
		stale := *first
		ts.tx(t, func(tx flows.Tx) error {
			first.Move(flows.CampaignFound, "", "", epoch)
			return tx.UpdateCampaign(ctx, first)
		})
		ts.tx(t, func(tx flows.Tx) error {
			if err := tx.UpdateCampaign(ctx, &stale); !errors.Is(err, flows.ErrStale) {
				t.Errorf("an update of an older version: got %v, want ErrStale", err)
			}
			got, err := tx.LiveCampaign(ctx, "t1", first.Target.Key())
			if err != nil || got.ID != "a" || got.State != flows.CampaignPreview || len(got.Moves) != 1 {
				t.Errorf("got %+v, %v, want the preview of a", got, err)
			}
			first.Move(flows.CampaignDiscard, "ou_hr", "", epoch)
			return tx.UpdateCampaign(ctx, first)
		})
		ts.tx(t, func(tx flows.Tx) error { return tx.InsertCampaign(ctx, second) })
	})
}

// TestLinesOfAListAreSealed: a line can be read by its campaign only, and is gone with the preview.
func TestLinesOfAListAreSealed(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		c := newCampaign("a")
		ts.tx(t, func(tx flows.Tx) error {
			if err := tx.InsertCampaign(ctx, c); err != nil {
				return err
			}
			return tx.PutLines(ctx, c.ID, []flows.CampaignLine{
				{Line: 1, Text: "张三李四王五"}, {Line: 2, Text: "x", Code: flows.CodeAmbiguous, Candidates: []string{"ou_1", "ou_2"}},
			})
		})
		if kept := ts.storedBytes(t); bytes.Contains([]byte(kept), []byte("张三李四王五")) {
			t.Error("a name stands in the database")
		}
		ts.view(t, func(v flows.View) error {
			lines, err := v.CampaignLines(ctx, c.ID, []flows.PersonCode{""}, 0, 10)
			if len(lines) != 1 || lines[0].Text != "张三李四王五" {
				t.Errorf("got %d lines without a code, want the first one", len(lines))
			}
			counts, err2 := v.CountLines(ctx, c.ID)
			if counts[""] != 1 || counts[flows.CodeAmbiguous] != 1 {
				t.Errorf("got %v, want one line of each", counts)
			}
			return errors.Join(err, err2)
		})
		ts.tx(t, func(tx flows.Tx) error {
			c.Move(flows.CampaignFound, "", "", epoch)
			if err := tx.UpdateCampaign(ctx, c); err != nil {
				return err
			}
			if counts, err := tx.CountLines(ctx, c.ID); len(counts) != 2 || err != nil {
				t.Errorf("in the preview: got %v, %v, want both lines", counts, err)
			}
			c.Move(flows.CampaignConfirm, "ou_hr", "", epoch)
			return tx.UpdateCampaign(ctx, c)
		})
		if n := ts.countRows(t, "campaign_lines"); n != 0 {
			t.Errorf("after the preview: got %d lines, want none", n)
		}
	})
}

// TestInvitationsAreQueuedOnce: each person is queued once, nobody whom another campaign has queued within the time,
// and nobody who has begun meanwhile.
func TestInvitationsAreQueuedOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		one, two := newCampaign("a"), newCampaign("b")
		week := epoch.Add(-flows.InvitedEvery)
		var got []string
		queue := func(c *flows.Campaign, limit int) []string {
			t.Helper()
			ts.tx(t, func(tx flows.Tx) (err error) {
				got, err = tx.QueueInvitations(ctx, c, limit, week, epoch)
				return err
			})
			return got
		}
		ts.tx(t, func(tx flows.Tx) error {
			for _, c := range []*flows.Campaign{one, two} {
				if err := tx.InsertCampaign(ctx, c); err != nil {
					return err
				}
			}
			added, err := tx.PutCampaignPeople(ctx, one, invited("ou_1", "ou_2", "ou_3"))
			if added != 3 || err != nil {
				t.Errorf("got %d people added, %v, want 3", added, err)
			}
			added, err2 := tx.PutCampaignPeople(ctx, two, invited("ou_2", "ou_4", "ou_5"))
			again, err3 := tx.PutCampaignPeople(ctx, two, invited("ou_2", "ou_4", "ou_5"))
			if added != 3 || again != 0 {
				t.Errorf("got %d and %d people added, want 3 and 0", added, again)
			}
			if on, err := tx.NoteStep(ctx, "t1", "ou_5", flows.StepStarted, epoch); !on || err != nil {
				t.Errorf("a step of somebody of the campaign: got %t, %v, want true", on, err)
			}
			return errors.Join(err, err2, err3)
		})
		if ids := queue(one, 2); !slices.Equal(ids, []string{"ou_1", "ou_2"}) {
			t.Errorf("first: got %v, want ou_1 and ou_2", ids)
		}
		if ids := queue(one, 9); !slices.Equal(ids, []string{"ou_3"}) {
			t.Errorf("second: got %v, want ou_3", ids)
		}
		if ids := queue(two, 9); !slices.Equal(ids, []string{"ou_4"}) {
			t.Errorf("the other campaign: got %v, want ou_4", ids)
		}
		ts.view(t, func(v flows.View) error {
			recent, err := v.CampaignPerson(ctx, "b", "ou_2")
			begun, err2 := v.CampaignPerson(ctx, "b", "ou_5")
			if recent.Status != flows.PersonRecent || begun.Status != flows.PersonBegun {
				t.Errorf("got %s and %s, want recent and begun", recent.Status, begun.Status)
			}
			return errors.Join(err, err2)
		})
		ts.tx(t, func(tx flows.Tx) error { return tx.UnqueueInvitations(ctx, "a") })
		if ids := queue(one, 9); len(ids) != 3 {
			t.Errorf("after they were taken back: got %v, want all three", ids)
		}
	})
}

// TestFunnelOfACampaign: steps and receipts are noted once, and only while the campaign is live.
func TestFunnelOfACampaign(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		c := newCampaign("a")
		at := epoch.Add(time.Minute)
		ts.tx(t, func(tx flows.Tx) error {
			if err := tx.InsertCampaign(ctx, c); err != nil {
				return err
			}
			if _, err := tx.PutCampaignPeople(ctx, c, invited("ou_1", "ou_2")); err != nil {
				return err
			}
			for i := range 2 {
				p := flows.CampaignPerson{
					OpenID: fmt.Sprintf("ou_%d", i+1), Status: flows.PersonInvite, SendingAt: epoch, SentAt: epoch,
					MessageID: fmt.Sprintf("om_%d", i+1), QueuedAt: epoch,
				}
				if err := tx.UpdateCampaignPerson(ctx, c.ID, p); err != nil {
					return err
				}
			}
			for _, read := range []struct{ message, person, want string }{
				{"om_1", "ou_1", "a"}, {"om_1", "ou_1", ""}, {"om_2", "ou_1", ""}, {"om_9", "ou_1", ""},
			} {
				if id, err := tx.NoteRead(ctx, "t1", read.message, read.person, at); id != read.want || err != nil {
					t.Errorf("receipt of %s: got %q, %v, want %q", read.message, id, err, read.want)
				}
			}
			for _, step := range []flows.StepReached{flows.StepStarted, flows.StepDone, flows.StepStarted} {
				if on, err := tx.NoteStep(ctx, "t1", "ou_1", step, at); !on || err != nil {
					t.Errorf("step %d: got %t, %v", step, on, err)
				}
				at = at.Add(time.Minute)
			}
			on, err := tx.NoteStep(ctx, "t2", "ou_1", flows.StepDone, at)
			if on {
				t.Error("a step of another company was noted")
			}
			return err
		})
		ts.view(t, func(v flows.View) error {
			p, err := v.CampaignPerson(ctx, "a", "ou_1")
			if !p.StartedAt.Equal(epoch.Add(time.Minute)) || !p.DoneAt.Equal(epoch.Add(2*time.Minute)) ||
				!p.SubmittedAt.Equal(p.DoneAt) || !p.ReadAt.Equal(epoch.Add(time.Minute)) {
				t.Errorf("got %+v, want the time of the first of each", p)
			}
			counts, err2 := v.CampaignCounts(ctx, "a")
			want := flows.CampaignCount{
				Status: flows.PersonInvite, N: 2, Sent: 2, Read: 1, Started: 1, Submitted: 1, Done: 1,
			}
			if len(counts) != 1 || counts[0] != want {
				t.Errorf("got %+v, want %+v", counts, want)
			}
			missing, err3 := v.CampaignPeople(ctx, "a", flows.PersonFilter{Part: flows.PartMissing}, 10, 0)
			if len(missing) != 1 || missing[0].OpenID != "ou_2" {
				t.Errorf("got %+v, want ou_2", missing)
			}
			return errors.Join(err, err2, err3)
		})
		ts.tx(t, func(tx flows.Tx) error {
			for _, ev := range []flows.CampaignEvent{flows.CampaignFound, flows.CampaignConfirm, flows.CampaignStop} {
				c.Move(ev, "ou_hr", "", at)
			}
			if err := tx.UpdateCampaign(ctx, c); err != nil {
				return err
			}
			if on, err := tx.NoteStep(ctx, "t1", "ou_2", flows.StepDone, at); on || err != nil {
				t.Errorf("after the end: got %t, %v, want no step noted", on, err)
			}
			return nil
		})
		n, err := ts.purgeCampaigns(ctx)
		must(t, err)
		if n != 0 {
			t.Errorf("got %d rows purged at the end, want none", n)
		}
	})
}

// TestCampaignsNow: what is to be sent, was sent and has failed of the campaigns under way, and why some are paused.
func TestCampaignsNow(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		running, paused, ended := newCampaign("a"), newCampaign("b"), newCampaign("c")
		paused.Target.ID, ended.Target.ID = "b", "c"
		ts.tx(t, func(tx flows.Tx) error {
			for _, c := range []*flows.Campaign{running, paused, ended} {
				if err := tx.InsertCampaign(ctx, c); err != nil {
					return err
				}
				if _, err := tx.PutCampaignPeople(ctx, c, invited("ou_1", "ou_2", "ou_3", "ou_4", "ou_5")); err != nil {
					return err
				}
				for id, p := range map[string]flows.CampaignPerson{
					"ou_2": {Status: flows.PersonInvite, SendingAt: epoch, SentAt: epoch},
					"ou_3": {Status: flows.PersonInvite, SendingAt: epoch, SentAt: epoch, Code: flows.CodeUnsure},
					"ou_4": {Status: flows.PersonUnreachable, SendingAt: epoch, Code: flows.CodeBlocked},
					"ou_5": {Status: flows.PersonUnreachable, Code: flows.CodeLeft},
				} {
					p.OpenID = id
					if err := tx.UpdateCampaignPerson(ctx, c.ID, p); err != nil {
						return err
					}
				}
				c.Move(flows.CampaignFound, "", "", epoch)
				c.Move(flows.CampaignConfirm, "ou_hr", "", epoch)
			}
			paused.Move(flows.CampaignPause, "", flows.WhyQuota, epoch)
			ended.Move(flows.CampaignStop, "ou_hr", "", epoch)
			for _, c := range []*flows.Campaign{running, paused, ended} {
				if err := tx.UpdateCampaign(ctx, c); err != nil {
					return err
				}
			}
			return nil
		})
		got, err := ts.CampaignsNow(ctx)
		want := CampaignFigures{Waiting: 2, Sent: 2, Failed: 4, Paused: map[flows.CampaignReason]int{flows.WhyQuota: 1}}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	})
}
