package store

import (
	"context"
	"database/sql"
	"fmt"

	"shiming/flows"
)

const surfaceColumns = `id, case_id, tenant_key, audience, to_type, to_id, gen, sent, message_id, old_id, shown,
	holder, held_until_ms, dirty, dead`

func scanSurface(scan func(...any) error) (*flows.Surface, error) {
	var (
		s           flows.Surface
		held        int64
		dirty, dead int64
	)
	err := scan(&s.ID, &s.CaseID, &s.TenantKey, &s.Audience, &s.To.Type, &s.To.ID, &s.Gen, &s.Sent, &s.MessageID, &s.OldID,
		&s.Shown, &s.Holder, &held, &dirty, &dead)
	if err != nil {
		return nil, err
	}
	s.HeldUntil, s.Dirty, s.Dead = moment(held), dirty != 0, dead != 0
	return &s, nil
}

// PutSurface inserts or replaces a surface.
func (t *txn) PutSurface(ctx context.Context, s *flows.Surface) error {
	_, err := t.exec(ctx, "put surface", `INSERT INTO surfaces (`+surfaceColumns+`)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)
		ON CONFLICT (id) DO UPDATE SET case_id = excluded.case_id, tenant_key = excluded.tenant_key, audience = excluded.audience,
			to_type = excluded.to_type, to_id = excluded.to_id, gen = excluded.gen, sent = excluded.sent,
			message_id = excluded.message_id, old_id = excluded.old_id, shown = excluded.shown,
			holder = excluded.holder, held_until_ms = excluded.held_until_ms,
			dirty = excluded.dirty, dead = excluded.dead`,
		s.ID, s.CaseID, s.TenantKey, s.Audience, s.To.Type, s.To.ID, s.Gen, s.Sent, s.MessageID, s.OldID, s.Shown,
		s.Holder, millis(s.HeldUntil), flag(s.Dirty), flag(s.Dead))
	return err
}

// Surface returns the surface with the id, or flows.ErrNotFound.
func (v *view) Surface(ctx context.Context, id string) (*flows.Surface, error) {
	s, err := scanSurface(v.q.QueryRowContext(ctx, `SELECT `+surfaceColumns+` FROM surfaces WHERE id = $1`, id).Scan)
	return s, one("surface", err)
}

// SurfacesOf returns a case's surfaces for an audience, or for all if it is "", by id.
func (v *view) SurfacesOf(ctx context.Context, caseID, audience string) ([]*flows.Surface, error) {
	return collect(ctx, v.q, "surfaces", func(r *sql.Rows) (*flows.Surface, error) { return scanSurface(r.Scan) },
		`SELECT `+surfaceColumns+` FROM surfaces
		WHERE case_id = $1 AND (audience = $2 OR $2 = '') ORDER BY id`, caseID, audience)
}

// SurfaceByMessage finds the surface that a message shows, or flows.ErrNotFound.
func (v *view) SurfaceByMessage(ctx context.Context, messageID string) (*flows.Surface, error) {
	if messageID == "" {
		return nil, flows.ErrNotFound
	}
	s, err := scanSurface(v.q.QueryRowContext(ctx, `SELECT `+surfaceColumns+` FROM surfaces
		WHERE message_id = $1 AND message_id <> '' LIMIT 1`, messageID).Scan)
	return s, one("surface by message", err)
}

// Setting returns a value, "" if it is not set.
func (v *view) Setting(ctx context.Context, tenantKey, key string) (string, error) {
	var value string
	err := v.q.QueryRowContext(ctx,
		`SELECT value FROM settings WHERE tenant_key = $1 AND key = $2`, tenantKey, key).Scan(&value)
	if err == sql.ErrNoRows {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("store: setting: %w", err)
	}
	return value, nil
}

// PutSetting sets a value.
func (t *txn) PutSetting(ctx context.Context, tenantKey, key, value string) error {
	_, err := t.exec(ctx, "put setting", `INSERT INTO settings (tenant_key, key, value) VALUES ($1,$2,$3)
		ON CONFLICT (tenant_key, key) DO UPDATE SET value = excluded.value`, tenantKey, key, value)
	return err
}
