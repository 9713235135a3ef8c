package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// anotherEngine returns the workers of a further process on the database of w.
func anotherEngine(w *workerstest.Harness) *workers.Workers {
	deps := w.Workers.Deps
	deps.Engine = engine.New(w.Engine.Deps)
	return workers.New(deps)
}

// TestAnswerBeforeDrawing: whichever process draws a clicked card, and whenever it began, the answer to the click is on
// the screen first, and what has happened since is on the screen at last.
func TestAnswerBeforeDrawing(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		another bool // another process draws
		begun   bool // it has begun before the click
		dies    bool // the answering process dies before it has answered
	}{
		"by the same process, which waits for the answer": {},
		"by another process":                              {another: true},
		"by another process, begun before the click":      {another: true, begun: true},
		"by another process, after the first has died":    {another: true, dies: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) { d.Shared = true })
			c, m := w.PutShownCase(flows.Checking, "ou_1")
			draws := w.Workers
			if tt.another {
				draws = anotherEngine(w)
			}
			var answer flows.Answer
			click := func() {
				late := *c
				late.Rev--
				answer = w.Click("ou_1", &late, cards.ActConfirm, "identity_name", "", "identity_code", "1", "mobile", "2",
					"message", m.ID)
			}
			if tt.begun {
				w.Store.WaitFunc = func(context.Context, []flows.BurstLimit) error {
					w.Store.WaitFunc = nil
					click()
					return nil
				}
			} else {
				click()
			}
			w.MustReport(c.ID, workerstest.Delayed("check"))
			before := w.Messenger.Patches
			job := w.DueJob(flows.JobShow).Job // not the one that follows the click after two seconds
			err := draws.Run(t.Context(), job)
			if !tt.another {
				w.Must(err)
			} else {
				again, ok := errors.AsType[*flows.RetryLater](err)
				if !ok || !again.Snooze || again.In > time.Second || w.Messenger.Patches != before {
					t.Fatalf("before the answer: got %v and %d patches, want it put off", err, w.Messenger.Patches-before)
				}
				if tt.dies {
					w.Advance(3 * time.Second)
				} else {
					w.Messenger.Replace(m.ID, answer.Card.JSON())
					before = w.Messenger.Patches
					answer.Left()
				}
				w.Must(draws.Run(t.Context(), job))
			}
			if got := w.Messenger.Patches - before; got != 1 || !workerstest.Shows(m.Current(), "progress_delayed") {
				t.Errorf("after the answer: got %d patches and %s, want one and the delay", got, m.Current())
			}
			if !tt.another {
				answer.Left()
			}
			w.Advance(3 * time.Second)
			w.RunJobs(flows.JobShow)
			if got := w.Messenger.Patches - before; got != 1 || !workerstest.Shows(m.Current(), "progress_delayed") {
				t.Errorf("at last: got %d patches and %s, want no further one and the delay", got, m.Current())
			}
		})
	}
}

// TestPointerAfterAnswer: while a click is being answered, a new card is asked for. Another process makes the clicked
// card a pointer only after the answer, which would replace the pointer.
func TestPointerAfterAnswer(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) { d.Shared = true })
	c, m := w.PutShownCase(flows.AwaitingConsent, "ou_1")
	answer := w.Click("ou_1", c, cards.ActConsent, "message", m.ID)
	w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	draws := anotherEngine(w)
	job := w.DueJob(flows.JobShow).Job // not the one that follows the click after two seconds
	before := w.Messenger.Patches
	if again, ok := errors.AsType[*flows.RetryLater](draws.Run(t.Context(), job)); !ok || !again.Snooze {
		t.Fatal("before the answer: got the card drawn, want it put off")
	}
	if got := w.Messenger.Patches - before; got != 0 {
		t.Errorf("before the answer: got %d changes of the old card, want none", got)
	}
	w.Messenger.Replace(m.ID, answer.Card.JSON())
	answer.Left()
	w.Must(draws.Run(t.Context(), job))
	sent := w.Messenger.SentTo("ou_1")
	if len(sent) != 2 || !workerstest.Shows(m.Current(), "superseded.title") {
		t.Errorf("after the answer: got %d cards, the old one shows %s; want 2 and a pointer", len(sent), m.Current())
	}
}

