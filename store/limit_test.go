package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"shiming/flows"
)

// TestWaitKeepsTheLimit takes slots from ten goroutines: 21 calls of a limit of 10 a second
// span at least 20 intervals, and no second holds more than ten.
func TestWaitKeepsTheLimit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const calls = 21
		var (
			mu    sync.Mutex
			times []time.Time
			wg    sync.WaitGroup
			left  = make(chan bool, calls)
		)
		for range calls {
			left <- true
		}
		close(left)
		for range 10 {
			wg.Go(func() {
				for range left {
					if err := w.Wait(t.Context(), "ocr", 10); err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					times = append(times, time.Now())
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		slices.SortFunc(times, time.Time.Compare)
		span := times[calls-1].Sub(times[0])
		t.Logf("%d calls in %s: %.2f per second", calls, span, float64(calls-1)/span.Seconds())
		if span < 2*time.Second {
			t.Errorf("%d calls within %s", calls, span)
		}
	})
}

// TestReservations looks at the booked slots without sleeping through them.
func TestReservations(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		step := interval(10)
		begin := time.Now()
		var last time.Duration
		for i := range 50 {
			wait, err := w.reserve(ctx, "k", step)
			must(t, err)
			due := time.Since(begin) + wait // never earlier than i intervals after the beginning
			if least := time.Duration(i) * time.Duration(step) * time.Microsecond; due+2*time.Millisecond < least {
				t.Errorf("slot %d comes after %s, before %s", i, due, least)
			}
			if i > 0 && wait <= last-time.Since(begin) {
				t.Errorf("slot %d waits %s, the one before %s", i, wait, last)
			}
			last = wait
		}
		if wait, err := w.reserve(ctx, "other", step); err != nil || wait > 0 {
			t.Errorf("another key waits %s, %v", wait, err)
		}
	})
}

func TestWaitIsBounded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		booked := 0
		var err error
		for ; err == nil; booked++ {
			_, err = w.reserve(ctx, "slow", interval(1))
		}
		var busy *BusyError
		if !errors.Is(err, ErrBusy) || !errors.As(err, &busy) || busy.Wait < maxWait || busy.Wait > maxWait+2*time.Second {
			t.Fatalf("after %d slots: %v", booked, err)
		}
		var again *flows.Again
		if !errors.As(err, &again) || !again.Snooze || again.In != busy.Wait {
			t.Errorf("as a worker's answer: %+v", again)
		}
		before := w.rows(t, "rate_limits WHERE key = 'slow'")
		if err := w.Wait(ctx, "slow", 1); !errors.Is(err, ErrBusy) || before != 1 {
			t.Errorf("Wait when booked out: %v", err)
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(t.Context())
		must(t, w.Wait(ctx, "k", 1))
		time.AfterFunc(10*time.Millisecond, cancel)
		if err := w.Wait(ctx, "k", 1); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled wait: %v", err)
		}
		for _, n := range []int{0, -1, 10_001} {
			if w.Wait(t.Context(), "k", n) == nil {
				t.Errorf("%d per second was accepted", n)
			}
		}
	})
}
