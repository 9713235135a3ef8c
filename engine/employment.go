package engine

import (
	"context"
	"slices"
	"strconv"
	"time"

	"shiming/flows"
)

// StaffChange notes what the directory says about a person, and what follows: a leaver's open case ends and the
// retention begins, a joiner waits for the invitation, a new name is compared with the recorded identity. It decides by
// the times of the events, which come twice and in any order.
func (e *Engine) StaffChange(ctx context.Context, n flows.StaffChange) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		if seen, err := tx.InsertEventKeys(ctx, e.Now(), onceKey("event", n.EventID)); seen || err != nil {
			return err
		}
		return e.noteStaffChange(ctx, tx, n)
	})
}

// NoteStaffChange is StaffChange for something that no event has told: a job has found it in the directory. Of somebody
// who has left and of whom nothing is kept it notes nothing, so that whoever was forgotten stays so.
func (e *Engine) NoteStaffChange(ctx context.Context, n flows.StaffChange) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		if n.Kind == flows.StaffLeft {
			kept, err := e.keepsPerson(ctx, tx, n.TenantKey, n.OpenID)
			if err != nil {
				return err
			}
			if !kept {
				return e.noteFormerStaff(ctx, tx, n.TenantKey, n.OpenID, true)
			}
		}
		return e.noteStaffChange(ctx, tx, n)
	})
}

// keepsPerson reports whether the directory, a campaign or a case keeps something of a person.
func (e *Engine) keepsPerson(ctx context.Context, tx flows.Tx, tenantKey, openID string) (bool, error) {
	works, err := tx.EmploymentForUpdate(ctx, tenantKey, openID)
	if err != nil || works != (flows.Employment{TenantKey: tenantKey, OpenID: openID}) {
		return true, err
	}
	campaigns, err := tx.CampaignsOf(ctx, tenantKey, openID)
	if err != nil || len(campaigns) > 0 {
		return true, err
	}
	all, err := tx.CasesOf(ctx, tenantKey, openID)
	return slices.ContainsFunc(all, func(c *flows.Case) bool { return c.Erased.IsZero() }), err
}

func (e *Engine) noteStaffChange(ctx context.Context, tx flows.Tx, n flows.StaffChange) error {
	before, err := tx.EmploymentForUpdate(ctx, n.TenantKey, n.OpenID)
	if err != nil {
		return err
	}
	after, follows := before.After(n, &e.Policy, e.Now())
	if after != before {
		if err := tx.PutEmployment(ctx, after); err != nil {
			return err
		}
	}
	cause := "staff/" + n.TenantKey + "/" + n.OpenID + "/" + string(n.Kind) + "/" +
		strconv.FormatInt(max(after.PresenceAt.UnixMilli(), n.At.UnixMilli()), 10)
	var jobs []flows.Job
	if follows.Joins {
		jobs = append(jobs, flows.InviteJoiners(n.TenantKey, after.InviteAt))
		if err := e.EnsureMorning(ctx, tx, n.TenantKey); err != nil {
			return err
		}
	}
	if follows.Renamed {
		jobs = append(jobs, flows.CompareName(n.TenantKey, n.OpenID))
	}
	if follows.Left {
		if keep := e.Policy.LeaverRetention; keep > 0 {
			jobs = append(jobs, flows.EraseLeaver(n.TenantKey, n.OpenID, after.LeftAt, after.LeftAt.Add(keep)))
		}
		if err := e.endForLeaver(ctx, tx, n.TenantKey, n.OpenID); err != nil {
			return err
		}
		if err := e.leaveCampaigns(ctx, tx, n.TenantKey, n.OpenID); err != nil {
			return err
		}
	}
	if before.LeftAt.IsZero() != after.LeftAt.IsZero() {
		if err := e.noteFormerStaff(ctx, tx, n.TenantKey, n.OpenID, follows.Left); err != nil {
			return err
		}
	}
	return e.Enqueue(ctx, tx, cause, jobs...)
}

// endForLeaver ends the open case of somebody who has left, unless a write is under way.
func (e *Engine) endForLeaver(ctx context.Context, tx flows.Tx, tenantKey, openID string) error {
	c, err := tx.OpenCase(ctx, tenantKey, openID)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	return e.Apply(ctx, tx, c, flows.Event{
		Kind:  flows.ApplicantLeft,
		At:    e.Now(),
		Role:  flows.Bot,
		Field: flows.OutcomeLeft,
	})
}

// leaveCampaigns ends the waiting for somebody who was invited and has not begun.
func (e *Engine) leaveCampaigns(ctx context.Context, tx flows.Tx, tenantKey, openID string) error {
	ids, err := tx.CampaignsOf(ctx, tenantKey, openID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		c, err := tx.Campaign(ctx, id)
		if err != nil {
			return err
		}
		p, err := tx.CampaignPerson(ctx, id, openID)
		if err != nil {
			return err
		}
		if p.Status != flows.PersonInvite || !p.StartedAt.IsZero() {
			continue
		}
		p.Status, p.Code = flows.PersonUnreachable, flows.CodeLeft
		if err := tx.UpdateCampaignPerson(ctx, id, p); err != nil {
			return err
		}
		if err := e.refreshLater(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

// SyncStaff queues a run that asks the directory what has happened while the bot was away, for each tenant. A run that
// an earlier start has begun ends with it.
func (e *Engine) SyncStaff(ctx context.Context, tenants []string) error {
	run := e.Now().UTC().Format(time.RFC3339Nano)
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		for _, tenantKey := range tenants {
			cause := "staff_sync/" + tenantKey + "/" + run
			if err := e.Enqueue(ctx, tx, cause, flows.SyncStaff(tenantKey, run, 0, time.Time{})); err != nil {
				return err
			}
		}
		return nil
	})
}

// noteFormerStaff takes the rights from an admin who has left, or gives them back.
func (e *Engine) noteFormerStaff(ctx context.Context, tx flows.Tx, tenantKey, openID string, left bool) error {
	if !e.isConfigured(tenantKey, openID) {
		return nil
	}
	return e.noteStaffMember(ctx, tx, tenantKey, openID, left)
}

// policyOf returns the policy for a tenant: without those of the staff who have left.
func (e *Engine) policyOf(ctx context.Context, v flows.View, tenantKey string) (*flows.Policy, error) {
	former, err := loadDeparted(ctx, v, tenantKey)
	if err != nil || len(former) == 0 {
		return &e.Policy, err
	}
	return e.Policy.Without(tenantKey, former), nil
}
