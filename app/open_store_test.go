package app

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shiming/store"
	"shiming/store/keyset"
)

// TestStartWaitsForTheDatabase checks that a start tries again while the server does not answer, for a limited time,
// and that any other error ends it.
func TestStartWaitsForTheDatabase(t *testing.T) {
	t.Parallel()
	unreachable := func(ctx context.Context) error {
		_, err := store.Open(ctx, store.Config{DSN: "postgres://u:p@127.0.0.1:1/db?sslmode=disable", Keyset: keyset.New()})
		return err
	}
	for _, c := range []struct {
		name   string
		fails  int // tries without an answer of the server
		then   error
		tries  int
		waited bool
	}{
		{"there at once", 0, nil, 1, false},
		{"there at the third try", 2, nil, 3, true},
		{"never", 100, nil, 5, true},
		{"wrong from the beginning", 0, store.ErrWrongKeyset, 1, false},
		{"wrong once it is there", 1, store.ErrWrongKeyset, 2, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			clock, tries := time.Unix(0, 0), 0
			p := startRetry{limit: time.Minute, pause: time.Millisecond, now: func() time.Time { return clock }}
			s, err := p.open(t.Context(), NewLogger(&out, "info"), func(ctx context.Context) (*store.Store, error) {
				tries++
				clock = clock.Add(12 * time.Second)
				if tries <= c.fails {
					return nil, unreachable(ctx)
				}
				if c.then != nil {
					return nil, c.then
				}
				return store.Open(ctx, store.Config{DSN: "sqlite:" + filepath.Join(t.TempDir(), "db"), Keyset: keyset.New()})
			})
			if s != nil {
				defer s.Close() //nolint:errcheck // irrelevant in a test
			}
			if tries != c.tries || strings.Contains(out.String(), "waiting for the database") != c.waited {
				t.Errorf("got %d tries and the log %q, want %d tries, waiting %t", tries, out.String(), c.tries, c.waited)
			}
			if succeeds := c.then == nil && c.fails < c.tries; (err == nil) != succeeds {
				t.Errorf("got error %v, want success %t", err, succeeds)
			}
			if c.then != nil && !errors.Is(err, c.then) {
				t.Errorf("got error %v, want %v", err, c.then)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	long := startRetry{limit: 2 * time.Hour, pause: time.Hour, now: time.Now}
	_, err := long.open(ctx, NewLogger(&bytes.Buffer{}, "info"), func(context.Context) (*store.Store, error) {
		return nil, unreachable(t.Context())
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v after a stop while waiting, want %v", err, context.Canceled)
	}
}
