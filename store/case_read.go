package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"shiming/flows"
	"shiming/store/keyset"
)

// caseColumns lists what scanCase reads from the table cases, under the alias c.
const caseColumns = `c.id, c.data, c.sealed, c.data_key`

// scanCase decodes a case and opens its personal data.
func (v *view) scanCase(scan scanner) (*flows.Case, error) {
	var (
		id                    string
		data, sealed, dataKey []byte
	)
	if err := scan(&id, &data, &sealed, &dataKey); err != nil {
		return nil, err
	}
	c := new(flows.Case)
	if err := json.Unmarshal(data, c); err != nil {
		return nil, fmt.Errorf("case %s: %w", id, err)
	}
	personal, err := openPersonal(v.keys, id, sealed, dataKey)
	if err != nil {
		return nil, err
	}
	c.Personal = personal
	return c, nil
}

// oneCase returns the first case that a query finds, or flows.ErrNotFound.
func (v *view) oneCase(ctx context.Context, what, query string, args ...any) (*flows.Case, error) {
	c, err := v.scanCase(v.q.QueryRowContext(ctx, query, args...).Scan)
	return c, orNotFound(what, err)
}

// manyCases returns all cases that a query finds.
func (v *view) manyCases(ctx context.Context, what, query string, args ...any) ([]*flows.Case, error) {
	return collect(ctx, v.q, what, v.scanCase, query, args...)
}

// Case returns the case with the id, or flows.ErrNotFound.
func (v *view) Case(ctx context.Context, id string) (*flows.Case, error) {
	return v.oneCase(ctx, "case", `
		SELECT `+caseColumns+`
		FROM cases c
		WHERE c.id = $1`+v.lockCase,
		id,
	)
}

// OpenCase returns the applicant's unfinished case, or flows.ErrNotFound.
func (v *view) OpenCase(ctx context.Context, tenantKey, openID string) (*flows.Case, error) {
	return v.oneCase(ctx, "open case", `
		SELECT `+caseColumns+`
		FROM cases c
		WHERE c.tenant_key = $1
		  AND c.open_id = $2
		  AND c.live = 1`+v.lockCase,
		tenantKey, openID,
	)
}

const casesOfApplicant = `
	SELECT ` + caseColumns + `
	FROM cases c
	WHERE c.tenant_key = $1 AND c.open_id = $2
	ORDER BY c.created_ms DESC, c.id DESC`

// LatestCase returns the applicant's newest case, or flows.ErrNotFound.
func (v *view) LatestCase(ctx context.Context, tenantKey, openID string) (*flows.Case, error) {
	return v.oneCase(ctx, "latest case", casesOfApplicant+` LIMIT 1`, tenantKey, openID)
}

// CasesOf returns all cases of one applicant, newest first.
func (v *view) CasesOf(ctx context.Context, tenantKey, openID string) ([]*flows.Case, error) {
	return v.manyCases(ctx, "cases of person", casesOfApplicant, tenantKey, openID)
}

// InState returns a page of the cases in the states, in the order in which they entered.
func (v *view) InState(
	ctx context.Context, tenantKey string, states []flows.State, limit, offset int,
) ([]*flows.Case, error) {
	if len(states) == 0 || limit <= 0 {
		return nil, nil
	}
	from, args := pageOf(tenantKey, states, "ASC", limit, offset)
	return v.manyCases(ctx, "cases in state", `SELECT `+caseColumns+from, args...)
}

// NewestIn returns a page of the cases in the states, those that entered last first.
func (v *view) NewestIn(
	ctx context.Context, tenantKey string, states []flows.State, limit, offset int,
) ([]*flows.Case, error) {
	if len(states) == 0 || limit <= 0 {
		return nil, nil
	}
	from, args := pageOf(tenantKey, states, "DESC", limit, offset)
	return v.manyCases(ctx, "newest cases", `SELECT `+caseColumns+from, args...)
}

// CountWaiting counts the cases that entered one of the states at the time or before, and returns when
// the first of them did.
func (v *view) CountWaiting(
	ctx context.Context, tenantKey string, states []flows.State, since time.Time,
) (n int, oldest time.Time, err error) {
	for _, state := range states {
		var count int
		var first int64
		err := v.q.QueryRowContext(ctx, `
			SELECT count(*), CAST(coalesce(min(entered_ms), 0) AS BIGINT)
			FROM cases
			WHERE tenant_key = $1 AND state = $2 AND entered_ms <= $3`,
			tenantKey, string(state), millis(since),
		).Scan(&count, &first)
		if err != nil {
			return 0, time.Time{}, fmt.Errorf("store: count waiting: %w", err)
		}
		if at := fromMillis(first); count > 0 && (n == 0 || at.Before(oldest)) {
			oldest = at
		}
		n += count
	}
	return n, oldest, nil
}

