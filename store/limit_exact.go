package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"shiming/flows"
)

// An exact limit allows n calls in any window of one second, say, and uses the limit to the full.
//
// Reserved slots alone do not guarantee that: a call that leaves 30 ms late falls into one window
// with a call that comes a window later and is on time. So every call records when it has really
// left, and a call leaves only after a window has passed since all calls that are n or more
// positions before it. Of any n+1 calls the first and the last are n positions apart. So no window
// holds both, regardless of delays and of the order in which calls leave.

const (
	// paceMargin covers the time until the upstream counts a request, which cannot be measured here.
	// It costs 1.2 % of a limit of n calls a second.
	paceMargin = 12 * time.Millisecond
	// paceBurst is how many calls may leave together after a pause: two photos of two applicants.
	paceBurst = 4
	// paceHistory is how many calls the database remembers: one window and all reservations.
	paceHistory = 512
	// paceRecheck is how long before its slot a call checks the slot again. It is longer than a
	// query takes, so that the last thing before the call is a sleep.
	paceRecheck = 25 * time.Millisecond
	// paceLateFraction: a call that wakes up later than Window/paceLateFraction takes a new slot,
	// because calls of the next window rely on the recorded time.
	paceLateFraction = 4
)

// Pace waits for the next slot of a limit that all processes on the database share. The caller then
// sends its request without delay and calls markSent, which does not block, when the request leaves;
// of several times the last counts. If the slot lies more than 30 s ahead, Pace takes none and
// returns a *BusyError. If ctx ends first, the slot is lost.
func (s *Store) Pace(ctx context.Context, p flows.ExactLimit) (markSent func(), err error) {
	if p.Calls < 1 || p.Window < time.Duration(p.Calls)*time.Millisecond {
		return nil, fmt.Errorf("store: pace %q: %d in %s", p.Key, p.Calls, p.Window)
	}
	for {
		wait, seq, err := s.reserveCall(ctx, p)
		if err != nil {
			return nil, err
		}
		due, err := s.waitForSlot(ctx, p, seq, wait)
		if err != nil {
			return nil, err
		}
		if time.Since(due) < p.Window/paceLateFraction {
			return func() { go s.recordDeparture(p, seq, time.Now()) }, nil
		}
	}
}

// waitForSlot sleeps until the slot that is wait ahead and returns its time. It checks the slot
// again shortly before, because an earlier call may have left later than planned.
func (s *Store) waitForSlot(
	ctx context.Context, p flows.ExactLimit, seq int64, wait time.Duration,
) (due time.Time, err error) {
	due = time.Now().Add(wait)
	for wait > 0 {
		if err := sleep(ctx, time.Until(due)-paceRecheck); err != nil {
			return due, err
		}
		if wait, err = s.recheckSlot(ctx, p, seq); err != nil {
			return due, err
		}
		if moved := time.Now().Add(wait); moved.After(due) {
			due = moved
		}
		if wait <= paceRecheck {
			return due, sleep(ctx, time.Until(due))
		}
	}
	return due, nil
}

// reserveCall reserves the next slot and returns its distance and the number of the call.
func (s *Store) reserveCall(ctx context.Context, p flows.ExactLimit) (wait time.Duration, seq int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer tx.end()
	at, seq, now, err := reserveSlot(ctx, tx, p, s.backend.nowMicros)
	reserved := time.Now()
	if err == nil {
		err = tx.Commit()
	}
	if errors.As(err, new(*BusyError)) {
		return 0, 0, err
	}
	if err != nil {
		return 0, 0, fmt.Errorf("store: pace: %w", err)
	}
	return time.Duration(at-now)*time.Microsecond - time.Since(reserved), seq, nil
}

