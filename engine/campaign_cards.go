package engine

import (
	"context"
	"strconv"

	"shiming/flows"
)

// sendCampaignCard sends an admin the card of a campaign, at the bottom of the private chat.
func (e *Engine) sendCampaignCard(
	ctx context.Context, tx flows.Tx, c *flows.Campaign, admin, cause string,
) error {
	if c.AddViewer(admin) {
		if err := tx.UpdateCampaign(ctx, c); err != nil {
			return err
		}
	}
	s, err := SurfaceOrNew(ctx, tx, campaignSurface(c, admin))
	if err != nil {
		return err
	}
	jobs, err := e.markLater(ctx, tx, s, true, 0)
	if err != nil {
		return err
	}
	return e.Enqueue(ctx, tx, cause+"/campaign", jobs...)
}

// campaignSurface is an admin's card of a campaign.
func campaignSurface(c *flows.Campaign, admin string) *flows.Surface {
	return &flows.Surface{
		ID:        flows.CampaignCardID(c.ID, admin),
		Audience:  flows.AudienceCampaign,
		To:        flows.Receiver{Type: "open_id", ID: admin},
		TenantKey: c.TenantKey,
	}
}

// drawCampaign draws the cards of a campaign, those of all changes within flows.DeskEvery by one job. A change of the
// state is drawn at once.
func (e *Engine) drawCampaign(ctx context.Context, tx flows.Tx, c *flows.Campaign) error {
	for _, admin := range c.Viewers {
		s, err := SurfaceOrNew(ctx, tx, campaignSurface(c, admin))
		if err != nil {
			return err
		}
		jobs, err := e.markLater(ctx, tx, s, false, flows.DeskEvery)
		if err != nil {
			return err
		}
		cause := "campaign/" + c.ID + "/draw/" + admin + "/" + strconv.FormatInt(e.Now().UnixMilli(), 10)
		if err := e.Enqueue(ctx, tx, cause, jobs...); err != nil {
			return err
		}
	}
	return nil
}
