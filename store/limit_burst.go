package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"shiming/flows"
)

// maxAhead is how far in the future Wait and Pace reserve a slot, unless the limit says otherwise.
const maxAhead = 30 * time.Second

// slackPercent widens the distance of two slots. A call that leaves late by up to 1 % of the
// upstream's window then still does not exceed the limit. 99 % of the limit remain usable.
const slackPercent = 1

// Wait reserves the next slot of every limit and sleeps until the latest slot. All processes on the
// database share the limits. If a slot lies farther ahead than MaxWait, Wait reserves none and returns a
// *BusyError. If ctx ends during the sleep, the slots are lost.
func (s *Store) Wait(ctx context.Context, limits ...flows.BurstLimit) error {
	for _, l := range limits {
		if l.Every < 100*time.Microsecond || l.Burst < 1 {
			return fmt.Errorf("store: rate limit %q: %d every %s", l.Key, l.Burst, l.Every)
		}
	}
	wait, err := s.reserve(ctx, limits)
	if err != nil {
		return err
	}
	return sleep(ctx, wait)
}

// reserve reserves a slot of every limit, or none, and returns how far ahead the latest one is. A slot counts as used no
// earlier than those of the limits before it; otherwise calls that wait for one limit would pile up beyond the next.
// Callers name the limits of a call in one order, so that two calls cannot lock each other's rows.
func (s *Store) reserve(ctx context.Context, limits []flows.BurstLimit) (wait time.Duration, err error) {
	defer func(caller context.Context) { err = withEnd(caller, err) }(ctx)
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return 0, err
	}
	defer tx.end()

	for _, l := range limits {
		slot, err := s.reserveOne(ctx, tx, l, wait)
		if err != nil {
			return 0, err
		}
		wait = max(wait, slot)
	}
	latest := time.Now().Add(wait)
	if err := tx.Commit(); err != nil {
		return 0, fmt.Errorf("store: rate limit: %w", err)
	}
	return max(0, time.Until(latest)), nil // the commit has taken a part of the wait
}

// reserveOne reserves a slot of one limit for a call that comes in ahead, and returns how far away the slot is, by the
// database's clock.
//
// The algorithm is GCRA. The row holds the theoretical arrival time (tat) of the next call. A reservation moves it one
// step on, starting from the time of the call if tat lies before. A call may come up to burst-1 steps before its
// theoretical arrival time.
func (s *Store) reserveOne(
	ctx context.Context, tx *dbTx, l flows.BurstLimit, ahead time.Duration,
) (time.Duration, error) {
	now := s.backend.nowMicros
	step := l.Every.Microseconds() * (100 + slackPercent) / 100
	burst := step * int64(l.Burst-1)
	var wait int64
	err := tx.QueryRowContext(ctx, `
		INSERT INTO rate_limits AS r (key, tat_us)
		VALUES ($1, `+now+` + $5 + $2)
		ON CONFLICT (key) DO UPDATE
		SET tat_us = CASE WHEN r.tat_us > `+now+` + $5 THEN r.tat_us ELSE `+now+` + $5 END + $2
		WHERE r.tat_us - $3 - `+now+` <= $4
		RETURNING tat_us - $2 - $3 - `+now,
		l.Key, step, burst, cmp.Or(l.MaxWait, maxAhead).Microseconds(), ahead.Microseconds(),
	).Scan(&wait)
	if errors.Is(err, sql.ErrNoRows) { // the slot lies too far ahead
		err = tx.QueryRowContext(ctx, `
			SELECT tat_us - $2 - `+now+`
			FROM rate_limits
			WHERE key = $1`,
			l.Key, burst,
		).Scan(&wait)
		if err == nil {
			return 0, &BusyError{l.Key, time.Duration(wait) * time.Microsecond}
		}
	}
	if err != nil {
		return 0, fmt.Errorf("store: rate limit: %w", err)
	}
	return time.Duration(wait) * time.Microsecond, nil
}
