package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"shiming/flows"
)

const employmentColumns = `tenant_key, open_id, joined_ms, left_ms, suspended_ms, joiner, invite_ms, name_check,
	presence_ms, status_ms`

func scanEmployment(scan scanner) (e flows.Employment, err error) {
	var joined, left, suspended, invite, presence, status int64
	err = scan(&e.TenantKey, &e.OpenID, &joined, &left, &suspended, &e.Joiner, &invite, &e.NameCheck, &presence, &status)
	e.JoinedAt, e.LeftAt, e.SuspendedAt = fromMillis(joined), fromMillis(left), fromMillis(suspended)
	e.InviteAt, e.PresenceAt, e.StatusAt = fromMillis(invite), fromMillis(presence), fromMillis(status)
	return e, err
}

// Employment returns what the directory has said about a person; only the ids if it has said nothing.
func (v *view) Employment(ctx context.Context, tenantKey, openID string) (flows.Employment, error) {
	e, err := scanEmployment(v.q.QueryRowContext(ctx, `
		SELECT `+employmentColumns+`
		FROM employments
		WHERE tenant_key = $1 AND open_id = $2`,
		tenantKey, openID,
	).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return flows.Employment{TenantKey: tenantKey, OpenID: openID}, nil
	}
	if err != nil {
		return flows.Employment{}, fmt.Errorf("store: employment: %w", err)
	}
	return e, nil
}

// EmploymentForUpdate is Employment for a transaction that writes it. On PostgreSQL transactions that ask for the same
// person follow each other.
func (t *txn) EmploymentForUpdate(ctx context.Context, tenantKey, openID string) (flows.Employment, error) {
	if _, err := t.lock(ctx, "employment/"+tenantKey+"/"+openID); err != nil {
		return flows.Employment{}, err
	}
	return t.Employment(ctx, tenantKey, openID)
}

// PutEmployment inserts or replaces the row of a person.
func (t *txn) PutEmployment(ctx context.Context, e flows.Employment) error {
	_, err := t.exec(ctx, "put employment", `
		INSERT INTO employments (`+employmentColumns+`)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)
		ON CONFLICT (tenant_key, open_id) DO UPDATE
		SET joined_ms = excluded.joined_ms, left_ms = excluded.left_ms, suspended_ms = excluded.suspended_ms,
		    joiner = excluded.joiner, invite_ms = excluded.invite_ms, name_check = excluded.name_check,
		    presence_ms = excluded.presence_ms, status_ms = excluded.status_ms`,
		e.TenantKey, e.OpenID, millis(e.JoinedAt), millis(e.LeftAt), millis(e.SuspendedAt), string(e.Joiner),
		millis(e.InviteAt), string(e.NameCheck), millis(e.PresenceAt), millis(e.StatusAt),
	)
	return err
}

// Joiners returns people in a state whose InviteAt has come, in the order of it.
func (v *view) Joiners(
	ctx context.Context, tenantKey string, state flows.JoinerState, now time.Time, limit int,
) ([]flows.Employment, error) {
	return collect(ctx, v.q, "joiners", scanEmployment, `
		SELECT `+employmentColumns+`
		FROM employments
		WHERE tenant_key = $1 AND joiner = $2 AND joiner <> '' AND invite_ms <= $3
		ORDER BY invite_ms, open_id
		LIMIT $4`,
		tenantKey, string(state), millis(now), limit,
	)
}

// CountJoiners counts the people in a state whose InviteAt has come.
func (v *view) CountJoiners(
	ctx context.Context, tenantKey string, state flows.JoinerState, now time.Time,
) (n int, err error) {
	err = v.q.QueryRowContext(ctx, `
		SELECT count(*)
		FROM employments
		WHERE tenant_key = $1 AND joiner = $2 AND joiner <> '' AND invite_ms <= $3`,
		tenantKey, string(state), millis(now),
	).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("store: joiners: %w", err)
	}
	return n, nil
}

// CountStaff counts who has joined and who has left from one moment to before another.
func (v *view) CountStaff(
	ctx context.Context, tenantKey string, from, to time.Time,
) (joined, left int, err error) {
	err = v.q.QueryRowContext(ctx, `
		SELECT
			(SELECT count(*) FROM employments WHERE tenant_key = $1 AND joined_ms > 0 AND joined_ms >= $2 AND joined_ms < $3),
			(SELECT count(*) FROM employments WHERE tenant_key = $1 AND left_ms > 0 AND left_ms >= $2 AND left_ms < $3)`,
		tenantKey, millis(from), millis(to),
	).Scan(&joined, &left)
	if err != nil {
		return 0, 0, fmt.Errorf("store: staff: %w", err)
	}
	return joined, left, nil
}

// Tenants returns the keys of the tenants that have a case or somebody in the directory.
func (s *Store) Tenants(ctx context.Context) (keys []string, err error) {
	err = s.View(ctx, func(fv flows.View) error {
		keys, err = collect(ctx, fv.(*view).q, "tenants", scanString, `
			SELECT DISTINCT tenant_key FROM state_counts
			UNION
			SELECT DISTINCT tenant_key FROM employments
			ORDER BY tenant_key`)
		return err
	})
	return keys, err
}
