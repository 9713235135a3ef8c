package sim

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// overlap is how long after a move of the clock requests that were signed before it are still taken, in real time.
const overlap = 10 * time.Second

// clock is the time of the world: the configured one, and as far ahead as it was moved.
type clock struct {
	base  func() time.Time
	ahead atomic.Int64
	other atomic.Int64 // how far ahead requests may be signed as well, until
	until atomic.Int64 // unix nanoseconds

	moving  sync.Mutex
	pushing sync.RWMutex // held for reading while a push is made and sent
}

func (c *clock) now() time.Time { return c.base().Add(time.Duration(c.ahead.Load())) }

// near reports whether a request's timestamp is within a window of the time. While the clock is moved both times are
// right, since nobody can move two clocks at once.
func (c *clock) near(at time.Time, window time.Duration) bool {
	if c.now().Sub(at).Abs() <= window {
		return true
	}
	now := c.base()
	return now.UnixNano() < c.until.Load() && now.Add(time.Duration(c.other.Load())).Sub(at).Abs() <= window
}

// push holds the clock still while a push is made and sent, since the bot takes its signature for a few hours only.
func (c *clock) push() (done func()) {
	c.pushing.RLock()
	return c.pushing.RUnlock
}

// Ahead is how far the world's clock has been moved.
func (w *World) Ahead() time.Duration { return time.Duration(w.clock.ahead.Load()) }

// Advance moves the clock of all platforms forward. together moves the bot's to be as far ahead, at the same moment
// as far as anybody can tell: no push is on its way meanwhile. Its error leaves the world's clock where it was. It
// may be nil.
func (w *World) Advance(ctx context.Context, by time.Duration,
	together func(ctx context.Context, ahead time.Duration) error) error {
	c := w.clock
	c.moving.Lock()
	defer c.moving.Unlock()
	c.pushing.Lock()
	defer c.pushing.Unlock()
	was := c.ahead.Load()
	to := was + int64(by)
	c.other.Store(to)
	c.until.Store(c.base().Add(time.Hour).UnixNano()) // shortened below
	if together != nil {
		if err := together(ctx, time.Duration(to)); err != nil {
			c.until.Store(0)
			return err
		}
	}
	c.ahead.Store(to)
	c.other.Store(was)
	c.until.Store(c.base().Add(overlap).UnixNano())
	if w.cfg.Observer != nil {
		w.cfg.Observer.ClockMoved(time.Duration(to))
	}
	w.Feishu.ClockMoved()
	return nil
}