// reserveSlot returns the time of the slot and the present time, in microseconds of the database's
// clock. GCRA with a small burst spreads the slots evenly; earliestDeparture keeps them exact.
func reserveSlot(
	ctx context.Context, tx *dbTx, p flows.ExactLimit, clock string,
) (at, seq, now int64, err error) {
	var tat int64 // theoretical arrival time of the next call, without a burst
	err = tx.QueryRowContext(ctx, `
		INSERT INTO rate_limits AS r (key, tat_us, seq)
		VALUES ($1, 0, 1)
		ON CONFLICT (key) DO UPDATE
		SET seq = r.seq + 1
		RETURNING tat_us, seq, `+clock,
		p.Key,
	).Scan(&tat, &seq, &now)
	if err != nil {
		return 0, 0, 0, err
	}
	earliest, err := earliestDeparture(ctx, tx, p, seq)
	if err != nil {
		return 0, 0, 0, err
	}
	step := p.Window.Microseconds() / int64(p.Calls)
	burst := step * int64(min(paceBurst, p.Calls)-1)
	at = max(now, earliest, tat-burst)
	if ahead := time.Duration(at-now) * time.Microsecond; ahead > maxAhead {
		return 0, 0, 0, &BusyError{p.Key, ahead}
	}

	// Record the slot and forget the oldest call.
	_, err = tx.ExecContext(ctx, `UPDATE rate_limits SET tat_us = $2 WHERE key = $1`, p.Key, max(tat, at)+step)
	if err != nil {
		return 0, 0, 0, err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO rate_marks (key, seq, at_us)
		VALUES ($1, $2, $3)
		ON CONFLICT (key, seq) DO UPDATE
		SET at_us = excluded.at_us`,
		p.Key, seq, at,
	)
	if err != nil {
		return 0, 0, 0, err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM rate_marks WHERE key = $1 AND seq = $2`, p.Key, seq-paceHistory)
	if err != nil {
		return 0, 0, 0, err
	}
	return at, seq, now, nil
}

// earliestDeparture returns when call seq may leave with regard to the calls that are p.Calls or
// more positions before it, in microseconds of the database's clock.
func earliestDeparture(ctx context.Context, q querier, p flows.ExactLimit, seq int64) (int64, error) {
	var last sql.NullInt64
	err := q.QueryRowContext(ctx, `
		SELECT max(at_us)
		FROM rate_marks
		WHERE key = $1 AND seq <= $2 AND seq > $3`,
		p.Key, seq-int64(p.Calls), seq-paceHistory,
	).Scan(&last)
	return last.Int64 + (p.Window + paceMargin).Microseconds(), err
}

// recheckSlot returns how long call seq still has to wait. It records a slot that had to move, so
// that one late call delays all reservations behind it and none of them loses its position.
func (s *Store) recheckSlot(ctx context.Context, p flows.ExactLimit, seq int64) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	var at, last, now int64
	err := s.backend.read.QueryRowContext(ctx, `
		SELECT
			m.at_us,
			coalesce((SELECT max(at_us) FROM rate_marks WHERE key = $1 AND seq <= $3 AND seq > $4), 0),
			`+s.backend.nowMicros+`
		FROM rate_marks m
		WHERE m.key = $1 AND m.seq = $2`,
		p.Key, seq, seq-int64(p.Calls), seq-paceHistory,
	).Scan(&at, &last, &now)
	answered := time.Now()
	if err != nil {
		return 0, fmt.Errorf("store: pace: %w", err)
	}
	if earliest := last + (p.Window + paceMargin).Microseconds(); earliest > at {
		at = earliest
		_, err := s.backend.write.ExecContext(ctx,
			`UPDATE rate_marks SET at_us = $3 WHERE key = $1 AND seq = $2`, p.Key, seq, at)
		if err != nil {
			return 0, fmt.Errorf("store: pace: %w", err)
		}
	}
	return time.Duration(at-now)*time.Microsecond - time.Since(answered), nil
}

// recordDeparture corrects the recorded time of a call that left late. It ignores errors: the
// planned time then stays.
func (s *Store) recordDeparture(p flows.ExactLimit, seq int64, at time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), opTimeout)
	defer cancel()
	// The statement takes an age instead of a time, because the clocks of machines differ.
	_, _ = s.backend.write.ExecContext(ctx, `
		UPDATE rate_marks
		SET at_us = `+s.backend.nowMicros+` - $3
		WHERE key = $1
		  AND seq = $2
		  AND at_us < `+s.backend.nowMicros+` - $3`,
		p.Key, seq, time.Since(at).Microseconds(),
	)
}
