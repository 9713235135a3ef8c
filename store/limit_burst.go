package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"shiming/flows"
)

// maxWait is how far ahead Wait books a slot.
const maxAhead = 30 * time.Second

// slack is by how much slots lie further apart than asked for, in per cent: a call that
// starts late by up to a hundredth of the upstream's window does not fall into one window
// with one call too many, and 99 % of the limit is used.
const slackPercent = 1

// Wait reserves the next slot of every limit, which all processes on this database share,
// and sleeps until the latest of them comes. If one of them would come later than in 30 s
// nothing is reserved and the error is a *BusyError. Slots are lost when ctx ends first.
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

// reserve books a slot of every limit or of none, and returns how long the latest is away.
// Rows are taken in the order of their keys, so that two calls cannot wait for each other.
func (s *Store) reserve(ctx context.Context, limits []flows.BurstLimit) (wait time.Duration, err error) {
	defer func(caller context.Context) {
		// database/sql may report the rollback that the end of ctx has caused, and not that end.
		if end := caller.Err(); err != nil && end != nil && !errors.Is(err, end) {
			err = fmt.Errorf("%w: %w", end, err)
		}
	}(ctx)
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	conn, tx, err := s.begin(ctx, s.backend.write, s.backend.writeOptions)
	if err != nil {
		return 0, err
	}
	defer conn.Close()  //nolint:errcheck // gives it back to the pool
	defer tx.Rollback() //nolint:errcheck // does nothing after the commit
	var latest time.Time
	limits = slices.SortedFunc(slices.Values(limits), func(a, b flows.BurstLimit) int {
		return strings.Compare(a.Key, b.Key)
	})
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
	return max(0, time.Until(latest)), nil // the commit took a part of it
}

// book is GCRA on the database's clock: tat, the theoretical arrival time, moves one step
// on, from now if it lies in the past; a call may come up to burst-1 steps before it.
func (s *Store) reserveOne(ctx context.Context, tx *sql.Tx, l flows.BurstLimit) (time.Duration, error) {
	now := s.backend.nowMicros
	step := l.Every.Microseconds() * (100 + slackPercent) / 100
	ahead := step * int64(l.Burst-1)
	var wait int64
	err := tx.QueryRowContext(ctx, `INSERT INTO rate_limits AS r (key, tat_us) VALUES ($1, `+now+` + $2)
		ON CONFLICT (key) DO UPDATE
		SET tat_us = CASE WHEN r.tat_us > `+now+` THEN r.tat_us ELSE `+now+` END + $2
		WHERE r.tat_us - $3 - `+now+` <= $4
		RETURNING tat_us - $2 - $3 - `+now, l.Key, step, ahead, maxAhead.Microseconds()).Scan(&wait)
	if errors.Is(err, sql.ErrNoRows) {
		err = tx.QueryRowContext(ctx, `SELECT tat_us - $2 - `+now+` FROM rate_limits WHERE key = $1`, l.Key,
			ahead).Scan(&wait)
		if err == nil {
			return 0, &BusyError{l.Key, time.Duration(wait) * time.Microsecond}
		}
	}
	if err != nil {
		return 0, fmt.Errorf("store: rate limit: %w", err)
	}
	return time.Duration(wait) * time.Microsecond, nil
}
