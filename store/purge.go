package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"shiming/flows"
)

const (
	purgeEvery = time.Hour
	// keysKept is how long event keys live: the platform delivers again for hours, the
	// promise is 7 days.
	keysKept = 8 * 24 * time.Hour
	// purgeBatchRows bounds how long one delete holds up the writers: keys lie anywhere, so that each
	// row touches pages of its own.
	purgeBatchRows = 100
	// tidySteps bounds how much of a file is given back at a time, for the same reason.
	vacuumSteps = 10
)

// purgeHourly throws away what has served its time, at once and then hourly, unless another
// process is at it.
func (s *Store) purgeHourly(ctx context.Context) {
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		if _, err := s.Purge(ctx); err != nil && ctx.Err() == nil {
			s.log.LogAttrs(ctx, slog.LevelWarn, "sweep failed", slog.String("error", err.Error()))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Purge throws away what has served its time, in small steps, so that those who write wait
// for one step at most. It returns how many rows went; none if another process is at it.
func (s *Store) Purge(ctx context.Context) (rows int64, err error) {
	ctx = flows.WithLowPriority(ctx)
	err = s.backend.tryExclusive(ctx, "sweep", func() error {
		keys, err1 := s.purgeKeys(ctx)
		limits, err2 := s.purgeLimits(ctx)
		pushes, err3 := s.purgePushes(ctx)
		rows = keys + limits + pushes
		return errors.Join(err1, err2, err3, s.vacuum(ctx))
	})
	return rows, err
}

// purgeKeys deletes event keys past their time, a batch at a time, and returns how many.
func (s *Store) purgeKeys(ctx context.Context) (int64, error) {
	return s.purgeRows(ctx, "event keys", `DELETE FROM event_keys WHERE key IN
		(SELECT key FROM event_keys WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)`, millis(s.Now().Add(-keysKept)))
}

// purgeLimits deletes limits that nobody has used for an hour; without a row they start anew
// as they would with it. There is one for each message, or there would be by and by.
func (s *Store) purgeLimits(ctx context.Context) (int64, error) {
	return s.purgeRows(ctx, "limits", `DELETE FROM rate_limits WHERE tat_us < `+s.backend.nowMicros+` - $1 AND key IN
		(SELECT key FROM rate_limits WHERE tat_us < `+s.backend.nowMicros+` - $1 LIMIT $2)`, time.Hour.Microseconds())
}

// purgeRows repeats a delete with a bound, a batch at a time, and returns how many rows went.
func (s *Store) purgeRows(ctx context.Context, what, query string, bound int64) (total int64, err error) {
	for {
		n, err := s.purgeBatch(ctx, query, bound)
		if err != nil {
			return total, fmt.Errorf("store: purge %s: %w", what, err)
		}
		if total += n; n < purgeBatchRows {
			return total, nil
		}
	}
}

func (s *Store) purgeBatch(ctx context.Context, query string, bound int64) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	res, err := s.backend.write.ExecContext(ctx, query, bound, purgeBatchRows)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (s *Store) vacuum(ctx context.Context) error {
	if s.backend.vacuum == nil {
		return nil
	}
	for range vacuumSteps {
		step, cancel := context.WithTimeout(ctx, opTimeout)
		err := s.backend.vacuum(step)
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}
