package flows_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// lostSends has the next message sent and its answer lost.
func (w *world) lostSends() {
	w.chat.sendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
		w.chat.post(to, card, uuid)
		w.chat.sendFunc = nil
		return "", retryLater()
	}
}

// A message whose id nobody got comes to light, also when a newer one is wanted by then.
func TestALostMessageIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.put(flows.Checking, "ou_1")
	asked := flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"}
	w.change(c.ID, asked)
	w.lostSends()
	w.run(flows.JobShow)
	w.change(c.ID, asked)
	w.pass(time.Minute)
	w.run(flows.JobShow)
	sent := w.chat.sentTo("ou_1")
	if len(sent) != 2 || !shows(sent[0].now(), "superseded.title") || shows(sent[1].now(), "superseded.title") {
		t.Fatalf("%d messages, the first shows %s", len(sent), sent[0].now())
	}
	if s := w.surface(applicantSurface(c)); s.MessageID != sent[1].id || s.Sent != 2 || s.OldID != "" || s.Posting > s.Sent {
		t.Errorf("the surface is %+v", s)
	}
}

// A message that was sent before its answer was lost shows what was true then; it is changed.
func TestALostMessageIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.put(flows.Checking, "ou_1")
	w.change(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	w.lostSends()
	w.run(flows.JobShow)
	w.change(c.ID, delayed("check"))
	w.pass(time.Minute)
	w.run(flows.JobShow)
	sent := w.chat.sentTo("ou_1")
	if len(sent) != 1 || !shows(sent[0].now(), "progress_delayed") {
		t.Errorf("%d messages, the first shows %s", len(sent), sent[0].now())
	}
}

// A message that never left is sent once and needs no change afterwards.
func TestAMessageThatNeverLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.put(flows.Checking, "ou_1")
	w.change(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	w.store.waitFunc = func(context.Context, []flows.Limit) error {
		w.store.waitFunc = nil
		return &flows.Again{In: time.Second, Snooze: true, Code: "rate_limit"}
	}
	w.run(flows.JobShow)
	if s := w.surface(applicantSurface(c)); s.Posting != 0 {
		t.Errorf("the surface is %+v", s)
	}
	w.pass(time.Minute)
	w.run(flows.JobShow)
	if n := len(w.chat.sentTo("ou_1")); n != 1 || w.chat.patches != 0 {
		t.Errorf("%d messages, %d patches", n, w.chat.patches)
	}
}

// The answer to a click may come after what another engine has drawn. The card is drawn once
// more then, and only then.
func TestAnAnswerThatWasOvertaken(t *testing.T) {
	t.Parallel()
	for name, another := range map[string]bool{"by another engine": true, "by the same, which waits for the answer": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c, m := w.shown(flows.Checking, "ou_1")
			late := *c
			late.Rev--
			answer := w.click("ou_1", &late, cards.ActConfirm, "identity_name", "", "identity_code", "1", "mobile", "2", "message", m.id)
			w.change(c.ID, delayed("check"))
			draws := w.Workers
			if another {
				deps := w.WorkersDeps
				deps.Engine = flows.New(w.Deps)
				draws = flows.NewWorkers(deps)
			}
			for _, q := range w.waiting(flows.JobShow) {
				if !q.at.After(w.now()) {
					w.must(draws.Run(t.Context(), q.Job))
				}
			}
			if !shows(m.now(), "progress_delayed") {
				t.Fatalf("the card shows %s", m.now())
			}
			if another {
				w.chat.change(m.id, answer.Card.JSON())
			}
			patches := w.chat.patches
			w.pass(3 * time.Second)
			w.run(flows.JobShow)
			if !shows(m.now(), "progress_delayed") {
				t.Errorf("the card shows %s", m.now())
			}
			if again := w.chat.patches > patches; again != another {
				t.Errorf("%d patches after %d", w.chat.patches, patches)
			}
		})
	}
}

// A pointer that was replaced by the answer to a click becomes a pointer again.
func TestAnAnswerOnAFormerCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, m := w.shown(flows.Checking, "ou_1")
	w.change(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	w.run(flows.JobShow)
	if !shows(m.now(), "superseded.title") {
		t.Fatalf("the former card shows %s", m.now())
	}
	late := *c
	late.Rev--
	answer := w.click("ou_1", &late, cards.ActConfirm, "identity_name", "", "identity_code", "1", "mobile", "2", "message", m.id)
	w.chat.change(m.id, answer.Card.JSON())
	w.pass(3 * time.Second)
	w.run(flows.JobShow)
	if sent := w.chat.sentTo("ou_1"); len(sent) != 2 || !shows(m.now(), "superseded.title") {
		t.Errorf("%d messages, the former card shows %s", len(sent), m.now())
	}
}

// A former card that could not be turned into a pointer yet is not forgotten for the next one.
func TestTwoFormerCards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, _ := w.shown(flows.Checking, "ou_1")
	asked := flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"}
	w.chat.patchFunc = func(context.Context, string, json.RawMessage) error { return retryLater() }
	w.change(c.ID, asked)
	w.run(flows.JobShow)
	w.change(c.ID, asked)
	w.chat.patchFunc = nil
	w.pass(time.Minute)
	w.run(flows.JobShow)
	sent := w.chat.sentTo("ou_1")
	if len(sent) != 3 || shows(sent[2].now(), "superseded.title") {
		t.Fatalf("%d messages", len(sent))
	}
	for i, m := range sent[:2] {
		if !shows(m.now(), "superseded.title") {
			t.Errorf("card %d is still there", i+1)
		}
	}
}
