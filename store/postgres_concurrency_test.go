package store

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"shiming/flows"
	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// TestConcurrentOpen: several processes open an empty database at the same time.
func TestConcurrentOpen(t *testing.T) {
	t.Parallel()
	cfg := Config{DSN: pgtest.DSN(t), Keyset: keyset.New()}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := Open(t.Context(), cfg)
			if err != nil {
				t.Errorf("open: %v", err)
				return
			}
			if err := errors.Join(s.Ready(t.Context()), s.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestConcurrentKeysets: of several keysets that open an empty database, one succeeds.
func TestConcurrentKeysets(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t)
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			var s *Store
			if s, errs[i] = Open(t.Context(), Config{DSN: dsn, Keyset: keyset.New()}); errs[i] == nil {
				must(t, s.Close())
			}
		})
	}
	wg.Wait()
	opened := 0
	for _, err := range errs {
		switch {
		case err == nil:
			opened++
		case !errors.Is(err, ErrWrongKeyset):
			t.Errorf("open: %v, want %v", err, ErrWrongKeyset)
		}
	}
	if opened != 1 {
		t.Errorf("%d keysets opened one database, want 1", opened)
	}
}

func TestKeysAcrossStores(t *testing.T) {
	stores := openStores(t, 3)
	ctx := t.Context()
	var mu sync.Mutex
	first := map[string]int{}
	runOnAll(t, stores, 8, func(ts *testStore, i int) error {
		event := fmt.Sprint("event/", i%4)
		keys := []string{event, "message/" + event}
		if i%2 == 0 {
			slices.Reverse(keys)
		}
		mine := false
		err := ts.Tx(ctx, func(tx flows.Tx) error {
			seen, err := tx.InsertEventKeys(ctx, epoch, keys...)
			mine = !seen
			return err
		})
		mu.Lock()
		defer mu.Unlock()
		if mine {
			first[event]++
		}
		return err
	})
	for i := range 4 {
		if event := fmt.Sprint("event/", i); first[event] != 1 {
			t.Errorf("%s happened %d times, want 1", event, first[event])
		}
	}
	// If the transaction that inserted a key rolls back, the key is new to the one that waits for
	// it.
	boom := errors.New("boom")
	second := make(chan error)
	err := stores[0].Tx(ctx, func(tx flows.Tx) error {
		if _, err := tx.InsertEventKeys(ctx, epoch, "given up"); err != nil {
			return err
		}
		go func() {
			second <- stores[1].Tx(ctx, func(tx flows.Tx) error {
				seen, err := tx.InsertEventKeys(ctx, epoch, "given up")
				if seen {
					err = errors.New("a key that was never committed was seen")
				}
				return err
			})
		}()
		eventually(t, "the other waits", func() bool { return lockWaiters(t, stores[2]) > 0 })
		return boom
	})
	if !errors.Is(err, boom) {
		t.Error(err)
	}
	must(t, <-second)
}

// TestNoLostUpdates: all stores read, add one and write at the same time.
func TestNoLostUpdates(t *testing.T) {
	stores := openStores(t, 3)
	ctx := t.Context()
	const times = 20
	stores[0].insert(t, newCase("c1", "ou_1"))
	for name, add := range map[string]func(tx flows.Tx) error{
		"case": func(tx flows.Tx) error {
			c, err := tx.Case(ctx, "c1")
			if err != nil {
				return err
			}
			c.Rev++
			return tx.UpdateCase(ctx, c)
		},
		"open case": func(tx flows.Tx) error {
			c, err := tx.OpenCase(ctx, "t1", "ou_1")
			if err != nil {
				return err
			}
			c.Rev++
			return tx.UpdateCase(ctx, c)
		},
		"surface": func(tx flows.Tx) error {
			s, err := tx.Surface(ctx, "board/1")
			if errors.Is(err, flows.ErrNotFound) {
				s, err = &flows.Surface{ID: "board/1"}, nil
			}
			if err != nil {
				return err
			}
			s.WantedGeneration++
			return tx.PutSurface(ctx, s)
		},
		"setting": func(tx flows.Tx) error {
			value, err := tx.Setting(ctx, "t1", "n")
			if err != nil {
				return err
			}
			n, _ := strconv.Atoi(value)
			return tx.PutSetting(ctx, "t1", "n", strconv.Itoa(n+1))
		},
		"audit": func(tx flows.Tx) error { return tx.Audit(ctx, flows.AuditRow{CaseID: "c1", Event: "look"}) },
	} {
		t.Run(name, func(t *testing.T) {
			runOnAll(t, stores, times, func(ts *testStore, _ int) error { return ts.Tx(ctx, add) })
		})
	}
	const want = 3 * times
	stores[1].view(t, func(v flows.View) error {
		c, err1 := v.Case(ctx, "c1")
		s, err2 := v.Surface(ctx, "board/1")
		n, err3 := v.Setting(ctx, "t1", "n")
		rows, err4 := v.AuditOf(ctx, "c1")
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			return err
		}
		if c.Rev != 2*want || c.Version != 2*want { // two of the functions above write the case
			t.Errorf("case %d, version %d, want %d", c.Rev, c.Version, 2*want)
		}
		if s.WantedGeneration != want || n != strconv.Itoa(want) || len(rows) != want {
			t.Errorf("surface %d, setting %s, audit %d, want %d", s.WantedGeneration, n, len(rows), want)
		}
		return nil
	})
	must(t, stores[2].VerifyChain(ctx, "c1"))
}

