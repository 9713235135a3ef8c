package workers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestTooOldCard: a message that can no longer be changed is replaced while the case is open, and otherwise left alone.
func TestTooOldCard(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	var old *workerstest.Message
	w.Messenger.PatchFunc = func(_ context.Context, id string, card json.RawMessage) error {
		if id == old.ID {
			return workerstest.TooOld()
		}
		w.Messenger.Replace(id, card)
		return nil
	}
	c, first := w.PutShownCase(flows.Checking, "ou_1")
	old = first
	w.MustReport(c.ID, workerstest.Delayed("check"))
	w.RunJobs(flows.JobShow)
	sent := w.Messenger.SentTo("ou_1")
	if len(sent) != 2 || !workerstest.Shows(sent[1].Current(), "progress_delayed") || len(sent[0].Cards) != 1 {
		t.Fatalf("cards: got %d, want 2", len(sent))
	}
	if s := w.Surface(workerstest.ApplicantSurface(c)); s.Unreachable || s.MessageID != sent[1].ID || s.OldID != "" {
		t.Errorf("the surface is %+v", s)
	}
	// The case has ended: no new message is sent, and no job is left.
	c, _ = w.PutShownCase(flows.Checking, "ou_2")
	w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error { return workerstest.TooOld() }
	w.MustReport(c.ID, flows.Event{Kind: flows.Cancelled, Role: flows.Applicant, Actor: "ou_2"})
	w.RunJobs(flows.JobShow)
	if n := len(w.Messenger.SentTo("ou_2")); n != 1 || !w.Surface(workerstest.ApplicantSurface(c)).Unreachable ||
		len(w.Waiting(flows.JobShow)) != 0 {
		t.Errorf("%d cards, surface %+v, want 1", n, w.Surface(workerstest.ApplicantSurface(c)))
	}
}

// TestFormerCardIsGone: nothing is lost if a former message cannot become a pointer.
func TestFormerCardIsGone(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, _ := w.PutShownCase(flows.Checking, "ou_1")
	w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error { return workerstest.TooOld() }
	w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	w.RunJobs(flows.JobShow)
	if s := w.Surface(workerstest.ApplicantSurface(c)); s.SentGeneration != 2 || s.OldID != "" || s.Unreachable {
		t.Errorf("the surface is %+v", s)
	}
	// If Feishu is busy, the patch is tried again, and nothing is sent twice.
	w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error { return workerstest.RetryLater() }
	w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	w.RunJobs(flows.JobShow)
	if s := w.Surface(workerstest.ApplicantSurface(c)); s.SentGeneration != 3 || s.OldID == "" {
		t.Errorf("the surface is %+v", s)
	}
	w.Messenger.PatchFunc = nil
	w.Advance(time.Second)
	w.RunJobs(flows.JobShow)
	sent := w.Messenger.SentTo("ou_1")
	if len(sent) != 3 || !workerstest.Shows(sent[1].Current(), "superseded.title") ||
		w.Surface(workerstest.ApplicantSurface(c)).OldID != "" {
		t.Errorf("%d cards, the second shows %s, want 3", len(sent), sent[1].Current())
	}
}

// TestRefusedCardThenNextCard: a card that Feishu refuses is not sent again, but the next card of the surface is.
func TestRefusedCardThenNextCard(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, m := w.PutShownCase(flows.Checking, "ou_1")
	w.Messenger.PatchFunc = func(_ context.Context, id string, card json.RawMessage) error {
		if w.CaseNow(c.ID).State == flows.Checking {
			w.MustReport(c.ID, flows.Event{Kind: flows.PersonChecked, Check: &flows.Check{Outcome: "mismatch", Serial: "s"}})
			w.Must(w.Run(t.Context(), w.TakeJob(flows.JobShow))) // marks the surface dirty
			return &workerstest.UpstreamError{Class: "card", Code: "230099/200621"}
		}
		w.Messenger.Replace(id, card)
		return nil
	}
	w.MustReport(c.ID, workerstest.Delayed("check"))
	w.RunJobs(flows.JobShow)
	w.Advance(time.Second)
	w.RunJobs(flows.JobShow)
	if !workerstest.Shows(m.Current(), "confirm.title") {
		t.Errorf("the card shows %s", m.Current())
	}
	if n := len(w.Waiting(flows.JobShow)); n != 0 {
		t.Errorf("jobs go on: got %d, want 0", n)
	}
}

// TestMaskedFormAfterDLP: the form is masked if the tenant's data-loss prevention refuses clear values.
func TestMaskedFormAfterDLP(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.AwaitingConfirmation, "ou_1")
	w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	w.Messenger.SendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
		if !w.CaseNow(c.ID).MaskedForm {
			return "", &workerstest.UpstreamError{Class: "dlp", Code: "230028"}
		}
		return w.Messenger.Post(to, card, uuid), nil
	}
	w.RunJobs(flows.JobShow)
	sent := w.Messenger.SentTo("ou_1")
	if len(sent) != 1 || !workerstest.Shows(sent[0].Current(), "confirm.ask_masked") {
		t.Fatalf("forms: got %d, want 1", len(sent))
	}
	// If the masked form is refused as well, the job ends and the case stays.
	w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error {
		return &workerstest.UpstreamError{Class: "dlp", Code: "230028"}
	}
	w.Click("ou_1", w.CaseNow(c.ID), cards.ActConfirm, "identity_name", "", "identity_code", "1", "mobile", "1")
	w.RunJobs(flows.JobShow)
	w.InState(c.ID, flows.AwaitingConfirmation)
	if n := len(w.Waiting(flows.JobShow)); n != 0 {
		t.Errorf("jobs go on: got %d, want 0", n)
	}
}

// TestDeferredCards: a card that has to wait for the rate limiter uses no attempt up and keeps the surface. After a
// failure a newer job may take the surface over.
func TestDeferredCards(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, m := w.PutShownCase(flows.Checking, "ou_1")
	w.MustReport(c.ID, workerstest.Delayed("check"))
	for _, tt := range []struct {
		fail   func()
		in     time.Duration
		snooze bool
		keeps  bool // the surface
	}{
		{func() {
			w.Store.WaitFunc = func(context.Context, []flows.BurstLimit) error {
				return fmt.Errorf("no slot: %w", &flows.RetryLater{In: 40 * time.Second, Snooze: true, Code: "rate"})
			}
		}, 40 * time.Second, true, true},
		{func() {
			w.Store.WaitFunc = nil
			w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error { return workerstest.NoScope() }
		}, flows.ProbeEvery, true, false},
		{func() {
			w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error {
				return &workerstest.UpstreamError{
					Class:       "retry",
					Code:        "99991400",
					IsTemporary: true,
					RetryIn:     7 * time.Second,
				}
			}
		}, 7 * time.Second, false, false},
	} {
		t.Run(tt.in.String(), func(t *testing.T) {
			tt.fail()
			j := w.TakeJob(flows.JobShow)
			err := w.Run(t.Context(), j)
			again, ok := errors.AsType[*flows.RetryLater](err)
			if !ok || again.In != tt.in || again.Snooze != tt.snooze {
				t.Errorf("%v, want again in %v", err, tt.in)
			}
			if s := w.Surface(workerstest.ApplicantSurface(c)); s.LeaseUntil.After(w.Now()) != tt.keeps || s.Unreachable {
				t.Errorf("the surface is left as %+v", s)
			}
			w.QueueJob(j)
		})
	}
	w.Messenger.PatchFunc = nil
	w.RunJobs(flows.JobShow)
	if !workerstest.Shows(m.Current(), "progress_delayed") {
		t.Errorf("the card shows %s", m.Current())
	}
}
