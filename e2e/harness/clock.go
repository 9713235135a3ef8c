package harness

import (
	"sync/atomic"
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
