package engine

import (
	"context"
	"strconv"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// Times between the runs of a campaign: while people are to be invited, and while it only waits for them.
const (
	runEvery  = time.Minute
	waitEvery = 10 * time.Minute
)

// RunCampaign does what is due: it queues the invitations and chases of the next minute, ends what is over, tells the
// announcement group of a milestone, and queues the next run. run is that of flows.RunCampaign.
func (e *Engine) RunCampaign(ctx context.Context, id string, run int64) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Campaign(ctx, id)
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		if run == 0 {
			return e.refreshCampaign(ctx, tx, c)
		}
		if c.Run != run {
			return nil
		}
		switch c.State {
		case flows.CampaignPreview:
			if e.Now().Before(c.Since.Add(flows.PreviewFor)) {
				return nil
			}
			c.Move(flows.CampaignForgotten, "", flows.WhyForgotten, e.Now())
			return e.moveCampaign(ctx, tx, c)
		case flows.CampaignRunning:
			return e.continueCampaign(ctx, tx, c)
		}
		return nil
	})
}

// moveCampaign writes a campaign whose state has changed, and draws its cards.
func (e *Engine) moveCampaign(ctx context.Context, tx flows.Tx, c *flows.Campaign) error {
	if err := tx.UpdateCampaign(ctx, c); err != nil {
		return err
	}
	last := c.LastMove()
	e.Log.Info("campaign moved", "campaign", c.ID, "to", c.State, "by", last.By, "why", last.Why, "code", c.Code)
	return e.drawCampaignNow(ctx, tx, c)
}

// refreshCampaign draws the cards of a campaign, and ends one for which nobody is left.
func (e *Engine) refreshCampaign(ctx context.Context, tx flows.Tx, c *flows.Campaign) error {
	if c.State != flows.CampaignRunning && c.State != flows.CampaignPaused {
		return nil
	}
	funnel, err := e.funnelOf(ctx, tx, c)
	if err != nil {
		return err
	}
	if over, err := e.endIfOver(ctx, tx, c, funnel); over || err != nil {
		return err
	}
	before := c.Announced
	if err := e.announceCampaign(ctx, tx, c, funnel); err != nil {
		return err
	}
	if c.Announced != before {
		if err := tx.UpdateCampaign(ctx, c); err != nil {
			return err
		}
	}
	return e.drawCampaign(ctx, tx, c)
}

func (e *Engine) funnelOf(ctx context.Context, v flows.View, c *flows.Campaign) (cards.CampaignFunnel, error) {
	counts, err := v.CampaignCounts(ctx, c.ID)
	return flows.FunnelOf(counts), err
}

// endIfOver ends a campaign for which nobody is left, or that has waited long enough.
func (e *Engine) endIfOver(
	ctx context.Context, tx flows.Tx, c *flows.Campaign, funnel cards.CampaignFunnel,
) (over bool, err error) {
	why := flows.CampaignReason("")
	switch {
	case flows.Finished(funnel):
	case !e.Now().Before(c.ConfirmedAt.Add(flows.MaxCampaignFor)):
		why = flows.WhyOver
	default:
		return false, nil
	}
	c.Move(flows.CampaignEnd, "", why, e.Now())
	if err := e.announceCampaign(ctx, tx, c, funnel); err != nil {
		return true, err
	}
	return true, e.moveCampaign(ctx, tx, c)
}

// continueCampaign is a run of a running campaign.
func (e *Engine) continueCampaign(ctx context.Context, tx flows.Tx, c *flows.Campaign) error {
	now := e.Now()
	funnel, err := e.funnelOf(ctx, tx, c)
	if err != nil {
		return err
	}
	if over, err := e.endIfOver(ctx, tx, c, funnel); over || err != nil {
		return err
	}
	if !e.Policy.MayInvite(now) {
		return e.nextRun(ctx, tx, c, e.Policy.NextInvite(now))
	}
	room, err := e.ocrRoom(ctx, tx, c, funnel)
	if err != nil {
		return err
	}
	if funnel.Waiting > 0 && room <= 0 {
		return e.pauseCampaign(ctx, tx, c, flows.WhyOCRQuota, "")
	}
	at := e.Policy.Spread(now, now.Add(runEvery), e.Policy.Campaign.PerMinute)
	queued, err := tx.QueueInvitations(ctx, c, min(len(at), room), now.Add(-flows.InvitedEvery), now)
	if err != nil {
		return err
	}
	jobs := make([]flows.Job, 0, len(at))
	for i, openID := range queued {
		jobs = append(jobs, flows.Invite(c.TenantKey, c.ID, openID, at[i]))
	}
	chases, err := e.dueChases(ctx, tx, c, at[len(queued):])
	if err != nil {
		return err
	}
	jobs = append(jobs, chases...)
	cause := "campaign/" + c.ID + "/run/" + strconv.FormatInt(c.Run, 10)
	if err := e.Enqueue(ctx, tx, cause, jobs...); err != nil {
		return err
	}
	if err := e.announceCampaign(ctx, tx, c, funnel); err != nil {
		return err
	}
	if err := e.drawCampaign(ctx, tx, c); err != nil {
		return err
	}
	next := now.Add(waitEvery)
	if len(jobs) > 0 {
		next = now.Add(runEvery)
	}
	return e.nextRun(ctx, tx, c, next)
}

