package workers_test

import (
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// clockCase is a time at which the clock of a test starts, in China, and what follows from it.
type clockCase struct {
	name     string
	start    time.Time
	reminder time.Time // the first after ReminderAfter at which people may be written to
	nudge    time.Time // the first at which they may: now, or the morning
	night    time.Time // the next nightly run
}

// midnight is the end of the day of start. The nightly run is at 02:30 of the next day.
func (h clockCase) midnight() time.Time { return h.night.Add(-2*time.Hour - 30*time.Minute) }

// clockCases are the starting times for everything that depends on the hour or the calendar.
func clockCases(t *testing.T) (all []clockCase) {
	t.Helper()
	at := func(text string) time.Time {
		moment, err := time.ParseInLocation("2006-01-02 15:04", text, flows.SampleTime.Location())
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	for _, h := range []struct{ name, start, reminder, nudge, night string }{
		{"before dawn", "2026-06-01 03:00", "2026-06-01 09:00", "2026-06-01 09:00", "2026-06-02 02:30"},
		{"morning", "2026-06-01 09:00", "2026-06-01 13:00", "2026-06-01 09:00", "2026-06-02 02:30"},
		{"afternoon", "2026-06-01 15:30", "2026-06-01 19:30", "2026-06-01 15:30", "2026-06-02 02:30"},
		{"before quiet hours", "2026-06-01 20:59", "2026-06-02 09:00", "2026-06-01 20:59", "2026-06-02 02:30"},
		{"end of a day", "2026-06-01 23:59", "2026-06-02 09:00", "2026-06-02 09:00", "2026-06-02 02:30"},
		{"28 February", "2026-02-28 20:59", "2026-03-01 09:00", "2026-02-28 20:59", "2026-03-01 02:30"},
		{"31 December", "2026-12-31 23:59", "2027-01-01 09:00", "2027-01-01 09:00", "2027-01-01 02:30"},
		{"Friday evening", "2026-11-27 20:59", "2026-11-28 09:00", "2026-11-27 20:59", "2026-11-28 02:30"},
	} {
		all = append(all, clockCase{h.name, at(h.start), at(h.reminder), at(h.nudge), at(h.night)})
	}
	return all
}

// atEachHour runs a test once for each of clockCases.
func atEachHour(t *testing.T, test func(t *testing.T, w *workerstest.Harness, h clockCase),
	adjust ...func(*engine.Deps, *workers.Deps)) {
	t.Helper()
	t.Parallel()
	for _, h := range clockCases(t) {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t, adjust...)
			advanceTo(w, h.start)
			test(t, w, h)
		})
	}
}

// advanceTo moves the clock to a time.
func advanceTo(w *workerstest.Harness, at time.Time) { w.Advance(at.Sub(w.Now())) }

// dueTime returns when the only queued job of a kind is due.
func dueTime(w *workerstest.Harness, kind flows.JobKind) time.Time {
	w.T.Helper()
	jobs := w.Waiting(kind)
	if len(jobs) != 1 {
		w.T.Fatalf("got %d jobs %s, want 1", len(jobs), kind)
	}
	return jobs[0].At
}

// TestHours: reminders and expiry follow the hours and the calendar of China, whenever a case starts.
func TestHours(t *testing.T) {
	atEachHour(t, func(t *testing.T, w *workerstest.Harness, h clockCase) {
		w.Say("ou_1", "实名")
		w.RunJobs(flows.JobShow)
		if got, want := dueTime(w, flows.JobExpire), h.start.Add(flows.SamplePolicy().ExpireAfter); !got.Equal(want) {
			t.Errorf("expiry: got %s, want %s", got, want)
		}
		w.Advance(flows.SamplePolicy().ReminderAfter)
		w.RunJobs(flows.JobRemind)
		if !w.Now().Equal(h.reminder) { // deferred by quiet hours
			if got := w.LatestCase("ou_1").Reminders; got != 0 {
				t.Errorf("reminders at night: got %d, want 0", got)
			}
			if got := dueTime(w, flows.JobRemind); !got.Equal(h.reminder) {
				t.Errorf("reminder: got %s, want %s", got, h.reminder)
			}
			advanceTo(w, h.reminder)
			w.RunJobs(flows.JobRemind)
		}
		if got := w.LatestCase("ou_1").Reminders; got != 1 {
			t.Errorf("reminders by day: got %d, want 1", got)
		}
	})
}

