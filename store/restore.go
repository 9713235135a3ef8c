package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// A restored copy does not contain what happened after the backup. If the program simply continued
// with it, it would record identities and file evidence a second time. So Open refuses a copy.
// Backup marks its copies. A dump that was restored on PostgreSQL is recognized by its location:
// the server and the database differ from the recorded ones.
const (
	copyMark     = "database/copy_of"  // setting: time of the copy's snapshot, RFC 3339
	locationMark = "database/lives_in" // setting, PostgreSQL: server and database
)

// CopyError means that the database is a restored copy. Open accepts it with Config.Copy.
type CopyError struct{ Of time.Time } // time of the snapshot; zero if unknown

func (e *CopyError) Error() string {
	of := ""
	if !e.Of.IsZero() {
		of = " of " + e.Of.UTC().Format(time.RFC3339)
	}
	return "store: this database is a copy" + of +
		" that was put back: what happened since is not in it; run `shiming restored` once"
}

// checkCopy returns a *CopyError if the database is a restored copy. At the first opening on
// PostgreSQL it records the location.
func (s *Store) checkCopy(ctx context.Context, mayBeCopy bool) error {
	of, recorded, err := s.marks(ctx)
	if err != nil {
		return err
	}
	location := ""
	if s.backend.location != nil {
		if location, err = s.backend.location(ctx); err != nil {
			return fmt.Errorf("store: copy mark: %w", err)
		}
	}
	switch {
	case mayBeCopy:
		return nil
	case !of.IsZero():
		return &CopyError{of}
	case recorded == location:
		return nil
	case recorded != "":
		return &CopyError{}
	}
	return s.putMark(ctx, locationMark, location)
}

// marks reads both marks. of is zero and location is "" if the mark is not set.
func (s *Store) marks(ctx context.Context) (of time.Time, location string, err error) {
	copied, found, err := s.readMark(ctx, copyMark)
	if err != nil {
		return time.Time{}, "", err
	}
	if found {
		if of, err = time.Parse(time.RFC3339, copied); err != nil {
			return time.Time{}, "", fmt.Errorf("store: copy mark: %w", err)
		}
	}
	location, _, err = s.readMark(ctx, locationMark)
	return of, location, err
}

// readMark reads one mark. found is false if it is not set.
func (s *Store) readMark(ctx context.Context, key string) (value string, found bool, err error) {
	err = s.backend.read.QueryRowContext(ctx, `
		SELECT value
		FROM settings
		WHERE tenant_key = '' AND key = $1`,
		key,
	).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("store: copy mark: %w", err)
	}
	return value, true, nil
}

const upsertMark = `
	INSERT INTO settings (tenant_key, key, value)
	VALUES ('', $1, $2)
	ON CONFLICT (tenant_key, key) DO UPDATE
	SET value = excluded.value`

func (s *Store) putMark(ctx context.Context, key, value string) error {
	if _, err := s.backend.write.ExecContext(ctx, upsertMark, key, value); err != nil {
		return fmt.Errorf("store: copy mark: %w", err)
	}
	return nil
}

// CopyOf returns the time of a marked copy's snapshot. It returns the zero time if the database is
// not a marked copy.
func (s *Store) CopyOf(ctx context.Context) (time.Time, error) {
	of, _, err := s.marks(ctx)
	return of, err
}

// Settle removes the marks of a copy, so that Open accepts it again. The caller has dealt with
// everything in it that could happen a second time, and with every deletion of the list until now.
func (s *Store) Settle(ctx context.Context) error {
	if err := s.putMark(ctx, settledMark, s.Now().UTC().Format(time.RFC3339Nano)); err != nil {
		return err
	}
	if s.backend.location != nil {
		location, err := s.backend.location(ctx)
		if err != nil {
			return fmt.Errorf("store: copy mark: %w", err)
		}
		if err := s.putMark(ctx, locationMark, location); err != nil {
			return err
		}
	}
	const deleteMark = `DELETE FROM settings WHERE tenant_key = '' AND key = $1`
	if _, err := s.backend.write.ExecContext(ctx, deleteMark, copyMark); err != nil {
		return fmt.Errorf("store: copy mark: %w", err)
	}
	return nil
}

// OpenCases returns the ids of all unfinished cases of all tenants.
func (s *Store) OpenCases(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	return collect(ctx, s.backend.read, "open cases", scanString, `SELECT id FROM cases WHERE live = 1`)
}
