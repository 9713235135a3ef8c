package store

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"shiming/flows"
)

// measureDepartures makes calls through the stores from many goroutines, delays call n by late(n),
// and returns when the calls left, in order.
func measureDepartures(
	t *testing.T, stores []*testStore, p flows.ExactLimit, each int, late func(n int) time.Duration,
) []time.Time {
	t.Helper()
	var mu sync.Mutex
	var left []time.Time
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
		leaving()
		left = append(left, time.Now())
		return nil
	})
	slices.SortFunc(left, time.Time.Compare)
	return left
}

// shortestSpan returns the shortest time in which calls+1 calls left.
func shortestSpan(left []time.Time, calls int) time.Duration {
	least := time.Hour
	for i := calls; i < len(left); i++ {
		least = min(least, left[i].Sub(left[i-calls]))
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

func checkPace(t *testing.T, left []time.Time, p flows.ExactLimit) {
	t.Helper()
	if got := shortestSpan(left, p.Calls); got < p.Window {
		t.Errorf("%d calls within %s, want at least %s", p.Calls+1, got, p.Window)
	}
	span := left[len(left)-1].Sub(left[0])
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