// pageOf returns the FROM clause, with the alias c, of a page of cases in the states, in the order of
// their entry: ASC, or DESC with the last one first. Each state
// contributes at most limit+offset rows to the merge, so that the cost does not depend on how many
// cases are in a state. UNION removes the duplicates of a state that is listed twice.
func pageOf(tenantKey string, states []flows.State, order string, limit, offset int) (from string, args []any) {
	args = []any{tenantKey, limit, offset, limit + offset}
	var perState []string
	for _, state := range states {
		args = append(args, string(state))
		perState = append(perState, fmt.Sprintf(`
			SELECT * FROM (
				SELECT id, entered_ms
				FROM cases
				WHERE tenant_key = $1 AND state = $%d
				ORDER BY entered_ms %s, id %s
				LIMIT $4
			) AS s%d`, len(args), order, order, len(args)))
	}
	return `
		FROM (
			SELECT id, entered_ms
			FROM (` + strings.Join(perState, ` UNION `) + `) AS u
			ORDER BY entered_ms ` + order + `, id ` + order + `
			LIMIT $2 OFFSET $3
		) AS page
		JOIN cases c ON c.id = page.id
		ORDER BY page.entered_ms ` + order + `, page.id ` + order, args
}

// WithIncident returns the cases that wait for the same incident, longest waiting first.
func (v *view) WithIncident(ctx context.Context, tenantKey, incident string, limit int) ([]*flows.Case, error) {
	if incident == "" {
		return nil, nil
	}
	return v.manyCases(ctx, "cases with incident", `
		SELECT `+caseColumns+`
		FROM cases c
		WHERE c.tenant_key = $1
		  AND c.incident = $2
		  AND c.incident <> ''
		ORDER BY c.entered_ms
		LIMIT $3`,
		tenantKey, incident, limit,
	)
}

// WithIncident returns the same as in a view. It locks the incident first, so that only one
// transaction can find no other waiting case.
func (t *txn) WithIncident(ctx context.Context, tenantKey, incident string, limit int) ([]*flows.Case, error) {
	if _, err := t.lock(ctx, "incident/"+tenantKey+"/"+incident); err != nil {
		return nil, err
	}
	return t.view.WithIncident(ctx, tenantKey, incident, limit)
}

// CountIncident counts the cases that wait for the same incident.
func (v *view) CountIncident(ctx context.Context, tenantKey, incident string) (n int, err error) {
	err = v.q.QueryRowContext(ctx, `
		SELECT count(*)
		FROM cases c
		WHERE c.tenant_key = $1
		  AND c.incident = $2
		  AND c.incident <> ''`,
		tenantKey, incident,
	).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("store: count incident: %w", err)
	}
	return n, nil
}

// Entered returns a page of the cases that entered the state after the cursor and before a time,
// in the order of entry. The last case of a page is the cursor of the next page.
func (v *view) Entered(
	ctx context.Context, tenantKey string, state flows.State, after flows.Cursor, before time.Time, limit int,
) ([]*flows.Case, error) {
	return v.manyCases(ctx, "cases entered", `
		SELECT `+caseColumns+`
		FROM cases c
		WHERE c.tenant_key = $1
		  AND c.state = $2
		  AND (c.entered_ms, c.id) > ($3, $4)
		  AND c.entered_ms < $5
		ORDER BY c.entered_ms, c.id
		LIMIT $6`,
		tenantKey, string(state), millis(after.At), after.ID, millis(before), limit,
	)
}

// CasesWithJobs returns the ids of the cases with an unfinished job for Feishu's identities, e签宝 or
// another supplier. The scanned queues are short: a case that HR must solve has one job at most.
func (v *view) CasesWithJobs(ctx context.Context) (map[string]bool, error) {
	ids, err := collect(ctx, v.q, "cases with jobs", scanString, `
		SELECT DISTINCT coalesce(args -> 'job' ->> 'case', '')
		FROM river_job
		WHERE state IN ('available','pending','retryable','running','scheduled')
		  AND queue IN ('sms','check','identity','esign','person')`)
	if err != nil {
		return nil, err
	}
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, nil
}

// sameNumberLimit bounds the answer of SameNumber. More cases make no difference to HR.
const sameNumberLimit = 100

// SameNumber returns the ids of other applicants' cases, open or done, with the same blind index,
// newest first.
func (v *view) SameNumber(ctx context.Context, tenantKey string, index []byte, notOpenID string) ([]string, error) {
	args := []any{tenantKey, notOpenID, string(flows.Done), sameNumberLimit}
	var macs []string
	for _, part := range keyset.IndexParts(index) { // a row has that of one epoch
		args = append(args, part.MAC)
		macs = append(macs, "$"+strconv.Itoa(len(args)))
	}
	if len(macs) == 0 {
		return nil, nil
	}
	return collect(ctx, v.q, "same number", scanString, `
		SELECT id
		FROM cases
		WHERE tenant_key = $1
		  AND number_index IN (`+strings.Join(macs, ",")+`)
		  AND number_index IS NOT NULL
		  AND open_id <> $2
		  AND (live = 1 OR state = $3)
		ORDER BY created_ms DESC, id DESC
		LIMIT $4`,
		args...,
	)
}

// SameNumber returns the same as in a view. It locks the number first, so that of two applicants
// who submit it at the same time the second one finds the first.
func (t *txn) SameNumber(ctx context.Context, tenantKey string, index []byte, notOpenID string) ([]string, error) {
	// Processes may use different epochs for a moment, so that the lock is on the hash of every epoch, in one order.
	for _, part := range keyset.IndexParts(index) {
		if _, err := t.lock(ctx, "number/"+tenantKey+"/"+hex.EncodeToString(part.MAC)); err != nil {
			return nil, err
		}
	}
	return t.view.SameNumber(ctx, tenantKey, index, notOpenID)
}
