package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pressly/goose/v3"

	"shiming/flows"
)

// settingClockOffset is the key of the setting that holds the clock offset. It belongs to no
// tenant.
const settingClockOffset = "stage.ahead"

// ErrClockFixed means that the clock cannot be moved, because the database holds real
// registrations.
var ErrClockFixed = errors.New("store: the clock of this database cannot be moved")

// Now returns the store's time: the machine's plus ClockOffset. It applies to everything that is
// stored or scheduled. Limits, leases and the delays between attempts use the real time.
func (s *Store) Now() time.Time { return s.now().Add(s.ClockOffset()) }

// ClockOffset returns how far Now is ahead of the machine's clock. It is 0 unless the clock is
// movable.
func (s *Store) ClockOffset() time.Duration { return time.Duration(s.clockOffset.Load()) }

// advanceJobsSQL moves the due time of each waiting job $1 microseconds earlier. A job that is due
// then becomes available at once, so that it does not wait for River's scheduler.
var advanceJobsSQL = map[goose.Dialect]string{
	goose.DialectSQLite3: `
		UPDATE river_job
		SET scheduled_at = strftime(
		        '%Y-%m-%d %H:%M:%f', scheduled_at, printf('-%.3f seconds', $1/1000000.0)),
		    state = CASE
		        WHEN unixepoch(scheduled_at,'subsec') - $1/1000000.0 <= unixepoch('now','subsec') THEN 'available'
		        ELSE state
		    END
		WHERE state IN ('scheduled','retryable','available')`,
	goose.DialectPostgres: `
		UPDATE river_job
		SET scheduled_at = scheduled_at - $1::bigint * interval '1 microsecond',
		    state = CASE
		        WHEN scheduled_at - $1::bigint * interval '1 microsecond' <= clock_timestamp() THEN 'available'
		        ELSE state
		    END
		WHERE state IN ('scheduled','retryable','available')`,
}

// AdvanceClock sets the offset of a movable clock; what is due by then becomes due at once. It
// never moves the clock back. One transaction stores the offset and moves the due times, so that a
// process that dies in between has changed both or neither. It returns ErrClockFixed if the clock
// is not movable.
func (s *Store) AdvanceClock(ctx context.Context, to time.Duration) error {
	if !s.movableClock {
		return ErrClockFixed
	}
	s.clockMoves.Lock() // no transaction may compute a due time with one offset and store it with another
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
		// Leases use the real time, so that they move with the clock.
		_, err := t.exec(ctx, "shift holds",
			`UPDATE surfaces SET held_until_ms = held_until_ms + $1 WHERE held_until_ms > 0`, by.Milliseconds())
		if err != nil {
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

// readClockOffset restores the offset that an earlier process has stored.
func (s *Store) readClockOffset(ctx context.Context) error {
	if !s.movableClock {
		return nil
	}
	return s.adoptClockOffset(ctx)
}

// adoptClockOffset takes over the stored offset, if there is one.
func (s *Store) adoptClockOffset(ctx context.Context) error {
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
