package engine

import (
	"context"
	"strconv"
	"time"

	"shiming/flows"
)

// BeginChase reports whether the nth reminder of a person may leave now, and records that its call begins. One that has
// not begun and must not leave any more is taken back: it does not count.
func (e *Engine) BeginChase(ctx context.Context, campaignID, openID string, n int) (s Sending, err error) {
	err = e.Store.Tx(ctx, func(tx flows.Tx) error {
		s = Sending{}
		c, err := tx.Campaign(ctx, campaignID)
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		p, err := tx.CampaignPerson(ctx, campaignID, openID)
		if err != nil || p.Chases != n || p.Status != flows.PersonInvite || !p.StartedAt.IsZero() {
			return flows.IgnoreNotFound(err) // it is no longer to be sent
		}
		works, err := tx.Employment(ctx, c.TenantKey, openID)
		if err != nil {
			return err
		}
		now := e.Now()
		begun, err := tx.InsertEventKeys(ctx, now, chaseKey(campaignID, p))
		if err != nil {
			return err
		}
		may := c.State == flows.CampaignRunning && e.Policy.MayInvite(now) && works.Reachable()
		s.Person = p
		switch {
		case begun:
			// It may have been sent. Within UnsureAfter Feishu sends it once; later it counts, and the next one is a day away.
			s.Send = may && now.Sub(p.ChasedAt) <= flows.UnsureAfter
			return nil
		case !may:
			return e.takeBackChase(ctx, tx, c, p)
		}
		p.ChasedAt = now
		if _, err := tx.InsertEventKeys(ctx, now, chaseKey(campaignID, p)); err != nil {
			return err
		}
		s.Person, s.Send, s.First = p, true, true
		return tx.UpdateCampaignPerson(ctx, campaignID, p)
	})
	return s, err
}

// chaseKey is stored when the call of a person's last reminder begins. It names the time of the reminder, so that one
// that was queued again has another.
func chaseKey(campaignID string, p flows.CampaignPerson) string {
	return "chase:" + campaignID + ":" + p.OpenID + ":" + strconv.FormatInt(p.ChasedAt.UnixMilli(), 10)
}

// takeBackChase makes a reminder uncounted that was queued and has not left. If only the hours are over, it is asked
// for again.
func (e *Engine) takeBackChase(ctx context.Context, tx flows.Tx, c *flows.Campaign, p flows.CampaignPerson) error {
	p.Chases--
	if p.Chases == 0 {
		p.ChasedAt = time.Time{}
	}
	if err := tx.UpdateCampaignPerson(ctx, c.ID, p); err != nil {
		return err
	}
	if c.State != flows.CampaignRunning || e.Policy.MayInvite(e.Now()) || !c.ChaseAsked.IsZero() {
		return nil
	}
	c.ChaseAsked = e.Now()
	return tx.UpdateCampaign(ctx, c)
}

// ChaseUnsent takes back that the call of a reminder has begun: Feishu has said that nothing was sent. The job tries
// again, however long that takes.
func (e *Engine) ChaseUnsent(ctx context.Context, campaignID, openID string, n int) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		p, err := tx.CampaignPerson(ctx, campaignID, openID)
		if err != nil || p.Chases != n {
			return flows.IgnoreNotFound(err)
		}
		p.ChasedAt = p.ChasedAt.Add(time.Millisecond) // no call has begun at this time
		return tx.UpdateCampaignPerson(ctx, campaignID, p)
	})
}

// ChaseSent notes the message of a reminder, so that a receipt of it counts.
func (e *Engine) ChaseSent(ctx context.Context, campaignID, openID, messageID string) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Campaign(ctx, campaignID)
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		if err := tx.PutChase(ctx, campaignID, openID, messageID); err != nil {
			return err
		}
		if err := e.messageStored(ctx, tx, c.TenantKey, messageID, openID); err != nil {
			return err
		}
		return e.refreshLater(ctx, tx, c)
	})
}
