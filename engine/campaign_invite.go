package engine

import (
	"context"
	"time"

	"shiming/flows"
)

// Sending is what a job is to do about a message of a campaign to a person.
type Sending struct {
	Send bool // the message may leave now; it is on record that it does
	// First says that no call has begun before this one.
	First bool
	// Later, if it is not zero, is when the job shall look again.
	Later  time.Time
	Person flows.CampaignPerson
}

// BeginInvitation records that the invitation of a person is about to be sent, if it still is to be. An invitation that
// was begun a long while ago, and whose outcome nobody knows, is not sent again: Feishu would take it for a new one.
func (e *Engine) BeginInvitation(ctx context.Context, campaignID, openID string) (s Sending, err error) {
	err = e.Store.Tx(ctx, func(tx flows.Tx) error {
		s = Sending{}
		c, err := tx.Campaign(ctx, campaignID)
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		p, err := tx.CampaignPerson(ctx, campaignID, openID)
		if err != nil || p.Status != flows.PersonInvite || !p.SentAt.IsZero() {
			return flows.IgnoreNotFound(err)
		}
		works, err := tx.Employment(ctx, c.TenantKey, openID)
		if err != nil {
			return err
		}
		now := e.Now()
		begun := !p.SendingAt.IsZero()
		switch {
		case !works.Reachable() && !begun:
			p.Status, p.Code = flows.PersonUnreachable, flows.CodeLeft
		case begun && now.Sub(p.SendingAt) > flows.UnsureAfter:
			p.SentAt, p.Code = p.SendingAt, flows.CodeUnsure
			e.Log.Warn("whether an invitation has arrived is not known", "campaign", c.ID)
		case begun:
			s.Send = true
			return nil
		case c.State != flows.CampaignRunning:
			p.QueuedAt = time.Time{}
		case !p.StartedAt.IsZero():
			p.Status = flows.PersonBegun
			if !p.DoneAt.IsZero() {
				p.Status = flows.PersonRegistered
			}
		case !e.Policy.MayInvite(now):
			s.Later = e.Policy.NextInvite(now)
			return nil
		default:
			p.SendingAt = now
			s.Send, s.First = true, true
		}
		s.Person = p
		return tx.UpdateCampaignPerson(ctx, campaignID, p)
	})
	return s, err
}

// InvitationSent records that Feishu has taken the invitation of a person. From now on the message is a surface, which
// follows what the person does. shown is the SHA-256 of its card.
func (e *Engine) InvitationSent(ctx context.Context, campaignID, openID, messageID string, shown []byte) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Campaign(ctx, campaignID)
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		p, err := tx.CampaignPerson(ctx, campaignID, openID)
		if err != nil || !p.SentAt.IsZero() && p.Code != flows.CodeUnsure {
			return flows.IgnoreNotFound(err)
		}
		p.SentAt, p.MessageID, p.Code = e.Now(), messageID, ""
		if err := tx.UpdateCampaignPerson(ctx, campaignID, p); err != nil {
			return err
		}
		if err := e.messageStored(ctx, tx, c.TenantKey, messageID, openID); err != nil {
			return err
		}
		s := &flows.Surface{
			ID:                flows.InvitationID(campaignID, openID),
			TenantKey:         c.TenantKey,
			Audience:          flows.AudienceInvitation,
			To:                flows.Receiver{Type: "open_id", ID: openID},
			WantedGeneration:  1,
			SentGeneration:    1,
			SendingGeneration: 1,
			MessageID:         messageID,
			RenderedHash:      shown,
		}
		if err := tx.PutSurface(ctx, s); err != nil {
			return err
		}
		if !p.StartedAt.IsZero() { // while the message was on its way
			if err := e.Enqueue(ctx, tx, "invited/"+s.ID, showShared(s)); err != nil {
				return err
			}
		}
		return e.refreshLater(ctx, tx, c)
	})
}

// refreshLater draws a campaign's cards soon, with all that changes until then.
func (e *Engine) refreshLater(ctx context.Context, tx flows.Tx, c *flows.Campaign) error {
	next := e.Now().Truncate(flows.DeskEvery).Add(flows.DeskEvery)
	slot := next.UTC().Format(time.RFC3339)
	queued, err := tx.InsertEventKeys(ctx, e.Now(), "campaign:"+c.ID+":"+slot)
	if queued || err != nil {
		return err
	}
	return e.Enqueue(ctx, tx, "campaign/"+c.ID+"/refresh/"+slot, flows.RefreshCampaign(c.TenantKey, c.ID, next))
}

// InvitationUnsent takes back that an invitation is being sent: Feishu has said that it is not. The job tries again.
func (e *Engine) InvitationUnsent(ctx context.Context, campaignID, openID string) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		p, err := tx.CampaignPerson(ctx, campaignID, openID)
		if err != nil || !p.SentAt.IsZero() {
			return flows.IgnoreNotFound(err)
		}
		p.SendingAt = time.Time{}
		return tx.UpdateCampaignPerson(ctx, campaignID, p)
	})
}

// maxRefusals is how many invitations Feishu refuses, for a reason that is not the person's, until the campaign pauses.
const maxRefusals = 3

// Refused records that Feishu refuses a message for a reason that may be the message's or the person's. After some of
// them the campaign pauses, and all of them are to be invited again: it was not the persons'.
func (e *Engine) Refused(ctx context.Context, campaignID, openID, upstream string) error {
	if err := e.NotInvited(ctx, campaignID, openID, flows.CodeRefused, "", upstream); err != nil {
		return err
	}
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Campaign(ctx, campaignID)
		if err != nil || c.State != flows.CampaignRunning {
			return flows.IgnoreNotFound(err)
		}
		stopped, err := tx.CampaignPeople(ctx, c.ID, flows.PersonFilter{Part: flows.PartStopped}, flows.MaxCampaignPeople, 0)
		if err != nil {
			return err
		}
		var refused []flows.CampaignPerson
		for _, p := range stopped {
			if p.Code == flows.CodeRefused && p.SentAt.IsZero() && !p.SendingAt.Before(c.Since) {
				refused = append(refused, p)
			}
		}
		if len(refused) < maxRefusals {
			return nil
		}
		for _, p := range refused {
			p.Status, p.Code, p.SendingAt, p.QueuedAt = flows.PersonInvite, "", time.Time{}, time.Time{}
			if err := tx.UpdateCampaignPerson(ctx, c.ID, p); err != nil {
				return err
			}
		}
		return e.pauseCampaign(ctx, tx, c, flows.WhyPlatform, upstream)
	})
}

// NotInvited records that Feishu has not taken a message to a person. code says why the person cannot be reached; with
// an empty one the message is to be sent again. why pauses the campaign, since nobody else can be reached either;
// upstream is the platform's code of it.
func (e *Engine) NotInvited(
	ctx context.Context, campaignID, openID string, code flows.PersonCode, why flows.CampaignReason, upstream string,
) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Campaign(ctx, campaignID)
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		p, err := tx.CampaignPerson(ctx, campaignID, openID)
		if err != nil || p.Status != flows.PersonInvite {
			return flows.IgnoreNotFound(err)
		}
		switch {
		case code != "":
			p.Status, p.Code = flows.PersonUnreachable, code
		case p.SentAt.IsZero():
			p.SendingAt, p.QueuedAt = time.Time{}, time.Time{}
		}
		if err := tx.UpdateCampaignPerson(ctx, campaignID, p); err != nil {
			return err
		}
		if why != "" && c.State == flows.CampaignRunning {
			return e.pauseCampaign(ctx, tx, c, why, upstream)
		}
		return e.refreshLater(ctx, tx, c)
	})
}