// nextRun queues the next run and writes the campaign.
func (e *Engine) nextRun(ctx context.Context, tx flows.Tx, c *flows.Campaign, at time.Time) error {
	c.Run++
	if err := tx.UpdateCampaign(ctx, c); err != nil {
		return err
	}
	run := strconv.FormatInt(c.Run, 10)
	return e.Enqueue(ctx, tx, "campaign/"+c.ID+"/next/"+run, flows.RunCampaign(c.TenantKey, c.ID, c.Run, at))
}

// ocrRoom returns how many more people may be invited before the quota of the OCR is short: what is left of the month's
// pages, less what those need who were invited and have not submitted. Without a quota it is as many as there are.
func (e *Engine) ocrRoom(
	ctx context.Context, v flows.View, c *flows.Campaign, funnel cards.CampaignFunnel,
) (people int, err error) {
	left, known, err := e.ocrLeft(ctx, v, c.TenantKey)
	if err != nil || !known {
		return flows.MaxCampaignPeople, err
	}
	left -= flows.PagesFor(max(funnel.Sent-funnel.Submitted, 0))
	return max(left, 0) / flows.PagesFor(1), nil
}

// ocrLeft returns how many pages of the month's quota are left.
func (e *Engine) ocrLeft(ctx context.Context, v flows.View, tenantKey string) (left int, known bool, err error) {
	if e.Policy.Campaign.OCRQuota == 0 {
		return 0, false, nil
	}
	today := flows.DayOf(e.Now())
	month := today.AddDate(0, 0, 1-today.Day())
	figures, err := v.Figures(ctx, tenantKey, month, today.AddDate(0, 0, 1))
	if err != nil {
		return 0, false, err
	}
	left, known = e.Policy.Campaign.OCRLeft(figures[flows.FigureOCRPages])
	return left, known, nil
}

// pauseCampaign pauses a running campaign by itself and tells HR: the card of each viewer comes again, at the bottom of
// the chat.
func (e *Engine) pauseCampaign(
	ctx context.Context, tx flows.Tx, c *flows.Campaign, why flows.CampaignReason, code string,
) error {
	if !c.Move(flows.CampaignPause, "", why, e.Now()) {
		return nil
	}
	c.Code = code
	if err := tx.UnqueueInvitations(ctx, c.ID); err != nil {
		return err
	}
	if err := e.moveCampaign(ctx, tx, c); err != nil {
		return err
	}
	for _, admin := range c.Viewers {
		cause := "campaign/" + c.ID + "/paused/" + strconv.FormatInt(c.Run, 10) + "/" + admin
		if err := e.sendCampaignCard(ctx, tx, c, admin, cause); err != nil {
			return err
		}
	}
	return nil
}

// dueChases returns the jobs that remind those whose turn it is, at most one for each of the moments. HR has asked for
// it, or the settings do.
func (e *Engine) dueChases(
	ctx context.Context, tx flows.Tx, c *flows.Campaign, at []time.Time,
) (jobs []flows.Job, err error) {
	rules := e.Policy.Campaign
	if rules.Chases == 0 || c.ChaseAsked.IsZero() && !rules.AutoChase || len(at) == 0 {
		return nil, nil
	}
	people, err := tx.CampaignPeople(ctx, c.ID, e.chaseFilter(), len(at), 0)
	if err != nil {
		return nil, err
	}
	for i, p := range people {
		// The chase counts from now on, so that no later run queues it again. A job that cannot send it takes it back.
		p.Chases++
		p.ChasedAt = e.Now()
		if err := tx.UpdateCampaignPerson(ctx, c.ID, p); err != nil {
			return nil, err
		}
		jobs = append(jobs, flows.ChasePerson(c.TenantKey, c.ID, p.OpenID, p.Chases, at[i]))
	}
	if len(people) < len(at) {
		c.ChaseAsked, c.ChaseBy = time.Time{}, ""
	}
	return jobs, nil
}

// chaseFilter selects those whose turn it is to be chased now.
func (e *Engine) chaseFilter() flows.PersonFilter {
	rules := e.Policy.Campaign
	return flows.PersonFilter{
		Part:        flows.PartChase,
		ChaseBefore: e.Now().Add(-rules.ChaseEvery),
		Chases:      rules.Chases,
	}
}
