package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"shiming/flows"
)

// perSecond returns a limit of n calls a second without a burst.
func perSecond(key string, n int) flows.BurstLimit {
	return flows.BurstLimit{Key: key, Every: time.Second / time.Duration(n), Burst: 1}
}

// TestWaitKeepsTheLimit takes 21 slots of a limit of 10 a second from ten goroutines: they span at
// least 20 intervals.
func TestWaitKeepsTheLimit(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
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
		begin := time.Now()
		for range 10 {
			wg.Go(func() {
				for range left {
					if err := ts.Wait(t.Context(), perSecond("ocr", 10)); err != nil {
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
		span := times[calls-1].Sub(begin)
		t.Logf("%d calls in %s: %.2f per second", calls, span, float64(calls-1)/span.Seconds())
		if span < 2*time.Second {
			t.Errorf("%d calls within %s, want at least 2s", calls, span)
		}
	})
}

// TestReservations checks the reserved slots without waiting for them: slot i comes i-burst+1
// intervals after the first call, within a millisecond of the database's clock.
func TestReservations(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		for _, burst := range []int{1, 5} {
			limit := flows.BurstLimit{Key: fmt.Sprint("k", burst), Every: 500 * time.Millisecond, Burst: burst}
			const step = 505 * time.Millisecond // slackPercent included
			booked := func() (us int64) {
				must(t, ts.backend.read.QueryRowContext(ctx, `SELECT tat_us FROM rate_limits WHERE key = $1`, limit.Key).Scan(&us))
				return us
			}
			var last int64
			begin := time.Now()
			for i := range 40 {
				wait, err := ts.reserve(ctx, []flows.BurstLimit{limit})
				must(t, err)
				after := time.Since(begin)
				want := max(0, time.Duration(i-burst+1)*step)
				if after+wait < want-2*time.Millisecond {
					t.Errorf("burst %d: slot %d comes %s after the first call, want %s", burst, i, after+wait, want)
				}
				// A limit loses only time that passes without calls. While the calls are ahead of
				// time, it loses nothing.
				ahead := after < time.Duration(i)*step
				if ahead && wait > want+2*time.Millisecond {
					t.Errorf("burst %d: slot %d is %s away, want at most %s", burst, i, wait, want)
				}
				if got := time.Duration(booked()-last) * time.Microsecond; ahead && got != step {
					t.Errorf("burst %d: slot %d took %s of the limit, want %s", burst, i, got, step)
				}
				last = booked()
			}
		}
		if wait, err := ts.reserve(ctx, []flows.BurstLimit{perSecond("other", 10)}); err != nil || wait > 0 {
			t.Errorf("another key waits %s (%v), want 0", wait, err)
		}
	})
}

// TestSeveralLimits: the latest slot decides, and a refused call reserves nothing in any limit.
func TestSeveralLimits(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		fast := perSecond("fast", 100)
		slow := flows.BurstLimit{Key: "slow", Every: 20 * time.Second, Burst: 1}
		both := []flows.BurstLimit{fast, slow}
		begin := time.Now()
		for i, want := range []time.Duration{0, 20*time.Second + 200*time.Millisecond} {
			wait, err := ts.reserve(ctx, both)
			if took := time.Since(begin); err != nil || wait < want-took-2*time.Millisecond || wait > want {
				t.Errorf("call %d waits %s, %v; want %s after the first, %s ago", i, wait, err, want, took)
			}
		}
		fastAt := func() (tat int64) {
			must(t, ts.backend.read.QueryRowContext(ctx, `SELECT tat_us FROM rate_limits WHERE key = 'fast'`).Scan(&tat))
			return
		}
		hourly := flows.BurstLimit{Key: "hourly", Every: time.Hour, Burst: 1}
		if _, err := ts.reserve(ctx, []flows.BurstLimit{hourly}); err != nil {
			t.Fatal(err)
		}
		before := fastAt()
		both = []flows.BurstLimit{fast, hourly}
		for range 2 { // in either order
			slices.Reverse(both)
			if _, err := ts.reserve(ctx, both); !errors.Is(err, ErrBusy) {
				t.Errorf("a slot an hour ahead: %v, want %v", err, ErrBusy)
			}
		}
		if fastAt() != before {
			t.Error("a refused call took a slot of the other limit")
		}
	})
}

