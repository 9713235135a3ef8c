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

// TestStartWaitsForTheDatabase: a server that does not answer yet is tried again, for a bounded time; anything else
// ends the start.
func TestStartWaitsForTheDatabase(t *testing.T) {
	t.Parallel()
	away := func(ctx context.Context) error {
		_, err := store.Open(ctx, store.Config{DSN: "postgres://u:p@127.0.0.1:1/db?sslmode=disable", Keyset: keyset.New()})
		return err
	}
	for _, c := range []struct {
		name   string
		fails  int // tries that find nobody
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
			p := patience{limit: time.Minute, pause: time.Millisecond, now: func() time.Time { return clock }}
			s, err := p.open(t.Context(), NewLogger(&out, "info"), func(ctx context.Context) (*store.Store, error) {
				tries++
				clock = clock.Add(12 * time.Second)
				if tries <= c.fails {
					return nil, away(ctx)
				}
				if c.then != nil {
					return nil, c.then
				}
				return store.Open(ctx, store.Config{DSN: "sqlite:" + filepath.Join(t.TempDir(), "db"), Keyset: keyset.New()})
			})
			if s != nil {
				defer s.Close() //nolint:errcheck // a test
			}
			if tries != c.tries || strings.Contains(out.String(), "waiting for the database") != c.waited {
				t.Errorf("%d tries, want %d; said %q", tries, c.tries, out.String())
			}
			if well := c.then == nil && c.fails < c.tries; (err == nil) != well || c.then != nil && !errors.Is(err, c.then) {
				t.Errorf("ended with %v", err)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	long := patience{limit: 2 * time.Hour, pause: time.Hour, now: time.Now}
	if _, err := long.open(ctx, NewLogger(&bytes.Buffer{}, "info"), func(context.Context) (*store.Store, error) {
		return nil, away(t.Context())
	}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped while waiting: %v", err)
	}
}
