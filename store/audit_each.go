package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"shiming/flows"
)

// AuditEach appends one row to each of many chains. The rows are of different cases. It computes Seq, Prev and Hash,
// and returns flows.ErrStale if another transaction has appended to one of the chains.
func (t *txn) AuditEach(ctx context.Context, rows []flows.AuditRow) error {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b flows.AuditRow) int { return strings.Compare(a.CaseID, b.CaseID) }) // no deadlock
	for chunk := range slices.Chunk(rows, rowsPerInsert) {
		if err := t.auditChunk(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

// auditChunk is AuditEach for rowsPerInsert rows at most.
func (t *txn) auditChunk(ctx context.Context, rows []flows.AuditRow) error {
	heads, err := t.auditHeads(ctx, rows)
	if err != nil {
		return err
	}
	var links, ends []any
	for _, row := range rows {
		head, known := heads[row.CaseID]
		if !known {
			head.hash = genesisHash
		}
		row.Seq, row.Prev = head.seq+1, head.hash
		if row.Hash, err = hashRow(row); err != nil {
			return err
		}
		values, err := auditValues(row)
		if err != nil {
			return err
		}
		links = append(links, values...)
		mac, epoch := t.keys.MACWithEpoch(headPurpose, headMACParts(row.CaseID, row.Seq, row.Hash)...)
		ends = append(ends, row.CaseID, row.Seq, row.Hash, mac, epoch)
	}
	_, err = t.exec(ctx, "audit", `INSERT INTO audit (`+auditColumns+`) VALUES `+
		placeholders(len(rows), len(links)/len(rows)), links...)
	if t.store.backend.duplicate(err) {
		return flows.ErrStale
	}
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, "audit head", `
		INSERT INTO audit_heads (case_id, seq, hash, mac, mac_epoch)
		VALUES `+placeholders(len(rows), len(ends)/len(rows))+`
		ON CONFLICT (case_id) DO UPDATE
		SET seq = excluded.seq,
		    hash = excluded.hash,
		    mac = excluded.mac,
		    mac_epoch = excluded.mac_epoch`,
		ends...,
	)
	return err
}

// auditHead is the end of a chain.
type auditHead struct {
	caseID string
	seq    int64
	hash   []byte
}

// auditHeads locks and reads the ends of the chains. A case without an audit row has none.
func (t *txn) auditHeads(ctx context.Context, rows []flows.AuditRow) (map[string]auditHead, error) {
	args := make([]any, 0, len(rows))
	var ids []string
	for _, row := range rows {
		args = append(args, row.CaseID)
		ids = append(ids, "$"+strconv.Itoa(len(args)))
	}
	list, err := collect(ctx, t.q, "audit heads", func(scan scanner) (h auditHead, err error) {
		return h, scan(&h.caseID, &h.seq, &h.hash)
	}, `
		SELECT case_id, seq, hash
		FROM audit_heads
		WHERE case_id IN (`+strings.Join(ids, ",")+`)
		ORDER BY case_id`+t.lockRow,
		args...)
	if err != nil {
		return nil, fmt.Errorf("store: audit: %w", err)
	}
	heads := make(map[string]auditHead, len(list))
	for _, h := range list {
		heads[h.caseID] = h
	}
	return heads, nil
}
