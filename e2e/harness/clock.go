package harness

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"shiming/flows"
)

// untilMorning returns the offset of the simulated time: the next Wednesday at 10:00 China time minus now. That time
// is not in the quiet hours, and not near midnight, the nightly run or the end of the week, so no test depends on the
// hour at which it runs.
func untilMorning() time.Duration {
	now := time.Now()
	local := now.In(flows.ChinaTime)
	days := (int(time.Wednesday-local.Weekday()) + 7) % 7
	at := time.Date(local.Year(), local.Month(), local.Day()+days, 10, 0, 0, 0, flows.ChinaTime)
	if !at.After(now) {
		at = at.AddDate(0, 0, 7)
	}
	return at.Sub(now)
}

// Clock is the engine's clock: the time of world and store plus an offset that the test moves. Jobs still fall due by
// the store's clock.
type Clock struct {
	ahead time.Duration // the world's time minus the machine's
	by    atomic.Int64
}

// ClockBehind returns a clock that is d behind. The test can then move it forward while every job of the engine is
// due at once.
func ClockBehind(d time.Duration) *Clock {
	c := &Clock{}
	c.by.Store(int64(-d))
	return c
}

// NoonDaysAgo returns a clock at noon China time some days ago. Nights can pass, and jobs that the bot schedules on
// these days are due at once.
func NoonDaysAgo(days int) *Clock { return ClockBehind(time.Duration(days)*24*time.Hour - 2*time.Hour) }

func (c *Clock) Now() time.Time       { return time.Now().Add(c.ahead + time.Duration(c.by.Load())) }
func (c *Clock) Move(d time.Duration) { c.by.Add(int64(d)) }

// WaitIdle waits until no event is undecided, and no job is due, running or waiting for a retry.
func (h *Harness) WaitIdle() {
	h.Helper()
	h.Until("no event and no job is left", func() bool {
		undecided, _, err := h.App.Store().PushesNow(h.Ctx)
		if err != nil {
			h.Fatal(err)
		}
		if undecided > 0 {
			return false // it may create jobs
		}
		pending, err := h.App.Store().PendingJobs(h.Ctx)
		if err != nil {
			h.Fatal(err)
		}
		n := 0
		for _, of := range pending {
			n += of
		}
		return n == 0
	})
}

// WeekdaysOnly returns the path of a calendar in which the next weeks have no holiday, so that a test does not depend
// on the date.
func WeekdaysOnly(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	for n := range 60 {
		day := time.Now().In(flows.ChinaTime).AddDate(0, 0, n)
		kind := " work\n"
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			kind = " rest\n"
		}
		text.WriteString(day.Format(time.DateOnly) + kind)
	}
	path := filepath.Join(t.TempDir(), "calendar.txt")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
