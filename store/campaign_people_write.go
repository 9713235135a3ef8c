package store

import (
	"context"
	"time"

	"shiming/flows"
)

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
