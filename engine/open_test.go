package engine_test

import (
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// pressStart lets ou_1 press a start button.
func pressStart(w *workerstest.Harness, to string) flows.Answer {
	w.T.Helper()
	a, err := w.Engine.Click(w.T.Context(), flows.CardAction{
		EventID:   w.NextID(),
		TenantKey: workerstest.Tenant,
		OpenID:    "ou_1",
		Action:    cards.Action{Act: cards.ActStart, To: to},
	})
	w.Must(err)
	return a
}

// TestRegisteredPersonIsTold: a second registration, which is billed again, needs the button of the card that says that
// one exists. A later case that was given up changes nothing about it.
func TestRegisteredPersonIsTold(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.PutCase(flows.Done, "ou_1")
	w.Advance(1)
	w.PutCase(flows.Withdrawn, "ou_1", func(c *flows.Case) { c.CreatedAt = w.Now() })
	told := func(what string) {
		t.Helper()
		if j := w.TakeJob(flows.JobReply); j.Args[flows.ArgCode] != "already_done" {
			t.Errorf("%s: answered with %+v, want the notice already_done", what, j)
		}
		if c := w.LatestCase("ou_1"); !c.State.Terminal() {
			t.Errorf("%s: opened a case, want none", what)
		}
	}
	w.CheckAnswer(pressStart(w, ""), "registered")
	told("the start button")
	w.SendPhotos("ou_1", "k")
	told("a photo")
	w.Say("ou_1", "实名")
	told("实名")
	w.Say("ou_1", "帮助")
	w.RunJobs(flows.JobReply)
	sent := w.Messenger.SentTo("ou_1")
	if !workerstest.Shows(sent[len(sent)-1].Current(), "notice.already_done") {
		t.Error("帮助 offers a start, want the text that the person is registered")
	}
	w.CheckAnswer(pressStart(w, cards.ToAgain), "working")
	if c := w.LatestCase("ou_1"); c.State != flows.AwaitingConsent {
		t.Errorf("after 再登记一次: %s, want a new case", c.State)
	}
}

// TestCasesADay: nobody starts over and over. Neither cancelling nor erasing everything raises the number, and after a
// day it counts anew.
func TestCasesADay(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	for i := range flows.MaxCasesPerDay {
		c := w.PutCase(flows.Withdrawn, "ou_1", func(c *flows.Case) {
			c.CreatedAt = w.Now()
			if i%2 == 0 {
				c.Erased, c.Personal = w.Now(), flows.Personal{}
			}
		})
		w.InState(c.ID, flows.Withdrawn)
		w.Advance(time.Minute)
	}
	w.CheckAnswer(pressStart(w, ""), "too_many_cases")
	w.CheckAnswer(pressStart(w, cards.ToAgain), "too_many_cases")
	for what, send := range map[string]func(){
		"实名":      func() { w.Say("ou_1", "实名") },
		"a photo": func() { w.SendPhotos("ou_1", "k") },
	} {
		send()
		if j := w.TakeJob(flows.JobReply); j.Args[flows.ArgCode] != "too_many_cases" {
			t.Errorf("%s: answered with %+v, want the notice too_many_cases", what, j)
		}
	}
	if c := w.LatestCase("ou_1"); !c.State.Terminal() {
		t.Error("got a case, want none")
	}
	w.Advance(flows.CaseWindow)
	w.CheckAnswer(pressStart(w, ""), "working")
	w.InState(w.LatestCase("ou_1").ID, flows.AwaitingConsent)
}
