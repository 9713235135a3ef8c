package engine_test

import (
	"testing"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// TestReviewByEachAdmin: without a review group each admin gets the card, except the applicant.
func TestReviewByEachAdmin(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) { d.ReviewChat = "" })
	c := w.Walk("ou_hr2", flows.SampleNumber, flows.AwaitingReview) // the applicant is an admin
	if len(w.Messenger.SentTo("ou_hr1")) != 1 {
		t.Errorf("cards to the other admin: got %d, want 1", len(w.Messenger.SentTo("ou_hr1")))
	}
	for _, m := range w.Messenger.SentTo("ou_hr2") {
		if workerstest.Shows(m.Current(), "review.title") {
			t.Error("the applicant got the card for HR")
		}
	}
	w.CheckAnswer(w.Click("ou_hr2", c, cards.ActApprove), "self_review")
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "approved")
	w.RunJobs()
	w.InState(c.ID, flows.Done)
}

// TestNoReviewer: if the only admin is the applicant, nobody can review the case, and the applicant is told.
func TestNoReviewer(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) {
		d.ReviewChat, d.Policy.Admins = "", []string{"ou_hr1"}
	})
	w.Walk("ou_hr1", flows.SampleNumber, flows.AwaitingReview)
	w.RunJobs()
	told := false
	for _, m := range w.Messenger.SentTo("ou_hr1") {
		told = told || workerstest.Shows(m.Current(), "notice.no_reviewer")
	}
	if !told {
		t.Error("he waits for ever without a word")
	}
}
