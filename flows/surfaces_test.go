package flows_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"shiming/flows"
)

// surface loads a surface.
func (w *world) surface(id string) (s *flows.Surface) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(v flows.View) (err error) {
		s, err = v.Surface(w.t.Context(), id)
		return err
	}))
	return s
}

func applicantSurface(c *flows.Case) string { return "case/" + c.ID + "/applicant" }

// shown is a case whose applicant has its card on the screen.
func (w *world) shown(s flows.State, openID string) (*flows.Case, *message) {
	w.t.Helper()
	c := w.put(s, openID)
	w.change(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: openID})
	w.run(flows.JobShow)
	sent := w.chat.sentTo(openID)
	if len(sent) != 1 {
		w.t.Fatalf("%d cards", len(sent))
	}
	return w.caseNow(c.ID), sent[0]
}

// change applies an event that must happen.
func (w *world) change(caseID string, ev flows.Event) *flows.Case {
	w.t.Helper()
	c, ok, err := w.Report(w.t.Context(), caseID, ev)
	w.must(err)
	if !ok {
		w.t.Fatalf("%s did not happen in %s", ev.Kind, c.State)
	}
	return c
}

// delayed changes what the applicant's card shows while it stays the same step.
func delayed(step string) flows.Event { return flows.Event{Kind: flows.StepDelayed, Step: step} }

func TestACardIsChangedInPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, m := w.shown(flows.Checking, "ou_1")
	w.change(c.ID, delayed("check"))
	settled := ""
	w.chat.settleFunc = func(_ context.Context, id string) { settled = id }
	w.run(flows.JobShow)
	if n := len(w.chat.sentTo("ou_1")); n != 1 || !shows(m.now(), "progress_delayed") {
		t.Errorf("%d cards, the first shows %s", n, m.now())
	}
	if settled != m.id {
		t.Error("the patch did not wait for a click to be answered")
	}
	for key, want := range map[string]int{"message/create": 1, "to/ou_1": 1, "message/patch": 1, "patch/" + m.id: 1} {
		if got := w.store.waited(key); got != want {
			t.Errorf("limit %s was asked %d times, want %d", key, got, want)
		}
	}
	// What is shown already is not sent again.
	w.queue(flows.Job{Kind: flows.JobShow, Case: c.ID, Ref: applicantSurface(c)})
	w.run(flows.JobShow)
	if w.chat.patches != 1 {
		t.Errorf("%d patches", w.chat.patches)
	}
}

// While one job draws, the others leave it a mark, and the last state wins.
func TestOneJobDrawsAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, m := w.shown(flows.Checking, "ou_1")
	w.change(c.ID, delayed("check"))
	during := false
	w.chat.patchFunc = func(_ context.Context, id string, card json.RawMessage) error {
		if !during { // the case moves on while the first patch is on its way
			during = true
			w.change(c.ID, flows.Event{Kind: flows.Cancelled, Role: flows.Applicant, Actor: "ou_1"})
			if err := w.Run(t.Context(), w.take(flows.JobShow)); err != nil {
				t.Errorf("the second job: %v", err)
			}
			if s := w.surface(applicantSurface(c)); !s.Dirty {
				t.Error("the second job left no mark")
			}
		}
		w.chat.change(id, card)
		return nil
	}
	w.must(w.Run(t.Context(), w.take(flows.JobShow)))
	if !shows(m.now(), "closed_title.withdrawn") {
		t.Errorf("the card shows %s", m.now())
	}
	if s := w.surface(applicantSurface(c)); s.Holder != "" || s.Dirty {
		t.Errorf("the surface is left as %+v", s)
	}
}

// A job that died while drawing does not keep the others away for long, and comes back to
// its own surface at once.
func TestTheLeaseOfADeadJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, m := w.shown(flows.Checking, "ou_1")
	s := w.surface(applicantSurface(c))
	s.Holder, s.HeldUntil = "dead", w.now().Add(45*time.Second)
	hold := func() {
		w.must(w.store.Tx(t.Context(), func(tx flows.Tx) error { return tx.PutSurface(t.Context(), s) }))
	}
	hold()
	w.change(c.ID, delayed("check"))
	w.run(flows.JobShow)
	if w.chat.patches != 0 || !w.surface(s.ID).Dirty {
		t.Error("another job drew, or left no mark")
	}
	w.must(w.Run(t.Context(), flows.Job{Kind: flows.JobShow, Case: c.ID, Ref: s.ID, Key: "dead", Attempt: 2}))
	if w.chat.patches != 1 || !shows(m.now(), "progress_delayed") {
		t.Errorf("%d patches after the dead job came back", w.chat.patches)
	}
	hold()
	w.change(c.ID, delayed("other"))
	w.change(c.ID, flows.Event{Kind: flows.PersonChecked, Check: &flows.Check{Outcome: "mismatch", Serial: "s"}})
	w.pass(46 * time.Second)
	w.run(flows.JobShow)
	if !shows(m.now(), "confirm.title") {
		t.Errorf("after the lease the card shows %s", m.now())
	}
}

// A job that lost its lease does not undo what its successor stored.
func TestALostLeaseIsNotWrittenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.put(flows.Checking, "ou_1")
	w.change(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	slow := true
	w.chat.sendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
		id := w.chat.post(to, card, uuid)
		if slow {
			slow = false
			w.pass(time.Minute)
			w.change(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
			w.must(w.Run(t.Context(), w.take(flows.JobShow)))
		}
		return id, nil
	}
	w.must(w.Run(t.Context(), w.take(flows.JobShow)))
	s := w.surface(applicantSurface(c))
	if s.Gen != 2 || s.Sent != 2 || s.Holder != "" {
		t.Errorf("the surface is %+v", s)
	}
	if last := w.chat.sentTo("ou_1"); last[len(last)-1].id != s.MessageID {
		t.Errorf("the surface points to %s of %d messages", s.MessageID, len(last))
	}
}

// The uuid of a message is the same in every attempt and another for every new message.
func TestMessagesAreSentOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.put(flows.Checking, "ou_1")
	var uuids []string
	failing := 2
	w.chat.sendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
		uuids = append(uuids, uuid)
		id := w.chat.post(to, card, uuid)
		if failing--; failing >= 0 {
			return "", &upstreamError{class: "retry", code: "0", temporary: true, maybe: true} // it may have arrived
		}
		return id, nil
	}
	for range 2 {
		w.change(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
		w.run(flows.JobShow)
		w.pass(time.Second)
		w.run(flows.JobShow)
		w.pass(2 * time.Second)
		w.run(flows.JobShow)
	}
	if len(uuids) != 4 || uuids[0] != uuids[1] || uuids[1] != uuids[2] || uuids[3] == uuids[0] || len(uuids[0]) > 50 {
		t.Errorf("uuids %v", uuids)
	}
	if n := len(w.chat.sentTo("ou_1")); n != 2 {
		t.Errorf("%d messages", n)
	}
	w.say("ou_1", "help")
	j := w.take(flows.JobReply)
	uuids, failing = nil, 1
	if err := w.Run(t.Context(), j); err == nil {
		t.Error("a lost answer went unnoticed")
	}
	w.must(w.Run(t.Context(), j))
	if len(uuids) != 2 || uuids[0] != uuids[1] {
		t.Errorf("uuids of the reply %v", uuids)
	}
}
