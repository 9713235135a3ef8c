package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"shiming/store/keyset"
)

// keyCheckAAD is the plain text, the hash input and the AAD of the check value.
const keyCheckAAD = "key_check"

// checkKeyset returns ErrWrongKeyset if another keyset wrote the check value. A new database
// passes.
func (s *Store) checkKeyset(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	exists, err := s.backend.hasTable(ctx, "key_check")
	if err != nil {
		return fmt.Errorf("store: key check: %w", err)
	}
	if !exists {
		return nil
	}
	err = compareKeyCheck(ctx, s.backend.write, s.keys)
	if err != nil && !wrongKeys(err) {
		return fmt.Errorf("store: key check: %w", err)
	}
	return err
}

// wrongKeys reports whether an error is one of the keyset that does not fit.
func wrongKeys(err error) bool {
	_, retired := errors.AsType[*RetiredError](err)
	_, lacks := errors.AsType[*EpochError](err)
	return retired || lacks || errors.Is(err, ErrWrongKeyset)
}

// compareKeyCheck returns ErrWrongKeyset if the check value is from another sealing or hashing key, a *RetiredError
// if the keys of its epoch were destroyed, and an *EpochError if the keyset is from before a rotation. A rotation moves
// both values in one statement.
// A database without a check value passes: its first opening was interrupted.
func compareKeyCheck(ctx context.Context, db *sql.DB, keys *keyset.Keyset) error {
	var prf, sealed []byte
	err := db.QueryRowContext(ctx, `SELECT prf, sealed FROM key_check WHERE id = 1`).Scan(&prf, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	matches := keys.Matches(prf, keyCheckAAD)
	if _, err := keys.Open(keyCheckAAD, sealed); err == nil && matches {
		return nil
	}
	if err := retiredError(keys, sealed); err != nil {
		return err
	}
	ours, err := knowsKeyset(ctx, db, keys)
	if err != nil {
		return err
	}
	if !matches && !ours {
		return ErrWrongKeyset
	}
	return lackedEpoch(ctx, db, keys)
}

// knowsKeyset reports whether the keyset holds a key that the database has used before a rotation.
func knowsKeyset(ctx context.Context, db *sql.DB, keys *keyset.Keyset) (bool, error) {
	var value string
	err := db.QueryRowContext(ctx, `SELECT value FROM settings WHERE tenant_key = '' AND key = $1`, formerMark).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, text := range strings.Fields(value) {
		if number, keyID, err := parseEpoch(text); err == nil && keys.Has(number, keyID) {
			return true, nil
		}
	}
	return false, nil
}

// lackedEpoch returns an *EpochError if the keyset is of this database and does not hold the epoch that the database
// uses. Otherwise it returns ErrWrongKeyset.
func lackedEpoch(ctx context.Context, db *sql.DB, keys *keyset.Keyset) error {
	var value string
	err := db.QueryRowContext(ctx, `SELECT value FROM settings WHERE tenant_key = '' AND key = $1`, epochMark).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrWrongKeyset
	}
	if err != nil {
		return err
	}
	number, keyID, err := parseEpoch(value)
	if err != nil {
		return err
	}
	if keys.Has(number, keyID) {
		return ErrWrongKeyset
	}
	return &EpochError{number}
}

// writeKeyCheck stores the check value at the first opening.
func (s *Store) writeKeyCheck(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	sealed, err := s.keys.Seal(keyCheckAAD, []byte(keyCheckAAD))
	if err != nil {
		return err
	}
	_, err = s.backend.write.ExecContext(ctx,
		`INSERT INTO key_check (id, prf, sealed) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING`,
		s.keys.MAC(keyCheckAAD), sealed,
	)
	if err != nil {
		return fmt.Errorf("store: key check: %w", err)
	}
	return nil
}
