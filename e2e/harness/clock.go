package harness

import (
	"sync/atomic"
	"time"

	"shiming/flows"
)

// untilMorning is how far worlds and bots are moved ahead of the machine's clock before anybody acts: to ten in the
// morning, in China, of the coming Wednesday. It is neither at night, when nobody is reminded, nor near midnight, the
// nightly run or the end of the week, so that no test depends on the hour at which it runs.
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

// Clock is the engine's time: that of world and store, moved. It moves the engine only; jobs are due by the store's.
type Clock struct {
	ahead time.Duration // how far the world is ahead of the machine's clock
	by    atomic.Int64
}

// ClockBehind is a clock that is slow, which leaves room to move it forward while everything is due at once.
func ClockBehind(d time.Duration) *Clock {
	c := &Clock{}
	c.by.Store(int64(-d))
	return c
}

// DaysAgo shows noon in China some days ago: nights can pass, and what the bot plans for these days is due at once.
func NoonDaysAgo(days int) *Clock { return ClockBehind(time.Duration(days)*24*time.Hour - 2*time.Hour) }

func (c *Clock) Now() time.Time       { return time.Now().Add(c.ahead + time.Duration(c.by.Load())) }
func (c *Clock) Move(d time.Duration) { c.by.Add(int64(d)) }
