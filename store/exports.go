package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"shiming/flows"
)

const exportColumns = `id, tenant_key, asked_by, asked_ms, people, department, language, state, people_n, bytes, sha256,
	file_key, sending_ms, message_id, sent_ms, code, campaign`

// PutExport inserts an export, or replaces the one with its id.
func (t *txn) PutExport(ctx context.Context, x *flows.Export) error {
	_, err := t.exec(ctx, "put export", `
		INSERT INTO exports (`+exportColumns+`)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)
		ON CONFLICT (id) DO UPDATE
		SET state = excluded.state,
		    people_n = excluded.people_n,
		    bytes = excluded.bytes,
		    sha256 = excluded.sha256,
		    file_key = excluded.file_key,
		    sending_ms = excluded.sending_ms,
		    message_id = excluded.message_id,
		    sent_ms = excluded.sent_ms,
		    code = excluded.code`,
		x.ID, x.TenantKey, x.By, millis(x.AskedAt), x.Filter.People, x.Filter.Department, x.Language, string(x.State),
		x.Rows, x.Bytes, x.SHA256, x.FileKey, millis(x.SendingAt), x.MessageID, millis(x.SentAt), x.Code, x.Filter.Campaign,
	)
	return err
}

// Export returns the export with the id, or flows.ErrNotFound.
func (v *view) Export(ctx context.Context, id string) (*flows.Export, error) {
	x := new(flows.Export)
	var asked, sending, sent int64
	err := v.q.QueryRowContext(ctx, `SELECT `+exportColumns+` FROM exports WHERE id = $1`+v.lockRow, id).Scan(
		&x.ID, &x.TenantKey, &x.By, &asked, &x.Filter.People, &x.Filter.Department, &x.Language, &x.State,
		&x.Rows, &x.Bytes, &x.SHA256, &x.FileKey, &sending, &x.MessageID, &sent, &x.Code,
		&x.Filter.Campaign)
	x.AskedAt, x.SendingAt, x.SentAt = fromMillis(asked), fromMillis(sending), fromMillis(sent)
	return x, orNotFound("export", err)
}

