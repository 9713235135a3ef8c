package workers_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// countTitles counts the cards in a chat with a title.
func countTitles(w *workerstest.Harness, chat, title string) (n int) {
	for _, m := range w.Messenger.SentTo(chat) {
		if workerstest.Shows(m.Current(), title) {
			n++
		}
	}
	return n
}

// TestMorningCards: from the first case on, HR gets one card at 09:07 of each working day on which there is something to
// say, and one more on the first of a week. Running a morning's job again sends nothing more.
func TestMorningCards(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t) // Monday, 1 June 2026, 12:00
	w.PutCase(flows.AwaitingReview, "ou_waits", func(c *flows.Case) { c.CreatedAt, c.EnteredAt = w.Now(), w.Now() })
	w.Say("ou_1", "实名")
	for _, tt := range []struct {
		at              string
		morning, weekly int
	}{
		{"2026-06-02 09:06", 0, 0},
		{"2026-06-02 09:07", 1, 0},
		{"2026-06-05 09:07", 4, 0}, // Friday
		{"2026-06-06 12:00", 4, 0}, // Saturday
		{"2026-06-08 09:06", 4, 0},
		{"2026-06-08 09:07", 5, 1}, // Monday
		{"2026-06-09 09:07", 6, 1},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", tt.at, flows.ChinaTime)
		if err != nil {
			t.Fatal(err)
		}
		for w.Now().Before(at) { // the clock never passes two mornings at once
			w.Advance(min(at.Sub(w.Now()), time.Hour-w.Now().Sub(w.Now().Truncate(time.Hour))))
			w.RunJobs(flows.JobMorning)
			w.RunJobs(flows.JobReply)
			if first, _ := flows.ParseMorning("2026-06-02"); !w.Now().After(first) {
				continue
			}
			for _, j := range w.Waiting(flows.JobMorning) {
				again := flows.Morning(workerstest.Tenant, flows.RunDateOf(w.Now()), w.Now())
				again.Key = "again"
				early := w.Run(t.Context(), again)
				if wait, ok := errors.AsType[*flows.RetryLater](early); early != nil && !ok {
					t.Fatalf("%s: got %v and %v, want a wait until 09:07", j.Key, early, wait)
				}
			}
			w.RunJobs(flows.JobReply)
		}
		if n, m := countTitles(w, "oc_hr", "morning.title"), countTitles(w, "oc_hr", "weekly.title"); n != tt.morning ||
			m != tt.weekly {
			t.Errorf("%s: got %d morning and %d weekly cards, want %d and %d", tt.at, n, m, tt.morning, tt.weekly)
		}
	}
}

// TestNothingToSay: no card tells HR that nothing has happened and nobody waits.
func TestNothingToSay(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	for _, template := range []flows.Template{flows.ReplyMorning, flows.ReplyWeekly} {
		w.QueueJob(flows.Reply(template).Towards(flows.Receiver{Type: "chat_id", ID: "oc_hr"}).For(workerstest.Tenant, "").
			With(flows.ArgDay, "2026-06-01"))
	}
	w.RunJobs()
	if n := len(w.Messenger.SentTo("oc_hr")); n != 0 {
		t.Errorf("got %d cards, want none", n)
	}
}

// TestDepartmentIsLookedUp: the directory's department and its name are known after consent. The answer about
// its name is used for the next people; without an answer nobody waits, and the next look-up asks again.
func TestDepartmentIsLookedUp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		err   error
		calls int // for two people
	}{
		{"销售部", nil, 1},
		{"", nil, 1}, // no scope for the name
		{"", &workerstest.UpstreamError{Class: "permission", Code: "40004"}, 2},
		{"", &workerstest.UpstreamError{Class: "retry", Code: "40003", IsTemporary: true}, 2},
		{"", &workerstest.UpstreamError{Class: "config", Code: "42008"}, 2},
	} {
		w := workerstest.New(t)
		calls := 0
		w.Messenger.ContactFunc = func(context.Context, string) (flows.Contact, error) {
			return flows.Contact{Department: flows.Department{ID: "od-1"}}, nil
		}
		w.Messenger.DepartmentFunc = func(_ context.Context, id string) (flows.Department, error) {
			calls++
			return flows.Department{ID: id, Name: tt.name}, tt.err
		}
		for _, openID := range []string{"ou_1", "ou_2"} {
			w.Say(openID, "实名")
			w.RunJobs()
			if c := w.LatestCase(openID); c.Department != "" {
				t.Error("a department is known before consent")
			}
			w.Click(openID, w.LatestCase(openID), cards.ActConsent)
			w.RunJobs()
			if c := w.LatestCase(openID); c.Department != "od-1" || c.State != flows.AwaitingPhotos {
				t.Errorf("%s: got department %q in %s, want od-1", openID, c.Department, c.State)
			}
		}
		if calls != tt.calls {
			t.Errorf("%q, %v: asked %d times for two people, want %d", tt.name, tt.err, calls, tt.calls)
		}
		w.Must(w.Store.View(t.Context(), func(v flows.View) error {
			name, err := v.DepartmentName(t.Context(), workerstest.Tenant, "od-1")
			if name != tt.name {
				t.Errorf("%v: got the name %q, want %q", tt.err, name, tt.name)
			}
			return err
		}))
	}
}
