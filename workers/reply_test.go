package workers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// askBot sends a private text and returns the card that answers it.
func askBot(w *workerstest.Harness, who, word string) string {
	w.T.Helper()
	before := len(w.Messenger.SentTo(who))
	w.Say(who, word)
	w.RunJobs(flows.JobReply)
	sent := w.Messenger.SentTo(who)
	if len(sent) != before+1 {
		w.T.Fatalf("%s got %d answers to %s", who, len(sent)-before, word)
	}
	return sent[len(sent)-1].Current()
}

// TestGreeting: what the greeting shows to a stranger, to HR, and while a case is open.
func TestGreeting(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	workerstest.RequireCard(t, "a stranger's greeting", askBot(w, "ou_1", "你好"), cards.Greeting{})
	workerstest.RequireCard(t, "help", askBot(w, "ou_1", "帮助"), cards.Greeting{Help: true})
	workerstest.RequireCard(t, "HR's help", askBot(w, "ou_hr1", "帮助"), cards.Greeting{Help: true, HR: true})
	c := w.PutCase(flows.AwaitingPhotos, "ou_2")
	workerstest.RequireCard(t, "help while a case is open", askBot(w, "ou_2", "帮助"),
		cards.Greeting{Help: true, Open: &cards.Ref{Case: c.ID, Rev: c.Rev}})
	// In a group no case is shown.
	message := w.SayInGroup("ou_2", "oc_any", "帮助")
	w.RunJobs(flows.JobReply)
	workerstest.RequireCard(t, "help in a group", w.Messenger.SentTo(message)[0].Current(), cards.Greeting{Help: true})
}

// TestStatusWithoutAnOpenCase: 进度 shows the last case, or says that there is none.
func TestStatusWithoutAnOpenCase(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	workerstest.RequireCard(t, "the status of a stranger", askBot(w, "ou_1", "进度"),
		cards.Notice{Code: "nothing_open", Start: true})
	c := w.PutCase(flows.Done, "ou_2")
	workerstest.RequireCard(t, "the status of a registered person", askBot(w, "ou_2", "进度"),
		flows.ApplicantCard(c, flows.ViewContext{Now: w.Now(), Policy: flows.SamplePolicy()}))
}

// TestPendingAndStats: HR's list leaves the asker's own case out, and shows masked data only.
func TestPendingAndStats(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	if got := askBot(w, "ou_hr1", "待审"); !workerstest.Shows(got, "pending.none") {
		t.Errorf("an empty list is %s", got)
	}
	for i := range 11 {
		w.PutCase(flows.AwaitingReview, fmt.Sprintf("ou_%d", i))
	}
	w.PutCase(flows.NeedsAttention, "ou_hr1")
	w.PutCase(flows.Done, "ou_done")
	w.PutCase(flows.Expired, "ou_expired")
	got := askBot(w, "ou_hr1", "待审")
	if !strings.Contains(got, "共 11 件") || !strings.Contains(got, "其中 0 件") || strings.Contains(got, "ou_hr1") ||
		!workerstest.Shows(got, "pending.more") {
		t.Errorf("HR's own list is %s, want %q in it, %q in it", got, "共 11 件", "其中 0 件")
	}
	if got := askBot(w, "ou_hr2", "待审"); !strings.Contains(got, "共 12 件") || !strings.Contains(got, "其中 1 件") {
		t.Errorf("the colleague's list is %s, want %q in it, %q in it", got, "共 12 件", "其中 1 件")
	}
	for _, clear := range []string{flows.SampleName, flows.SampleNumber, flows.SampleMobile} {
		if strings.Contains(got, clear) {
			t.Error("the list holds clear data")
		}
	}
	stats := askBot(w, "ou_hr1", "统计")
	if !workerstest.Shows(stats, "stats.title") {
		t.Errorf("the figures are %s", stats)
	}
	var card struct {
		Body json.RawMessage
	}
	if err := json.Unmarshal([]byte(stats), &card); err != nil || !strings.Contains(string(card.Body), "12") {
		t.Errorf("the figures are %s (%v)", card.Body, err)
	}
}

// TestLateReminders: a reminder is not sent after the person has gone on.
func TestLateReminders(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.AwaitingPhotos, "ou_1")
	for _, j := range []flows.Job{
		flows.Reminder(c.Rev).Of(c.ID),
		flows.Reminder(c.Rev - 1).Of(c.ID),
		flows.Reminder(c.Rev).Of(w.PutCase(flows.AwaitingReview, "ou_2").ID),
		flows.Reminder(1).Of("01976f00-0000-7000-8000-0000000000ff"),
	} {
		j = j.Towards(flows.Receiver{Type: "open_id", ID: "ou_x"})
		j.Attempt, j.Key = 1, fmt.Sprint(j.Case, j.Revision())
		w.Must(w.Run(t.Context(), j))
	}
	sent := w.Messenger.SentTo("ou_x")
	if len(sent) != 1 {
		t.Fatalf("reminders: got %d, want 1", len(sent))
	}
	workerstest.RequireCard(t, "the reminder", sent[0].Current(),
		cards.Reminder{Ref: cards.Ref{Case: c.ID, Rev: c.Rev}, Stage: "photos", Expires: c.ExpiresAt})
}