// ExportsOf returns what an admin has asked for since a moment, oldest first.
func (v *view) ExportsOf(ctx context.Context, tenantKey, openID string, since time.Time) ([]*flows.Export, error) {
	ids, err := collect(ctx, v.q, "exports of admin", scanString, `
		SELECT id
		FROM exports
		WHERE tenant_key = $1 AND asked_by = $2 AND asked_ms > $3
		ORDER BY asked_ms, id`,
		tenantKey, openID, millis(since),
	)
	if err != nil {
		return nil, err
	}
	out := make([]*flows.Export, 0, len(ids))
	for _, id := range ids {
		x, err := v.Export(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// ExportPage reads a page of the tenant's people after an open_id, in the order of their open_ids: of each the newest
// case that was opened until a moment, if the filter means it. It opens the personal data of these cases only, and
// returns of it the masked name. last is the open_id after which the next page begins, "" after the last page.
func (v *view) ExportPage(
	ctx context.Context, tenantKey string, filter flows.ExportFilter, until time.Time, after string, limit int,
) (rows []flows.ExportRow, last string, err error) {
	args := []any{tenantKey, after, millis(until), limit, filter.Department}
	var states []string
	for _, s := range filter.States() {
		args = append(args, string(s))
		states = append(states, "$"+strconv.Itoa(len(args)))
	}
	if len(states) == 0 {
		return nil, "", nil
	}
	type person struct {
		openID string
		row    *flows.ExportRow
	}
	list, err := collect(ctx, v.q, "export", func(scan scanner) (p person, err error) {
		p.row, p.openID, err = v.scanExportRow(scan)
		return p, err
	}, `
		SELECT page.open_id, page.id, page.state, page.department_name, page.created_ms, page.submitted_ms,
		       page.reviewed_ms, page.done_ms,
		       CASE WHEN page.meant = 1 THEN c.data ELSE '' END,
		       CASE WHEN page.meant = 1 THEN c.sealed END,
		       CASE WHEN page.meant = 1 THEN c.data_key END
		FROM (
			SELECT n.open_id, n.id, n.state, coalesce(d.name, '') AS department_name, n.created_ms, n.submitted_ms,
			       n.reviewed_ms, n.done_ms,
			       CASE WHEN ($5 = '' OR n.department = $5) AND n.state IN (`+strings.Join(states, ",")+`)
			            THEN 1 ELSE 0 END AS meant
			FROM cases n
			LEFT JOIN departments d ON d.tenant_key = n.tenant_key AND d.id = n.department
			WHERE n.tenant_key = $1
			  AND n.open_id > $2
			  AND n.created_ms <= $3
			  AND NOT EXISTS (
				SELECT 1
				FROM cases o
				WHERE o.tenant_key = n.tenant_key
				  AND o.open_id = n.open_id
				  AND (o.created_ms, o.id) > (n.created_ms, n.id)
				  AND o.created_ms <= $3)
			ORDER BY n.open_id
			LIMIT $4
		) AS page
		JOIN cases c ON c.id = page.id
		ORDER BY page.open_id`,
		args...)
	if err != nil {
		return nil, "", err
	}
	for _, p := range list {
		if p.row != nil {
			rows = append(rows, *p.row)
		}
	}
	if len(list) == limit {
		last = list[limit-1].openID
	}
	return rows, last, nil
}

// ExportCases returns the newest case of each of the people that was opened until a moment.
func (v *view) ExportCases(
	ctx context.Context, tenantKey string, openIDs []string, until time.Time,
) ([]flows.ExportRow, error) {
	if len(openIDs) == 0 {
		return nil, nil
	}
	in, args := inList([]any{tenantKey, millis(until)}, openIDs)
	return collect(ctx, v.q, "export of people", func(scan scanner) (flows.ExportRow, error) {
		row, _, err := v.scanExportRow(scan)
		if err != nil {
			return flows.ExportRow{}, err
		}
		return *row, nil
	}, `
		SELECT n.open_id, n.id, n.state, coalesce(d.name, ''), n.created_ms, n.submitted_ms, n.reviewed_ms, n.done_ms,
		       n.data, n.sealed, n.data_key
		FROM cases n
		LEFT JOIN departments d ON d.tenant_key = n.tenant_key AND d.id = n.department
		WHERE n.tenant_key = $1
		  AND n.open_id IN `+in+`
		  AND n.created_ms <= $2
		  AND NOT EXISTS (
			SELECT 1
			FROM cases o
			WHERE o.tenant_key = n.tenant_key
			  AND o.open_id = n.open_id
			  AND (o.created_ms, o.id) > (n.created_ms, n.id)
			  AND o.created_ms <= $2)`,
		args...)
}

// scanExportRow reads a row of ExportPage. The row is nil for a case that the filter does not mean.
func (v *view) scanExportRow(scan scanner) (row *flows.ExportRow, openID string, err error) {
	row = new(flows.ExportRow)
	var opened, submitted, reviewed, done int64
	var data, sealed, dataKey []byte
	err = scan(&row.OpenID, &row.CaseID, &row.State, &row.Department, &opened, &submitted, &reviewed, &done,
		&data, &sealed, &dataKey)
	if err != nil || len(data) == 0 {
		return nil, row.OpenID, err
	}
	row.OpenedAt, row.SubmittedAt = fromMillis(opened), fromMillis(submitted)
	row.DecidedAt, row.DoneAt = fromMillis(reviewed), fromMillis(done)
	var c struct {
		Method   flows.Method `json:"method"`
		Evidence *flows.Write `json:"evidence"`
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, "", fmt.Errorf("case %s: %w", row.CaseID, err)
	}
	row.Method = c.Method
	if c.Evidence != nil && c.Evidence.State == flows.WriteDone {
		row.EvidencePoint = c.Evidence.ID
	}
	personal, err := openPersonal(v.keys, row.CaseID, sealed, dataKey)
	if err != nil {
		return nil, "", err
	}
	row.MaskedName = flows.MaskedName(&flows.Case{Personal: personal})
	return row, row.OpenID, nil
}
