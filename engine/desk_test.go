package engine_test

import (
	"fmt"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// atDesk opens a harness whose admins have review desks, with the number of cases in review. The entry i is of
// department i%3, waits since i seconds after the first one, and has its number as applicant.
func atDesk(t testing.TB, cases int, risk func(i int) flows.Level) *workerstest.Harness {
	t.Helper()
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) {
		d.Policy.ReviewQueue, d.Policy.SLA = true, 4*time.Hour
	})
	w.Must(w.Store.Tx(t.Context(), func(tx flows.Tx) error {
		for i := range cases {
			c := flows.SampleCase(flows.AwaitingReview)
			c.ID, c.OpenID, c.TenantKey = fmt.Sprintf("case-%05d", i), fmt.Sprintf("ou_%05d", i), workerstest.Tenant
			c.EnteredAt = w.Now().Add(time.Duration(i) * time.Second)
			c.Risk, c.Department = risk(i), fmt.Sprintf("od_%d", i%3)
			c.Personal.ContactName = c.Personal.Name // or the name is a warning
			if err := tx.InsertCase(t.Context(), c); err != nil {
				return err
			}
		}
		for i := range 3 {
			d := flows.Department{ID: fmt.Sprintf("od_%d", i), Name: fmt.Sprintf("部门%d", i)}
			if err := tx.PutDepartment(t.Context(), workerstest.Tenant, d); err != nil {
				return err
			}
		}
		return nil
	}))
	w.Advance(time.Duration(cases) * time.Second)
	return w
}

// press presses a button of an admin's desk, which is the message om_desk of the admin.
func press(w *workerstest.Harness, admin string, a cards.Action) flows.Answer {
	w.T.Helper()
	id := "desk/" + workerstest.Tenant + "/" + admin
	w.Must(w.Store.Tx(w.T.Context(), func(tx flows.Tx) error {
		return tx.PutSurface(w.T.Context(), &flows.Surface{
			ID: id, Audience: flows.AudienceDesk, To: flows.Receiver{Type: "open_id", ID: admin},
			TenantKey: workerstest.Tenant, WantedGeneration: 1, SentGeneration: 1, MessageID: "om_desk_" + admin,
		})
	}))
	answer, err := w.Engine.Click(w.T.Context(), flows.CardAction{
		EventID:   w.NextID(),
		TenantKey: workerstest.Tenant,
		OpenID:    admin,
		MessageID: "om_desk_" + admin,
		Action:    a,
	})
	w.Must(err)
	return answer
}

func listed(w *workerstest.Harness, admin string, filter flows.DeskFilter, department string) cards.Desk {
	w.T.Helper()
	a := press(w, admin, cards.Action{Act: cards.ActFilter, To: string(filter), Department: department})
	d, ok := a.Card.(cards.Desk)
	if !ok {
		w.T.Fatalf("the filter %s shows a %T, want the list", filter, a.Card)
	}
	return d
}

// TestDeskOfAThousand: of a long queue a desk counts everything, lists the first cases of each filter, and opens and
// offers cases far behind.
func TestDeskOfAThousand(t *testing.T) {
	t.Parallel()
	const n = 1000
	w := atDesk(t, n, func(i int) flows.Level {
		switch {
		case i >= 900:
			return flows.LevelFailed
		case i >= 600:
			return flows.LevelPassed
		}
		return flows.LevelWarning
	})
	all := listed(w, "ou_hr1", flows.FilterAll, "")
	if c := all.Counts; c["all"] != n || c["amber"] != 600 || c["green"] != 300 || c["red"] != 100 || len(all.Rows) != 20 {
		t.Errorf("counts %v with %d rows, want %d of all", c, len(all.Rows), n)
	}
	if d := all.Departments; len(d) != 3 || d[0].Count != 334 || d[0].Name != "部门0" || d[2].Count != 333 {
		t.Errorf("departments %v, want all three with their cases", d)
	}
	red := listed(w, "ou_hr1", flows.FilterRed, "od_1")
	if red.Counts["red"] != 33 || len(red.Rows) != 20 || red.Rows[0].Department != "部门1" || red.Department != "od_1" {
		t.Errorf("red of a department: %v, the first row %+v", red.Counts, red.Rows[0])
	}
	open := func(to, id string) cards.Review {
		t.Helper()
		a := press(w, "ou_hr1", cards.Action{Act: cards.ActNext, To: to, Case: id})
		card, ok := a.Card.(cards.Review)
		if !ok {
			t.Fatalf("got a %T, want a case", a.Card)
		}
		return card
	}
	// 901 is the first red one of department 1: 901 % 3 == 1.
	if first := open("", ""); first.Case != "case-00901" || first.Waiting != n-1 {
		t.Errorf("opened %s beside %d, want the first red one of the department beside all others", first.Case, first.Waiting)
	}
	if second := open(cards.ToAfter, "case-00901"); second.Case != "case-00904" {
		t.Errorf("after it %s, want case-00904", second.Case)
	}
	last := open(cards.ToOpen, "case-00997")
	if next := open(cards.ToAfter, last.Case); next.Case != "case-00901" {
		t.Errorf("the last one is followed by %s, want the first", next.Case)
	}
	// Another admin does not get what the first one reads.
	listed(w, "ou_hr2", flows.FilterRed, "od_1")
	if a := press(w, "ou_hr2", cards.Action{Act: cards.ActNext}); a.Card.(cards.Review).Case != "case-00904" {
		t.Errorf("the other admin reads %+v, want the second", a.Card)
	}
	if d := listed(w, "ou_hr1", flows.FilterAll, ""); d.Taken != 1 || d.Counts["all"] != n {
		t.Errorf("%d taken of %d, want 1 of all", d.Taken, d.Counts["all"])
	}
}

