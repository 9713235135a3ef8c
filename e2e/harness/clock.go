package harness

import (
	"sync/atomic"
	"time"
)

// Clock is the bot's time: the real one, moved. It moves the engine only; jobs are due by the real one.
type Clock struct{ by atomic.Int64 }

// Behind is a clock that is slow, which leaves room to move it forward while everything is due at once.
func Behind(d time.Duration) *Clock {
	c := &Clock{}
	c.by.Store(int64(-d))
	return c
}

func (c *Clock) Now() time.Time       { return time.Now().Add(time.Duration(c.by.Load())) }
func (c *Clock) Move(d time.Duration) { c.by.Add(int64(d)) }
