package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"shiming/store/keyset"
)

// Which epoch seals is a setting, so that all processes change at once, each with its own copy of the keyset file. A
// database without it was never rotated.
const (
	epochMark   = "keys/epoch"   // NUMBER:KEY of the epoch that every process uses
	nextMark    = "keys/next"    // NUMBER:KEY of the epoch that a rotation has added to the keyset file
	retiredMark = "keys/retired" // number of the newest epoch whose keys were destroyed
	formerMark  = "keys/former"  // NUMBER:KEY of every epoch that was in use before, with blanks between
	hashedMark  = "keys/hashed"  // number of the newest epoch whose hashing key has all keyed hashes that can be found
)

// epochValue is the value of a mark: the number of an epoch and Tink's random id of its key, which tells two copies of
// a file apart to which an epoch was added independently.
func epochValue(e keyset.Epoch) string { return fmt.Sprintf("%d:%d", e.Number, e.KeyID) }

func parseEpoch(value string) (number int, keyID uint32, err error) {
	n, id, _ := strings.Cut(value, ":")
	number, err = strconv.Atoi(n)
	if err != nil {
		return 0, 0, fmt.Errorf("store: key epoch %q", value)
	}
	wide, err := strconv.ParseUint(id, 10, 32)
	if err != nil {
		return 0, 0, fmt.Errorf("store: key epoch %q", value)
	}
	return number, uint32(wide), nil
}

// KeysMade returns when the keys in use were made, or the zero time if that is not known.
func (s *Store) KeysMade() time.Time { return s.keys.InUse().Created }

// EpochError means that the keyset does not hold the epoch which the database uses: the file is a copy from before the
// rotation.
type EpochError struct{ Number int }

func (e *EpochError) Error() string {
	return fmt.Sprintf("store: the database uses key epoch %d, which this key file does not hold: "+
		"put the present key file in its place", e.Number)
}

// RetiredError means that the database is a copy from before the keys of its epoch were destroyed. Nothing personal in
// it can be read any more, by anybody.
type RetiredError struct {
	Epoch int
	At    time.Time // when the keys were destroyed
}

func (e *RetiredError) Error() string {
	return fmt.Sprintf("store: this database is a copy of key epoch %d, whose keys were destroyed on %s: "+
		"nothing personal in it can be read any more", e.Epoch, e.At.UTC().Format(time.DateOnly))
}

// retiredError returns a *RetiredError if sealed bytes are of an epoch whose keys were destroyed.
func retiredError(keys *keyset.Keyset, sealed []byte) error {
	number, retired := keys.EpochOf(sealed)
	if !retired {
		return nil
	}
	for _, r := range keys.Retired() {
		if r.Number == number {
			return &RetiredError{number, r.At}
		}
	}
	return nil
}

// adoptEpoch uses the epoch that the database names. A keyset file that was replaced since it was read is read again.
func (s *Store) adoptEpoch(ctx context.Context) error {
	value, found, err := s.readMark(ctx, epochMark)
	if err != nil {
		return err
	}
	if !found {
		return s.adoptFirstEpoch(ctx)
	}
	number, keyID, err := parseEpoch(value)
	if err != nil {
		return err
	}
	if current := s.keys.InUse(); current.Number == number && current.KeyID == keyID {
		return nil
	}
	if !s.keys.Has(number, keyID) {
		if _, err := s.keys.ReloadAndUse(number, keyID); err != nil {
			return err
		}
	}
	if !s.keys.Has(number, keyID) {
		return &EpochError{number}
	}
	s.keys.Use(number)
	return nil
}

// adoptFirstEpoch uses the epoch with which a database began that was never rotated.
func (s *Store) adoptFirstEpoch(ctx context.Context) error {
	var sealed []byte
	err := s.backend.read.QueryRowContext(ctx, `SELECT sealed FROM key_check WHERE id = 1`).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("store: key check: %w", err)
	}
	if number, _ := s.keys.EpochOf(sealed); number > 0 {
		s.keys.Use(number)
	}
	return nil
}
