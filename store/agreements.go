package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"shiming/flows"
)

// ErrAgreementChanged means that a title and version belong to another text already.
var ErrAgreementChanged = errors.New("store: the text of this version has changed")

// KeepAgreement stores the text of an agreement for as long as the database lives. It does nothing if the text is there
// already. It returns ErrAgreementChanged if another text has this title and version.
func (s *Store) KeepAgreement(ctx context.Context, f flows.AgreementFile, text []byte) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return err
	}
	defer tx.end()
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO agreements (title, version, sha256, body, seen_ms)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`,
		f.Title, f.Version, f.SHA256, text, millis(s.Now()),
	); err != nil {
		return fmt.Errorf("store: agreements: %w", err)
	}
	var kept string
	if err := tx.QueryRowContext(ctx, `
		SELECT sha256 FROM agreements WHERE title = $1 AND version = $2`, f.Title, f.Version).Scan(&kept); err != nil {
		return fmt.Errorf("store: agreements: %w", err)
	}
	if kept != f.SHA256 {
		return ErrAgreementChanged
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	return nil
}

// AgreementText returns the text with a hash, of any version. It returns flows.ErrNotFound if there is none.
func (s *Store) AgreementText(ctx context.Context, sha256 string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	var text []byte
	err := s.backend.read.QueryRowContext(ctx, `
		SELECT body FROM agreements WHERE sha256 = $1 LIMIT 1`, sha256).Scan(&text)
	return text, orNotFound("agreements", err)
}

// readAgreements returns title, version and hash of every text, in the order of their first use.
func readAgreements(ctx context.Context, db *sql.DB) ([]flows.AgreementFile, error) {
	return collect(ctx, db, "agreements", func(scan scanner) (f flows.AgreementFile, err error) {
		return f, scan(&f.Title, &f.Version, &f.SHA256)
	}, `
		SELECT title, version, sha256
		FROM agreements
		ORDER BY seen_ms, title, version`)
}
