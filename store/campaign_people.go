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

// PutCampaignPeople inserts people who are not in the campaign yet, and returns how many they are.
func (t *txn) PutCampaignPeople(
	ctx context.Context, c *flows.Campaign, people []flows.CampaignPerson,
) (added int, err error) {
	const columns = 7
	for len(people) > 0 {
		n := min(len(people), peopleAtOnce)
		var args []any
		for _, p := range people[:n] {
			args = append(args, c.ID, p.OpenID, c.TenantKey, p.Department, string(p.Status), string(p.Code),
				boolInt(c.State.Live()))
		}
		people = people[n:]
		rows, err := t.exec(ctx, "campaign people", `
			INSERT INTO campaign_people (campaign_id, open_id, tenant_key, department, status, code, live)
			VALUES `+placeholders(n, columns)+`
			ON CONFLICT (campaign_id, open_id) DO NOTHING`,
			args...,
		)
		if err != nil {
			return added, err
		}
		added += int(rows)
	}
	return added, nil
}

// UpdateCampaignPerson writes what a campaign itself knows of a person. NoteStep and NoteRead write the rest.
func (t *txn) UpdateCampaignPerson(ctx context.Context, campaignID string, p flows.CampaignPerson) error {
	n, err := t.exec(ctx, "campaign person", `
		UPDATE campaign_people
		SET department = $1, status = $2, code = $3, queued_ms = $4, sending_ms = $5, sent_ms = $6, message_id = $7,
		    chases = $8, chased_ms = $9
		WHERE campaign_id = $10 AND open_id = $11`,
		p.Department, string(p.Status), string(p.Code), millis(p.QueuedAt), millis(p.SendingAt), millis(p.SentAt),
		p.MessageID, p.Chases, millis(p.ChasedAt), campaignID, p.OpenID,
	)
	if err != nil {
		return err
	}
	if n == 0 {
		return flows.ErrNotFound
	}
	if p.MessageID == "" {
		return nil
	}
	return t.PutChase(ctx, campaignID, p.OpenID, p.MessageID)
}

// PutChase notes a message of a campaign to a person.
func (t *txn) PutChase(ctx context.Context, campaignID, openID, messageID string) error {
	_, err := t.exec(ctx, "campaign message", `
		INSERT INTO campaign_messages (message_id, campaign_id, open_id)
		VALUES ($1,$2,$3)
		ON CONFLICT (message_id) DO NOTHING`,
		messageID, campaignID, openID,
	)
	return err
}

// QueueInvitations marks the next people to invite. On PostgreSQL the campaigns of a tenant follow each other here, so
// that two of them do not invite the same person.
func (t *txn) QueueInvitations(
	ctx context.Context, c *flows.Campaign, limit int, since, now time.Time,
) (queued []string, err error) {
	if _, err := t.lock(ctx, "invitations/"+c.TenantKey); err != nil {
		return nil, err
	}
	// Who has begun without an invitation needs none.
	_, err = t.exec(ctx, "begun uninvited", `
		UPDATE campaign_people
		SET status = CASE WHEN done_ms > 0 THEN 'registered' ELSE 'begun' END
		WHERE campaign_id = $1 AND status = 'invite' AND queued_ms = 0 AND started_ms > 0`,
		c.ID,
	)
	if err != nil {
		return nil, err
	}
	for len(queued) < limit {
		next, err := collect(ctx, t.q, "next invitations", scanString, `
			SELECT open_id
			FROM campaign_people
			WHERE campaign_id = $1 AND status = 'invite' AND queued_ms = 0
			ORDER BY open_id
			LIMIT $2`,
			c.ID, min(limit-len(queued), peopleAtOnce),
		)
		if err != nil || len(next) == 0 {
			return queued, err
		}
		recent, err := t.InvitedSince(ctx, c.TenantKey, c.ID, next, since)
		if err != nil {
			return nil, err
		}
		var fresh, known []string
		for _, id := range next {
			if recent[id] {
				known = append(known, id)
			} else {
				fresh = append(fresh, id)
			}
		}
		if err := t.setPeople(ctx, c.ID, fresh, "queued_ms = $2", millis(now)); err != nil {
			return nil, err
		}
		if err := t.setPeople(ctx, c.ID, known, "status = $2", string(flows.PersonRecent)); err != nil {
			return nil, err
		}
		queued = append(queued, fresh...)
	}
	return queued, nil
}

// setPeople changes one column of people of a campaign; value is its argument $2.
func (t *txn) setPeople(ctx context.Context, campaignID string, openIDs []string, change string, value any) error {
	if len(openIDs) == 0 {
		return nil
	}
	in, args := inList([]any{campaignID, value}, openIDs)
	_, err := t.exec(ctx, "campaign people", `
		UPDATE campaign_people
		SET `+change+`
		WHERE campaign_id = $1 AND open_id IN `+in,
		args...,
	)
	return err
}

// UnqueueInvitations takes the mark of QueueInvitations from those whose invitation has not begun to be sent.
func (t *txn) UnqueueInvitations(ctx context.Context, campaignID string) error {
	_, err := t.exec(ctx, "unqueue", `
		UPDATE campaign_people
		SET queued_ms = 0
		WHERE campaign_id = $1 AND status = 'invite' AND queued_ms > 0 AND sending_ms = 0`,
		campaignID,
	)
	return err
}

// NoteStep notes the step in the person's rows of live campaigns, with the time of the first one.
func (t *txn) NoteStep(
	ctx context.Context, tenantKey, openID string, step flows.StepReached, at time.Time,
) (bool, error) {
	n, err := t.exec(ctx, "note step", `
		UPDATE campaign_people
		SET started_ms = CASE WHEN started_ms = 0 THEN $3 ELSE started_ms END,
		    submitted_ms = CASE WHEN $4 >= 2 AND submitted_ms = 0 THEN $3 ELSE submitted_ms END,
		    done_ms = CASE WHEN $4 >= 3 AND done_ms = 0 THEN $3 ELSE done_ms END
		WHERE tenant_key = $1 AND open_id = $2 AND live = 1`,
		tenantKey, openID, millis(at), int64(step),
	)
	return n > 0, err
}

// NoteRead notes the first receipt of a campaign's message to a person.
func (t *txn) NoteRead(
	ctx context.Context, tenantKey, messageID, openID string, at time.Time,
) (campaignID string, err error) {
	ids, err := collect(ctx, t.q, "campaign message", scanString, `
		SELECT campaign_id
		FROM campaign_messages
		WHERE message_id = $1 AND open_id = $2`,
		messageID, openID,
	)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	n, err := t.exec(ctx, "note read", `
		UPDATE campaign_people
		SET read_ms = $1
		WHERE campaign_id = $2 AND open_id = $3 AND tenant_key = $4 AND read_ms = 0 AND live = 1`,
		millis(at), ids[0], openID, tenantKey,
	)
	if err != nil || n == 0 {
		return "", err
	}
	return ids[0], nil
}