// TestLimitAfterALimit: a call that waits for one limit uses the next one when it leaves, not when it came.
func TestLimitAfterALimit(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		wide := flows.BurstLimit{Key: "wide", Every: time.Second, Burst: 1}
		narrow := flows.BurstLimit{Key: "narrow", Every: 4 * time.Second, Burst: 1}
		begin := time.Now()
		for range 5 {
			if _, err := ts.reserve(t.Context(), []flows.BurstLimit{wide}); err != nil {
				t.Fatal(err)
			}
		}
		for i, want := range []time.Duration{5050 * time.Millisecond, 9090 * time.Millisecond} { // slackPercent included
			wait, err := ts.reserve(t.Context(), []flows.BurstLimit{wide, narrow})
			took := time.Since(begin)
			if err != nil || wait < want-took-2*time.Millisecond || wait > want {
				t.Errorf("call %d waits %s, %v; want %s after the first, %s ago", i, wait, err, want, took)
			}
		}
	})
}

func TestWaitIsBounded(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		limits := []flows.BurstLimit{{Key: "hourly", Every: time.Hour, Burst: 1}}
		begin := time.Now()
		if _, err := ts.reserve(ctx, limits); err != nil {
			t.Fatal(err)
		}
		_, err := ts.reserve(ctx, limits)
		most := time.Hour + time.Hour*slackPercent/100
		least := most - time.Since(begin) - 2*time.Millisecond // the database's clock has milliseconds
		var busy *BusyError
		if !errors.Is(err, ErrBusy) || !errors.As(err, &busy) || busy.Wait < least || busy.Wait > most {
			t.Fatalf("the second slot: %v, want %v for %s to %s", err, ErrBusy, least, most)
		}
		var again *flows.RetryLater
		if !errors.As(err, &again) || !again.Snooze || again.In != busy.Wait {
			t.Errorf("as a worker's answer: %+v", again)
		}
		if err := ts.Wait(ctx, limits...); !errors.Is(err, ErrBusy) {
			t.Errorf("Wait when booked out: %v, want %v", err, ErrBusy)
		}
		near := []flows.BurstLimit{{Key: "near", Every: maxAhead * 9 / 10, Burst: 1}}
		for i := range 2 {
			if wait, err := ts.reserve(ctx, near); err != nil || wait > maxAhead {
				t.Errorf("slot %d of one every %s: %s, %v; want a slot", i, near[0].Every, wait, err)
			}
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx, cancel := context.WithCancel(t.Context())
		slow := flows.BurstLimit{Key: "k", Every: maxAhead * 9 / 10, Burst: 1}
		must(t, ts.Wait(ctx, slow))
		time.AfterFunc(10*time.Millisecond, cancel)
		if err := ts.Wait(ctx, slow); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled wait: %v, want %v", err, context.Canceled)
		}
		for _, l := range []flows.BurstLimit{
			{Key: "k"},
			{Key: "k", Every: time.Second},
			{Key: "k", Burst: 1},
			{Key: "k", Every: -time.Second, Burst: 1},
			{Key: "k", Every: time.Microsecond, Burst: 1},
		} {
			if ts.Wait(t.Context(), l) == nil {
				t.Errorf("%+v was accepted", l)
			}
		}
	})
}

// TestMaxWait: a caller that may not sleep long gets the time of its slot instead, and no slot is lost.
func TestMaxWait(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		l := flows.BurstLimit{Key: "k", Every: 20 * time.Minute, Burst: 2, MaxWait: time.Second}
		must(t, ts.Wait(t.Context(), l))
		must(t, ts.Wait(t.Context(), l))
		for range 2 { // the second finds the same slot
			var busy *BusyError
			if err := ts.Wait(t.Context(), l); !errors.As(err, &busy) || busy.Wait < 19*time.Minute || busy.Wait > 21*time.Minute {
				t.Errorf("got %v, want the slot in 20 minutes", err)
			}
		}
	})
}
