package store

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"shiming/flows"
)

// TestCountersAcrossStores: the counters add up under concurrent writers.
func TestCountersAcrossStores(t *testing.T) {
	stores := openStores(t, 3)
	ctx := t.Context()
	runOnAll(t, stores, 12, func(ts *testStore, i int) error {
		c := newCase(fmt.Sprint("c", i), fmt.Sprint("ou_", i))
		if err := ts.Tx(ctx, func(tx flows.Tx) error { return tx.InsertCase(ctx, c) }); err != nil {
			return err
		}
		for n, state := range []flows.State{flows.AwaitingPhotos, flows.Checking, flows.AwaitingPhotos, flows.Done} {
			if n == 3 && i%2 == 0 {
				break
			}
			c.State = state
			if err := ts.Tx(ctx, func(tx flows.Tx) error { return tx.UpdateCase(ctx, c) }); err != nil {
				return err
			}
		}
		return nil
	})
	stores[0].view(t, func(v flows.View) error {
		counts, err := v.CountByState(ctx, "t1")
		if counts[flows.Done] != 18 || counts[flows.AwaitingPhotos] != 18 || len(counts) != 2 {
			t.Errorf("counts %v, want 18 done and 18 awaiting photos", counts)
		}
		return err
	})
}

// TestLimitAcrossStores: several stores together keep a limit of 10 a second.
func TestLimitAcrossStores(t *testing.T) {
	stores := openStores(t, 3)
	ctx := t.Context()
	var mu sync.Mutex
	var times []time.Time
	begin := time.Now()
	runOnAll(t, stores, 7, func(ts *testStore, _ int) error {
		err := ts.Wait(ctx, perSecond("ocr", 10))
		mu.Lock()
		defer mu.Unlock()
		times = append(times, time.Now())
		return err
	})
	slices.SortFunc(times, time.Time.Compare)
	span := times[20].Sub(begin)
	t.Logf("21 calls in %s: %.2f per second", span, 20/span.Seconds())
	if span < 2*time.Second {
		t.Errorf("21 calls within %s, want at least 2s", span)
	}

	// Concurrently reserved slots lie exactly one step apart. The check is skipped if the second
	// reservation comes later than one step after the first: the limit then has lost time.
	exact := flows.BurstLimit{Key: "exact", Every: 450 * time.Millisecond, Burst: 1}
	const step = 454500 * time.Microsecond // slackPercent included
	begin = time.Now()
	_, err := stores[0].reserve(ctx, []flows.BurstLimit{exact})
	must(t, err)
	tat := func() (us int64) {
		must(t, stores[0].backend.read.QueryRowContext(ctx, `SELECT tat_us FROM rate_limits WHERE key = 'exact'`).Scan(&us))
		return
	}
	start := tat()
	second := time.Hour // when the second slot was reserved
	runOnAll(t, stores, 20, func(ts *testStore, _ int) error {
		_, err := ts.reserve(ctx, []flows.BurstLimit{exact})
		mu.Lock()
		defer mu.Unlock()
		second = min(second, time.Since(begin))
		return err
	})
	booked := time.Duration(tat()-start) * time.Microsecond
	if want := 60 * step; booked < want || second < step && booked != want {
		t.Errorf("60 slots: got %s, want %s; the second came after %s", booked, want, second)
	}
}

func TestTryExclusive(t *testing.T) {
	stores := openStores(t, 2)
	ctx := t.Context()
	ran := 0
	once := func() error {
		ran++
		return nil
	}
	other := func() error { return nil }
	must(t, stores[0].backend.tryExclusive(ctx, "sweep", func() error {
		return errors.Join(
			stores[1].backend.tryExclusive(ctx, "sweep", once),
			stores[1].backend.tryExclusive(ctx, "other", other),
		)
	}))
	if ran != 0 {
		t.Error("two sweeps at once")
	}
	must(t, stores[1].backend.tryExclusive(ctx, "sweep", once))
	if ran != 1 {
		t.Error("the lock was not given back")
	}
}
