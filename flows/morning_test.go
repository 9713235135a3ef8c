package flows

import (
	"testing"
	"time"

	"shiming/workday"
)

// TestMorningDays: the morning card covers what happened since the last working day, and the weekly card comes on the
// first working day of a week. The calendar may know holidays and make-up days.
func TestMorningDays(t *testing.T) {
	t.Parallel()
	// In 2026 the Dragon Boat Festival is Friday, 19 June; the calendar here also gives Monday, 22 June, off and makes
	// Sunday, 28 June, a working day.
	calendar, err := workday.Parse("2026-06-19 rest\n2026-06-22 rest\n2026-06-28 work")
	if err != nil {
		t.Fatal(err)
	}
	holidays := &Policy{Work: workday.Schedule{Calendar: calendar}}
	for _, tt := range []struct {
		policy     *Policy
		day        string
		workday    bool
		since      string
		beginsWeek bool
	}{
		{&Policy{}, "2026-06-01", true, "2026-05-29", true},
		{&Policy{}, "2026-06-02", true, "2026-06-01", false},
		{&Policy{}, "2026-06-06", false, "2026-06-05", false},
		{&Policy{}, "2026-06-07", false, "2026-06-05", false},
		{holidays, "2026-06-19", false, "2026-06-18", false},
		{holidays, "2026-06-22", false, "2026-06-18", false},
		{holidays, "2026-06-23", true, "2026-06-18", true},
		{holidays, "2026-06-28", true, "2026-06-26", false},
		{holidays, "2026-06-29", true, "2026-06-28", true},
	} {
		t.Run(tt.day, func(t *testing.T) {
			at, err := ParseMorning(tt.day)
			if err != nil {
				t.Fatal(err)
			}
			if got := at.Format("15:04"); got != "09:07" {
				t.Errorf("the morning is at %s, want 09:07", got)
			}
			if got := tt.policy.IsWorkday(at); got != tt.workday {
				t.Errorf("a working day: got %v, want %v", got, tt.workday)
			}
			if got := tt.policy.WorkdayBefore(at).Format(time.DateOnly); got != tt.since {
				t.Errorf("since: got %s, want %s", got, tt.since)
			}
			if got := tt.policy.BeginsWeek(at); got != tt.beginsWeek {
				t.Errorf("begins the week: got %v, want %v", got, tt.beginsWeek)
			}
		})
	}
}

// TestMorningAfter: the next 09:07 in China, whatever the zone of the clock.
func TestMorningAfter(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 1, 9, 7, 0, 0, ChinaTime)
	for _, tt := range []struct{ now, want time.Time }{
		{at.Add(-time.Millisecond), at},
		{at, at.AddDate(0, 0, 1)},
		{time.Date(2026, 5, 31, 20, 0, 0, 0, time.UTC), at},
	} {
		if got := MorningAfter(tt.now); !got.Equal(tt.want) {
			t.Errorf("after %s: got %s, want %s", tt.now, got, tt.want)
		}
	}
}
