package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"shiming/store"
)

// startRetry limits how long a start waits for a PostgreSQL that does not answer yet. An operator may thus start both
// at the same time, for example after a reboot. Any other error ends the start at once.
type startRetry struct {
	limit, pause time.Duration
	now          func() time.Time
	waiting      func(what, why string) // is told for whom the start waits; nil: nobody
}

// What a start may wait for.
const (
	waitingForDatabase   = "database"
	waitingForKeyService = "key_service"
)

// tell says for whom the start waits. why is a word, or empty.
func (r startRetry) tell(what, why string) {
	if r.waiting != nil {
		r.waiting(what, why)
	}
}

var defaultStartRetry = startRetry{limit: time.Minute, pause: 2 * time.Second, now: time.Now}

type openFunc func(context.Context) (*store.Store, error)

// open calls try until it succeeds, returns an error other than an unavailable database, or limit has passed. It
// returns the error of the last try or of ctx.
func (r startRetry) open(ctx context.Context, log *slog.Logger, try openFunc) (*store.Store, error) {
	for end := r.now().Add(r.limit); ; {
		s, err := try(ctx)
		why, unavailable := store.Unavailable(err)
		if !unavailable || !r.now().Add(r.pause).Before(end) {
			return s, err
		}
		log.Warn("waiting for the database", "why", why, "until", end.UTC().Format(time.RFC3339))
		r.tell(waitingForDatabase, "")
		select {
		case <-time.After(r.pause):
		case <-ctx.Done():
			return nil, fmt.Errorf("stopped while waiting: %s: %w", why, ctx.Err())
		}
	}
}
