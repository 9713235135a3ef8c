package engine

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// announceCampaign has the announcement group's board say that a campaign has begun, is half done, or has ended: the
// board comes again, at the bottom of the group. Each milestone does so once, and only the last one that was reached.
func (e *Engine) announceCampaign(
	ctx context.Context, tx flows.Tx, c *flows.Campaign, funnel cards.CampaignFunnel,
) error {
	milestone := flows.MilestoneOf(c.State, funnel)
	if !milestone.Follows(c.Announced) {
		return nil
	}
	c.Announced = milestone
	chat, err := e.groupFor(ctx, tx, c.TenantKey, flows.SettingAnnounceChat)
	if err != nil || chat == "" {
		return err
	}
	s, err := SurfaceOrNew(ctx, tx, &flows.Surface{
		ID:        BoardID(chat),
		Audience:  flows.AudienceBoard,
		To:        flows.Receiver{Type: "chat_id", ID: chat},
		TenantKey: c.TenantKey,
	})
	if err != nil {
		return err
	}
	sendAgain(s)
	if err := tx.PutSurface(ctx, s); err != nil {
		return err
	}
	return e.Enqueue(ctx, tx, "campaign/"+c.ID+"/announce/"+string(milestone), showShared(s))
}

// AnnouncedCampaigns returns what the board says of the tenant's campaigns: those under way, and one that ended today.
// It has numbers only.
func (e *Engine) AnnouncedCampaigns(
	ctx context.Context, v flows.View, tenantKey string,
) (out []cards.BoardCampaign, err error) {
	all, err := v.Campaigns(ctx, tenantKey, announcedCampaigns)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.Announced == "" || !c.State.Live() && !flows.SameDay(c.Since, e.Now()) {
			continue
		}
		funnel, err := e.funnelOf(ctx, v, c)
		if err != nil {
			return nil, err
		}
		out = append(out, cards.BoardCampaign{
			Target:    cards.CampaignTarget{Kind: string(c.Target.Kind), Name: c.Target.Name},
			Milestone: string(c.Announced),
			Invited:   funnel.Invited,
			Done:      funnel.Done,
		})
	}
	return out, nil
}

// announcedCampaigns is how many campaigns the board looks at.
const announcedCampaigns = 10