// TestFailedReplies: what follows when a reply cannot be sent.
func TestFailedReplies(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	for _, tt := range []struct {
		name    string
		err     error
		attempt int
		age     time.Duration // since the first attempt
		in      time.Duration // 0 = given up
	}{
		{"busy", workerstest.RetryLater(), 1, 0, time.Second},
		{"busy, with a wish", &workerstest.UpstreamError{Class: "retry", IsTemporary: true, RetryIn: time.Minute}, 2,
			time.Second, time.Minute},
		{"busy for long", workerstest.RetryLater(), 12, 30 * time.Minute, 0},
		{"no scope", workerstest.NoScope(), 1, 0, flows.ProbeEvery},
		{"no scope for long", workerstest.NoScope(), 12, 30 * time.Minute, 0},
		{"the person is gone", &workerstest.UpstreamError{Class: "receiver", Code: "230013"}, 1, 0, 0},
		{"our card is wrong", &workerstest.UpstreamError{Class: "card", Code: "230099"}, 1, 0, 0},
		{"no slot soon", fmt.Errorf("limit: %w", &flows.RetryLater{In: 33 * time.Second, Snooze: true}), 1, 0,
			33 * time.Second},
		{"no slot for long", fmt.Errorf("limit: %w", &flows.RetryLater{In: time.Second, Snooze: true}), 1, time.Hour, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.Messenger.SendFunc = func(context.Context, flows.Receiver, json.RawMessage, string) (string, error) {
				return "", tt.err
			}
			to := flows.Receiver{Type: "open_id", ID: "ou_1"}
			j := flows.Reply(flows.ReplyGreeting).Towards(to).For(workerstest.Tenant, "ou_1")
			j.Key, j.Attempt, j.Due = "k", tt.attempt, w.Now().Add(-tt.age)
			err := w.Run(t.Context(), j)
			again, ok := errors.AsType[*flows.RetryLater](err)
			if tt.in == 0 && err != nil || tt.in > 0 && (!ok || again.In != tt.in) {
				t.Errorf("%v, want again in %v", err, tt.in)
			}
		})
	}
	// The answer to a recalled message goes to the person in private.
	w.Messenger.SendFunc = nil
	w.Messenger.ReplyFunc = func(context.Context, string, json.RawMessage, string) (string, error) {
		return "", &workerstest.UpstreamError{Class: "gone", Code: "230011"}
	}
	message := w.SayInGroup("ou_9", "oc_any", "帮助")
	w.RunJobs(flows.JobReply)
	if len(w.Messenger.SentTo(message)) != 0 || len(w.Messenger.SentTo("ou_9")) != 1 {
		t.Errorf("answers went to the person: got %d, want 1", len(w.Messenger.SentTo("ou_9")))
	}
	// An unknown template ends the job.
	w.Must(w.Run(t.Context(), flows.Reply("nonsense").Towards(flows.Receiver{Type: "open_id", ID: "ou_1"})))
}

// TestManyMessagesToOneReceiver: of many cards to one receiver two wait for the rate limiter, and the other jobs are put
// off one after another, so that they hold no worker. A card to somebody else waits for none of them.
func TestManyMessagesToOneReceiver(t *testing.T) {
	t.Parallel()
	for name, say := range map[string]func(w *workerstest.Harness, i int){
		"person": func(w *workerstest.Harness, _ int) { w.Say("ou_1", "帮助") },
		"group":  func(w *workerstest.Harness, i int) { w.SayInGroup(fmt.Sprintf("ou_1%d", i), "oc_any", "帮助") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			const messages = 6
			for i := range messages {
				say(w, i)
			}
			entered, free := make(chan struct{}, messages), make(chan struct{})
			w.Store.WaitFunc = func(_ context.Context, limits []flows.BurstLimit) error {
				if slices.ContainsFunc(limits, func(l flows.BurstLimit) bool { return l.Key == "to/ou_2" }) {
					return nil
				}
				entered <- struct{}{}
				<-free
				return nil
			}
			var jobs []flows.Job
			for range messages {
				jobs = append(jobs, w.TakeJob(flows.JobReply))
			}
			results := make(chan error, messages)
			for _, j := range jobs[:2] {
				go func() { results <- w.Workers.Run(t.Context(), j) }()
				<-entered
			}
			for i, j := range jobs[2:] {
				err := w.Workers.Run(t.Context(), j)
				again, ok := errors.AsType[*flows.RetryLater](err)
				if want := time.Duration(i+1) * time.Second / 4; !ok || !again.Snooze || again.In != want {
					t.Errorf("message %d: got %v, want it put off by %s", i+3, err, want)
				}
			}
			w.Say("ou_2", "帮助")
			if err := w.Workers.Run(t.Context(), w.TakeJob(flows.JobReply)); err != nil {
				t.Errorf("a message to somebody else: got %v, want it sent", err)
			}
			close(free)
			for range 2 {
				if err := <-results; err != nil {
					t.Errorf("got %v, want the first two messages sent", err)
				}
			}
		})
	}
}
