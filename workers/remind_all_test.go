package workers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestRemindAll: 催办 reminds everybody who has something to do, within the limits, and answers once.
func TestRemindAll(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	for i, s := range []flows.State{flows.AwaitingConsent, flows.AwaitingPhotos, flows.AwaitingConfirmation,
		flows.AwaitingCode, flows.AwaitingReview, flows.Done} {
		w.PutCase(s, fmt.Sprintf("ou_%d", i))
	}
	w.PutCase(flows.AwaitingPhotos, "ou_capped", func(c *flows.Case) { c.Reminders = flows.MaxReminders })
	w.PutCase(flows.AwaitingPhotos, "ou_soon", func(c *flows.Case) { c.RemindedAt = w.Now().Add(-time.Hour) })
	w.PutCase(flows.AwaitingPhotos, "ou_hr1") // the admin's own case is left out
	w.Say("ou_hr1", "催办")
	// The first attempt to send the answer fails. That does not change the numbers.
	failing := true
	w.Messenger.SendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
		if failing && to.ID == "ou_hr1" {
			return "", workerstest.RetryLater()
		}
		return w.Messenger.Post(to, card, uuid), nil
	}
	w.RunJobs(flows.JobReply)
	failing = false
	w.Advance(5 * time.Second)
	w.RunJobs(flows.JobReply)
	hr := w.Messenger.SentTo("ou_hr1")
	if len(hr) != 1 {
		t.Fatalf("answers: got %d, want 1", len(hr))
	}
	workerstest.RequireCard(t, "the answer", hr[0].Current(), cards.Reminded{
		Sent:    4,
		TooSoon: 1,
		Capped:  1,
		At:      flows.SampleTime,
	})
	for i := range 6 {
		want := 1
		if i > 3 {
			want = 0
		}
		if got := len(w.Messenger.SentTo(fmt.Sprintf("ou_%d", i))); got != want {
			t.Errorf("ou_%d got %d reminders, want %d", i, got, want)
		}
	}
	// The button of a card does the same. By now everybody was reminded a moment ago.
	a, err := w.Engine.Click(t.Context(), flows.CardAction{
		EventID:   w.NextID(),
		TenantKey: workerstest.Tenant,
		OpenID:    "ou_hr2",
		Action:    cards.Action{Act: cards.ActRemind},
	})
	w.Must(err)
	w.CheckAnswer(a, "working")
	w.RunJobs(flows.JobReply)
	// This admin reminds the other admin, who was left out above.
	workerstest.RequireCard(t, "the second answer", w.Messenger.SentTo("ou_hr2")[0].Current(), cards.Reminded{
		Sent:    1,
		TooSoon: 5,
		Capped:  1,
		At:      w.Now().Truncate(time.Second),
	})
}

// TestLateRemindAll: a 催办 that arrives late reminds those for whom it was meant, and nobody who has begun or gone on
// since.
func TestLateRemindAll(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	start := func(who string) { w.Say(who, "实名"); w.RunJobs() }
	start("ou_waits")
	start("ou_goes_on")
	w.Advance(time.Hour)
	m := flows.Message{EventID: w.NextID(), MessageID: "om_late", TenantKey: workerstest.Tenant, OpenID: "ou_hr1",
		Private: true, Text: "催办", At: w.Now()}
	w.Advance(time.Second)
	start("ou_begins")
	w.Click("ou_goes_on", w.LatestCase("ou_goes_on"), cards.ActConsent)
	w.RunJobs()
	w.Advance(2 * time.Hour)
	w.Must(w.Message(t.Context(), m))
	w.RunJobs(flows.JobReply)
	for who, want := range map[string]int{"ou_waits": 1, "ou_begins": 0, "ou_goes_on": 0} {
		if got := w.LatestCase(who).Reminders; got != want {
			t.Errorf("%s was reminded %d times, want %d", who, got, want)
		}
	}
	hr := w.Messenger.SentTo("ou_hr1")
	workerstest.RequireCard(t, "the answer", hr[len(hr)-1].Current(), cards.Reminded{Sent: 1, At: w.Now()})
}

// TestLateNotice: the notice names the time in China, and the day if it is not today's.
func TestLateNotice(t *testing.T) {
	t.Parallel()
	for late, when := range map[time.Duration]string{time.Second: "12:00", 6 * time.Hour: "12:00", 13 * time.Hour: "06-01 12:00"} {
		t.Run(late.String(), func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			m := flows.Message{EventID: "e", MessageID: "om", TenantKey: workerstest.Tenant, OpenID: "ou_1",
				Private: true, Text: "取消", At: w.Now().UTC()}
			w.Advance(time.Millisecond)
			w.Say("ou_1", "实名")
			w.Advance(late)
			w.Must(w.Message(t.Context(), m))
			w.RunJobs(flows.JobReply)
			workerstest.RequireCard(t, "the answer", w.Messenger.SentTo("ou_1")[0].Current(), cards.Notice{
				Code:  "late",
				Level: cards.Amber,
				Args:  map[string]string{"when": when},
			})
		})
	}
}
