package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// keyCheckAAD is the plain text, the hash input and the AAD of the check value.
const keyCheckAAD = "key_check"

// checkKeyset returns ErrWrongKeyset if another keyset wrote the check value. A new database
// passes.
func (s *Store) checkKeyset(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	there, err := s.backend.hasTable(ctx, "key_check")
	if err != nil {
		return fmt.Errorf("store: key check: %w", err)
	}
	if !there {
		return nil
	}
	var prf, sealed []byte
	err = s.backend.write.QueryRowContext(ctx, `SELECT prf, sealed FROM key_check WHERE id = 1`).Scan(&prf, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // the first opening was interrupted
	}
	if err != nil {
		return fmt.Errorf("store: key check: %w", err)
	}
	if _, err := s.keys.Open(keyCheckAAD, sealed); err != nil {
		return ErrWrongKeyset
	}
	if !s.keys.Matches(prf, keyCheckAAD) {
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
		s.keys.MAC(keyCheckAAD), sealed)
	if err != nil {
		return fmt.Errorf("store: key check: %w", err)
	}
	return nil
}
