package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"shiming/store"
)

// patience is how long a start waits for a PostgreSQL that does not answer yet, so that whoever starts both at once,
// as after a reboot, need not put them in order. What somebody has to put right ends the start at once.
type patience struct {
	limit, pause time.Duration
	now          func() time.Time
}

var startPatience = patience{limit: time.Minute, pause: 2 * time.Second, now: time.Now}

// open calls try until it succeeds, fails for good, or the limit is over. The error is that of the last try, or of ctx.
func (p patience) open(ctx context.Context, log *slog.Logger,
	try func(context.Context) (*store.Store, error)) (*store.Store, error) {
	for end := p.now().Add(p.limit); ; {
		s, err := try(ctx)
		why, away := store.Unavailable(err)
		if !away || !p.now().Add(p.pause).Before(end) {
			return s, err
		}
		log.Warn("waiting for the database", "why", why, "until", end.UTC().Format(time.RFC3339))
		select {
		case <-time.After(p.pause):
		case <-ctx.Done():
			return nil, fmt.Errorf("stopped while waiting: %s: %w", why, ctx.Err())
		}
	}
}