// TestConcurrentSameNumber: if a transaction finds no other case with the number or incident, this
// stays true until it commits.
func TestConcurrentSameNumber(t *testing.T) {
	stores := openStores(t, 3)
	ctx := t.Context()
	index := stores[0].BlindIndex("number", "11010119900307803X")
	const times = 4
	for i := range 3 * times {
		stores[0].insert(t, newCase(fmt.Sprint("c", i), fmt.Sprint("ou_", i)))
	}
	var mu sync.Mutex
	var before, alone []int
	runOnAll(t, stores, times, func(ts *testStore, i int) error {
		var others []string
		var same []*flows.Case
		err := ts.Tx(ctx, func(tx flows.Tx) (err error) {
			id := fmt.Sprint("c", i)
			if others, err = tx.SameNumber(ctx, "t1", index, fmt.Sprint("ou_", i)); err != nil {
				return err
			}
			c, err := tx.Case(ctx, id)
			if err != nil {
				return err
			}
			c.State, c.Attention = flows.NeedsAttention, &flows.Attention{Incident: "ocr"}
			if err := errors.Join(tx.UpdateCase(ctx, c), tx.SetBlindIndex(ctx, id, index)); err != nil {
				return err
			}
			same, err = tx.WithIncident(ctx, "t1", "ocr", 2)
			return err
		})
		mu.Lock()
		defer mu.Unlock()
		before = append(before, len(others))
		if len(same) == 1 {
			alone = append(alone, i)
		}
		return err
	})
	slices.Sort(before)
	for i, n := range before {
		if n != i {
			t.Fatalf("people with the number before: %v, want 0, 1, 2 …", before)
		}
	}
	if len(alone) != 1 {
		t.Errorf("%d cases thought that they were the first of the incident, want 1", len(alone))
	}
}

// TestDeadlockIsRetried: each of two transactions waits for a lock of the other one.
func TestDeadlockIsRetried(t *testing.T) {
	stores := openStores(t, 2)
	ctx := t.Context()
	stores[0].tx(t, func(tx flows.Tx) error {
		return errors.Join(tx.PutSurface(ctx, &flows.Surface{ID: "a"}), tx.PutSurface(ctx, &flows.Surface{ID: "b"}))
	})
	var mu sync.Mutex
	runs := 0
	var both sync.WaitGroup
	both.Add(2)
	wait := func() {
		both.Done()
		both.Wait()
	}
	meet := []func(){sync.OnceFunc(wait), sync.OnceFunc(wait)}
	runOnAll(t, stores, 1, func(ts *testStore, i int) error {
		order := []string{"a", "b"}
		if i == 1 {
			slices.Reverse(order)
		}
		return ts.Tx(ctx, func(tx flows.Tx) error {
			mu.Lock()
			runs++
			mu.Unlock()
			for _, id := range order {
				s, err := tx.Surface(ctx, id)
				if err != nil {
					return err
				}
				s.WantedGeneration++
				if err := tx.PutSurface(ctx, s); err != nil {
					return err
				}
				meet[i]()
			}
			return nil
		})
	})
	if runs < 3 { // more if the retry meets the other transaction again
		t.Errorf("%d runs, want at least 3", runs)
	}
	if n := stores[0].countRows(t, "surfaces WHERE gen = 2"); n != 2 {
		t.Errorf("%d surfaces have both changes, want 2", n)
	}
}
