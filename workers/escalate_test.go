package workers_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/bot"
	"shiming/engine"
	"shiming/flows"
	"shiming/workday"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// withSLA sets an SLA of four hours, from nine to six.
func withSLA(d *engine.Deps, _ *workers.Deps) {
	d.Policy.SLA = 4 * time.Hour
	d.Policy.Work = workday.Schedule{
		Calendar: workday.Mainland(),
		Hours:    workday.Hours{Begin: 9 * time.Hour, End: 18 * time.Hour},
	}
	d.Policy.Urgent = true
	d.Policy.Leads = []string{"ou_lead"}
}

// chinaTime reads a time in China.
func chinaTime(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, flows.ChinaTime)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// overdueCards counts the messages about overdue cases that a person got.
func overdueCards(w *workerstest.Harness, to string) (n int) {
	for _, m := range w.Messenger.SentTo(to) {
		if workerstest.Shows(m.Cards[0], "overdue.title") {
			n++
		}
	}
	return n
}

// settle runs all jobs that are due, again and again: a step queues its cards, and these its calls.
func settle(w *workerstest.Harness) {
	for range 6 {
		w.RunJobs()
		w.Advance(time.Second)
	}
}

// TestEscalationByTheSLA walks cases that nobody deals with over a night and a weekend: each step comes once for all of
// them, in working hours only, and on working days the admins hear of them again.
func TestEscalationByTheSLA(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, withSLA)
	advanceTo(w, chinaTime(t, "2026-06-04 14:55")) // a Thursday
	for i := range 4 {
		w.Walk(fmt.Sprintf("ou_%d", i), "11010119900307803X", flows.AwaitingReview)
		w.Advance(time.Minute)
	}
	for _, tt := range []struct {
		at                   string
		admins, urgent, lead int
	}{
		{"2026-06-04 17:59", 0, 0, 0},
		{"2026-06-05 09:54", 0, 0, 0}, // less than four hours are over
		{"2026-06-05 10:01", 1, 0, 0},
		{"2026-06-05 13:54", 1, 0, 0},
		{"2026-06-05 14:02", 1, 1, 0},
		{"2026-06-05 23:00", 1, 1, 0}, // the third step is due at 18:00, which is no working time
		{"2026-06-07 12:00", 1, 1, 0}, // a Sunday
		{"2026-06-08 09:05", 1, 1, 1},
		{"2026-06-08 17:00", 1, 1, 1},
		{"2026-06-09 09:02", 2, 1, 1}, // then on each working day
		{"2026-06-10 09:02", 3, 1, 1},
	} {
		advanceTo(w, chinaTime(t, tt.at))
		settle(w)
		for _, admin := range []string{"ou_hr1", "ou_hr2"} {
			if got := overdueCards(w, admin); got != tt.admins {
				t.Errorf("%s: %d cards to %s, want %d", tt.at, got, admin, tt.admins)
			}
		}
		if got := len(w.Messenger.Urgents); got != 2*tt.urgent {
			t.Errorf("%s: called %v, want %d for each admin", tt.at, w.Messenger.Urgents, tt.urgent)
		}
		if got := overdueCards(w, "ou_lead"); got != tt.lead {
			t.Errorf("%s: %d cards to the lead, want %d", tt.at, got, tt.lead)
		}
	}
	for _, m := range w.Messenger.SentTo("oc_hr") {
		if workerstest.Shows(m.Current(), "pending.title") {
			t.Error("the review group got a list by another clock, want none beside the SLA")
		}
	}
	for _, m := range w.Messenger.SentTo("ou_lead") {
		if strings.Contains(m.Current(), "ou_") || strings.Contains(m.Current(), `"act"`) {
			t.Errorf("the lead's card names somebody or has a button: %s", m.Current())
		}
	}
}

