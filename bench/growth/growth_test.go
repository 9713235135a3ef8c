package main

import (
	"path/filepath"
	"testing"
	"time"

	"shiming/bench/growth/walk"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
)

// TestFillIsWhatTheBotWouldHaveLeft checks that cloned cases read, verify, count and continue like cases of the bot,
// and that an interrupted fill continues.
func TestFillIsWhatTheBotWouldHaveLeft(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	s, err := store.Open(ctx, store.Config{DSN: "sqlite:" + filepath.Join(dir, "bot.db"), Sync: "normal",
		Keyset: keyset.New()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // a test's
	p := plan{cases: 1200, now: time.Now().Truncate(time.Second)}
	from, err := templates(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.BulkLoad(ctx, p.make(s, from, 0, batch)); err != nil {
		t.Fatal(err)
	}
	if n, err := p.filled(ctx, s); err != nil || n != batch {
		t.Fatalf("%d are filled, %v; want %d", n, err, batch)
	}
	if err := fill(ctx, s, t.TempDir(), p); err != nil {
		t.Fatal(err)
	}
	counts, total := map[flows.State]int{}, 0
	for i := range p.cases {
		state, _ := p.nth(i)
		counts[state]++
		if i%40 != 0 {
			continue
		}
		if err := s.VerifyChain(ctx, p.id(i)); err != nil {
			t.Error(err)
		}
		if err := s.View(ctx, func(v flows.View) error {
			c, err := v.Case(ctx, p.id(i))
			if err == nil && (c.State != state || c.OpenID != walk.Nth(i).OpenID || state == flows.Done &&
				c.Personal.Number != walk.Nth(i).Number) {
				t.Errorf("case %d: got another case, want the planned one", i)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	}
	if err := s.View(ctx, func(v flows.View) error {
		got, err := v.CountByState(ctx, walk.Tenant)
		for state, n := range got {
			total += n
			if n != counts[state] {
				t.Errorf("%s: %d, want %d", state, n, counts[state])
			}
		}
		return err
	}); err != nil || total != p.cases {
		t.Errorf("got %d counted cases and %v, want all", total, err)
	}
	// One round of all operations must succeed.
	people, err := look(ctx, s, p)
	if err != nil {
		t.Fatal(err)
	}
	m := &meter{walk.New(s, "round", time.Now()), people}
	n := 0
	if err := m.round(ctx, func(int, time.Duration) { n++ }); err != nil || n != len(operations) {
		t.Errorf("got %d operations and %v, want all", n, err)
	}
}
