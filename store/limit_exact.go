package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"shiming/flows"
)

// "Never more than n calls in any second" is used to the full only if each call leaves when it
// should. Booking slots is not enough: a call whose process got no processor for 30 ms falls
// together with one that came a second later and was on time. So every call puts down when it
// truly left, and none leaves before a second has passed since all those that came n or more before
// it. Of any n+1 calls the first and the last are at least n apart, so that no second can hold
// them, whatever was late and whoever overtook whom.

const (
	// paceMargin is left for what nobody here can see: how long a request takes until the
	// upstream counts it. It costs 1.2 % of a limit of n a second.
	paceMargin = 12 * time.Millisecond
	// paceBurst is how many calls may leave together after a pause: both photos of two people.
	paceBurst = 4
	// paceMarks is how many calls are remembered: a round and all that are booked ahead of it.
	paceHistory = 512
	// paceLook is how long before its slot a call looks whether the slot still stands: early enough for
	// the database to answer, so that nothing but the wait for the moment itself comes last.
	paceRecheck = 25 * time.Millisecond
	// paceLate: who wakes up later than this part of the window takes a new slot, since a round
	// later others rely on what was put down.
	paceLateFraction = 4
)

// Pace waits for the next slot of a limit that all processes on this database share. The
// caller then calls without delay and calls leaving, which does not block, when its request
// leaves. If the slot would come later than in 30 s none is taken and the error is a
// *BusyError. A slot is lost when ctx ends first.
func (s *Store) Pace(ctx context.Context, p flows.ExactLimit) (leaving func(), err error) {
	if p.Calls < 1 || p.Window < time.Duration(p.Calls)*time.Millisecond {
		return nil, fmt.Errorf("store: pace %q: %d in %s", p.Key, p.Calls, p.Window)
	}
	for {
		wait, seq, err := s.reserveCall(ctx, p)
		if err != nil {
			return nil, err
		}
		due := time.Now().Add(wait)
		for wait > 0 {
			if err := sleep(ctx, time.Until(due)-paceRecheck); err != nil {
				return nil, err
			}
			// Somebody a round ago may have left later than planned.
			if wait, err = s.recheckSlot(ctx, p, seq); err != nil {
				return nil, err
			}
			if moved := time.Now().Add(wait); moved.After(due) {
				due = moved
			}
			if wait <= paceRecheck {
				if err := sleep(ctx, time.Until(due)); err != nil {
					return nil, err
				}
				break
			}
		}
		if time.Since(due) < p.Window/paceLateFraction {
			return func() { go s.recordDeparture(p, seq, time.Now()) }, nil
		}
	}
}

// bookCall takes the next slot, returns how long it is away, and puts it down. Slots are evenly
// spread, with a small burst (GCRA), and never in one window with a whole round of earlier ones.
func (s *Store) reserveCall(ctx context.Context, p flows.ExactLimit) (wait time.Duration, seq int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	conn, tx, err := s.begin(ctx, s.backend.write, s.backend.writeOptions)
	if err != nil {
		return 0, 0, err
	}
	defer conn.Close()  //nolint:errcheck // gives it back to the pool
	defer tx.Rollback() //nolint:errcheck // does nothing after the commit
	at, seq, now, err := reserveSlot(ctx, tx, p, s.backend.nowMicros)
	booked := time.Now()
	if err == nil {
		err = tx.Commit()
	}
	var busy *BusyError
	if err != nil && !errors.As(err, &busy) {
		err = fmt.Errorf("store: pace: %w", err)
	}
	if err != nil {
		return 0, 0, err
	}
	return time.Duration(at-now)*time.Microsecond - time.Since(booked), seq, nil
}