// TestEscalationEnds: nothing is sent when the cases were dealt with in time.
func TestEscalationEnds(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, withSLA)
	c := w.Walk("ou_1", "11010119900307803X", flows.AwaitingReview)
	w.Advance(4*time.Hour + time.Minute) // from 12:00 to 16:01
	settle(w)
	if got := overdueCards(w, "ou_hr1"); got != 1 {
		t.Fatalf("%d cards, want 1", got)
	}
	w.CheckAnswer(w.Click("ou_hr1", w.LatestCase("ou_1"), "reject", "reason", "duplicate"), "rejected")
	w.InState(c.ID, flows.Rejected)
	w.Advance(time.Minute)
	settle(w)
	for _, m := range w.Messenger.SentTo("ou_hr1") {
		if workerstest.Shows(m.Cards[0], "overdue.title") && !workerstest.Shows(m.Current(), "overdue.none") {
			t.Errorf("the card still says that cases are overdue: %s", m.Current())
		}
	}
	for range 12 {
		w.Advance(4 * time.Hour)
		settle(w)
	}
	if got := overdueCards(w, "ou_hr1") + overdueCards(w, "ou_lead"); got != 1 || len(w.Messenger.Urgents) > 0 {
		t.Errorf("%d cards and the calls %v after the decision, want no more", got, w.Messenger.Urgents)
	}
}

// TestUndoKeepsTheSteps: a review that is taken back waits on, and its steps come once.
func TestUndoKeepsTheSteps(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, withSLA, func(d *engine.Deps, _ *workers.Deps) { d.Policy.Undo = time.Minute })
	w.Walk("ou_1", "11010119900307803X", flows.AwaitingReview)
	w.Advance(4*time.Hour + time.Minute)
	settle(w)
	c := w.LatestCase("ou_1")
	w.CheckAnswer(w.Click("ou_hr1", c, "approve"), "approved")
	w.CheckAnswer(w.Click("ou_hr1", w.LatestCase("ou_1"), "undo"), "undone")
	after := w.LatestCase("ou_1")
	if after.Reminders != 1 || !after.EnteredAt.Equal(c.EnteredAt) {
		t.Errorf("got %d steps since %s after the undo, want 1 since %s", after.Reminders, after.EnteredAt, c.EnteredAt)
	}
	want := w.Policy.Work.After(c.RemindedAt, w.Policy.SLA)
	jobs := slices.DeleteFunc(w.Waiting(flows.JobRemind), func(j *workerstest.Queued) bool {
		return j.Revision() != after.Rev
	})
	if len(jobs) != 1 || !jobs[0].At.Equal(want) {
		t.Errorf("got the next step %+v, want it at %s", jobs, want)
	}
}

// TestUrgentCodes: what follows each answer to a call by 加急 (page 发送应用内加急). Nobody is called twice unless Feishu has
// certainly refused the first call, and the escalation goes on in any case.
func TestUrgentCodes(t *testing.T) {
	t.Parallel()
	const leftOut, lost = "加急 cannot be used", "nobody was called by 加急"
	outside := answer{body: `{"code":0,"msg":"ok","data":{"invalid_user_id_list":["ou_hr1"]}}`}
	for _, tt := range []struct {
		name  string
		says  answer
		logs  string // "" if nothing has to be said
		again bool   // the call is made once more
	}{
		{name: "in invalid_user_id_list", says: outside, logs: "not in the chat"},
		{name: "99991672 the scope is missing", says: feishuSays(99991672), logs: leftOut},
		{name: "10023 the same, older", says: feishuSays(10023), logs: leftOut},
		{name: "230001 bad parameter, or all are outside", says: feishuSays(230001), logs: lost},
		{name: "230002 not in the group", says: feishuSays(230002), logs: lost},
		{name: "230006 the bot ability is off", says: feishuSays(230006), logs: leftOut},
		{name: "230012 not the sender", says: feishuSays(230012), logs: lost},
		{name: "230013 outside the availability, or resigned", says: feishuSays(230013), logs: lost},
		{name: "230023 over 200 unread", says: feishuSays(230023), logs: leftOut},
		{name: "230024 the quota is used up", says: feishuSays(230024), logs: leftOut},
		{name: "230027 no permission", says: feishuSays(230027), logs: leftOut},
		{name: "230052 not allowed", says: feishuSays(230052), logs: leftOut},
		{name: "230098 folded", says: feishuSays(230098), logs: leftOut},
		{name: "230110 deleted", says: feishuSays(230110), logs: lost},
		{name: "232009 dissolved", says: feishuSays(232009), logs: lost},
		{name: "99991400 throttled", says: feishuSays(99991400), again: true},
		{name: "no answer", says: answer{drop: true}, logs: lost},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var logs bytes.Buffer
			p := newPlatforms(t)
			real, err := bot.NewClient(bot.ClientConfig{
				BaseURL:   p.URL,
				AppID:     "cli_test",
				AppSecret: "s",
				Log:       workerstest.Quiet,
			})
			if err != nil {
				t.Fatal(err)
			}
			w := workerstest.New(t, withSLA, func(d *engine.Deps, _ *workers.Deps) {
				d.Policy.Admins = []string{"ou_hr1"}
				d.Log = slog.New(slog.NewTextHandler(&logs, nil))
			})
			calls := 0
			w.Messenger.UrgentFunc = func(ctx context.Context, message, who string) (bool, error) {
				if calls++; calls > 1 {
					return true, nil
				}
				p.fail("urgent", tt.says)
				return real.Urgent(ctx, message, who)
			}
			advanceTo(w, chinaTime(t, "2026-06-01 09:00"))
			w.Walk("ou_1", "11010119900307803X", flows.AwaitingReview)
			for range 100 { // until 17:20
				w.Advance(5 * time.Minute)
				settle(w)
			}
			if want := map[bool]int{false: 1, true: 2}[tt.again]; calls != want {
				t.Errorf("%d calls, want %d", calls, want)
			}
			if !strings.Contains(logs.String(), tt.logs) {
				t.Errorf("the log is\n%s\nwant %q in it", logs.String(), tt.logs)
			}
			if n := strings.Count(logs.String(), leftOut); n > 1 || n == 1 && tt.logs != leftOut {
				t.Errorf("said %d times that 加急 cannot be used", n)
			}
			advanceTo(w, chinaTime(t, "2026-06-02 12:30"))
			settle(w)
			if got := overdueCards(w, "ou_lead"); got != 1 {
				t.Errorf("%d cards to the lead, want 1: the escalation goes on", got)
			}
		})
	}
}

