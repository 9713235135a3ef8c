package workers_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"shiming/flows"
	"shiming/workers/workerstest"
)

// loseNextSendAnswer makes the next message arrive and its answer get lost.
func loseNextSendAnswer(w *workerstest.Harness) {
	w.Messenger.SendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
		w.Messenger.Post(to, card, uuid)
		w.Messenger.SendFunc = nil
		return "", workerstest.RetryLater()
	}
}

// TestLostMessageIsFound: a message whose id was lost becomes a pointer, even if a newer one is wanted by then.
func TestLostMessageIsFound(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Checking, "ou_1")
	asked := flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"}
	w.MustReport(c.ID, asked)
	loseNextSendAnswer(w)
	w.RunJobs(flows.JobShow)
	w.MustReport(c.ID, asked)
	w.Advance(time.Minute)
	w.RunJobs(flows.JobShow)
	sent := w.Messenger.SentTo("ou_1")
	if len(sent) != 2 || !workerstest.Shows(sent[0].Current(), "superseded.title") ||
		workerstest.Shows(sent[1].Current(), "superseded.title") {
		t.Fatalf("%d messages, the first shows %s, want 2", len(sent), sent[0].Current())
	}
	if s := w.Surface(workerstest.ApplicantSurface(c)); s.MessageID != sent[1].ID || s.SentGeneration != 2 ||
		s.OldID != "" || s.SendingGeneration > s.SentGeneration {
		t.Errorf("the surface is %+v", s)
	}
}

// TestLostMessageIsUpdated: a message whose id was lost is patched, because it shows an older card.
func TestLostMessageIsUpdated(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Checking, "ou_1")
	w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	loseNextSendAnswer(w)
	w.RunJobs(flows.JobShow)
	w.MustReport(c.ID, workerstest.Delayed("check"))
	w.Advance(time.Minute)
	w.RunJobs(flows.JobShow)
	sent := w.Messenger.SentTo("ou_1")
	if len(sent) != 1 || !workerstest.Shows(sent[0].Current(), "progress_delayed") {
		t.Errorf("%d messages, the first shows %s, want 1", len(sent), sent[0].Current())
	}
}

// TestMessageThatWasNotSent: a message that was never sent is sent once and not patched.
func TestMessageThatWasNotSent(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Checking, "ou_1")
	w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	w.Store.WaitFunc = func(context.Context, []flows.BurstLimit) error {
		w.Store.WaitFunc = nil
		return &flows.RetryLater{In: time.Second, Snooze: true, Code: "rate_limit"}
	}
	w.RunJobs(flows.JobShow)
	if s := w.Surface(workerstest.ApplicantSurface(c)); s.SendingGeneration != 0 {
		t.Errorf("the surface is %+v", s)
	}
	w.Advance(time.Minute)
	w.RunJobs(flows.JobShow)
	if n := len(w.Messenger.SentTo("ou_1")); n != 1 || w.Messenger.Patches != 0 {
		t.Errorf("%d messages, %d patches, want 1, 0", n, w.Messenger.Patches)
	}
}

// TestTwoFormerMessages: both former messages become pointers, although the first patch failed.
func TestTwoFormerMessages(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, _ := w.PutShownCase(flows.Checking, "ou_1")
	asked := flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"}
	w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error { return workerstest.RetryLater() }
	w.MustReport(c.ID, asked)
	w.RunJobs(flows.JobShow)
	w.MustReport(c.ID, asked)
	w.Messenger.PatchFunc = nil
	w.Advance(time.Minute)
	w.RunJobs(flows.JobShow)
	sent := w.Messenger.SentTo("ou_1")
	if len(sent) != 3 || workerstest.Shows(sent[2].Current(), "superseded.title") {
		t.Fatalf("messages: got %d, want 3", len(sent))
	}
	for i, m := range sent[:2] {
		if !workerstest.Shows(m.Current(), "superseded.title") {
			t.Errorf("card %d is still there", i+1)
		}
	}
}