// TestHoursOfExpiry: a case expires to the second, also at night.
func TestHoursOfExpiry(t *testing.T) {
	atEachHour(t, func(t *testing.T, w *workerstest.Harness, h clockCase) {
		w.Say("ou_1", "实名")
		w.RunJobs(flows.JobShow)
		end := h.start.Add(flows.SamplePolicy().ExpireAfter)
		advanceTo(w, end.Add(-time.Second))
		w.RunJobs(flows.JobExpire)
		if got, want := w.LatestCase("ou_1").State, flows.AwaitingConsent; got != want {
			t.Errorf("a second before: got %s, want %s", got, want)
		}
		advanceTo(w, end)
		w.RunJobs(flows.JobExpire)
		if got, want := w.LatestCase("ou_1").State, flows.Expired; got != want {
			t.Errorf("at the end: got %s, want %s", got, want)
		}
	})
}

// TestHoursOfCodes: a code is valid for ten minutes and another one may follow after one, also across midnight.
func TestHoursOfCodes(t *testing.T) {
	atEachHour(t, func(t *testing.T, w *workerstest.Harness, _ clockCase) {
		p := flows.SamplePolicy()
		c := w.Walk("ou_1", "11010119900307803X", flows.AwaitingCode)
		w.Advance(p.CodeResend - time.Second)
		w.CheckAnswer(w.Click("ou_1", c, cards.ActSendCode), "code_wait", "seconds", "1")
		w.Advance(time.Second)
		w.CheckAnswer(w.Click("ou_1", c, cards.ActSendCode), "resent")
		w.RunJobs(flows.JobSendCode)
		c = w.LatestCase("ou_1")
		w.Advance(p.CodeTTL)
		w.CheckAnswer(w.Click("ou_1", c, cards.ActSubmitCode, "sms_code", w.Verifier.Code()), "code_expired")
		w.CheckAnswer(w.Click("ou_1", w.LatestCase("ou_1"), cards.ActSendCode), "resent")
		w.RunJobs(flows.JobSendCode)
		w.Advance(p.CodeTTL - time.Second)
		w.CheckAnswer(w.Click("ou_1", w.LatestCase("ou_1"), cards.ActSubmitCode, "sms_code", w.Verifier.Code()), "saved")
	})
}

// TestHoursOfToday: the day of the figures and of the announcement goes from midnight to midnight in China.
func TestHoursOfToday(t *testing.T) {
	atEachHour(t, func(t *testing.T, w *workerstest.Harness, h clockCase) {
		w.Walk("ou_1", "11010119900307803X", flows.Done)
		day := h.start.Format(time.DateOnly)
		board := w.Messenger.SentTo("oc_all")
		if len(board) != 1 {
			t.Fatalf("announcements: got %d, want 1", len(board))
		}
		want := cards.Board{
			Day:       day,
			DoneToday: 1,
			DoneTotal: 1,
			At:        w.Now(),
		}
		workerstest.RequireCard(t, "the announcement", board[0].Current(), want)
		figures := func(when, want string) {
			t.Helper()
			before := len(w.Messenger.SentTo("ou_hr1"))
			w.Say("ou_hr1", "统计")
			w.RunJobs(flows.JobReply)
			all := w.Messenger.SentTo("ou_hr1")
			if len(all) != before+1 {
				t.Fatalf("%s: got %d answers, want 1", when, len(all)-before)
			}
			if got := all[before].Current(); !strings.Contains(got, want) {
				t.Errorf("%s: got %s, want %s", when, got, want)
			}
		}
		figures("at once", "今天：开始 1，完成 1")
		advanceTo(w, h.midnight().Add(-time.Second))
		figures("in the last second of the day", "今天：开始 1，完成 1")
		advanceTo(w, h.midnight())
		figures("at midnight", "今天：开始 0，完成 0")
	})
}

// TestHoursOfRetention: photos and fields are deleted to the second, also at night.
func TestHoursOfRetention(t *testing.T) {
	const kept = 30 * 24 * time.Hour
	atEachHour(t, func(t *testing.T, w *workerstest.Harness, h clockCase) {
		w.Walk("ou_1", "11010119900307803X", flows.Done)
		look := func(when string, photosGone, fieldsGone bool) {
			t.Helper()
			w.RunJobs(flows.JobPurge)
			c := w.LatestCase("ou_1")
			if got := !c.PhotosGoneAt.IsZero(); got != photosGone {
				t.Errorf("%s: photos gone: got %t, want %t", when, got, photosGone)
			}
			if got := !c.Erased.IsZero(); got != fieldsGone || c.Personal.Empty() != fieldsGone {
				t.Errorf("%s: fields gone: got %t (empty %t), want %t", when, got, c.Personal.Empty(), fieldsGone)
			}
		}
		grace := h.start.Add(flows.SamplePolicy().PhotoGrace)
		advanceTo(w, grace.Add(-time.Second))
		look("before the grace is over", false, false)
		advanceTo(w, grace)
		look("after the grace", true, false)
		advanceTo(w, h.start.Add(kept-time.Second))
		look("before the retention is over", true, false)
		advanceTo(w, h.start.Add(kept))
		look("after the retention", true, true)
	}, func(d *engine.Deps, _ *workers.Deps) { d.Policy.FieldRetention = kept })
}

