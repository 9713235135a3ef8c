package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"shiming/flows"
)

// AuditBetween calls each for every row of the tenant's trail in a period. It holds one row in memory.
func (v *view) AuditBetween(
	ctx context.Context, tenantKey string, from, to time.Time, each func(flows.AuditRow),
) error {
	rows, err := v.q.QueryContext(ctx, `
		SELECT a.case_id, a.at_ms, a.actor, a.event, a.why, a.detail
		FROM audit a
		JOIN cases c ON c.id = a.case_id
		WHERE c.tenant_key = $1 AND a.at_ms >= $2 AND a.at_ms < $3`,
		tenantKey, millis(from), millis(to))
	if err != nil {
		return fmt.Errorf("store: audit between: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err reports a failed read
	for rows.Next() {
		var row flows.AuditRow
		var at int64
		var detail []byte
		if err := rows.Scan(&row.CaseID, &at, &row.Actor, &row.Event, &row.Why, &detail); err != nil {
			return fmt.Errorf("store: audit between: %w", err)
		}
		row.At = fromMillis(at)
		if err := json.Unmarshal(detail, &row.Detail); err != nil {
			return fmt.Errorf("store: audit between: case %s: %w", row.CaseID, err)
		}
		each(row)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("store: audit between: %w", err)
	}
	return nil
}
