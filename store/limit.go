package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// maxWait is how far ahead Wait books a slot.
const maxWait = 30 * time.Second

// interval is the distance of two calls, microseconds. It is one per cent more than the
// limit asks for: a call that starts late by up to a hundredth of the upstream's window does
// not fall into one window with one call too many, and 99 % of the limit is used.
func interval(perSecond int) int64 { return 1_010_000 / int64(perSecond) }

// Wait reserves the next slot of the limit that all processes on this database share, and
// sleeps until it comes. There is no burst. If the slot would come later than in 30 s
// nothing is reserved and the error is a *BusyError. A slot is lost when ctx ends first.
func (s *Store) Wait(ctx context.Context, key string, perSecond int) error {
	if perSecond < 1 || perSecond > 10_000 {
		return fmt.Errorf("store: rate limit %q: %d per second", key, perSecond)
	}
	wait, err := s.reserve(ctx, key, interval(perSecond))
	if err != nil {
		return err
	}
	return sleep(ctx, wait)
}

// reserve is GCRA on the database's clock: tat, the theoretical arrival time, moves one
// interval on, from now if it lies in the past. One statement, hence atomic on any engine.
func (s *Store) reserve(ctx context.Context, key string, step int64) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	now := s.eng.nowMicros
	var wait int64
	err := s.eng.write.QueryRowContext(ctx, `INSERT INTO rate_limits AS r (key, tat_us) VALUES ($1, `+now+` + $2)
		ON CONFLICT (key) DO UPDATE
		SET tat_us = CASE WHEN r.tat_us > `+now+` THEN r.tat_us ELSE `+now+` END + $2
		WHERE r.tat_us - `+now+` <= $3
		RETURNING tat_us - $2 - `+now, key, step, maxWait.Microseconds()).Scan(&wait)
	if errors.Is(err, sql.ErrNoRows) {
		err = s.eng.write.QueryRowContext(ctx,
			`SELECT tat_us - `+now+` FROM rate_limits WHERE key = $1`, key).Scan(&wait)
		if err == nil {
			return 0, &BusyError{key, time.Duration(wait) * time.Microsecond}
		}
	}
	if err != nil {
		return 0, fmt.Errorf("store: rate limit: %w", err)
	}
	return time.Duration(wait) * time.Microsecond, nil
}
