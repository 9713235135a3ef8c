package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"shiming/flows"
)

// genesisHash is the previous hash of the first row.
var genesisHash = make([]byte, sha256.Size)

// hashRow returns the hash of the row after row.Prev.
func hashRow(row flows.AuditRow) ([]byte, error) {
	link, err := row.Link()
	if err != nil {
		return nil, fmt.Errorf("store: audit: %w", err)
	}
	return flows.LinkHash(row.Prev, link), nil
}

// headPurpose and headMACParts are the input of the keyed hash of a chain's end. Without the keyset
// no one can shorten a chain or compute it again.
const headPurpose = "audit-head"

func headMACParts(caseID string, seq int64, hash []byte) []string {
	return []string{caseID, strconv.FormatInt(seq, 10), string(hash)}
}

// auditColumns are the columns of a row of the chain, in the order of auditValues.
const auditColumns = `case_id, seq, at_ms, actor, event, from_state, to_state, why, detail, prev, hash`

// auditValues returns the values of auditColumns.
func auditValues(row flows.AuditRow) ([]any, error) {
	detail, err := json.Marshal(row.Detail)
	if err != nil {
		return nil, fmt.Errorf("store: audit: %w", err)
	}
	return []any{
		row.CaseID,
		row.Seq,
		millis(row.At),
		row.Actor,
		row.Event,
		string(row.From),
		string(row.To),
		row.Why,
		string(detail),
		row.Prev,
		row.Hash,
	}, nil
}

// Audit appends a row to the case's chain. It computes Seq, Prev and Hash, and it stores the time in
// milliseconds. It returns flows.ErrStale if another transaction has appended the same link.
func (t *txn) Audit(ctx context.Context, row flows.AuditRow) error {
	// Lock and read the end of the chain.
	err := t.q.QueryRowContext(ctx, `
		SELECT seq, hash
		FROM audit_heads
		WHERE case_id = $1`+t.lockRow,
		row.CaseID,
	).Scan(&row.Seq, &row.Prev)
	if errors.Is(err, sql.ErrNoRows) {
		row.Seq, row.Prev, err = 0, genesisHash, nil
	}
	if err != nil {
		return fmt.Errorf("store: audit: %w", err)
	}

	row.Seq++
	if row.Hash, err = hashRow(row); err != nil {
		return err
	}
	values, err := auditValues(row)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, "audit",
		`INSERT INTO audit (`+auditColumns+`) VALUES `+placeholders(1, len(values)), values...)
	if t.store.backend.duplicate(err) {
		return flows.ErrStale
	}
	if err != nil {
		return err
	}

	mac, epoch := t.keys.MACWithEpoch(headPurpose, headMACParts(row.CaseID, row.Seq, row.Hash)...)
	_, err = t.exec(ctx, "audit head", `
		INSERT INTO audit_heads (case_id, seq, hash, mac, mac_epoch)
		VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (case_id) DO UPDATE
		SET seq = excluded.seq,
		    hash = excluded.hash,
		    mac = excluded.mac,
		    mac_epoch = excluded.mac_epoch`,
		row.CaseID, row.Seq, row.Hash, mac, epoch,
	)
	return err
}

// AuditOf returns the case's chain from the first row on.
func (v *view) AuditOf(ctx context.Context, caseID string) ([]flows.AuditRow, error) {
	scan := func(scan scanner) (flows.AuditRow, error) {
		row := flows.AuditRow{CaseID: caseID}
		var (
			at     int64
			detail []byte
		)
		err := scan(
			&row.Seq,
			&at,
			&row.Actor,
			&row.Event,
			&row.From,
			&row.To,
			&row.Why,
			&detail,
			&row.Prev,
			&row.Hash,
		)
		if err != nil {
			return row, err
		}
		row.At = fromMillis(at)
		if err := json.Unmarshal(detail, &row.Detail); err != nil {
			return row, fmt.Errorf("case %s link %d: %w", caseID, row.Seq, err)
		}
		return row, nil
	}
	return collect(ctx, v.q, "audit of case", scan, `
		SELECT seq, at_ms, actor, event, from_state, to_state, why, detail, prev, hash
		FROM audit
		WHERE case_id = $1
		ORDER BY seq`,
		caseID,
	)
}

// VerifyChain computes the case's chain again. It returns a *ChainError if somebody has changed,
// removed or moved a row, has cut off the end, or has computed the chain without the keyset.
func (s *Store) VerifyChain(ctx context.Context, caseID string) error {
	return s.View(ctx, func(fv flows.View) error {
		v := fv.(*view)
		rows, err := v.AuditOf(ctx, caseID)
		if err != nil {
			return err
		}
		prev := genesisHash
		for i, row := range rows {
			if row.Seq != int64(i)+1 {
				return &ChainError{caseID, int64(i) + 1, "missing"}
			}
			if !bytes.Equal(row.Prev, prev) {
				return &ChainError{caseID, row.Seq, "unlinked"}
			}
			sum, err := hashRow(row)
			if err != nil {
				return err
			}
			if !bytes.Equal(sum, row.Hash) {
				return &ChainError{caseID, row.Seq, "changed"}
			}
			prev = row.Hash
		}
		return v.verifyHead(ctx, caseID, int64(len(rows)), prev)
	})
}

// verifyHead compares the end of a chain with its stored keyed hash. A case without any audit row
// has none.
func (v *view) verifyHead(ctx context.Context, caseID string, seq int64, last []byte) error {
	var mac []byte
	err := v.q.QueryRowContext(ctx, `SELECT mac FROM audit_heads WHERE case_id = $1`, caseID).Scan(&mac)
	if errors.Is(err, sql.ErrNoRows) && seq == 0 {
		return nil
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("store: audit head: %w", err)
	}
	if !v.keys.Matches(mac, headPurpose, headMACParts(caseID, seq, last)...) {
		return &ChainError{caseID, seq, "cut"}
	}
	return nil
}