// bookSlot returns the slot and the present, in microseconds of the database's clock.
func reserveSlot(ctx context.Context, tx *sql.Tx, p flows.ExactLimit, clock string) (at, seq, now int64, err error) {
	var tat int64 // when the next call would come without any burst
	err = tx.QueryRowContext(ctx, `INSERT INTO rate_limits AS r (key, tat_us, seq) VALUES ($1, 0, 1)
		ON CONFLICT (key) DO UPDATE SET seq = r.seq + 1 RETURNING tat_us, seq, `+clock, p.Key).Scan(&tat, &seq, &now)
	if err != nil {
		return 0, 0, 0, err
	}
	end, err := earliestDeparture(ctx, tx, p, seq)
	if err != nil {
		return 0, 0, 0, err
	}
	step := p.Window.Microseconds() / int64(p.Calls)
	at = max(now, end, tat-step*int64(min(paceBurst, p.Calls)-1))
	if ahead := time.Duration(at-now) * time.Microsecond; ahead > maxAhead {
		return 0, 0, 0, &BusyError{p.Key, ahead}
	}
	for _, q := range []struct {
		text string
		args []any
	}{
		{`UPDATE rate_limits SET tat_us = $2 WHERE key = $1`, []any{p.Key, max(tat, at) + step}},
		{`INSERT INTO rate_marks (key, seq, at_us) VALUES ($1, $2, $3)
			ON CONFLICT (key, seq) DO UPDATE SET at_us = excluded.at_us`, []any{p.Key, seq, at}},
		{`DELETE FROM rate_marks WHERE key = $1 AND seq = $2`, []any{p.Key, seq - paceHistory}},
	} {
		if _, err := tx.ExecContext(ctx, q.text, q.args...); err != nil {
			return 0, 0, 0, err
		}
	}
	return at, seq, now, nil
}

// roundEnd is when a call may leave for the sake of those a round or more before it, in
// microseconds of the database's clock.
func earliestDeparture(ctx context.Context, q querier, p flows.ExactLimit, seq int64) (int64, error) {
	var last sql.NullInt64
	err := q.QueryRowContext(ctx, `SELECT max(at_us) FROM rate_marks WHERE key = $1 AND seq <= $2 AND seq > $3`,
		p.Key, seq-int64(p.Calls), seq-paceHistory).Scan(&last)
	return last.Int64 + (p.Window + paceMargin).Microseconds(), err
}

// standingSlot tells how long a call has to wait yet. A slot that had to move is put down anew, so
// that a hitch moves all that were booked behind it and costs nobody a turn.
func (s *Store) recheckSlot(ctx context.Context, p flows.ExactLimit, seq int64) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	var at, end, now int64
	err := s.backend.read.QueryRowContext(ctx, `SELECT m.at_us, coalesce((SELECT max(at_us) FROM rate_marks
			WHERE key = $1 AND seq <= $3 AND seq > $4), 0), `+s.backend.nowMicros+`
		FROM rate_marks m WHERE m.key = $1 AND m.seq = $2`,
		p.Key, seq, seq-int64(p.Calls), seq-paceHistory).Scan(&at, &end, &now)
	answered := time.Now()
	if end += (p.Window + paceMargin).Microseconds(); err == nil && end > at {
		_, err = s.backend.write.ExecContext(ctx, `UPDATE rate_marks SET at_us = $3 WHERE key = $1 AND seq = $2`, p.Key, seq,
			end)
		at = end
	}
	if err != nil {
		return 0, fmt.Errorf("store: pace: %w", err)
	}
	return time.Duration(at-now)*time.Microsecond - time.Since(answered), nil
}

// left corrects when a call left. Without the correction the planned moment stands, so that what
// goes wrong here is not reported.
func (s *Store) recordDeparture(p flows.ExactLimit, seq int64, at time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), opTimeout)
	defer cancel()
	// The moment is handed over as a distance, since clocks of machines differ.
	_, _ = s.backend.write.ExecContext(ctx, `UPDATE rate_marks SET at_us = `+s.backend.nowMicros+` - $3
		WHERE key = $1 AND seq = $2 AND at_us < `+s.backend.nowMicros+` - $3`, p.Key, seq, time.Since(at).Microseconds())
}
