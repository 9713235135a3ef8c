package engine_test

import (
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// TestRedrawAfterLateAnswer: the answer to a click may arrive after a drawing of another engine. Only then the card is
// drawn once more.
func TestRedrawAfterLateAnswer(t *testing.T) {
	t.Parallel()
	for name, another := range map[string]bool{"by another engine": true,
		"by the same, which waits for the answer": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			c, m := w.PutShownCase(flows.Checking, "ou_1")
			late := *c
			late.Rev--
			answer := w.Click("ou_1", &late, cards.ActConfirm, "identity_name", "", "identity_code", "1", "mobile", "2",
				"message", m.ID)
			w.MustReport(c.ID, workerstest.Delayed("check"))
			draws := w.Workers
			if another {
				deps := w.Workers.Deps
				deps.Engine = engine.New(w.Engine.Deps)
				draws = workers.New(deps)
			}
			for _, q := range w.Waiting(flows.JobShow) {
				if !q.At.After(w.Now()) {
					w.Must(draws.Run(t.Context(), q.Job))
				}
			}
			if !workerstest.Shows(m.Current(), "progress_delayed") {
				t.Fatalf("the card shows %s", m.Current())
			}
			if another {
				w.Messenger.Replace(m.ID, answer.Card.JSON())
			}
			patches := w.Messenger.Patches
			w.Advance(3 * time.Second)
			w.RunJobs(flows.JobShow)
			if !workerstest.Shows(m.Current(), "progress_delayed") {
				t.Errorf("the card shows %s", m.Current())
			}
			if again := w.Messenger.Patches > patches; again != another {
				t.Errorf("%d patches after %d", w.Messenger.Patches, patches)
			}
		})
	}
}

// TestRedrawAfterClickOnFormerCard: the answer to a click replaces the pointer on a former message; the pointer is
// drawn again.
func TestRedrawAfterClickOnFormerCard(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, m := w.PutShownCase(flows.Checking, "ou_1")
	w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	w.RunJobs(flows.JobShow)
	if !workerstest.Shows(m.Current(), "superseded.title") {
		t.Fatalf("the former card shows %s", m.Current())
	}
	late := *c
	late.Rev--
	form := []string{"identity_name", "", "identity_code", "1", "mobile", "2", "message", m.ID}
	answer := w.Click("ou_1", &late, cards.ActConfirm, form...)
	w.Messenger.Replace(m.ID, answer.Card.JSON())
	w.Advance(3 * time.Second)
	w.RunJobs(flows.JobShow)
	if sent := w.Messenger.SentTo("ou_1"); len(sent) != 2 || !workerstest.Shows(m.Current(), "superseded.title") {
		t.Errorf("%d messages, the former card shows %s, want 2", len(sent), m.Current())
	}
}

// TestClickedCardIsRedrawnLater: the clicked card is drawn after the answer has been on the screen for a moment.
func TestClickedCardIsRedrawnLater(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.Walk("ou_1", flows.SampleNumber, flows.AwaitingConfirmation)
	w.RunJobs()
	sent := w.Messenger.SentTo("ou_1")
	card := sent[len(sent)-1].ID
	w.Click("ou_1", c, cards.ActConfirm, "identity_name", "", "identity_code", "1", "mobile", "2", "message", card)
	shown := w.Waiting(flows.JobShow)
	if len(shown) != 1 || !shown[0].At.After(w.Now()) {
		t.Errorf("the clicked card is drawn at %v, now is %v", shown[0].At, w.Now())
	}
}
