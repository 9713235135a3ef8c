package workers_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"shiming/flows"
	"shiming/workers/workerstest"
)

// stopBot makes Feishu refuse every message and change for one person or group, as when a person has stopped the bot.
func stopBot(w *workerstest.Harness, id string) (calls *int) {
	calls = new(int)
	refused := &workerstest.UpstreamError{Class: "receiver", Code: "230035"}
	w.Messenger.SendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
		if to.ID == id {
			*calls++
			return "", refused
		}
		return w.Messenger.Post(to, card, uuid), nil
	}
	w.Messenger.PatchFunc = func(_ context.Context, message string, card json.RawMessage) error {
		for _, m := range w.Messenger.SentTo(id) {
			if m.ID == message {
				*calls++
				return refused
			}
		}
		w.Messenger.Replace(message, card)
		return nil
	}
	return calls
}

// unreachedNotices counts the notices to HR about applicants who cannot be reached.
func unreachedNotices(w *workerstest.Harness) (n int) {
	for _, m := range w.Messenger.SentTo("oc_hr") {
		if workerstest.Shows(m.Current(), "notice.applicant_unreached") {
			n++
		}
	}
	return n
}

// TestApplicantOutOfReach: a card is tried once at a person who has stopped the bot. HR hears of it once if it is this
// person's turn. Whatever the person does next brings the card.
func TestApplicantOutOfReach(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		state   flows.State
		notices int
		next    func(w *workerstest.Harness)
	}{
		"writes a word":        {flows.AwaitingPhotos, 1, func(w *workerstest.Harness) { w.Say("ou_1", "谢谢") }},
		"asks for the card":    {flows.AwaitingPhotos, 1, func(w *workerstest.Harness) { w.Say("ou_1", "实名") }},
		"enters the chat":      {flows.AwaitingCode, 1, enters},
		"while the bot checks": {flows.Checking, 0, enters},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			c := w.PutCase(tt.state, "ou_1")
			calls := stopBot(w, "ou_1")
			for range 3 {
				w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
				w.RunJobs(flows.JobShow, flows.JobReply)
			}
			w.Advance(time.Hour)
			w.RunJobs(flows.JobShow, flows.JobReply)
			if got := unreachedNotices(w); *calls != 3 || got != tt.notices || len(w.Waiting(flows.JobShow)) != 0 {
				t.Errorf("got %d calls, %d notices, %d jobs; want one call for each change, %d notices, no job", *calls, got,
					len(w.Waiting(flows.JobShow)), tt.notices)
			}
			w.Messenger.SendFunc, w.Messenger.PatchFunc = nil, nil
			tt.next(w)
			w.RunJobs(flows.JobShow)
			s := w.Surface(workerstest.ApplicantSurface(c))
			if len(w.Messenger.SentTo("ou_1")) == 0 || s.Outdated() || s.Unreachable {
				t.Errorf("got %d cards and %+v, want the card", len(w.Messenger.SentTo("ou_1")), s)
			}
		})
	}
}

func enters(w *workerstest.Harness) {
	w.Must(w.Entered(w.T.Context(), flows.Entered{EventID: w.NextID(), TenantKey: workerstest.Tenant, OpenID: "ou_1"}))
}

// TestOutOfReachWhenNeeded: HR hears of it when it becomes the turn of a person whose card was refused before.
func TestOutOfReachWhenNeeded(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, _ := w.PutShownCase(flows.Checking, "ou_1")
	stopBot(w, "ou_1")
	for i, ev := range []flows.Event{
		workerstest.Delayed("check"),
		{Kind: flows.PersonChecked, Check: &flows.Check{Outcome: "mismatch", Serial: "s"}},
	} {
		w.MustReport(c.ID, ev)
		w.RunJobs(flows.JobShow, flows.JobReply)
		if got := unreachedNotices(w); got != i {
			t.Errorf("notices after %s: got %d, want %d", ev.Kind, got, i)
		}
	}
}

// TestRefusalAtTheEnd: nothing is tried any more, and HR is not disturbed, when the last card of a case is refused.
func TestRefusalAtTheEnd(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, _ := w.PutShownCase(flows.AwaitingPhotos, "ou_1")
	calls := stopBot(w, "ou_1")
	w.MustReport(c.ID, flows.Event{Kind: flows.Cancelled, Role: flows.Applicant, Actor: "ou_1"})
	w.RunJobs(flows.JobShow)
	w.Advance(3 * 24 * time.Hour)
	w.RunJobs(flows.JobShow, flows.JobReply)
	if n := unreachedNotices(w); *calls != 1 || n != 0 || len(w.Waiting(flows.JobShow)) != 0 {
		t.Errorf("got %d calls, %d notices, %d jobs; want 1, 0, 0", *calls, n, len(w.Waiting(flows.JobShow)))
	}
}

// TestCardsAfterAnOutage: when Feishu is away, one job a surface tries, however often the case changes. After an outage
// of a day the job shows the card; after a longer one the nightly run does.
func TestCardsAfterAnOutage(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		away  time.Duration
		night bool // shown by the nightly run
	}{
		"of a day":  {24 * time.Hour, false},
		"of 3 days": {72 * time.Hour, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			askReconcile(w, "对账") // queues the nightly job
			c, m := w.PutShownCase(flows.Checking, "ou_1")
			attempts := 0
			w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error {
				attempts++
				return workerstest.RetryLater()
			}
			w.MustReport(c.ID, workerstest.Delayed("check"))
			for range 3 {
				w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
				w.RunJobs(flows.JobShow)
			}
			end := w.Now().Add(tt.away)
			for w.Now().Before(end) {
				if n := len(w.Waiting(flows.JobShow)); n > 4 || n == 0 && !tt.night {
					t.Fatalf("jobs after %d attempts: got %d, want 1 at last", attempts, n)
				}
				w.Advance(5 * time.Minute)
				w.RunJobs(flows.JobShow)
			}
			if attempts > 400 {
				t.Errorf("attempts: got %d, want at most one in five minutes", attempts)
			}
			w.Messenger.PatchFunc = nil
			if tt.night {
				if n := len(w.Waiting(flows.JobShow)); n != 0 {
					t.Errorf("jobs after the last word: got %d, want none", n)
				}
				w.RunJobs(flows.JobReconcile)
			} else if n := len(w.Waiting(flows.JobShow)); n != 1 {
				t.Errorf("jobs at the end of the outage: got %d, want 1", n)
			}
			w.Advance(5 * time.Minute)
			w.RunJobs(flows.JobShow)
			s := w.Surface(workerstest.ApplicantSurface(c))
			if s.Outdated() || s.LeaseOwner != "" || s.OldID != "" || !workerstest.Shows(m.Current(), "superseded.title") {
				t.Errorf("got %+v, and the first card shows %s; want all drawn", s, m.Current())
			}
		})
	}
}
