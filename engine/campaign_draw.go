package engine

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"shiming/flows"
)

// campaignPanel is what an admin's card of a campaign shows.
type campaignPanel struct {
	Part       flows.PersonPart `json:"part,omitempty"` // "" for the numbers
	Department string           `json:"department,omitempty"`
	Page       int              `json:"page,omitempty"`
}

func settingCampaignPanel(campaignID, admin string) string {
	return "campaign/" + campaignID + "/" + admin
}

func loadPanel(ctx context.Context, v flows.View, c *flows.Campaign, admin string) (p campaignPanel, err error) {
	raw, err := v.Setting(ctx, c.TenantKey, settingCampaignPanel(c.ID, admin))
	if err != nil || raw == "" {
		return p, err
	}
	return p, json.Unmarshal([]byte(raw), &p)
}

func savePanel(ctx context.Context, tx flows.Tx, c *flows.Campaign, admin string, p campaignPanel) error {
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return tx.PutSetting(ctx, c.TenantKey, settingCampaignPanel(c.ID, admin), string(raw))
}

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

// drawCampaign draws the cards of a campaign, those of all changes within flows.DeskEvery by one job.
func (e *Engine) drawCampaign(ctx context.Context, tx flows.Tx, c *flows.Campaign) error {
	return e.drawCampaignWithin(ctx, tx, c, flows.DeskEvery)
}

// drawCampaignNow is drawCampaign after a change of the state, which nobody should wait for.
func (e *Engine) drawCampaignNow(ctx context.Context, tx flows.Tx, c *flows.Campaign) error {
	return e.drawCampaignWithin(ctx, tx, c, flows.EmptyDeskEvery)
}

func (e *Engine) drawCampaignWithin(ctx context.Context, tx flows.Tx, c *flows.Campaign, every time.Duration) error {
	for _, admin := range c.Viewers {
		s, err := SurfaceOrNew(ctx, tx, campaignSurface(c, admin))
		if err != nil {
			return err
		}
		jobs, err := e.markLater(ctx, tx, s, false, every)
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

// noteCampaignStep notes that the applicant of a case has come to a step, if the applicant is a person of a live
// campaign, and returns the jobs that draw what shows it. Without one it costs one statement.
func (e *Engine) noteCampaignStep(
	ctx context.Context, tx flows.Tx, c *flows.Case, at time.Time,
) (jobs []flows.Job, err error) {
	step := flows.ReachedBy(c.State)
	on, err := tx.NoteStep(ctx, c.TenantKey, c.OpenID, step, at)
	if err != nil || !on {
		return nil, err
	}
	ids, err := tx.CampaignsOf(ctx, c.TenantKey, c.OpenID)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if c.State == flows.AwaitingConsent || c.State.Terminal() {
			invitation := flows.ShowSurface("", flows.InvitationID(id, c.OpenID)).With(flows.ArgTenant, c.TenantKey)
			jobs = append(jobs, invitation)
		}
		// The key comes first: of many steps at once, one refreshes the campaign.
		next := e.Now().Truncate(flows.DeskEvery).Add(flows.DeskEvery)
		queued, err := tx.InsertEventKeys(ctx, e.Now(), "campaign:"+id+":"+next.UTC().Format(time.RFC3339))
		if err != nil {
			return nil, err
		}
		if !queued {
			jobs = append(jobs, flows.RefreshCampaign(c.TenantKey, id, next))
		}
	}
	return jobs, nil
}
