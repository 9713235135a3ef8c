package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pressly/goose/v3"

	"shiming/flows"
)

// keyAhead is the setting, of no tenant, that says how far a staged database is ahead.
const keyAhead = "stage.ahead"

// ErrNotStaged: the clock of a database that holds real registrations is never moved.
var ErrNotStaged = errors.New("store: the clock of this database cannot be moved")

// Now is the store's clock: the machine's, and on a staged database as far ahead of it as Shift has
// moved it. Everything that is written or due goes by it; limits, leases and the waits between
// attempts stay real.
func (s *Store) Now() time.Time { return s.now().Add(s.Ahead()) }

// Ahead is how far Now is ahead of the machine's clock; 0 unless the database is staged.
func (s *Store) Ahead() time.Duration { return time.Duration(s.ahead.Load()) }

// shifts moves a job's due time $1 microseconds earlier; what is due then can be fetched at once,
// without waiting until River promotes it.
var shifts = map[goose.Dialect]string{
	goose.DialectSQLite3: `UPDATE river_job SET scheduled_at = strftime('%Y-%m-%d %H:%M:%f', scheduled_at, printf('-%.3f seconds', $1/1000000.0)),
		state = CASE WHEN unixepoch(scheduled_at,'subsec') - $1/1000000.0 <= unixepoch('now','subsec') THEN 'available' ELSE state END
		WHERE state IN ('scheduled','retryable','available')`,
	goose.DialectPostgres: `UPDATE river_job SET scheduled_at = scheduled_at - $1::bigint * interval '1 microsecond',
		state = CASE WHEN scheduled_at - $1::bigint * interval '1 microsecond' <= clock_timestamp() THEN 'available' ELSE state END
		WHERE state IN ('scheduled','retryable','available')`,
}

// Shift moves the clock of a staged database to be ahead by to: whatever becomes due on the way is
// due at once. It is kept with the data, in the transaction that moves the due times, so that a
// process that dies meanwhile has moved either both or neither. A clock that is as far ahead already
// stays where it is. The error is ErrNotStaged, or of the database.
func (s *Store) Shift(ctx context.Context, to time.Duration) error {
	if !s.staged {
		return ErrNotStaged
	}
	s.shifting.Lock() // nobody may compute a due time by one clock and write it by the other
	defer s.shifting.Unlock()
	by := to - s.Ahead()
	if by <= 0 {
		return nil
	}
	err := s.txOnce(ctx, func(tx flows.Tx) error {
		t := tx.(*txn)
		if _, err := t.exec(ctx, "shift jobs", shifts[s.eng.dialect], by.Microseconds()); err != nil {
			return err
		}
		// Who draws a card holds it for a real while.
		if _, err := t.exec(ctx, "shift holds", `UPDATE surfaces SET held_until_ms = held_until_ms + $1 WHERE held_until_ms > 0`, by.Milliseconds()); err != nil {
			return err
		}
		return t.PutSetting(ctx, "", keyAhead, to.String())
	}, true)
	if err != nil {
		return err
	}
	s.ahead.Store(int64(to))
	for queue := range s.size {
		s.bell.ring(queue)
	}
	return nil
}

// readAhead takes up a shift of an earlier process.
func (s *Store) readAhead(ctx context.Context) error {
	if !s.staged {
		return nil
	}
	return s.View(ctx, func(v flows.View) error {
		kept, err := v.Setting(ctx, "", keyAhead)
		if err != nil || kept == "" {
			return err
		}
		to, err := time.ParseDuration(kept)
		if err != nil {
			return fmt.Errorf("store: setting %s: %w", keyAhead, err)
		}
		s.ahead.Store(int64(to))
		return nil
	})
}
