package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// A copy of a database does not know what happened after it was made: who was recorded or
// filed since would be written again. So it must not be put to work like any other. A copy
// made by Backup carries a mark. A dump put back on PostgreSQL is known by its server and
// database not being those that the data last lay on.
const (
	copyMark     = "database/copy_of"  // the moment that a copy shows, RFC 3339
	locationMark = "database/lives_in" // PostgreSQL: server and database
)

// CopyError: the database is a copy that was put back. Open with Config.Copy does not mind.
type CopyError struct{ Of time.Time } // zero = not known

func (e *CopyError) Error() string {
	of := ""
	if !e.Of.IsZero() {
		of = " of " + e.Of.UTC().Format(time.RFC3339)
	}
	return "store: this database is a copy" + of +
		" that was put back: what happened since is not in it; run `shiming restored` once"
}

// checkCopy fails with a *CopyError if the database is a copy put back. On PostgreSQL it notes
// at the first opening where the database lives.
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

// marks reads both marks.
func (s *Store) marks(ctx context.Context) (of time.Time, home string, err error) {
	for key, to := range map[string]func(string) error{
		copyMark: func(v string) (err error) {
			of, err = time.Parse(time.RFC3339, v)
			return
		},
		locationMark: func(v string) error {
			home = v
			return nil
		},
	} {
		var v string
		err := s.backend.read.QueryRowContext(ctx, `SELECT value FROM settings WHERE tenant_key = '' AND key = $1`,
			key).Scan(&v)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err == nil {
			err = to(v)
		}
		if err != nil {
			return of, home, fmt.Errorf("store: copy mark: %w", err)
		}
	}
	return of, home, nil
}

func (s *Store) putMark(ctx context.Context, key, value string) error {
	_, err := s.backend.write.ExecContext(ctx, `INSERT INTO settings (tenant_key, key, value) VALUES ('', $1, $2)
		ON CONFLICT (tenant_key, key) DO UPDATE SET value = excluded.value`, key, value)
	if err != nil {
		return fmt.Errorf("store: copy mark: %w", err)
	}
	return nil
}

// CopyOf is the moment that a marked copy shows; zero if the database is none, or if that is
// not known.
func (s *Store) CopyOf(ctx context.Context) (time.Time, error) {
	of, _, err := s.marks(ctx)
	return of, err
}

// Settle makes a copy a database like any other, once everything in it that might happen a
// second time has been dealt with.
func (s *Store) Settle(ctx context.Context) error {
	if s.backend.location != nil {
		location, err := s.backend.location(ctx)
		if err != nil {
			return fmt.Errorf("store: copy mark: %w", err)
		}
		if err := s.putMark(ctx, locationMark, location); err != nil {
			return err
		}
	}
	if _, err := s.backend.write.ExecContext(ctx, `DELETE FROM settings WHERE tenant_key = '' AND key = $1`,
		copyMark); err != nil {
		return fmt.Errorf("store: copy mark: %w", err)
	}
	return nil
}

// OpenCases lists the cases that are not finished, of all tenants.
func (s *Store) OpenCases(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	return collect(ctx, s.backend.read, "open cases", scanString, `SELECT id FROM cases WHERE live = 1`)
}
