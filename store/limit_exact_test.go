package store

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"shiming/flows"
)

// departure is when a call left: at some moment between the two, for the test may be suspended between any two
// instructions.
type departure struct{ notBefore, notAfter time.Time }

// measureDepartures makes calls through the stores from many goroutines, delays call n by late(n),
// and returns when the calls left, in order.
func measureDepartures(
	t *testing.T, stores []*testStore, p flows.ExactLimit, each int, late func(n int) time.Duration,
) []departure {
	t.Helper()
	var mu sync.Mutex
	var left []departure
	n := 0
	runOnAll(t, stores, each, func(ts *testStore, _ int) error {
		leaving, err := ts.Pace(t.Context(), p)
		if err != nil {
			return err
		}
		mu.Lock()
		n++
		by := late(n)
		mu.Unlock()
		if err := sleep(t.Context(), by); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		before := time.Now()
		leaving()
		left = append(left, departure{before, time.Now()})
		return nil
	})
	slices.SortFunc(left, func(a, b departure) int { return a.notBefore.Compare(b.notBefore) })
	return left
}

// shortestSpan returns the shortest time in which calls+1 calls may have left, at most.
func shortestSpan(left []departure, calls int) time.Duration {
	least := time.Hour
	for i := calls; i < len(left); i++ {
		least = min(least, left[i].notAfter.Sub(left[i-calls].notBefore))
	}
	return least
}

// TestPace: the limit holds although calls leave late, and hardly any of it remains unused.
func TestPace(t *testing.T) {
	p := flows.ExactLimit{Key: "ocr", Calls: 10, Window: 500 * time.Millisecond}
	for name, late := range map[string]func(n int) time.Duration{
		"on time": func(int) time.Duration { return 0 },
		// Every seventh call is late by most of the interval between two calls.
		"late": func(n int) time.Duration {
			if n%7 == 0 {
				return 30 * time.Millisecond
			}
			return 0
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachDatabase(t, func(t *testing.T, ts *testStore) {
				left := measureDepartures(t, []*testStore{ts}, p, 41, late)
				checkPace(t, left, p)
			})
		})
		t.Run(name+", three processes", func(t *testing.T) {
			checkPace(t, measureDepartures(t, openStores(t, 3), p, 14, late), p)
		})
	}
}

func checkPace(t *testing.T, left []departure, p flows.ExactLimit) {
	t.Helper()
	if got := shortestSpan(left, p.Calls); got < p.Window {
		t.Errorf("%d calls within %s, want at least %s", p.Calls+1, got, p.Window)
	}
	span := left[len(left)-1].notAfter.Sub(left[0].notBefore)
	t.Logf("%d calls in %s: %.1f %% of the limit", len(left), span,
		100*float64(len(left)-1)*p.Window.Seconds()/float64(p.Calls)/span.Seconds())
}

func TestPaceIsBounded(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		p := flows.ExactLimit{Key: "slow", Calls: 1, Window: time.Hour}
		leaving, err := ts.Pace(t.Context(), p)
		must(t, err)
		leaving()
		if _, err := ts.Pace(t.Context(), p); !errors.Is(err, ErrBusy) {
			t.Errorf("a slot an hour ahead: %v, want %v", err, ErrBusy)
		}
		for _, wrong := range []flows.ExactLimit{
			{Key: "k"},
			{Key: "k", Calls: 1},
			{Key: "k", Calls: 10, Window: time.Millisecond},
		} {
			if _, err := ts.Pace(t.Context(), wrong); err == nil || errors.Is(err, ErrBusy) {
				t.Errorf("%+v: %v, want an error that is not ErrBusy", wrong, err)
			}
		}
	})
}
