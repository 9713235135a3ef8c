package sim

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// overlap is how long, in real time, the platforms accept requests that were signed before a move of the clock.
const overlap = 10 * time.Second

// clock is the time of the world: the configured clock plus an offset that only grows.
type clock struct {
	base              func() time.Time
	ahead             atomic.Int64
	alsoAccepted      atomic.Int64 // second accepted offset, valid until alsoAcceptedUntil
	alsoAcceptedUntil atomic.Int64 // Unix nanoseconds by base

	moving  sync.Mutex
	pushing sync.RWMutex // held for reading while a push is signed and sent
}

func (c *clock) now() time.Time { return c.base().Add(time.Duration(c.ahead.Load())) }

// acceptsTimestamp reports whether a request's timestamp is within a window of the time. World.Advance cannot move the
// clocks of the platforms and of the bot at the same instant, so the old and the new time are both valid around a move.
func (c *clock) acceptsTimestamp(at time.Time, window time.Duration) bool {
	if c.now().Sub(at).Abs() <= window {
		return true
	}
	other, ok := c.otherTime()
	return ok && other.Sub(at).Abs() <= window
}

// wasBefore reports whether the time before a move, which is still valid, is before t.
func (c *clock) wasBefore(t time.Time) bool {
	other, ok := c.otherTime()
	return ok && other.Before(t)
}

// otherTime returns the second time that is valid around a move of the clock.
func (c *clock) otherTime() (t time.Time, ok bool) {
	now := c.base()
	return now.Add(time.Duration(c.alsoAccepted.Load())), now.UnixNano() < c.alsoAcceptedUntil.Load()
}

// beginPush keeps the clock from moving until done is called. The bot accepts the timestamp of a push for a few hours
// only, so a push that is signed before a move and sent after it would be refused.
func (c *clock) beginPush() (done func()) {
	c.pushing.RLock()
	return c.pushing.RUnlock
}

// Ahead returns how far the world's clock has been moved.
func (w *World) Ahead() time.Duration { return time.Duration(w.clock.ahead.Load()) }

// Advance moves the clock of all platforms forward. It calls together, which may be nil, with the new offset, so that
// the bot's clock moves with them; no push is in flight meanwhile. If together fails, Advance returns its error and the
// world's clock does not move.
func (w *World) Advance(ctx context.Context, by time.Duration,
	together func(ctx context.Context, ahead time.Duration) error) error {
	c := w.clock
	c.moving.Lock()
	defer c.moving.Unlock()
	c.pushing.Lock()
	defer c.pushing.Unlock()
	was := c.ahead.Load()
	to := was + int64(by)
	c.alsoAccepted.Store(to)
	c.alsoAcceptedUntil.Store(c.base().Add(time.Hour).UnixNano()) // shortened below
	if together != nil {
		if err := together(ctx, time.Duration(to)); err != nil {
			c.alsoAcceptedUntil.Store(0)
			return err
		}
	}
	c.ahead.Store(to)
	c.alsoAccepted.Store(was)
	c.alsoAcceptedUntil.Store(c.base().Add(overlap).UnixNano())
	if w.cfg.Observer != nil {
		w.cfg.Observer.ClockMoved(time.Duration(to))
	}
	w.Feishu.ClockMoved()
	return nil
}
