package walk

import (
	"path/filepath"
	"testing"
	"time"

	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
)

func TestEveryStateIsReached(t *testing.T) {
	s, err := store.Open(t.Context(), store.Config{DSN: "sqlite:" + filepath.Join(t.TempDir(), "bot.db"), Sync: "normal",
		Keyset: keyset.New()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // a test's
	w := New(s, "test", time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))
	for i, state := range flows.States {
		c, err := w.Walk(t.Context(), Nth(i), state, i%2 == 0)
		if err != nil {
			t.Fatalf("%s: %v", state, err)
		}
		if err := s.VerifyChain(t.Context(), c.ID); err != nil || c.State != state {
			t.Errorf("in %s, want %s (%v)", c.State, state, err)
		}
	}
}
