package engine_test

import (
	"slices"
	"testing"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestQueueShowsNextCase: an admin pages through the queue in one card and never meets the own case.
func TestQueueShowsNextCase(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	next := func(who, caseID, to string) flows.Answer {
		a, err := w.Engine.Click(t.Context(), flows.CardAction{
			EventID:   w.NextID(),
			TenantKey: workerstest.Tenant,
			OpenID:    who,
			MessageID: "om_list",
			Action:    cards.Action{Act: cards.ActNext, Case: caseID, To: to},
		})
		w.Must(err)
		return a
	}
	a := next("ou_hr1", "", "")
	w.CheckAnswer(a, "nothing_next")
	if card, ok := a.Card.(cards.Pending); !ok || card.Total != 0 {
		t.Errorf("an empty queue shows %+v", a.Card)
	}
	var ids []string
	for i, who := range []string{"ou_1", "ou_hr1", "ou_2", "ou_3"} {
		s := flows.AwaitingReview
		if who == "ou_3" {
			s = flows.NeedsAttention
		}
		c := w.PutCase(s, who, func(c *flows.Case) { c.EnteredAt = c.EnteredAt.Add(1e9 * 60 * 1) })
		_ = i
		if who != "ou_hr1" {
			ids = append(ids, c.ID)
		}
		w.Advance(1e9)
	}
	slices.Sort(ids) // the queue is sorted by entry, then by id
	a = next("ou_hr1", "", "")
	w.CheckAnswer(a, "opened")
	first := a.Card.(cards.Review)
	if first.Applicant == "ou_hr1" || first.Waiting != 2 || !first.Queue {
		t.Errorf("the queue begins with %+v", first)
	}
	seen, at := []string{first.Case}, first.Case
	for range 2 {
		a := next("ou_hr1", at, cards.ToAfter)
		switch card := a.Card.(type) {
		case cards.Review:
			at = card.Case
		case cards.Attention:
			at = card.Case
		}
		seen = append(seen, at)
	}
	slices.Sort(seen)
	if !slices.Equal(slices.Compact(seen), ids) {
		t.Errorf("walked over %v, want %v", seen, ids)
	}
	if a := next("ou_hr1", at, cards.ToAfter); a.Card.(cards.Review).Case != first.Case {
		t.Error("after the last comes the first")
	}
	// A row of the list opens its case. If the case does not exist, the first case is opened.
	if card := next("ou_hr1", first.Case, "").Card.(cards.Review); card.Case != first.Case {
		t.Errorf("opened %s, want %v", card.Case, first.Case)
	}
	if a := next("ou_hr1", "01976f00-0000-7000-8000-0000000000ff",
		cards.ToAfter); a.Card.(cards.Review).Case != first.Case {
		t.Error("a case that is gone leads nowhere")
	}
	// After a decision from the queue the card offers the next case.
	c := w.CaseNow(first.Case)
	a = w.Click("ou_hr1", c, cards.ActApprove, "message", "om_list")
	if card := a.Card.(cards.Review); !card.Queue || card.Decision == nil {
		t.Errorf("after the decision: %+v", card)
	}
}

// TestReviewCardIsNoQueue: a decision on the review card itself offers no next case.
func TestReviewCardIsNoQueue(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.Walk("ou_1", flows.SampleNumber, flows.AwaitingReview)
	a := w.Click("ou_hr1", c, cards.ActApprove, "message", w.Messenger.SentTo("oc_hr")[0].ID)
	if card := a.Card.(cards.Review); card.Queue {
		t.Error("the card in the group offers the next case")
	}
}
