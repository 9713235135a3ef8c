package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"shiming/flows"
)

// inQueue selects HR's queue. It is the condition of the partial index cases_queue, in the same words: a database uses
// the index only where it can see that a query asks for nothing else.
const inQueue = `state IN ('awaiting_review', 'needs_attention')`

// queueColumns lists what scanQueueEntry reads from the table cases, under the alias c.
const queueColumns = `c.id, c.open_id, c.state, c.entered_ms, c.data`

// inHand returns the column in_hand of a case; see the migration.
func inHand(c *flows.Case) int64 {
	taken := c.Assigned != nil || c.OnHold != nil || c.FirstApproval != nil
	return boolInt(taken && (c.State.Turn() == flows.HR || c.AwaitsLook()))
}

// CountQueue counts the queue and the samples, without the cases in hand and those of one applicant. A case is overdue
// if it waits since overdueSince or longer.
func (v *view) CountQueue(
	ctx context.Context, tenantKey, notOpenID string, overdueSince time.Time,
) ([]flows.QueueCount, error) {
	scan := func(scan scanner) (c flows.QueueCount, err error) {
		err = scan(&c.State, &c.Risk, &c.Department, &c.N, &c.Overdue)
		return c, err
	}
	return collect(ctx, v.q, "count queue", scan, `
		SELECT state, risk, department, count(*), CAST(sum(CASE WHEN entered_ms <= $3 THEN 1 ELSE 0 END) AS BIGINT)
		FROM cases
		WHERE tenant_key = $1
		  AND `+inQueue+`
		  AND in_hand = 0
		  AND open_id <> $2
		GROUP BY state, risk, department
		UNION ALL
		SELECT 'done', '', department, count(*), 0
		FROM cases
		WHERE tenant_key = $1
		  AND sample = 2
		  AND in_hand = 0
		  AND open_id <> $2
		GROUP BY department`,
		tenantKey, notOpenID, millis(overdueSince),
	)
}

// QueueInHand returns the entries of the queue and the samples that CountQueue leaves out, without those of one
// applicant, in the order of their entry.
func (v *view) QueueInHand(ctx context.Context, tenantKey, notOpenID string) ([]flows.QueueEntry, error) {
	return collect(ctx, v.q, "queue in hand", scanQueueEntry, `
		SELECT `+queueColumns+`
		FROM cases c
		WHERE c.tenant_key = $1
		  AND c.in_hand = 1
		  AND c.open_id <> $2
		ORDER BY c.entered_ms, c.id`,
		tenantKey, notOpenID,
	)
}

// partConditions holds the conditions of each part of the queue. A part with several is the union of them.
var partConditions = map[flows.DeskFilter][]string{
	flows.FilterAll: {
		inQueue + ` AND state = 'awaiting_review'`,
		inQueue + ` AND state = 'needs_attention'`,
	},
	flows.FilterGreen:  {inQueue + ` AND state = 'awaiting_review' AND risk = 'passed'`},
	flows.FilterAmber:  {inQueue + ` AND state = 'awaiting_review' AND risk NOT IN ('passed', 'failed')`},
	flows.FilterRed:    {inQueue + ` AND state = 'awaiting_review' AND risk = 'failed'`},
	flows.FilterStuck:  {inQueue + ` AND state = 'needs_attention'`},
	flows.FilterHeld:   {`in_hand = 1`},
	flows.FilterSample: {`sample = 2`},
}

// QueuePage returns the first entries of a part of the queue behind the cursor, in the order of their entry. Each
// condition of the part contributes at most limit rows, so that a page costs the same however many cases wait.
func (v *view) QueuePage(
	ctx context.Context, tenantKey string, part flows.QueuePart, after flows.Cursor, limit int,
) ([]flows.QueueEntry, error) {
	args := []any{tenantKey, part.NotOpenID, millis(after.At), after.ID, limit}
	department := ``
	if part.Department != "" {
		args = append(args, part.Department)
		department = ` AND department = $6`
	}
	filter := part.Filter
	if filter == "" {
		filter = flows.FilterAll
	}
	var pages []string
	for i, condition := range partConditions[filter] {
		pages = append(pages, fmt.Sprintf(`
			SELECT * FROM (
				SELECT id, entered_ms
				FROM cases
				WHERE tenant_key = $1
				  AND %s%s
				  AND open_id <> $2
				  AND (entered_ms, id) > ($3, $4)
				ORDER BY entered_ms, id
				LIMIT $5
			) AS page%d`, condition, department, i))
	}
	if len(pages) == 0 {
		return nil, nil
	}
	return collect(ctx, v.q, "queue page", scanQueueEntry, `
		SELECT `+queueColumns+`
		FROM (
			SELECT id, entered_ms
			FROM (`+strings.Join(pages, ` UNION ALL `)+`) AS pages
			ORDER BY entered_ms, id
			LIMIT $5
		) AS page
		JOIN cases c ON c.id = page.id
		ORDER BY page.entered_ms, page.id`,
		args...,
	)
}

// scanQueueEntry reads a QueueEntry from queueColumns.
func scanQueueEntry(scan scanner) (entry flows.QueueEntry, err error) {
	var since int64
	var data string
	if err := scan(&entry.CaseID, &entry.OpenID, &entry.State, &since, &data); err != nil {
		return entry, err
	}
	entry.Since = fromMillis(since)
	var c struct {
		Risk       flows.Level       `json:"risk"`
		Assigned   *flows.Assignment `json:"assigned"`
		First      *flows.Review     `json:"first_approval"`
		OnHold     *flows.ReviewHold `json:"on_hold"`
		Department string            `json:"department"`
	}
	err = json.Unmarshal([]byte(data), &c)
	entry.Risk, entry.Assigned, entry.OnHold, entry.Department = c.Risk, c.Assigned, c.OnHold, c.Department
	if c.First != nil {
		entry.FirstBy = c.First.By
	}
	return entry, err
}
