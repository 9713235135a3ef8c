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
	// keysKept is how long event keys live: longer than the 7 days that flows.Tx promises. Feishu
	// repeats an event for some hours only.
	keysKept = 8 * 24 * time.Hour
	// purgeBatchRows bounds how long one DELETE blocks other writers. The keys are spread over the
	// table, so that each row touches other pages.
	purgeBatchRows = 100
	// vacuumSteps bounds how many pages one purge returns to the file system, for the same reason.
	vacuumSteps = 10
)

// purgeHourly runs Purge at once and then every hour until ctx ends.
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

// Purge deletes expired event keys, limits, pushes and uses and returns how many rows it deleted. It
// works in small batches, so that a writer waits for one batch at most. It does nothing if another
// process is purging.
func (s *Store) Purge(ctx context.Context) (rows int64, err error) {
	ctx = flows.WithLowPriority(ctx)
	err = s.backend.tryExclusive(ctx, "sweep", func() error {
		keys, err1 := s.purgeKeys(ctx)
		limits, err2 := s.purgeLimits(ctx)
		pushes, err3 := s.purgePushes(ctx)
		uses, err4 := s.purgeUses(ctx)
		people, err5 := s.purgeCampaigns(ctx)
		rows = keys + limits + pushes + uses + people
		return errors.Join(err1, err2, err3, err4, err5, s.vacuum(ctx))
	})
	return rows, err
}

// purgeKeys deletes expired event keys.
func (s *Store) purgeKeys(ctx context.Context) (int64, error) {
	return s.purgeRows(ctx, "event keys", `
		DELETE FROM event_keys
		WHERE key IN (SELECT key FROM event_keys WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)`,
		millis(s.Now().Add(-keysKept)),
	)
}

// purgeLimits deletes the limits that nobody has used for an hour. A limit without a row starts as
// a limit whose time has passed. Without the purge there would be a row for each message.
func (s *Store) purgeLimits(ctx context.Context) (int64, error) {
	now := s.backend.nowMicros
	return s.purgeRows(ctx, "limits", `
		DELETE FROM rate_limits
		WHERE tat_us < `+now+` - $1
		  AND key IN (SELECT key FROM rate_limits WHERE tat_us < `+now+` - $1 LIMIT $2)`,
		time.Hour.Microseconds(),
	)
}

// purgeRows repeats a DELETE with the parameters bound and purgeBatchRows until it finds no full
// batch, and returns how many rows it deleted.
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

// vacuum returns free pages to the file system in small steps.
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
