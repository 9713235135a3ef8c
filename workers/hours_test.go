package workers_test

import (
	"testing"
	"time"

	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestHours: what is planned for later is planned by China's hours and calendar, whenever a case starts.
func TestHours(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		moment, err := time.ParseInLocation("2006-01-02 15:04", text, flows.SampleTime.Location())
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	for _, tt := range []struct{ name, start, reminder, night string }{
		{"before dawn", "2026-06-01 03:00", "2026-06-01 09:00", "2026-06-02 02:30"},
		{"morning", "2026-06-01 09:00", "2026-06-01 13:00", "2026-06-02 02:30"},
		{"afternoon", "2026-06-01 15:30", "2026-06-01 19:30", "2026-06-02 02:30"},
		{"last minute before quiet hours", "2026-06-01 20:59", "2026-06-02 09:00", "2026-06-02 02:30"},
		{"last minute of a day", "2026-06-01 23:59", "2026-06-02 09:00", "2026-06-02 02:30"},
		{"28 February", "2026-02-28 20:59", "2026-03-01 09:00", "2026-03-01 02:30"},
		{"31 December", "2026-12-31 23:59", "2027-01-01 09:00", "2027-01-01 02:30"},
		{"Friday evening", "2026-11-27 20:59", "2026-11-28 09:00", "2026-11-28 02:30"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			w.Pass(at(tt.start).Sub(w.Now()))
			w.Say("ou_1", "实名")
			w.RunJobs(flows.JobShow)
			planned := func(kind flows.JobKind) time.Time {
				t.Helper()
				jobs := w.Waiting(kind)
				if len(jobs) != 1 {
					t.Fatalf("got %d jobs %s, want 1", len(jobs), kind)
				}
				return jobs[0].At
			}
			if got, want := planned(flows.JobReconcile), at(tt.night); !got.Equal(want) {
				t.Errorf("reconcile: got %s, want %s", got, want)
			}
			if got, want := planned(flows.JobExpire), at(tt.start).Add(flows.SamplePolicy().ExpireAfter); !got.Equal(want) {
				t.Errorf("expiry: got %s, want %s", got, want)
			}
			w.Pass(flows.SamplePolicy().ReminderAfter)
			w.RunJobs(flows.JobRemind)
			if !w.Now().Equal(at(tt.reminder)) { // deferred by quiet hours
				if got := w.LatestCase("ou_1").Reminders; got != 0 {
					t.Errorf("reminders at night: got %d, want 0", got)
				}
				if got, want := planned(flows.JobRemind), at(tt.reminder); !got.Equal(want) {
					t.Errorf("reminder: got %s, want %s", got, want)
				}
				w.Pass(at(tt.reminder).Sub(w.Now()))
				w.RunJobs(flows.JobRemind)
			}
			if got := w.LatestCase("ou_1").Reminders; got != 1 {
				t.Errorf("reminders by day: got %d, want 1", got)
			}
		})
	}
}
