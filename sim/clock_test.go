package sim

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestAdvance: while the clock moves requests signed by either time are taken, afterwards for a while, then only by
// the new one; no push is on its way meanwhile; a bot that cannot follow leaves the clock where it was.
func TestAdvance(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)
	h := newHarness(t, Config{Now: func() time.Time { return now }})
	c := h.w.clock
	const window = 15 * time.Minute
	old, next := now, now.Add(4*time.Hour)
	near := func(when string, wantOld, wantNext bool) {
		t.Helper()
		if c.near(old, window) != wantOld || c.near(next, window) != wantNext {
			t.Errorf("%s: the old time %t, the new %t, want %v, %v", when, c.near(old, window), c.near(next, window), wantOld,
				wantNext)
		}
	}
	near("before", true, false)
	broken := errors.New("no")
	if err := h.w.Advance(h.Ctx, 4*time.Hour, func(context.Context, time.Duration) error {
		return broken
	}); !errors.Is(err, broken) || h.w.Ahead() != 0 {
		t.Errorf("%v, ahead %s, want %v, 0", err, h.w.Ahead(), broken)
	}
	near("after a failure", true, false)
	done := c.push()
	moved := make(chan error)
	go func() {
		moved <- h.w.Advance(h.Ctx, 4*time.Hour, func(_ context.Context, ahead time.Duration) error {
			near("meanwhile", true, true)
			if c.pushing.TryRLock() {
				t.Error("a push could be sent meanwhile")
			}
			if ahead != 4*time.Hour {
				t.Errorf("the bot is told %s, want %v", ahead, 4*time.Hour)
			}
			return nil
		})
	}()
	for c.pushing.TryRLock() { // until it waits, after which nobody else gets in
		c.pushing.RUnlock()
		select {
		case err := <-moved:
			t.Fatalf("it did not wait for a push: %v", err)
		default:
		}
	}
	done()
	if err := <-moved; err != nil || !h.w.cfg.Now().Equal(next) {
		t.Errorf("%v, now %s", err, h.w.cfg.Now())
	}
	near("right after", true, true)
	now = now.Add(overlap + time.Second)
	near("later", false, true)
}
