package store

import (
	"context"
	"fmt"
	"slices"

	"shiming/flows"
)

func scanChainEnd(scan scanner) (e flows.ChainEnd, err error) {
	err = scan(&e.CaseID, &e.Seq, &e.Hash)
	return e, err
}

// GrownChains looks at the ends of a page of chains and returns those of the tenant that no head covers yet.
func (v *view) GrownChains(
	ctx context.Context, tenantKey, after string, limit int,
) (ends []flows.ChainEnd, last string, err error) {
	type looked struct {
		end   flows.ChainEnd
		grown bool
	}
	list, err := collect(ctx, v.q, "grown chains", func(scan scanner) (l looked, err error) {
		var grown int64
		err = scan(&l.end.CaseID, &l.end.Seq, &l.end.Hash, &grown)
		l.grown = grown != 0
		return l, err
	}, `
		SELECT page.case_id, page.seq, page.hash,
		       CASE WHEN c.tenant_key = $1 AND page.seq > coalesce((
		           SELECT max(p.seq) FROM published_ends p WHERE p.case_id = page.case_id), 0) THEN 1 ELSE 0 END
		FROM (
			SELECT h.case_id, h.seq, h.hash
			FROM audit_heads h
			WHERE h.case_id > $2
			ORDER BY h.case_id
			LIMIT $3
		) AS page
		LEFT JOIN cases c ON c.id = page.case_id
		ORDER BY page.case_id`,
		tenantKey, after, limit)
	if err != nil {
		return nil, "", err
	}
	for _, l := range list {
		if l.grown {
			ends = append(ends, l.end)
		}
	}
	if len(list) == limit {
		last = list[limit-1].end.CaseID
	}
	return ends, last, nil
}

// PublishedEnds returns a page of the ends in a head.
func (v *view) PublishedEnds(
	ctx context.Context, tenantKey, day, after string, limit int,
) ([]flows.ChainEnd, error) {
	return collect(ctx, v.q, "published ends", scanChainEnd, `
		SELECT case_id, seq, hash
		FROM published_ends
		WHERE tenant_key = $1 AND day = $2 AND case_id > $3
		ORDER BY case_id
		LIMIT $4`,
		tenantKey, day, after, limit)
}

// CountPublishedEnds counts the ends in a head.
func (v *view) CountPublishedEnds(ctx context.Context, tenantKey, day string) (n int, err error) {
	err = v.q.QueryRowContext(ctx, `SELECT count(*) FROM published_ends WHERE tenant_key = $1 AND day = $2`,
		tenantKey, day).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("store: count published ends: %w", err)
	}
	return n, nil
}

const headColumns = `tenant_key, day, previous, hash, chains, at_ms`

func scanHead(scan scanner) (*flows.PublishedHead, error) {
	h := new(flows.PublishedHead)
	var at int64
	err := scan(&h.TenantKey, &h.Day, &h.Previous, &h.Hash, &h.Chains, &at)
	h.At = fromMillis(at)
	return h, err
}

// PublishedHead returns the head of a day, or flows.ErrNotFound.
func (v *view) PublishedHead(ctx context.Context, tenantKey, day string) (*flows.PublishedHead, error) {
	h, err := scanHead(v.q.QueryRowContext(ctx, `
		SELECT `+headColumns+`
		FROM published_heads
		WHERE tenant_key = $1 AND day = $2`,
		tenantKey, day).Scan)
	return h, orNotFound("published head", err)
}

// HeadAfter returns the tenant's first head of a later day, or flows.ErrNotFound.
func (v *view) HeadAfter(ctx context.Context, tenantKey, day string) (*flows.PublishedHead, error) {
	h, err := scanHead(v.q.QueryRowContext(ctx, `
		SELECT `+headColumns+`
		FROM published_heads
		WHERE tenant_key = $1 AND day > $2
		ORDER BY day
		LIMIT 1`,
		tenantKey, day).Scan)
	return h, orNotFound("head after", err)
}

// CountHeadsAfter counts the tenant's heads of later days.
func (v *view) CountHeadsAfter(ctx context.Context, tenantKey, day string) (n int, err error) {
	err = v.q.QueryRowContext(ctx, `SELECT count(*) FROM published_heads WHERE tenant_key = $1 AND day > $2`,
		tenantKey, day).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("store: count heads: %w", err)
	}
	return n, nil
}

// LastHead returns the tenant's newest head, or flows.ErrNotFound.
func (v *view) LastHead(ctx context.Context, tenantKey string) (*flows.PublishedHead, error) {
	h, err := scanHead(v.q.QueryRowContext(ctx, `
		SELECT `+headColumns+`
		FROM published_heads
		WHERE tenant_key = $1
		ORDER BY day DESC
		LIMIT 1`,
		tenantKey).Scan)
	return h, orNotFound("last head", err)
}

// publishedHeads returns all heads of all tenants, oldest first.
func (v *view) publishedHeads(ctx context.Context) ([]*flows.PublishedHead, error) {
	return collect(ctx, v.q, "published heads", scanHead, `
		SELECT `+headColumns+`
		FROM published_heads
		ORDER BY tenant_key, day`)
}

// AddPublishedEnds adds ends to the head of a day; one that it has already stays as it is.
func (t *txn) AddPublishedEnds(ctx context.Context, tenantKey, day string, ends []flows.ChainEnd) error {
	for chunk := range slices.Chunk(ends, rowsPerInsert) {
		var args []any
		for _, e := range chunk {
			args = append(args, tenantKey, day, e.CaseID, e.Seq, e.Hash)
		}
		_, err := t.exec(ctx, "add published ends", `
			INSERT INTO published_ends (tenant_key, day, case_id, seq, hash)
			VALUES `+placeholders(len(chunk), len(args)/len(chunk))+`
			ON CONFLICT (tenant_key, day, case_id) DO NOTHING`,
			args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// PutHead stores a head. There is one of a day; another transaction that has stored it first wins.
func (t *txn) PutHead(ctx context.Context, h *flows.PublishedHead) error {
	_, err := t.exec(ctx, "put head", `
		INSERT INTO published_heads (`+headColumns+`)
		VALUES ($1,$2,$3,$4,$5,$6)`,
		h.TenantKey, h.Day, h.Previous, h.Hash, h.Chains, millis(h.At))
	if t.store.backend.duplicate(err) {
		return flows.ErrStale
	}
	return err
}
