package sim

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestAdvance checks which timestamps the platforms accept: the old and the new one during a move, both for the overlap
// after it, and then the new one only. No push is in flight during a move, and a bot that cannot follow leaves the
// clock unchanged.
func TestAdvance(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)
	h := newHarness(t, Config{Now: func() time.Time { return now }})
	c := h.w.clock
	const window = 15 * time.Minute
	old, next := now, now.Add(4*time.Hour)
	checkAccepted := func(when string, wantOld, wantNext bool) {
		t.Helper()
		gotOld, gotNext := c.acceptsTimestamp(old, window), c.acceptsTimestamp(next, window)
		if gotOld != wantOld || gotNext != wantNext {
			t.Errorf("%s: accepted the old time %t, the new one %t; want %t, %t", when, gotOld, gotNext, wantOld, wantNext)
		}
	}
	checkAccepted("before", true, false)
	broken := errors.New("no")
	failing := func(context.Context, time.Duration) error { return broken }
	if err := h.w.Advance(h.Ctx, 4*time.Hour, failing); !errors.Is(err, broken) || h.w.Ahead() != 0 {
		t.Errorf("got %v, ahead by %s; want %v, 0", err, h.w.Ahead(), broken)
	}
	checkAccepted("after a failure", true, false)
	done := c.beginPush()
	moved := make(chan error)
	go func() {
		moved <- h.w.Advance(h.Ctx, 4*time.Hour, func(_ context.Context, ahead time.Duration) error {
			checkAccepted("meanwhile", true, true)
			if c.pushing.TryRLock() {
				t.Error("a push could be sent meanwhile")
			}
			if ahead != 4*time.Hour {
				t.Errorf("the bot is told %s, want %v", ahead, 4*time.Hour)
			}
			return nil
		})
	}()
	for c.pushing.TryRLock() { // until Advance waits for the lock, which keeps readers out
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
	checkAccepted("right after", true, true)
	now = now.Add(overlap + time.Second)
	checkAccepted("later", false, true)
}

// TestTimesAroundAMove checks that a time that was ahead before a move counts as ahead for a moment, and not for longer.
func TestTimesAroundAMove(t *testing.T) {
	real := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	c := &clock{base: func() time.Time { return real }}
	w := &World{clock: c}
	ends := real.Add(2 * time.Hour) // of a token
	if c.wasBefore(ends) {
		t.Error("got a second time before any move, want none")
	}
	was := c.ahead.Load()
	c.ahead.Store(int64(24 * time.Hour))
	c.alsoAccepted.Store(was)
	c.alsoAcceptedUntil.Store(real.Add(overlap).UnixNano())
	if !c.wasBefore(ends) || c.now().Before(ends) || w.Ahead() != 24*time.Hour {
		t.Errorf("got the times %s and wasBefore %t, want a token in hand to stay valid", c.now(), c.wasBefore(ends))
	}
	real = real.Add(overlap)
	if c.wasBefore(ends) {
		t.Error("got the time before the move after the overlap, want it gone")
	}
}
