package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"shiming/flows"
)

// campaignColumns are in the order of scanCampaign.
const campaignColumns = `id, tenant_key, state, version, data`

func scanCampaign(scan scanner) (*flows.Campaign, error) {
	var c flows.Campaign
	var data string
	var id, tenantKey string
	var state flows.CampaignState
	var version int64
	if err := scan(&id, &tenantKey, &state, &version, &data); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(data), &c); err != nil {
		return nil, fmt.Errorf("store: campaign %s: %w", id, err)
	}
	c.ID, c.TenantKey, c.State, c.Version = id, tenantKey, state, version
	return &c, nil
}

// Campaign returns the campaign with the id, or flows.ErrNotFound.
func (v *view) Campaign(ctx context.Context, id string) (*flows.Campaign, error) {
	row := v.q.QueryRowContext(ctx, `
		SELECT `+campaignColumns+`
		FROM campaigns
		WHERE id = $1`+v.lockRow,
		id,
	)
	c, err := scanCampaign(row.Scan)
	return c, orNotFound("campaign", err)
}

// LiveCampaign returns the live campaign of a target, or flows.ErrNotFound.
func (v *view) LiveCampaign(ctx context.Context, tenantKey, targetKey string) (*flows.Campaign, error) {
	row := v.q.QueryRowContext(ctx, `
		SELECT `+campaignColumns+`
		FROM campaigns
		WHERE tenant_key = $1 AND target_key = $2 AND live = 1`,
		tenantKey, targetKey,
	)
	c, err := scanCampaign(row.Scan)
	return c, orNotFound("live campaign", err)
}

// Campaigns returns the tenant's campaigns, newest first.
func (v *view) Campaigns(ctx context.Context, tenantKey string, limit int) ([]*flows.Campaign, error) {
	return collect(ctx, v.q, "campaigns", scanCampaign, `
		SELECT `+campaignColumns+`
		FROM campaigns
		WHERE tenant_key = $1
		ORDER BY made_ms DESC, id DESC
		LIMIT $2`,
		tenantKey, limit,
	)
}

// InsertCampaign inserts a campaign. It returns flows.ErrStale if its target has a live one.
func (t *txn) InsertCampaign(ctx context.Context, c *flows.Campaign) error {
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("store: campaign %s: %w", c.ID, err)
	}
	n, err := t.exec(ctx, "insert campaign", `
		INSERT INTO campaigns (id, tenant_key, target_key, state, live, version, made_ms, closed_ms, data)
		VALUES ($1,$2,$3,$4,$5,$6,$7,0,$8)
		ON CONFLICT (tenant_key, target_key) WHERE live = 1 DO NOTHING`,
		c.ID, c.TenantKey, c.Target.Key(), string(c.State), boolInt(c.State.Live()), c.Version, millis(c.MadeAt),
		string(data),
	)
	if err == nil && n == 0 {
		return flows.ErrStale
	}
	return err
}

// UpdateCampaign writes c and increments its version. It returns flows.ErrStale if another transaction was first, or if
// another live campaign has the target by now.
func (t *txn) UpdateCampaign(ctx context.Context, c *flows.Campaign) error {
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("store: campaign %s: %w", c.ID, err)
	}
	live, closed := boolInt(c.State.Live()), int64(0)
	if live == 0 {
		closed = millis(c.Since)
	}
	n, err := t.exec(ctx, "update campaign", `
		UPDATE campaigns
		SET target_key = $1, state = $2, live = $3, closed_ms = $4, data = $5, version = version + 1
		WHERE id = $6 AND version = $7`,
		c.Target.Key(), string(c.State), live, closed, string(data), c.ID, c.Version,
	)
	if err != nil {
		return err
	}
	if n == 0 {
		return flows.ErrStale
	}
	c.Version++
	if c.State != flows.CampaignResolving && c.State != flows.CampaignPreview {
		if _, err := t.exec(ctx, "lines", `DELETE FROM campaign_lines WHERE campaign_id = $1`, c.ID); err != nil {
			return err
		}
	}
	switch {
	case c.State == flows.CampaignDiscarded:
		_, err = t.exec(ctx, "people", `DELETE FROM campaign_people WHERE campaign_id = $1`, c.ID)
	case live == 0:
		_, err = t.exec(ctx, "people", `UPDATE campaign_people SET live = 0 WHERE campaign_id = $1 AND live = 1`, c.ID)
	}
	return err
}

// LastSpans returns how long the last finished cases have taken, newest first.
func (v *view) LastSpans(ctx context.Context, tenantKey string, limit int) ([]time.Duration, error) {
	scan := func(scan scanner) (time.Duration, error) {
		var ms int64
		err := scan(&ms)
		return time.Duration(ms) * time.Millisecond, err
	}
	return collect(ctx, v.q, "last spans", scan, `
		SELECT done_ms - created_ms
		FROM cases
		WHERE tenant_key = $1 AND done_ms > 0
		ORDER BY done_ms DESC
		LIMIT $2`,
		tenantKey, limit,
	)
}

// campaignsKept is how long the people of a campaign are stored after its end.
const campaignsKept = 180 * 24 * time.Hour

// purgeCampaigns deletes the people and messages of campaigns that ended long ago. The campaign itself stays: it names
// only the admins who made it.
func (s *Store) purgeCampaigns(ctx context.Context) (rows int64, err error) {
	before := millis(s.Now().Add(-campaignsKept))
	for _, table := range []string{"campaign_people", "campaign_messages", "campaign_lines"} {
		key := map[string]string{
			"campaign_people":   "open_id",
			"campaign_messages": "message_id",
			"campaign_lines":    "line",
		}[table]
		n, err := s.purgeRows(ctx, table, `
			DELETE FROM `+table+`
			WHERE (campaign_id, `+key+`) IN (
				SELECT p.campaign_id, p.`+key+`
				FROM campaigns c
				JOIN `+table+` p ON p.campaign_id = c.id
				WHERE c.closed_ms > 0 AND c.closed_ms < $1
				LIMIT $2)`,
			before,
		)
		rows += n
		if err != nil {
			return rows, err
		}
	}
	return rows, nil
}
