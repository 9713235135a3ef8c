package store

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

const (
	sweepEvery = time.Hour
	// keysKept is how long event keys live: the platform delivers again for hours, the
	// promise is 7 days.
	keysKept = 8 * 24 * time.Hour
	// sweepBatch bounds how long one delete holds up the writers.
	sweepBatch = 2000
)

// sweep throws away what has served its time, at once and then hourly.
func (s *Store) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if _, err := s.purgeKeys(ctx); err != nil && ctx.Err() == nil {
			s.log.LogAttrs(ctx, slog.LevelWarn, "purge of event keys failed", slog.String("error", err.Error()))
		}
		if err := s.tidy(ctx); err != nil && ctx.Err() == nil {
			s.log.LogAttrs(ctx, slog.LevelWarn, "freeing space failed", slog.String("error", err.Error()))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// purgeKeys deletes event keys past their time, a batch at a time, and returns how many.
func (s *Store) purgeKeys(ctx context.Context) (int64, error) {
	var total int64
	for {
		n, err := s.purgeBatch(ctx, millis(s.now().Add(-keysKept)))
		total += n
		if err != nil || n < sweepBatch {
			return total, err
		}
	}
}

func (s *Store) purgeBatch(ctx context.Context, before int64) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	res, err := s.eng.write.ExecContext(ctx, `DELETE FROM event_keys WHERE key IN
		(SELECT key FROM event_keys WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)`, before, sweepBatch)
	if err != nil {
		return 0, fmt.Errorf("store: purge event keys: %w", err)
	}
	return res.RowsAffected()
}

func (s *Store) tidy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	return s.eng.tidy(ctx)
}
