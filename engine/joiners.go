package engine

import (
	"context"
	"time"

	"shiming/flows"
)

// joinersPage is how many joiners one transaction takes into their campaign.
const joinersPage = 500

// NoteJoined notes somebody whom a job has found in the directory, and of whom no event has told.
func (e *Engine) NoteJoined(ctx context.Context, tx flows.Tx, tenantKey, openID string) error {
	return e.noteStaffChange(ctx, tx, flows.StaffChange{
		TenantKey: tenantKey,
		OpenID:    openID,
		Kind:      flows.StaffJoined,
		At:        e.Now(),
	})
}

// DueJoiners returns the joiners of a tenant whose time has come, a page of them.
func (e *Engine) DueJoiners(ctx context.Context, tenantKey string) (due []flows.Employment, err error) {
	err = e.Store.View(ctx, func(v flows.View) (err error) {
		due, err = v.Joiners(ctx, tenantKey, flows.JoinerWaiting, e.Now(), joinersPage)
		return err
	})
	return due, err
}

// TakeJoiners takes joiners into the campaign of the slot, which it begins with the first of them. gone are those of the
// page who cannot be invited any more. A joiner is in one campaign: the state changes in the same transaction.
func (e *Engine) TakeJoiners(
	ctx context.Context, tenantKey string, slot time.Time, page []flows.Employment, gone map[string]bool,
) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		var people []ResolvedPerson
		for _, p := range page {
			works, err := tx.EmploymentForUpdate(ctx, tenantKey, p.OpenID)
			if err != nil {
				return err
			}
			if works.Joiner != flows.JoinerWaiting {
				continue
			}
			works.Joiner = flows.JoinerLeftOut
			if works.Reachable() && !gone[p.OpenID] {
				works.Joiner = flows.JoinerInvited
				if e.Policy.Campaign.Joiners == flows.JoinersAsk {
					works.Joiner = flows.JoinerAsked
				}
				people = append(people, ResolvedPerson{CampaignPerson: flows.CampaignPerson{
					OpenID: p.OpenID,
					Status: flows.PersonInvite,
				}})
			}
			if err := tx.PutEmployment(ctx, works); err != nil {
				return err
			}
		}
		if len(people) == 0 {
			return nil
		}
		c, err := e.joinersCampaign(ctx, tx, tenantKey, slot)
		if err != nil {
			return err
		}
		return e.addPeople(ctx, tx, c, people)
	})
}

// joinersCampaign returns the campaign of a slot, and begins it if there is none. Nobody has asked for it: its cards go
// to the admins on duty.
func (e *Engine) joinersCampaign(
	ctx context.Context, tx flows.Tx, tenantKey string, slot time.Time,
) (*flows.Campaign, error) {
	target := flows.JoinersTarget(slot)
	c, err := tx.LiveCampaign(ctx, tenantKey, target.Key())
	if err == nil || !flows.IsNotFound(err) {
		return c, err
	}
	now := e.Now()
	c = &flows.Campaign{
		ID:        e.NewID(),
		TenantKey: tenantKey,
		State:     flows.CampaignResolving,
		Target:    target,
		MadeAt:    now,
		Since:     now,
		Moves:     []flows.CampaignMove{{At: now, To: flows.CampaignResolving}},
	}
	return c, tx.InsertCampaign(ctx, c)
}

// StartJoiners ends the taking of a slot's joiners. Where HR is asked, the campaign waits on its card for the
// confirmation; else it is confirmed by itself.
func (e *Engine) StartJoiners(ctx context.Context, tenantKey string, slot time.Time) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.LiveCampaign(ctx, tenantKey, flows.JoinersTarget(slot).Key())
		if err != nil || c.State != flows.CampaignResolving {
			return flows.IgnoreNotFound(err)
		}
		funnel, err := e.funnelOf(ctx, tx, c)
		if err != nil {
			return err
		}
		if funnel.Invited == 0 { // all of them have begun, or were invited before
			c.Move(flows.CampaignFailed, "", flows.WhyNobody, e.Now())
			return e.moveCampaign(ctx, tx, c)
		}
		c.Move(flows.CampaignFound, "", "", e.Now())
		at := e.Now().Add(flows.PreviewFor)
		if e.Policy.Campaign.Joiners == flows.JoinersAuto {
			if c.Forecast, err = e.forecastOf(ctx, tx, c, funnel); err != nil {
				return err
			}
			c.Move(flows.CampaignConfirm, "", "", e.Now())
			at = e.Now()
		}
		if err := e.moveCampaign(ctx, tx, c); err != nil {
			return err
		}
		run := flows.RunCampaign(c.TenantKey, c.ID, c.Run, at)
		if err := e.Enqueue(ctx, tx, "campaign/"+c.ID+"/joiners", run); err != nil {
			return err
		}
		to, err := e.AdminReceivers(ctx, tx, tenantKey, "")
		if err != nil {
			return err
		}
		for _, admin := range to {
			if err := e.sendCampaignCard(ctx, tx, c, admin.ID, "campaign/"+c.ID+"/joiners/"+admin.ID); err != nil {
				return err
			}
		}
		return nil
	})
}
