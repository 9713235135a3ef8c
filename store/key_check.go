package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

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
	if _, retired := errors.AsType[*RetiredError](err); err != nil && !retired && !errors.Is(err, ErrWrongKeyset) {
		return fmt.Errorf("store: key check: %w", err)
	}
	return err
}

// compareKeyCheck returns ErrWrongKeyset if the check value is from another sealing or hashing key, and a *RetiredError
// if the keys of its epoch were destroyed.
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
	if _, err := keys.Open(keyCheckAAD, sealed); err != nil {
		if err := retiredError(keys, sealed); err != nil {
			return err
		}
		return ErrWrongKeyset
	}
	if !keys.Matches(prf, keyCheckAAD) {
		return ErrWrongKeyset
	}
	return nil
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
