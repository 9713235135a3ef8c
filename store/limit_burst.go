package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
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

// reserve reserves a slot of every limit, or none, and returns how far ahead the latest one is.
func (s *Store) reserve(ctx context.Context, limits []flows.BurstLimit) (wait time.Duration, err error) {
	defer func(caller context.Context) { err = withEnd(caller, err) }(ctx)
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return 0, err
	}
	defer tx.end()

	// The rows are locked in the order of their keys, so that two calls cannot deadlock.
	limits = slices.SortedFunc(slices.Values(limits), func(a, b flows.BurstLimit) int {
		return strings.Compare(a.Key, b.Key)
	})
	var latest time.Time
	for _, l := range limits {
		wait, err := s.reserveOne(ctx, tx, l)
		if err != nil {
			return 0, err
		}
		if at := time.Now().Add(wait); at.After(latest) {
			latest = at
		}
	}
	if err := tx.Commit(); err != nil {
		return 0, fmt.Errorf("store: rate limit: %w", err)
	}
	return max(0, time.Until(latest)), nil // the commit has taken a part of the wait
}

// reserveOne reserves a slot of one limit and returns how far ahead it is, by the database's clock.
//
// The algorithm is GCRA. The row holds the theoretical arrival time (tat) of the next call. A
// reservation moves it one step on, starting from now if it lies in the past. A call may come up to
// burst-1 steps before its theoretical arrival time.
func (s *Store) reserveOne(ctx context.Context, tx *dbTx, l flows.BurstLimit) (time.Duration, error) {
	now := s.backend.nowMicros
	step := l.Every.Microseconds() * (100 + slackPercent) / 100
	burst := step * int64(l.Burst-1)
	var wait int64
	err := tx.QueryRowContext(ctx, `
		INSERT INTO rate_limits AS r (key, tat_us)
		VALUES ($1, `+now+` + $2)
		ON CONFLICT (key) DO UPDATE
		SET tat_us = CASE WHEN r.tat_us > `+now+` THEN r.tat_us ELSE `+now+` END + $2
		WHERE r.tat_us - $3 - `+now+` <= $4
		RETURNING tat_us - $2 - $3 - `+now,
		l.Key, step, burst, cmp.Or(l.MaxWait, maxAhead).Microseconds(),
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