// TestUrgentOnceAcrossAKill: a process that dies between the call and its end does not call again.
func TestUrgentOnceAcrossAKill(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, withSLA)
	advanceTo(w, chinaTime(t, "2026-06-01 09:00"))
	w.Walk("ou_1", "11010119900307803X", flows.AwaitingReview)
	w.Advance(4*time.Hour + time.Second)
	settle(w)
	w.Advance(4 * time.Hour)
	w.RunJobs(flows.JobRemind)
	w.RunJobs(flows.JobEscalate)
	w.RunJobs(flows.JobShow)
	urgent := w.Waiting(flows.JobUrgent)
	if len(urgent) != 2 {
		t.Fatalf("%d calls queued, want one for each admin", len(urgent))
	}
	for range 3 { // as the jobs of a dead process, which run again
		for _, j := range urgent {
			if err := w.Workers.Run(t.Context(), j.Job); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := slices.Sorted(slices.Values(w.Messenger.Urgents)); !slices.Equal(got, []string{"ou_hr1", "ou_hr2"}) {
		t.Errorf("called %v, want each admin once", got)
	}
}

// TestUrgentIsLeftOut: without review.urgent the second step is left out, and the third comes.
func TestUrgentIsLeftOut(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, withSLA, func(d *engine.Deps, _ *workers.Deps) { d.Policy.Urgent = false })
	advanceTo(w, chinaTime(t, "2026-06-01 09:00"))
	w.Walk("ou_1", "11010119900307803X", flows.AwaitingReview)
	for range 40 {
		w.Advance(time.Hour)
		settle(w)
	}
	if len(w.Messenger.Urgents) > 0 || overdueCards(w, "ou_lead") != 1 {
		t.Errorf("called %v, %d cards to the lead, want nobody called and 1 card",
			w.Messenger.Urgents, overdueCards(w, "ou_lead"))
	}
}

// TestRemindersOfAnotherClock: the reminder of a version without an SLA, or of another SLA, comes early and sends
// nothing.
func TestRemindersOfAnotherClock(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, withSLA)
	c := w.PutCase(flows.AwaitingReview, "ou_1")
	w.QueueJob(flows.Remind(c.Rev, w.Now().Add(time.Hour)).Of(c.ID))
	w.Advance(time.Hour)
	w.RunJobs(flows.JobRemind)
	jobs := w.Waiting(flows.JobRemind)
	want := w.Policy.Work.After(c.EnteredAt, w.Policy.SLA)
	if len(jobs) != 1 || !jobs[0].At.Equal(want) || w.LatestCase("ou_1").Reminders != 0 {
		t.Errorf("got %+v after %d reminders, want the first step at %s", jobs, w.LatestCase("ou_1").Reminders, want)
	}
}
