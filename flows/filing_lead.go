package flows

import "time"

// The identity in Feishu cannot be taken back, so it must not be written when the evidence would be refused. Whether
// e签宝 takes the evidence is not known before a first point was created under the application and the revision, and
// again after e签宝 has refused one for a reason that lies in the set-up. Until a filing succeeds, one case of the tenant
// goes ahead, and the others wait before their identities are written. So they do while HR settles whether its filing
// has succeeded, since e签宝 has taken nothing for certain. A case that stops for a reason of its own holds nobody.

// LeadReason says why other cases wait for a case. It is part of text ids ("order.<reason>", "order.held_<reason>").
type LeadReason string

// Reasons why other cases wait.
const (
	LeadFirst   LeadReason = "first"   // nothing was filed yet under this application and revision
	LeadRefused LeadReason = "refused" // e签宝 takes no evidence at present
)

// Hold says for which case an identity waits.
type Hold struct {
	Behind string     `json:"behind"` // case id
	Why    LeadReason `json:"why"`
	Since  time.Time  `json:"since"`
	Job    string     `json:"job"` // the job that waits; others end
}

// refusesFiling reports whether e签宝 could not be used for a cause that all cases share.
func (a *Attention) refusesFiling() bool {
	return a.Incident != "" && (a.Step == StepEvidence || a.Step == StepUpload)
}

// filingUnknown reports whether nobody knows if e签宝 has taken the evidence.
func (a *Attention) filingUnknown() bool {
	return a.Step == StepEvidence && a.Code == StopUnknownOutcome
}

// HoldsOthers reports whether a case that goes ahead keeps the others waiting: its writes are under way, e签宝 refuses
// them, or HR has to find out what became of its filing. A case that has ended, or has stopped because of its person or
// of Feishu, keeps nobody waiting.
func (c *Case) HoldsOthers() bool {
	switch c.State {
	case Recording, Filing:
		return true
	case NeedsAttention:
		return c.Attention.refusesFiling() || c.Attention.filingUnknown()
	}
	return false
}

// waitsBehind decides whether the identity has to wait for the case ahead. If not, and nothing is proven, this case
// goes ahead itself.
func (d *decision) waitsBehind(ahead *Case) bool {
	if !d.filesEvidence() || d.event.Proven {
		d.endHold()
		return false
	}
	if ahead == nil || ahead.ID != d.c.ID {
		if ahead != nil && ahead.HoldsOthers() {
			d.hold(ahead)
			return true
		}
		reason := LeadFirst
		if ahead != nil && ahead.Lead == LeadRefused {
			reason = LeadRefused
		}
		d.takeLead(reason)
	}
	d.endHold()
	return false
}

// hold keeps the case waiting. The audit row of the intent will tell of it.
func (d *decision) hold(ahead *Case) {
	h := Hold{Behind: ahead.ID, Why: ahead.Lead, Since: d.event.At, Job: d.event.Job}
	if was := d.c.Hold; was != nil {
		if was.Behind == h.Behind && was.Why == h.Why {
			d.refuse("waits behind another case", nil)
			return
		}
		h.Since, h.Job = was.Since, was.Job
	}
	d.c.Hold, d.c.Lead = &h, ""
	d.redraw(AudienceApplicant, AudienceHR)
	d.rule("waits behind another case: " + string(h.Why))
	d.change.Silent = true
}

// endHold notes how long the case waited, and for which one.
func (d *decision) endHold() {
	if h := d.c.Hold; h != nil {
		d.detail("held_since", AuditTime(h.Since))
		d.detail("held_behind", h.Behind)
		d.c.Hold = nil
		d.redraw(AudienceApplicant, AudienceHR)
	}
}

// takeLead makes this case the one that goes ahead.
func (d *decision) takeLead(why LeadReason) {
	d.c.Lead = why
	d.change.TakesLead = true
	d.redraw(AudienceHR)
}

// filingSucceeded ends all waiting.
func (d *decision) filingSucceeded() {
	d.c.Lead = ""
	d.change.Proven = true
}
