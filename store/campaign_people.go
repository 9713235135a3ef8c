package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"shiming/flows"
)

// personColumns are in the order of scanPerson.
const personColumns = `open_id, department, status, code, queued_ms, sending_ms, sent_ms, message_id, read_ms,
	started_ms, submitted_ms, done_ms, chases, chased_ms`

func scanPerson(scan scanner) (p flows.CampaignPerson, err error) {
	var queued, sending, sent, read, started, submitted, done, chased int64
	err = scan(&p.OpenID, &p.Department, &p.Status, &p.Code, &queued, &sending, &sent, &p.MessageID, &read,
		&started, &submitted, &done, &p.Chases, &chased)
	p.QueuedAt, p.SendingAt = fromMillis(queued), fromMillis(sending)
	p.SentAt, p.ReadAt = fromMillis(sent), fromMillis(read)
	p.StartedAt, p.SubmittedAt, p.DoneAt = fromMillis(started), fromMillis(submitted), fromMillis(done)
	p.ChasedAt = fromMillis(chased)
	return p, err
}

// CampaignPerson returns a person of a campaign, or flows.ErrNotFound.
func (v *view) CampaignPerson(ctx context.Context, campaignID, openID string) (flows.CampaignPerson, error) {
	row := v.q.QueryRowContext(ctx, `
		SELECT `+personColumns+`
		FROM campaign_people
		WHERE campaign_id = $1 AND open_id = $2`+v.lockRow,
		campaignID, openID,
	)
	p, err := scanPerson(row.Scan)
	return p, orNotFound("campaign person", err)
}

// peoplePartConditions are the conditions of the parts.
var peoplePartConditions = map[flows.PersonPart]string{
	flows.PartAll:     ``,
	flows.PartMissing: ` AND status = 'invite' AND sent_ms > 0 AND started_ms = 0`,
	flows.PartUnread:  ` AND status = 'invite' AND sent_ms > 0 AND started_ms = 0 AND read_ms = 0`,
	flows.PartRead:    ` AND status = 'invite' AND sent_ms > 0 AND started_ms = 0 AND read_ms > 0`,
	flows.PartChased:  ` AND status = 'invite' AND sent_ms > 0 AND started_ms = 0 AND chases > 0`,
	flows.PartChase:   ` AND status = 'invite' AND sent_ms > 0 AND started_ms = 0`,
	flows.PartBegun:   ` AND status = 'invite' AND started_ms > 0 AND done_ms = 0`,
	flows.PartStopped: ` AND status IN ('unreachable', 'taken_out')`,
}

// CountCampaignPeople counts the people whom a filter selects.
func (v *view) CountCampaignPeople(ctx context.Context, campaignID string, f flows.PersonFilter) (n int, err error) {
	where, args := personConditions(f, []any{campaignID})
	err = v.q.QueryRowContext(ctx, `
		SELECT count(*)
		FROM campaign_people
		WHERE campaign_id = $1`+where,
		args...,
	).Scan(&n)
	return n, orNotFound("count campaign people", err)
}

// NextChase returns since when the first of those who can be chased once more has heard nothing.
func (v *view) NextChase(ctx context.Context, campaignID string, chases int) (time.Time, error) {
	var ms int64
	err := v.q.QueryRowContext(ctx, `
		SELECT COALESCE(min(CASE WHEN chased_ms > sent_ms THEN chased_ms ELSE sent_ms END), 0)
		FROM campaign_people
		WHERE campaign_id = $1 AND chases < $2`+peoplePartConditions[flows.PartMissing],
		campaignID, chases,
	).Scan(&ms)
	return fromMillis(ms), orNotFound("next chase", err)
}

// CampaignPeople returns people of a campaign by their open_ids.
func (v *view) CampaignPeople(
	ctx context.Context, campaignID string, f flows.PersonFilter, limit, offset int,
) ([]flows.CampaignPerson, error) {
	where, args := personConditions(f, []any{campaignID, limit, offset})
	return collect(ctx, v.q, "campaign people", scanPerson, `
		SELECT `+personColumns+`
		FROM campaign_people
		WHERE campaign_id = $1`+where+`
		ORDER BY open_id
		LIMIT $2 OFFSET $3`,
		args...,
	)
}

// personConditions are the conditions of a filter, behind that of the campaign. args are the arguments before.
func personConditions(f flows.PersonFilter, args []any) (where string, all []any) {
	where = peoplePartConditions[f.Part]
	if f.Department != "" {
		args = append(args, f.Department)
		where += fmt.Sprintf(" AND department = $%d", len(args))
	}
	if f.Part == flows.PartChase {
		args = append(args, millis(f.ChaseBefore), f.Chases)
		where += fmt.Sprintf(" AND sent_ms <= $%d AND chased_ms <= $%d AND chases < $%d",
			len(args)-1, len(args)-1, len(args))
	}
	return where, args
}

