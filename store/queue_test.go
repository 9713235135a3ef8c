package store

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"shiming/flows"
)

// queueSamples are cases of HR's queue by id, each a minute after the one before.
func queueSamples() []*flows.Case {
	list := make([]*flows.Case, 0, 9)
	add := func(id string, s flows.State, risk flows.Level, department string, change func(*flows.Case)) {
		c := newCase(id, "ou_"+id)
		c.State, c.Risk, c.Department = s, risk, department
		c.EnteredAt = epoch.Add(time.Duration(len(list)) * time.Minute)
		if change != nil {
			change(c)
		}
		list = append(list, c)
	}
	add("a", flows.AwaitingReview, flows.LevelPassed, "od_1", nil)
	add("b", flows.NeedsAttention, "", "od_1", nil)
	add("c", flows.AwaitingReview, flows.LevelPassed, "od_2", func(c *flows.Case) {
		c.Assigned = &flows.Assignment{To: "ou_hr1", At: epoch}
	})
	add("d", flows.AwaitingReview, flows.LevelFailed, "od_2", nil)
	add("e", flows.AwaitingReview, flows.LevelWarning, "od_1", func(c *flows.Case) {
		c.OnHold = &flows.ReviewHold{By: "ou_hr1", Until: epoch.Add(time.Hour)}
	})
	add("f", flows.AwaitingReview, flows.LevelNotExamined, "", func(c *flows.Case) {
		c.FirstApproval = &flows.Review{By: "ou_hr2"}
	})
	add("g", flows.AwaitingReview, flows.LevelPassed, "od_1", nil)
	sampled := func(c *flows.Case) {
		c.Review, c.Sampled = &flows.Review{What: flows.ReviewApproved, At: epoch}, &flows.SampleLook{At: epoch}
	}
	add("h", flows.Done, "", "od_1", sampled)
	add("i", flows.Done, "", "od_1", func(c *flows.Case) {
		sampled(c)
		c.Assigned = &flows.Assignment{To: "ou_hr1", At: epoch}
	})
	add("j", flows.Recording, flows.LevelPassed, "od_1", nil)
	return list
}

func (ts *testStore) insertQueue(t *testing.T, all []*flows.Case) {
	t.Helper()
	for _, c := range all {
		sampled := c.Sampled
		c.Sampled = nil // a case is drawn after it was opened
		ts.insert(t, c)
		c.Sampled = sampled
		ts.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(t.Context(), c) })
	}
}

// TestQueue: counts and entries in hand make up the queue, pages have what the filter selects, and a case leaves all of
// them with its decision.
func TestQueue(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		all := queueSamples()
		ts.insertQueue(t, all)
		count := func(not string) string {
			var got []string
			ts.view(t, func(v flows.View) error {
				list, err := v.CountQueue(ctx, "t1", not, epoch.Add(3*time.Minute))
				for _, n := range list {
					got = append(got, fmt.Sprintf("%s/%s/%s %d %d", n.State, n.Risk, n.Department, n.N, n.Overdue))
				}
				return err
			})
			slices.Sort(got)
			return fmt.Sprint(got)
		}
		want := "[awaiting_review/failed/od_2 1 1 awaiting_review/passed/od_1 2 1 done//od_1 1 0 needs_attention//od_1 1 1]"
		if got := count("ou_hr1"); got != want {
			t.Errorf("counts %s, want %s", got, want)
		}
		page := func(part flows.QueuePart, after flows.Cursor, limit int) (ids string) {
			ts.view(t, func(v flows.View) error {
				list, err := v.QueuePage(ctx, "t1", part, after, limit)
				for _, q := range list {
					ids += q.CaseID
				}
				return err
			})
			return ids
		}
		hold := func() (ids string) {
			ts.view(t, func(v flows.View) error {
				list, err := v.QueueInHand(ctx, "t1", "ou_x")
				for _, q := range list {
					ids += q.CaseID
				}
				return err
			})
			return ids
		}
		if got := hold(); got != "cefi" {
			t.Errorf("in hand: %q, want %q", got, "cefi")
		}
		behind := func(i int) flows.Cursor { return flows.CursorOf(all[i]) }
		for _, tt := range []struct {
			part  flows.QueuePart
			after flows.Cursor
			limit int
			want  string
		}{
			{flows.QueuePart{}, flows.Cursor{}, 50, "abcdefg"},
			{flows.QueuePart{Filter: flows.FilterAll}, flows.Cursor{}, 3, "abc"},
			{flows.QueuePart{Filter: flows.FilterAll}, behind(2), 3, "def"},
			{flows.QueuePart{Filter: flows.FilterAll, NotOpenID: "ou_b"}, flows.Cursor{}, 2, "ac"},
			{flows.QueuePart{Filter: flows.FilterAll, Department: "od_2"}, flows.Cursor{}, 50, "cd"},
			{flows.QueuePart{Filter: flows.FilterGreen}, flows.Cursor{}, 50, "acg"},
			{flows.QueuePart{Filter: flows.FilterGreen, Department: "od_1"}, behind(0), 50, "g"},
			{flows.QueuePart{Filter: flows.FilterAmber}, flows.Cursor{}, 50, "ef"},
			{flows.QueuePart{Filter: flows.FilterRed}, flows.Cursor{}, 50, "d"},
			{flows.QueuePart{Filter: flows.FilterStuck}, flows.Cursor{}, 50, "b"},
			{flows.QueuePart{Filter: flows.FilterHeld}, flows.Cursor{}, 50, "cefi"},
			{flows.QueuePart{Filter: flows.FilterSample}, behind(7), 50, "i"},
			{flows.QueuePart{Filter: "other"}, flows.Cursor{}, 50, ""},
		} {
			if got := page(tt.part, tt.after, tt.limit); got != tt.want {
				t.Errorf("%+v behind %q: %q, want %q", tt.part, tt.after.ID, got, tt.want)
			}
		}
		for _, c := range all {
			c.State, c.EnteredAt, c.Assigned, c.OnHold, c.FirstApproval = flows.Withdrawn, epoch, nil, nil, nil
			if c.Sampled != nil {
				c.State, c.Sampled = flows.Done, &flows.SampleLook{At: epoch, Outcome: flows.SampleIsFine, LookedAt: epoch}
			}
			ts.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, c) })
		}
		if got := count("ou_x") + page(flows.QueuePart{}, flows.Cursor{}, 50) + hold(); got != "[]" {
			t.Errorf("after the decisions: %s, want nothing", got)
		}
	})
}

// TestQueueOfAnOlderVersion: the migration marks the same cases as this version does.
func TestQueueOfAnOlderVersion(t *testing.T) {
	migration, err := migrations.ReadFile("migrations/00016_queue.sql")
	must(t, err)
	updates := regexp.MustCompile(`(?s)UPDATE .*?;`).FindAllString(string(migration), -1)
	if len(updates) != 2 {
		t.Fatalf("%d updates in the migration, want 2", len(updates))
	}
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ts.insertQueue(t, queueSamples())
		ts.tx(t, func(tx flows.Tx) error {
			for _, change := range append([]string{`UPDATE cases SET in_hand = 0`}, updates...) {
				if _, err := tx.(*txn).exec(t.Context(), "older version", change); err != nil {
					return err
				}
			}
			return nil
		})
		ts.view(t, func(v flows.View) error {
			list, err := v.QueueInHand(t.Context(), "t1", "ou_x")
			if len(list) != 4 || list[0].CaseID != "c" || list[3].CaseID != "i" {
				t.Errorf("in hand: %+v, want c, e, f and i", list)
			}
			return err
		})
	})
}
