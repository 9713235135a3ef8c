package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"shiming/flows"
)

// PutDeletion notes a deletion. A second one of the same scope changes nothing: the first is the one that counts.
func (t *txn) PutDeletion(ctx context.Context, c *flows.Case, d flows.Deletion, pictures int) error {
	_, err := t.exec(ctx, "put deletion", `
		INSERT INTO deletions (case_id, scope, tenant_key, rule, at_ms, pictures, proof)
		SELECT $1, $2, $3, $4, $5, $6, hash
		FROM audit_heads
		WHERE case_id = $1
		ON CONFLICT (case_id, scope) DO NOTHING`,
		c.ID, string(d.Scope), c.TenantKey, string(d.Rule), millis(d.At), pictures,
	)
	return err
}

// OverdueCases returns ids of cases of which something is due. Each part reads an index that holds only cases of which
// something is kept.
func (v *view) OverdueCases(
	ctx context.Context, tenantKey string, o flows.Overdue, after string, limit int,
) ([]string, error) {
	args := []any{tenantKey, after, limit}
	arg := func(value any) string {
		args = append(args, value)
		return fmt.Sprintf("$%d", len(args))
	}
	const kept = `SELECT id FROM cases WHERE tenant_key = $1 AND live = 0 AND erased = 0 AND id > $2`
	parts := []string{`
		SELECT c.id
		FROM pictures p JOIN cases c ON c.id = p.case_id
		WHERE c.tenant_key = $1 AND c.live = 0 AND c.erased = 0 AND c.id > $2 AND c.entered_ms <= ` +
		arg(millis(o.Photos))}
	parts = append(parts, kept+` AND state IN ('rejected', 'declined', 'withdrawn', 'expired') AND entered_ms <= `+
		arg(millis(o.Unfinished)))
	if !o.Fields.IsZero() {
		parts = append(parts, kept+` AND state IN ('done', 'on_file') AND entered_ms <= `+arg(millis(o.Fields)))
	}
	if !o.Left.IsZero() {
		parts = append(parts, `
			SELECT c.id
			FROM employments e JOIN cases c ON c.tenant_key = e.tenant_key AND c.open_id = e.open_id
			WHERE e.tenant_key = $1 AND c.live = 0 AND c.erased = 0 AND c.id > $2
			  AND e.left_ms > 0 AND e.left_ms <= `+arg(millis(o.Left)))
	}
	if o.Tenant {
		parts = append(parts, kept)
	}
	return collect(ctx, v.q, "overdue cases", scanString, strings.Join(parts, ` UNION `)+` ORDER BY 1 LIMIT $3`, args...)
}