// CampaignCounts counts the people of a campaign.
func (v *view) CampaignCounts(ctx context.Context, campaignID string) ([]flows.CampaignCount, error) {
	scan := func(scan scanner) (c flows.CampaignCount, err error) {
		err = scan(&c.Department, &c.Status, &c.Code, &c.N, &c.Queued, &c.Sent, &c.Read, &c.Started, &c.Submitted, &c.Done)
		return c, err
	}
	sum := func(condition string) string {
		return `CAST(sum(CASE WHEN ` + condition + ` THEN 1 ELSE 0 END) AS BIGINT)`
	}
	return collect(ctx, v.q, "campaign counts", scan, `
		SELECT department, status, code, count(*),
		       `+sum(`queued_ms > 0 AND sent_ms = 0`)+`,
		       `+sum(`sent_ms > 0`)+`,
		       `+sum(`read_ms > 0`)+`,
		       `+sum(`started_ms > 0`)+`,
		       `+sum(`submitted_ms > 0`)+`,
		       `+sum(`done_ms > 0`)+`
		FROM campaign_people
		WHERE campaign_id = $1
		GROUP BY department, status, code
		ORDER BY department, status, code`,
		campaignID,
	)
}

// CampaignsOf returns the ids of the live, confirmed campaigns of which somebody is a person.
func (v *view) CampaignsOf(ctx context.Context, tenantKey, openID string) ([]string, error) {
	return collect(ctx, v.q, "campaigns of", scanString, `
		SELECT p.campaign_id
		FROM campaign_people p
		JOIN campaigns c ON c.id = p.campaign_id
		WHERE p.tenant_key = $1 AND p.open_id = $2 AND p.live = 1 AND c.state IN ('running', 'paused')
		ORDER BY p.campaign_id`,
		tenantKey, openID,
	)
}

// inList appends values to the arguments of a query and returns their placeholders.
func inList(args []any, values []string) (string, []any) {
	var marks []string
	for _, value := range values {
		args = append(args, value)
		marks = append(marks, fmt.Sprintf("$%d", len(args)))
	}
	return "(" + strings.Join(marks, ",") + ")", args
}

// peopleAtOnce is how many people one query names.
const peopleAtOnce = 500

// InvitedSince returns those of the people whom another campaign has invited since a moment, or is about to.
func (v *view) InvitedSince(
	ctx context.Context, tenantKey, notCampaign string, openIDs []string, since time.Time,
) (map[string]bool, error) {
	out := map[string]bool{}
	for len(openIDs) > 0 {
		n := min(len(openIDs), peopleAtOnce)
		in, args := inList([]any{tenantKey, notCampaign, millis(since)}, openIDs[:n])
		openIDs = openIDs[n:]
		found, err := collect(ctx, v.q, "invited since", scanString, `
			SELECT DISTINCT open_id
			FROM campaign_people
			WHERE tenant_key = $1 AND campaign_id <> $2
			  AND (sent_ms > $3 OR sending_ms > $3 OR queued_ms > $3)
			  AND open_id IN `+in,
			args...,
		)
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			out[id] = true
		}
	}
	return out, nil
}

// AwaitsMessage reports whether a message to a person may have left whose id is not on record yet.
func (v *view) AwaitsMessage(ctx context.Context, tenantKey, openID string, since time.Time) (bool, error) {
	ids, err := collect(ctx, v.q, "awaits message", scanString, `
		SELECT campaign_id
		FROM campaign_people
		WHERE tenant_key = $1 AND open_id = $2 AND live = 1
		  AND (sending_ms > 0 AND sent_ms = 0 OR chased_ms > $3)
		LIMIT 1`,
		tenantKey, openID, millis(since),
	)
	return len(ids) > 0, err
}

// KnownPeople returns which of the people are registered, and which are registering.
func (v *view) KnownPeople(
	ctx context.Context, tenantKey string, openIDs []string,
) (map[string]flows.StepReached, error) {
	type known struct {
		id    string
		state flows.State
	}
	scan := func(scan scanner) (k known, err error) {
		err = scan(&k.id, &k.state)
		return k, err
	}
	out := map[string]flows.StepReached{}
	for len(openIDs) > 0 {
		n := min(len(openIDs), peopleAtOnce)
		in, args := inList([]any{tenantKey}, openIDs[:n])
		openIDs = openIDs[n:]
		found, err := collect(ctx, v.q, "known people", scan, `
			SELECT open_id, state
			FROM cases
			WHERE tenant_key = $1
			  AND (live = 1 OR state IN ('done', 'on_file'))
			  AND open_id IN `+in,
			args...,
		)
		if err != nil {
			return nil, err
		}
		for _, k := range found {
			step := flows.StepStarted
			if k.state.Terminal() {
				step = flows.StepDone
			}
			out[k.id] = max(out[k.id], step)
		}
	}
	return out, nil
}