// TestHoursOfNudges: 催办 reminds people at once by day, and in the morning if it is night.
func TestHoursOfNudges(t *testing.T) {
	atEachHour(t, func(t *testing.T, w *workerstest.Harness, h clockCase) {
		w.PutCase(flows.AwaitingPhotos, "ou_1")
		w.Say("ou_hr1", "催办")
		w.RunJobs()
		want := cards.Reminded{Sent: 1, At: h.nudge}
		if !h.nudge.Equal(h.start) {
			want.Quiet = true
			if got := len(w.Messenger.SentTo("ou_1")); got != 0 {
				t.Errorf("reminders at night: got %d, want 0", got)
			}
		}
		workerstest.RequireCard(t, "the answer", w.Messenger.SentTo("ou_hr1")[0].Current(), want)
		advanceTo(w, h.nudge)
		w.RunJobs(flows.JobReply)
		if got := len(w.Messenger.SentTo("ou_1")); got != 1 {
			t.Errorf("reminders by day: got %d, want 1", got)
		}
	})
}

// TestHoursOfTheDigest: HR's list comes by day, once for all cases.
func TestHoursOfTheDigest(t *testing.T) {
	atEachHour(t, func(t *testing.T, w *workerstest.Harness, h clockCase) {
		w.Walk("ou_1", "11010119900307803X", flows.AwaitingReview)
		w.Walk("ou_2", "110101199003074530", flows.AwaitingReview)
		digests := func() (n int) {
			for _, m := range w.Messenger.SentTo("oc_hr") {
				if workerstest.Shows(m.Current(), "pending.title") {
					n++
				}
			}
			return n
		}
		advanceTo(w, h.reminder.Add(-time.Second))
		w.RunJobs()
		if got := digests(); got != 0 {
			t.Errorf("before: got %d, want 0", got)
		}
		advanceTo(w, h.reminder)
		w.RunJobs()
		if got := digests(); got != 1 {
			t.Errorf("by day: got %d, want 1", got)
		}
	})
}

// TestNightlyJobIsQueued: the first case queues the tenant's nightly job, and each run the next one. A job that was
// lost is queued again with a later case.
func TestNightlyJobIsQueued(t *testing.T) {
	atEachHour(t, func(t *testing.T, w *workerstest.Harness, h clockCase) {
		w.Say("ou_1", "实名")
		w.Say("ou_2", "实名")
		night := h.night
		for range 3 {
			jobs := w.Waiting(flows.JobReconcile)
			if len(jobs) != 1 || !jobs[0].At.Equal(night) || jobs[0].RunDate() != night.Format(time.DateOnly) {
				t.Fatalf("queued: got %+v, want one for %s", jobs, night)
			}
			runNight(w)
			night = night.AddDate(0, 0, 1)
		}
		// After some days without a process there is one run, and the next one is queued.
		w.Advance(70 * time.Hour)
		w.RunJobs(flows.JobReconcile)
		if in := dueTime(w, flows.JobReconcile).Sub(w.Now()); in <= 0 || in > 24*time.Hour {
			t.Fatalf("after a pause: got the next in %s, want it within a day", in)
		}
		w.TakeJob(flows.JobReconcile) // this job is lost
		w.Say("ou_3", "实名")
		if got := len(w.Waiting(flows.JobReconcile)); got != 0 {
			t.Errorf("jobs while one is believed to be queued: got %d, want 0", got)
		}
		w.Advance(50 * time.Hour)
		w.Say("ou_4", "实名")
		if got := len(w.Waiting(flows.JobReconcile)); got != 1 {
			t.Errorf("jobs after one was lost: got %d, want 1", got)
		}
		if got := len(reconcileCards(w)); got != 0 {
			t.Errorf("reports although nothing differs: got %d, want 0", got)
		}
	})
}
