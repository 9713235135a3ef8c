package store

import (
	"context"
	"time"

	"shiming/flows"
)

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