// TestAnswerAfterDrawing: a card that another process is sending when the click comes is on the screen before the
// answer, so that the card from before the click does not come back.
func TestAnswerAfterDrawing(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) { d.Shared = true })
	c, m := w.PutShownCase(flows.Checking, "ou_1")
	late := *c
	late.Rev--
	w.MustReport(c.ID, workerstest.Delayed("check"))
	answered := make(chan struct{})
	w.Messenger.PatchFunc = func(_ context.Context, id string, card json.RawMessage) error {
		w.Messenger.PatchFunc = nil
		go func() {
			defer close(answered)
			w.Click("ou_1", &late, cards.ActConfirm, "identity_name", "", "identity_code", "1", "mobile", "2", "message", m.ID)
		}()
		select {
		case <-answered:
			t.Error("the answer left while another process was changing the card")
		case <-time.After(50 * time.Millisecond): // the wrong order shows itself within this time
		}
		w.Messenger.Replace(id, card)
		return nil
	}
	_ = anotherEngine(w).Run(t.Context(), w.TakeJob(flows.JobShow))
	<-answered
}

// TestLaterClickKeepsTheCard: the end of the first of two answers does not let others draw before the second.
func TestLaterClickKeepsTheCard(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) { d.Shared = true })
	c, m := w.PutShownCase(flows.Checking, "ou_1")
	late := *c
	late.Rev--
	click := func() flows.Answer {
		return w.Click("ou_1", &late, cards.ActConfirm, "identity_name", "", "identity_code", "1", "mobile", "2",
			"message", m.ID)
	}
	first := click()
	w.Advance(10 * time.Millisecond)
	second := click()
	other := engine.New(w.Engine.Deps)
	for _, tt := range []struct {
		left func()
		want bool // others wait
	}{{first.Left, true}, {second.Left, false}} {
		tt.left()
		hash := w.Surface(workerstest.ApplicantSurface(c)).RenderedHash
		if got := other.AnswerPending(hash) > 0; got != tt.want {
			t.Errorf("others wait: got %t, want %t (%s)", got, tt.want, hash)
		}
	}
}

// TestEngineOfItsOwnWritesNothing: an engine that has its database alone does not write after an answer.
func TestEngineOfItsOwnWritesNothing(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, m := w.PutShownCase(flows.Checking, "ou_1")
	late := *c
	late.Rev--
	answer := w.Click("ou_1", &late, cards.ActConfirm, "identity_name", "", "identity_code", "1", "mobile", "2",
		"message", m.ID)
	if answer.Card == nil || answer.Left != nil {
		t.Errorf("got a card: %t, something to do after it: %t; want a card and nothing", answer.Card != nil,
			answer.Left != nil)
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
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) { d.Shared = true })
	c := w.Walk("ou_1", flows.SampleNumber, flows.AwaitingConfirmation)
	w.RunJobs()
	sent := w.Messenger.SentTo("ou_1")
	card := sent[len(sent)-1].ID
	w.Click("ou_1", c, cards.ActConfirm, "identity_name", "", "identity_code", "1", "mobile", "2", "message", card)
	shown := w.Waiting(flows.JobShow)
	if len(shown) != 1 || !shown[0].At.After(w.Now()) {
		t.Errorf("the clicked card is drawn at %v, now is %v", shown[0].At, w.Now())
	}
	hash := w.Surface(workerstest.ApplicantSurface(c)).RenderedHash
	if got := engine.New(w.Engine.Deps).AnswerPending(hash); got != 3*time.Second {
		t.Errorf("other processes wait for the answer: got %s, want 3s", got)
	}
}
