package store

import (
	"cmp"
	"context"
	"errors"

	"shiming/flows"
)

// surfaceColumns are in the order of scanSurface and surfaceValues.
const surfaceColumns = `
	id,
	case_id,
	tenant_key,
	audience,
	to_type,
	to_id,
	gen,
	sent,
	posting,
	message_id,
	old_id,
	shown,
	holder,
	held_until_ms,
	dirty,
	dead`

func scanSurface(scan scanner) (*flows.Surface, error) {
	var (
		s                  flows.Surface
		leaseUntil         int64
		dirty, unreachable int64
	)
	err := scan(
		&s.ID,
		&s.CaseID,
		&s.TenantKey,
		&s.Audience,
		&s.To.Type,
		&s.To.ID,
		&s.WantedGeneration,
		&s.SentGeneration,
		&s.SendingGeneration,
		&s.MessageID,
		&s.OldID,
		&s.RenderedHash,
		&s.LeaseOwner,
		&leaseUntil,
		&dirty,
		&unreachable,
	)
	if err != nil {
		return nil, err
	}
	s.LeaseUntil = fromMillis(leaseUntil)
	s.Dirty = dirty != 0
	s.Unreachable = unreachable != 0
	return &s, nil
}

func surfaceValues(s *flows.Surface) []any {
	return []any{
		s.ID,
		s.CaseID,
		s.TenantKey,
		s.Audience,
		s.To.Type,
		s.To.ID,
		s.WantedGeneration,
		s.SentGeneration,
		s.SendingGeneration,
		s.MessageID,
		s.OldID,
		s.RenderedHash,
		s.LeaseOwner,
		millis(s.LeaseUntil),
		boolInt(s.Dirty),
		boolInt(s.Unreachable),
	}
}

// PutSurface inserts or replaces a surface.
func (t *txn) PutSurface(ctx context.Context, s *flows.Surface) error {
	_, err := t.exec(ctx, "put surface", `
		INSERT INTO surfaces (`+surfaceColumns+`)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)
		ON CONFLICT (id) DO UPDATE
		SET case_id = excluded.case_id,
		    tenant_key = excluded.tenant_key,
		    audience = excluded.audience,
		    to_type = excluded.to_type,
		    to_id = excluded.to_id,
		    gen = excluded.gen,
		    sent = excluded.sent,
		    posting = excluded.posting,
		    message_id = excluded.message_id,
		    old_id = excluded.old_id,
		    shown = excluded.shown,
		    holder = excluded.holder,
		    held_until_ms = excluded.held_until_ms,
		    dirty = excluded.dirty,
		    dead = excluded.dead`,
		surfaceValues(s)...,
	)
	return err
}

// Surface returns the surface with the id, or flows.ErrNotFound.
func (v *view) Surface(ctx context.Context, id string) (*flows.Surface, error) {
	row := v.q.QueryRowContext(ctx, `
		SELECT `+surfaceColumns+`
		FROM surfaces
		WHERE id = $1`+v.lockRow,
		id,
	)
	s, err := scanSurface(row.Scan)
	return s, orNotFound("surface", err)
}

// Surface returns the same as in a view and locks the surface, even if it does not exist yet.
func (t *txn) Surface(ctx context.Context, id string) (*flows.Surface, error) {
	s, err := t.view.Surface(ctx, id)
	if !errors.Is(err, flows.ErrNotFound) {
		return s, err
	}
	if locked, err := t.lock(ctx, "surface/"+id); err != nil || !locked {
		return nil, cmp.Or(err, flows.ErrNotFound)
	}
	return t.view.Surface(ctx, id) // another transaction may have inserted it during the wait
}

// SurfacesOf returns a case's surfaces for an audience, or all of them if audience is "", by id.
func (v *view) SurfacesOf(ctx context.Context, caseID, audience string) ([]*flows.Surface, error) {
	return collect(ctx, v.q, "surfaces", scanSurface, `
		SELECT `+surfaceColumns+`
		FROM surfaces
		WHERE case_id = $1
		  AND (audience = $2 OR $2 = '')
		ORDER BY id`+v.lockRow,
		caseID, audience,
	)
}

// SurfaceByMessage returns the surface that a message shows, or flows.ErrNotFound.
func (v *view) SurfaceByMessage(ctx context.Context, messageID string) (*flows.Surface, error) {
	if messageID == "" {
		return nil, flows.ErrNotFound
	}
	row := v.q.QueryRowContext(ctx, `
		SELECT `+surfaceColumns+`
		FROM surfaces
		WHERE message_id = $1
		  AND message_id <> ''
		LIMIT 1`,
		messageID,
	)
	s, err := scanSurface(row.Scan)
	return s, orNotFound("surface by message", err)
}