// CountDeletions counts the deletions of a span of time, and computes their common proof.
func (v *view) CountDeletions(
	ctx context.Context, tenantKey string, from, to time.Time,
) (out flows.DeletionReport, err error) {
	rows, err := v.q.QueryContext(ctx, `
		SELECT scope, rule, pictures, proof
		FROM deletions
		WHERE tenant_key = $1 AND at_ms >= $2 AND at_ms < $3
		ORDER BY at_ms, case_id, scope`,
		tenantKey, millis(from), millis(to),
	)
	if err != nil {
		return out, fmt.Errorf("store: deletions: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err reports a failed read

	type key struct {
		scope flows.PurgeScope
		rule  flows.DeletionRule
	}
	counts, all := map[key]flows.DeletionCount{}, sha256.New()
	for rows.Next() {
		var (
			k        key
			pictures int
			proof    []byte
		)
		if err := rows.Scan(&k.scope, &k.rule, &pictures, &proof); err != nil {
			return out, fmt.Errorf("store: deletions: %w", err)
		}
		all.Write(proof)
		n := counts[k]
		counts[k] = flows.DeletionCount{Scope: k.scope, Rule: k.rule, Cases: n.Cases + 1, Pictures: n.Pictures + pictures}
	}
	if err := rows.Err(); err != nil {
		return out, fmt.Errorf("store: deletions: %w", err)
	}
	for _, n := range counts {
		out.Counts = append(out.Counts, n)
	}
	if len(counts) > 0 {
		out.Proof = hex.EncodeToString(all.Sum(nil))
	}
	return out, nil
}

// LeaversBefore returns people who have left and of whose cases nothing is kept.
func (v *view) LeaversBefore(ctx context.Context, tenantKey string, at time.Time, limit int) ([]string, error) {
	return collect(ctx, v.q, "leavers", scanString, `
		SELECT open_id
		FROM employments e
		WHERE tenant_key = $1 AND left_ms > 0 AND left_ms <= $2
		  AND NOT EXISTS (
			SELECT 1 FROM cases c WHERE c.tenant_key = e.tenant_key AND c.open_id = e.open_id AND c.erased = 0)
		ORDER BY left_ms, open_id
		LIMIT $3`,
		tenantKey, millis(at), limit,
	)
}

// KeepsCases reports whether a case of the tenant is open, or has personal data.
func (v *view) KeepsCases(ctx context.Context, tenantKey string) (kept bool, err error) {
	err = v.q.QueryRowContext(ctx,
		`SELECT EXISTS (SELECT 1 FROM cases WHERE tenant_key = $1 AND erased = 0)`, tenantKey).Scan(&kept)
	if err != nil {
		return false, fmt.Errorf("store: kept cases: %w", err)
	}
	return kept, nil
}

// ForgetPerson deletes what is kept of somebody beside the cases.
func (t *txn) ForgetPerson(ctx context.Context, tenantKey, openID string, settings ...string) (total int, err error) {
	deletes := []string{
		`DELETE FROM employments WHERE tenant_key = $1 AND open_id = $2`,
		`DELETE FROM campaign_messages WHERE open_id = $2 AND campaign_id IN (
			SELECT campaign_id FROM campaign_people WHERE tenant_key = $1 AND open_id = $2 AND live = 0)`,
		`DELETE FROM campaign_people WHERE tenant_key = $1 AND open_id = $2 AND live = 0`,
		`DELETE FROM exports WHERE tenant_key = $1 AND asked_by = $2`,
		// What a setting keeps of one person has the person's id at the end of its key.
		`DELETE FROM settings WHERE tenant_key = $1 AND substr(key, length(key) - length($2)) = '/' || $2`,
	}
	for _, query := range deletes {
		n, err := t.exec(ctx, "forget person", query, tenantKey, openID)
		if err != nil {
			return total, err
		}
		total += int(n)
	}
	for _, key := range settings {
		n, err := t.exec(ctx, "forget person", `DELETE FROM settings WHERE tenant_key = $1 AND key = $2`, tenantKey, key)
		if err != nil {
			return total, err
		}
		total += int(n)
	}
	return total, nil
}

// ForgetCopies deletes the rows of copies that stand in no chat any more, of people of whose cases nothing is kept.
func (t *txn) ForgetCopies(ctx context.Context, tenantKey string) (int, error) {
	n, err := t.exec(ctx, "forget copies", `
		DELETE FROM exports
		WHERE tenant_key = $1 AND request <> '' AND state NOT IN ($2, $3, $4)
		  AND NOT EXISTS (
			SELECT 1
			FROM cases c
			WHERE c.tenant_key = exports.tenant_key AND c.open_id = exports.asked_by AND c.erased = 0)`,
		tenantKey, string(flows.ExportMaking), string(flows.ExportSending), string(flows.ExportSent),
	)
	return int(n), err
}

// ForgetTenant deletes what is kept of a company beside its cases and their chains.
func (t *txn) ForgetTenant(ctx context.Context, tenantKey string, except ...string) (total int, err error) {
	for _, query := range []string{
		`DELETE FROM campaign_messages WHERE campaign_id IN (SELECT id FROM campaigns WHERE tenant_key = $1)`,
		`DELETE FROM campaign_lines WHERE campaign_id IN (SELECT id FROM campaigns WHERE tenant_key = $1)`,
		`DELETE FROM campaign_people WHERE tenant_key = $1`,
		`DELETE FROM campaigns WHERE tenant_key = $1`,
		`DELETE FROM exports WHERE tenant_key = $1`,
		`DELETE FROM employments WHERE tenant_key = $1`,
		`DELETE FROM departments WHERE tenant_key = $1`,
	} {
		n, err := t.exec(ctx, "forget tenant", query, tenantKey)
		if err != nil {
			return total, err
		}
		total += int(n)
	}
	args, query := []any{tenantKey}, `DELETE FROM settings WHERE tenant_key = $1`
	for _, key := range except {
		args = append(args, key)
		query += fmt.Sprintf(" AND key <> $%d", len(args))
	}
	n, err := t.exec(ctx, "forget tenant", query, args...)
	return total + int(n), err
}
