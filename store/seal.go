package store

import (
	"context"
	"crypto/hmac"
	"database/sql"
	"errors"
	"fmt"

	"shiming/flows"
)

// Sealed bytes are bound to their place by the additional data: moved to another case, photo
// or column they do not open.

func personalPlace(caseID string) string { return "case:" + caseID + "|personal" }

func picturePlace(caseID, photoID string) string {
	return "case:" + caseID + "|picture:" + photoID
}

func (k *Keyset) seal(place string, clear []byte) ([]byte, error) {
	sealed, err := k.aead.Encrypt(clear, []byte(place))
	if err != nil {
		return nil, fmt.Errorf("store: seal: %w", err)
	}
	return sealed, nil
}

func (k *Keyset) open(place string, sealed []byte) ([]byte, error) {
	clear, err := k.aead.Decrypt(sealed, []byte(place))
	if err != nil {
		return nil, ErrSealed
	}
	return clear, nil
}

// sealPersonal returns nil when there is nothing to keep.
func (k *Keyset) sealPersonal(caseID string, p flows.Personal) ([]byte, error) {
	if p.Empty() {
		return nil, nil
	}
	clear, err := p.Clear()
	if err != nil {
		return nil, fmt.Errorf("store: personal data of case %s cannot be encoded", caseID)
	}
	return k.seal(personalPlace(caseID), clear)
}

func (k *Keyset) openPersonal(caseID string, sealed []byte) (flows.Personal, error) {
	if len(sealed) == 0 {
		return flows.Personal{}, nil
	}
	clear, err := k.open(personalPlace(caseID), sealed)
	if err != nil {
		return flows.Personal{}, fmt.Errorf("case %s: %w", caseID, err)
	}
	p, err := flows.PersonalFromClear(clear)
	if err != nil {
		return flows.Personal{}, fmt.Errorf("store: personal data of case %s cannot be decoded", caseID)
	}
	return p, nil
}

const keyCheckPlace = "key_check"

// checkKeyset compares with what the first opening left behind. A new database passes.
func (s *Store) checkKeyset(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	there, err := s.eng.hasTable(ctx, "key_check")
	if err != nil {
		return fmt.Errorf("store: key check: %w", err)
	}
	if !there {
		return nil
	}
	var prf, sealed []byte
	err = s.eng.write.QueryRowContext(ctx, `SELECT prf, sealed FROM key_check WHERE id = 1`).Scan(&prf, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // the first opening was cut short
	}
	if err != nil {
		return fmt.Errorf("store: key check: %w", err)
	}
	if _, err := s.keys.open(keyCheckPlace, sealed); err != nil {
		return ErrWrongKeyset
	}
	for _, mac := range s.keys.macs(keyCheckPlace) {
		if hmac.Equal(mac, prf) {
			return nil
		}
	}
	return ErrWrongKeyset
}

// writeKeyCheck leaves the check value at the first opening.
func (s *Store) writeKeyCheck(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	sealed, err := s.keys.seal(keyCheckPlace, []byte(keyCheckPlace))
	if err != nil {
		return err
	}
	_, err = s.eng.write.ExecContext(ctx,
		`INSERT INTO key_check (id, prf, sealed) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING`,
		s.keys.mac(keyCheckPlace), sealed)
	if err != nil {
		return fmt.Errorf("store: key check: %w", err)
	}
	return nil
}
