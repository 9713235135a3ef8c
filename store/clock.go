package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pressly/goose/v3"

	"shiming/flows"
)

// settingClockOffset is the setting, of no tenant, that holds the clock offset.
const settingClockOffset = "stage.ahead"

// ErrClockFixed: the clock of a database that holds real registrations is never moved.
var ErrClockFixed = errors.New("store: the clock of this database cannot be moved")

// Now is the store's clock: the machine's plus ClockOffset. Everything that is written or due goes by it; limits,
// leases and the waits between attempts stay real.
func (s *Store) Now() time.Time { return s.now().Add(s.ClockOffset()) }

// ClockOffset is how far Now is ahead of the machine's clock; 0 unless the clock is movable.
func (s *Store) ClockOffset() time.Duration { return time.Duration(s.clockOffset.Load()) }

// shiftJobs moves a job's due time $1 microseconds earlier; what is due then can be fetched at once,
// without waiting until River promotes it.
var advanceJobsSQL = map[goose.Dialect]string{
	goose.DialectSQLite3: `UPDATE river_job SET scheduled_at = strftime('%Y-%m-%d %H:%M:%f', scheduled_at, printf('-%.3f seconds', $1/1000000.0)),
		state = CASE WHEN unixepoch(scheduled_at,'subsec') - $1/1000000.0 <= unixepoch('now','subsec') THEN 'available' ELSE state END
		WHERE state IN ('scheduled','retryable','available')`,
	goose.DialectPostgres: `UPDATE river_job SET scheduled_at = scheduled_at - $1::bigint * interval '1 microsecond',
		state = CASE WHEN scheduled_at - $1::bigint * interval '1 microsecond' <= clock_timestamp() THEN 'available' ELSE state END
		WHERE state IN ('scheduled','retryable','available')`,
}

// AdvanceClock moves a movable clock so that it is ahead by to. Whatever becomes due on the way is due
// at once. It is kept with the data, in the transaction that moves the due times, so that a
// process that dies meanwhile has moved either both or neither. A clock that is as far ahead already
// stays where it is. The error is ErrNotStaged, or of the database.
func (s *Store) AdvanceClock(ctx context.Context, to time.Duration) error {
	if !s.movableClock {
		return ErrClockFixed
	}
	s.clockMoves.Lock() // nobody may compute a due time by one clock and write it by the other
	defer s.clockMoves.Unlock()
	by := to - s.ClockOffset()
	if by <= 0 {
		return nil
	}
	err := s.txOnce(ctx, func(tx flows.Tx) error {
		t := tx.(*txn)
		if _, err := t.exec(ctx, "shift jobs", advanceJobsSQL[s.backend.dialect], by.Microseconds()); err != nil {
			return err
		}
		// Who draws a card holds it for a real while.
		if _, err := t.exec(ctx, "shift holds",
			`UPDATE surfaces SET held_until_ms = held_until_ms + $1 WHERE held_until_ms > 0`, by.Milliseconds()); err != nil {
			return err
		}
		return t.PutSetting(ctx, "", settingClockOffset, to.String())
	}, true)
	if err != nil {
		return err
	}
	s.clockOffset.Store(int64(to))
	for queue := range s.workers {
		s.notifier.wake(queue)
	}
	return nil
}

// readClockOffset takes up a shift of an earlier process.
func (s *Store) readClockOffset(ctx context.Context) error {
	if !s.movableClock {
		return nil
	}
	return s.View(ctx, func(v flows.View) error {
		kept, err := v.Setting(ctx, "", settingClockOffset)
		if err != nil || kept == "" {
			return err
		}
		to, err := time.ParseDuration(kept)
		if err != nil {
			return fmt.Errorf("store: setting %s: %w", settingClockOffset, err)
		}
		s.clockOffset.Store(int64(to))
		return nil
	})
}