// TestBulkBehindTheFirstPages offers green cases that wait behind many others, and only those that nobody else reads.
func TestBulkBehindTheFirstPages(t *testing.T) {
	t.Parallel()
	w := atDesk(t, 400, func(i int) flows.Level {
		if i >= 330 {
			return flows.LevelPassed
		}
		return flows.LevelWarning
	})
	listed(w, "ou_hr2", flows.FilterGreen, "")
	if a := press(w, "ou_hr2", cards.Action{Act: cards.ActNext}); a.Card.(cards.Review).Case != "case-00330" {
		t.Fatalf("opened %+v, want the first green one", a.Card)
	}
	a := press(w, "ou_hr1", cards.Action{Act: cards.ActBulk})
	if offered, ok := a.Card.(cards.Bulk); !ok || len(offered.Rows) != 50 || offered.Rows[0].Department == "" {
		t.Fatalf("offered %+v, want 50", a.Card)
	}
	w.CheckAnswer(press(w, "ou_hr1", cards.Action{Act: cards.ActBulk, To: cards.ToConfirm}),
		"bulk_done", "n", "50", "skipped", "0")
	if d := listed(w, "ou_hr1", flows.FilterGreen, ""); d.Counts["green"] != 20 || d.Counts["all"] != 350 {
		t.Errorf("left %v, want 20 green of 350", d.Counts)
	}
	if s := w.CaseNow("case-00330").State; s != flows.AwaitingReview {
		t.Errorf("the case that another admin reads is %s, want it untouched", s)
	}
}

// BenchmarkDesk measures what an admin waits for with many cases in the queue: the list, and the next case.
func BenchmarkDesk(b *testing.B) {
	for _, n := range []int{20, 1000, 10_000} {
		w := atDesk(b, n, func(i int) flows.Level {
			return []flows.Level{flows.LevelWarning, flows.LevelPassed}[min(1, i*20/n/19)]
		})
		b.Run(fmt.Sprintf("list/%d", n), func(b *testing.B) {
			for b.Loop() {
				listed(w, "ou_hr1", flows.FilterGreen, "")
			}
		})
		b.Run(fmt.Sprintf("next/%d", n), func(b *testing.B) {
			for b.Loop() {
				press(w, "ou_hr1", cards.Action{Act: cards.ActNext, To: cards.ToAfter})
			}
		})
	}
}

// TestWaitingWithoutHeld: a case on hold does not wait for HR, on no card; when the hold is over it waits again.
func TestWaitingWithoutHeld(t *testing.T) {
	t.Parallel()
	w := atDesk(t, 3, func(int) flows.Level { return flows.LevelPassed })
	w.MustReport("case-00000", flows.Event{Kind: flows.Held, Role: flows.HR, Actor: "ou_hr1", Field: "hour"})
	check := func(total, held int, oldest string) {
		t.Helper()
		w.Must(w.Store.View(t.Context(), func(v flows.View) error {
			got, err := w.Engine.Waiting(t.Context(), v, workerstest.Tenant)
			if err != nil {
				return err
			}
			want := cards.Waiting{Total: total, Green: total, OnHold: held, Oldest: w.CaseNow(oldest).EnteredAt}
			if !got.Oldest.Equal(want.Oldest) {
				t.Errorf("the oldest waits since %s, want %s", got.Oldest, want.Oldest)
			}
			if got.Oldest = want.Oldest; got != want {
				t.Errorf("waiting %+v, want %+v", got, want)
			}
			card, err := w.Engine.QueueCard(t.Context(), v, workerstest.Tenant)
			if board := card.(cards.Queue); board.Total != total || board.OnHold != held {
				t.Errorf("the board says %d and %d on hold, want %d and %d", board.Total, board.OnHold, total, held)
			}
			return err
		}))
		if d := listed(w, "ou_hr1", flows.FilterAll, ""); d.Counts["all"] != total || d.Counts["held"] != held {
			t.Errorf("the desk says %v, want %d and %d on hold", d.Counts, total, held)
		}
	}
	check(2, 1, "case-00001")
	w.Advance(time.Hour)
	check(3, 0, "case-00000")
}
