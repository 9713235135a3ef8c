package store

import (
	"context"
	"fmt"
	"time"

	"shiming/flows"
)

// requestAAD binds the sealed texts to their request.
func requestAAD(id string) string { return "data_request:" + id + "|words" }

const requestColumns = `id, tenant_key, open_id, case_id, kind, state, asked_ms, due_ms, ended_ms, ended_by, sealed`

// PutDataRequest inserts a request, or replaces the one with its id.
func (t *txn) PutDataRequest(ctx context.Context, r *flows.DataRequest) error {
	clear, err := r.Text.Clear()
	if err != nil {
		return fmt.Errorf("store: texts of request %s cannot be encoded", r.ID)
	}
	var sealed []byte
	if clear != nil {
		if sealed, err = t.keys.Seal(requestAAD(r.ID), clear); err != nil {
			return err
		}
	}
	_, err = t.exec(ctx, "put data request", `
		INSERT INTO data_requests (`+requestColumns+`)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)
		ON CONFLICT (id) DO UPDATE
		SET state = excluded.state,
		    ended_ms = excluded.ended_ms,
		    ended_by = excluded.ended_by,
		    sealed = excluded.sealed`,
		r.ID, r.TenantKey, r.OpenID, r.CaseID, string(r.Kind), string(r.State), millis(r.AskedAt), millis(r.DueAt),
		millis(r.EndedAt), r.EndedBy, sealed,
	)
	return err
}

// ForgetRequestWords deletes the free texts of all requests of a person.
func (t *txn) ForgetRequestWords(ctx context.Context, tenantKey, openID string) error {
	_, err := t.exec(ctx, "forget request words", `
		UPDATE data_requests
		SET sealed = NULL
		WHERE tenant_key = $1 AND open_id = $2 AND sealed IS NOT NULL`,
		tenantKey, openID)
	return err
}

func (v *view) scanDataRequest(scan scanner) (*flows.DataRequest, error) {
	r := new(flows.DataRequest)
	var asked, due, ended int64
	var sealed []byte
	err := scan(&r.ID, &r.TenantKey, &r.OpenID, &r.CaseID, &r.Kind, &r.State, &asked, &due, &ended, &r.EndedBy, &sealed)
	if err != nil {
		return nil, err
	}
	r.AskedAt, r.DueAt, r.EndedAt = fromMillis(asked), fromMillis(due), fromMillis(ended)
	if len(sealed) == 0 {
		return r, nil
	}
	clear, err := v.keys.Open(requestAAD(r.ID), sealed)
	if err != nil {
		return nil, fmt.Errorf("data request %s: %w", r.ID, err)
	}
	if r.Text, err = flows.WordsFromClear(clear); err != nil {
		return nil, fmt.Errorf("store: texts of request %s cannot be decoded", r.ID)
	}
	return r, nil
}

// DataRequest returns the request with the id, or flows.ErrNotFound.
func (v *view) DataRequest(ctx context.Context, id string) (*flows.DataRequest, error) {
	row := v.q.QueryRowContext(ctx, `SELECT `+requestColumns+` FROM data_requests WHERE id = $1`+v.lockRow, id)
	r, err := v.scanDataRequest(row.Scan)
	return r, orNotFound("data request", err)
}

// DataRequestsOf returns the requests of a person, newest first.
func (v *view) DataRequestsOf(
	ctx context.Context, tenantKey, openID string, limit int,
) ([]*flows.DataRequest, error) {
	return collect(ctx, v.q, "data requests of person", v.scanDataRequest, `
		SELECT `+requestColumns+`
		FROM data_requests
		WHERE tenant_key = $1 AND open_id = $2
		ORDER BY asked_ms DESC, id DESC
		LIMIT $3`,
		tenantKey, openID, limit)
}

// OpenDataRequests returns the tenant's open requests without those of a person, those that are due first come first.
func (v *view) OpenDataRequests(
	ctx context.Context, tenantKey, without string, limit int,
) ([]*flows.DataRequest, error) {
	return collect(ctx, v.q, "open data requests", v.scanDataRequest, `
		SELECT `+requestColumns+`
		FROM data_requests
		WHERE tenant_key = $1 AND state = 'open' AND open_id <> $2
		ORDER BY due_ms, id
		LIMIT $3`,
		tenantKey, without, limit)
}

// CountOpenDataRequests counts the requests of OpenDataRequests and the overdue ones, and returns the first deadline.
func (v *view) CountOpenDataRequests(
	ctx context.Context, tenantKey, without string, now time.Time,
) (open, overdue int, due time.Time, err error) {
	var first int64
	err = v.q.QueryRowContext(ctx, `
		SELECT count(*), coalesce(sum(CASE WHEN due_ms <= $3 THEN 1 ELSE 0 END), 0), coalesce(min(due_ms), 0)
		FROM data_requests
		WHERE tenant_key = $1 AND state = 'open' AND open_id <> $2`,
		tenantKey, without, millis(now)).Scan(&open, &overdue, &first)
	if err != nil {
		return 0, 0, time.Time{}, fmt.Errorf("store: count open data requests: %w", err)
	}
	return open, overdue, fromMillis(first), nil
}

// CountDataRequests counts the requests that were made in a period, by kind and state.
func (v *view) CountDataRequests(
	ctx context.Context, tenantKey string, from, to, now time.Time,
) ([]flows.RequestCount, error) {
	scan := func(scan scanner) (c flows.RequestCount, err error) {
		var took int64
		err = scan(&c.Kind, &c.State, &c.N, &took, &c.Late)
		c.Took = time.Duration(took) * time.Millisecond
		return c, err
	}
	return collect(ctx, v.q, "count data requests", scan, `
		SELECT kind, state, count(*),
		       coalesce(sum(CASE WHEN ended_ms > 0 THEN ended_ms - asked_ms ELSE 0 END), 0),
		       coalesce(sum(CASE WHEN ended_ms > due_ms OR ended_ms = 0 AND due_ms <= $4 THEN 1 ELSE 0 END), 0)
		FROM data_requests
		WHERE tenant_key = $1 AND asked_ms >= $2 AND asked_ms < $3
		GROUP BY kind, state
		ORDER BY kind, state`,
		tenantKey, millis(from), millis(to), millis(now))
}
