package store

import (
	"context"
	"fmt"

	"shiming/flows"
)

// CampaignFigures are the figures of the campaigns under way, of all tenants.
type CampaignFigures struct {
	// Invitations by what has become of them.
	Waiting int // to be sent
	Sent    int // Feishu has taken them
	Failed  int // Feishu has refused them, or nobody knows whether they have arrived
	// Paused counts paused campaigns by the reason; "" if an admin has paused it.
	Paused map[flows.CampaignReason]int
}

// CampaignsNow returns the figures of the campaigns under way.
func (s *Store) CampaignsNow(ctx context.Context) (CampaignFigures, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	out := CampaignFigures{Paused: map[flows.CampaignReason]int{}}
	err := s.backend.read.QueryRowContext(ctx, `
		SELECT CAST(COALESCE(sum(CASE WHEN p.status = 'invite' AND p.sent_ms = 0 THEN 1 ELSE 0 END), 0) AS BIGINT),
		       CAST(COALESCE(sum(CASE WHEN p.sent_ms > 0 AND p.code <> 'unsure' THEN 1 ELSE 0 END), 0) AS BIGINT),
		       CAST(COALESCE(sum(CASE WHEN p.code = 'unsure' OR p.status = 'unreachable' AND p.sending_ms > 0
		                              AND p.sent_ms = 0 THEN 1 ELSE 0 END), 0) AS BIGINT)
		FROM campaigns c
		JOIN campaign_people p ON p.campaign_id = c.id
		WHERE c.live = 1 AND c.state IN ('running', 'paused')`,
	).Scan(&out.Waiting, &out.Sent, &out.Failed)
	if err != nil {
		return out, fmt.Errorf("store: campaigns now: %w", err)
	}
	paused, err := collect(ctx, s.backend.read, "paused campaigns", scanCampaign, `
		SELECT `+campaignColumns+`
		FROM campaigns
		WHERE live = 1 AND state = 'paused'`)
	for _, c := range paused {
		out.Paused[c.Why]++
	}
	return out, err
}
