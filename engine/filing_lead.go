package engine

import (
	"cmp"
	"context"
	"errors"

	"shiming/cards"
	"shiming/flows"
)

// Until e签宝 has taken an evidence point under the present set-up, one case of the tenant goes ahead and the others
// wait; see flows/filing_lead.go. A setting of the tenant holds the id of the case that goes ahead, or FilingProven. Its
// name has the set-up in it, so that another application or revision begins anew.

// FilingProven is the value of the setting after a filing has succeeded.
const FilingProven = "filed"

// heldAtOnce is how many waiting cases are woken at once. The others wake by themselves within flows.ProbeEvery.
const heldAtOnce = 100

// FilingLeadKey names the setting for cases of a revision.
func (e *Engine) FilingLeadKey(r flows.Revision) string {
	return "filing_lead/" + e.FilingApp + "/" + string(r)
}

// addFilingLead adds to ev what is known of the tenant's filings.
func (e *Engine) addFilingLead(ctx context.Context, tx flows.Tx, c *flows.Case, ev *flows.Event) error {
	lead, err := tx.Setting(ctx, c.TenantKey, e.FilingLeadKey(c.EvidenceRevision()))
	if err != nil || lead == "" {
		return err
	}
	if lead == FilingProven {
		ev.Proven = true
		return nil
	}
	if lead == c.ID {
		ev.Ahead = c
		return nil
	}
	ev.Ahead, err = tx.Case(ctx, lead)
	if errors.Is(err, flows.ErrNotFound) {
		return nil
	}
	if err != nil || ev.Ahead.HoldsOthers() || ev.Ahead.Resolution == nil {
		return err
	}
	// The case has ended, but others may wait for the same cause.
	others, err := tx.WithIncident(ctx, c.TenantKey, ev.Ahead.Resolution.Attention.Incident, 1)
	if err == nil && len(others) > 0 && others[0].HoldsOthers() {
		ev.Ahead = others[0]
	}
	return err
}

// heldCases returns how many approved cases wait, and why, for HR's desks and the board of the review group. No card of
// a single case tells HR there. Of more than heldAtOnce cases it counts as held what it has not looked at.
func (e *Engine) heldCases(ctx context.Context, v flows.View, tenantKey string) (held cards.Held, err error) {
	lead, err := v.Setting(ctx, tenantKey, e.FilingLeadKey(cmp.Or(e.Policy.Revision, flows.Revision2024)))
	if err != nil || lead == "" || lead == FilingProven {
		return held, err
	}
	list, err := v.InState(ctx, tenantKey, []flows.State{flows.Recording}, heldAtOnce, 0)
	for _, c := range list {
		if c.Hold != nil {
			held.N++
			held.Why = string(c.Hold.Why)
		}
	}
	if err != nil || held.N == 0 || len(list) < heldAtOnce {
		return held, err
	}
	counts, err := v.CountByState(ctx, tenantKey)
	held.N += max(0, counts[flows.Recording]-len(list))
	return held, err
}

// noteFilingLead stores who goes ahead after a change of a case. It returns the jobs of waiting cases for which the
// wait may be over.
func (e *Engine) noteFilingLead(
	ctx context.Context, tx flows.Tx, before, c *flows.Case, ch flows.Change,
) ([]flows.Job, error) {
	switch {
	case ch.Proven:
		lead, err := tx.Setting(ctx, c.TenantKey, e.FilingLeadKey(c.EvidenceRevision()))
		if err != nil || lead == FilingProven {
			return nil, err
		}
		if err := tx.PutSetting(ctx, c.TenantKey, e.FilingLeadKey(c.EvidenceRevision()), FilingProven); err != nil {
			return nil, err
		}
	case ch.TakesLead:
		return nil, tx.PutSetting(ctx, c.TenantKey, e.FilingLeadKey(c.EvidenceRevision()), c.ID)
	case before.Lead == "" || !before.HoldsOthers() || c.HoldsOthers():
		return nil, nil
	}
	list, err := tx.InState(ctx, c.TenantKey, []flows.State{flows.Recording}, heldAtOnce, 0)
	if err != nil {
		return nil, err
	}
	var jobs []flows.Job
	for _, o := range list {
		if o.Hold != nil {
			jobs = append(jobs, flows.RecordIdentity().Of(o.ID))
		}
	}
	return jobs, nil
}
