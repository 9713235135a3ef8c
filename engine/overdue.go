package engine

import (
	"context"
	"slices"
	"strconv"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// overdueID is the surface of an admin's card about overdue cases.
func overdueID(tenantKey, admin string) string { return "overdue/" + tenantKey + "/" + admin }

// settingEscalated is the key of the time of a tenant's last step of a kind.
func settingEscalated(step flows.EscalationStep) string {
	return "escalated/" + strconv.FormatInt(int64(step), 10)
}

// OverdueCard returns the card about the tenant's overdue cases, as it is now. It names nobody.
func (e *Engine) OverdueCard(ctx context.Context, v flows.View, tenantKey string) (cards.Overdue, error) {
	now := e.Now()
	out := cards.Overdue{SLA: e.Policy.SLA, Desk: e.Policy.ReviewQueue, At: now}
	counts, err := v.CountByState(ctx, tenantKey)
	if err != nil {
		return out, err
	}
	for _, s := range waitingForHR {
		out.Waiting += counts[s]
	}
	out.Overdue, out.Oldest, err = e.countOverdue(ctx, v, tenantKey)
	return out, err
}

// countOverdue counts the tenant's overdue cases, and returns since when the oldest waits. Without an SLA there are
// none.
func (e *Engine) countOverdue(
	ctx context.Context, v flows.View, tenantKey string,
) (n int, oldest time.Time, err error) {
	since := e.Policy.OverdueSince(e.Now())
	if since.IsZero() {
		return 0, time.Time{}, nil
	}
	return v.CountWaiting(ctx, tenantKey, waitingForHR, since)
}

// Escalate does a step about the tenant's overdue cases: it queues the cards, and the calls by 加急. A step is done at
// most once within an SLA of working time, however many cases are overdue, and not when none is any more.
func (e *Engine) Escalate(
	ctx context.Context, tx flows.Tx, tenantKey string, step flows.EscalationStep, cause string,
) error {
	n, _, err := e.countOverdue(ctx, tx, tenantKey)
	if n == 0 || err != nil {
		return err
	}
	now := e.Now()
	before, err := e.escalatedAt(ctx, tx, tenantKey, step)
	if err != nil || !before.IsZero() && e.Policy.Work.Between(before, now) < e.Policy.SLA {
		return err
	}
	if err := tx.PutSetting(ctx, tenantKey, settingEscalated(step), now.Format(time.RFC3339Nano)); err != nil {
		return err
	}
	e.Log.Info("cases are overdue", "tenant", tenantKey, "cases", n, "step", step)
	var jobs []flows.Job
	switch {
	case step == flows.EscalateToLeads:
		policy, err := e.policyOf(ctx, tx, tenantKey)
		if err != nil {
			return err
		}
		for _, lead := range policy.LeadsOf(tenantKey) {
			to := flows.Receiver{Type: "open_id", ID: lead}
			jobs = append(jobs, flows.Reply(flows.ReplyOverdue).Towards(to).For(tenantKey, lead))
		}
	case step == flows.EscalateToAdmins || e.Policy.Urgent:
		if jobs, err = e.tellOverdue(ctx, tx, tenantKey, step); err != nil {
			return err
		}
	}
	return e.Enqueue(ctx, tx, cause+"/escalated", jobs...)
}

// escalatedAt returns when the step was done last; zero if it never was.
func (e *Engine) escalatedAt(
	ctx context.Context, v flows.View, tenantKey string, step flows.EscalationStep,
) (time.Time, error) {
	raw, err := v.Setting(ctx, tenantKey, settingEscalated(step))
	if err != nil || raw == "" {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339Nano, raw)
}

// tellOverdue queues the card of each admin on duty, and the call by 加急 if the step is one. The call takes the card of
// today, if there is one.
func (e *Engine) tellOverdue(
	ctx context.Context, tx flows.Tx, tenantKey string, step flows.EscalationStep,
) (jobs []flows.Job, err error) {
	staff, err := e.StaffOf(ctx, tx, tenantKey)
	if err != nil {
		return nil, err
	}
	told, err := e.escalatedAt(ctx, tx, tenantKey, flows.EscalateToAdmins)
	if err != nil {
		return nil, err
	}
	today := flows.SameDay(told, e.Now())
	for _, admin := range staff.Told("") {
		s, err := SurfaceOrNew(ctx, tx, &flows.Surface{
			ID:        overdueID(tenantKey, admin),
			Audience:  flows.AudienceOverdue,
			To:        flows.Receiver{Type: "open_id", ID: admin},
			TenantKey: tenantKey,
		})
		if err != nil {
			return nil, err
		}
		if step == flows.EscalateToAdmins || !today || s.WantedGeneration == 0 || s.Unreachable {
			s.WantedGeneration++
			s.Unreachable = false
		}
		if err := tx.PutSurface(ctx, s); err != nil {
			return nil, err
		}
		jobs = append(jobs, showShared(s))
		if step == flows.EscalateUrgently {
			jobs = append(jobs, flows.CallUrgently(tenantKey, s.ID))
		}
	}
	return jobs, nil
}

// redrawOverdue draws the admins' cards about overdue cases again when a change has made their number another one, at
// most once a minute. A card that no admin got yet is not sent for it.
func (e *Engine) redrawOverdue(
	ctx context.Context, tx flows.Tx, before, c *flows.Case,
) (jobs []flows.Job, err error) {
	isOverdue := func(c *flows.Case) bool {
		return c.State.Turn() == flows.HR && e.Policy.IsOverdue(c.EnteredAt, e.Now())
	}
	if isOverdue(before) == isOverdue(c) {
		return nil, nil
	}
	for _, admin := range slices.Concat(e.Policy.AdminsOf(c.TenantKey), e.Policy.StandInsOf(c.TenantKey)) {
		s, err := tx.Surface(ctx, overdueID(c.TenantKey, admin))
		if flows.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		drawn, err := e.markLater(ctx, tx, s, false, flows.QueueEvery)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, drawn...)
	}
	return jobs, nil
}

// StillUrgent reports whether the admin of a surface is to be called by 加急: cases are overdue, it is working time, and
// the admin is not away.
func (e *Engine) StillUrgent(ctx context.Context, v flows.View, s *flows.Surface) (bool, error) {
	if !e.Policy.Work.Open(e.Now()) {
		return false, nil
	}
	n, _, err := e.countOverdue(ctx, v, s.TenantKey)
	if n == 0 || err != nil {
		return false, err
	}
	staff, err := e.StaffOf(ctx, v, s.TenantKey)
	for _, id := range staff.Told("") {
		if id == s.To.ID {
			return true, err
		}
	}
	return false, err
}
