package flows

import "time"

// SampleOutcome is what somebody has found who looked at a sampled case.
type SampleOutcome string

// Outcomes of a look at a sampled case.
const (
	SampleIsFine   SampleOutcome = "fine"
	SampleIsFaulty SampleOutcome = "fault"
)

// SampleLook belongs to a case that the policy has approved and that was drawn for a look afterwards.
type SampleLook struct {
	At       time.Time     `json:"at"` // when it was drawn
	Outcome  SampleOutcome `json:"outcome,omitempty"`
	By       string        `json:"by,omitempty"` // open_id of who has looked
	LookedAt time.Time     `json:"looked_at,omitzero"`
}

// ApprovedByPolicy reports whether the policy has approved the case without HR.
func (c *Case) ApprovedByPolicy() bool {
	return c.Review != nil && c.Review.By == "" && c.Review.What == ReviewApproved
}

// AwaitsLook reports whether a sampled case is done and nobody has looked at it yet.
func (c *Case) AwaitsLook() bool {
	return c.State == Done && c.Sampled != nil && c.Sampled.Outcome == ""
}

// drawSample draws a case that the policy approves, at Policy.Sample percent. A case is drawn once.
func (d *decision) drawSample() {
	if d.c.Sampled != nil || d.event.SampleDraw == 0 || d.event.SampleDraw > d.policy.Sample {
		return
	}
	d.c.Sampled = &SampleLook{At: d.event.At}
	d.detail("sampled", "yes")
}

// postSample brings a sampled case that is done to HR where each case has a card of its own: nobody has got one of it
// before. Desks list it.
func (d *decision) postSample() {
	if !d.policy.ReviewQueue && d.c.Sampled != nil && d.c.Sampled.Outcome == "" {
		d.repost(AudienceHR)
	}
}

// assignSample keeps a sampled case for the admin who opens it.
func assignSample(d *decision) {
	if !d.c.AwaitsLook() {
		d.refuse(refusalNotInTable, LateToast(d.policy, d.c))
		return
	}
	assign(d)
}

// sampleFine notes that somebody has looked at a sampled case and found nothing wrong.
func sampleFine(d *decision) { d.noteLook(SampleIsFine, "") }

// sampleFault notes what somebody has found wrong, and tells all admins. What was recorded stays as it is: HR decides
// what to do about it.
func sampleFault(d *decision) {
	note := shortNote(formValue(d.event.Form.FaultNote))
	if note == "" {
		d.refuse(RefusalNoReason, NewToast("missing_field", map[string]string{"field": "fault_note"}))
		return
	}
	d.noteLook(SampleIsFaulty, note)
	if d.refused() {
		return
	}
	tell := Reply(ReplySampleFault).ToHR()
	tell.At = d.policy.workingTime(d.event.At)
	d.job(tell)
}

func (d *decision) noteLook(what SampleOutcome, note string) {
	if !d.c.AwaitsLook() {
		d.refuse(refusalNotInTable, LateToast(d.policy, d.c))
		return
	}
	look := *d.c.Sampled
	look.Outcome, look.By, look.LookedAt = what, d.event.Actor, d.event.At
	d.c.Sampled = &look
	d.c.Personal.SampleNote = note
	d.c.Assigned = nil
	d.detail("outcome", string(what))
	d.toast("sample_" + string(what))
	d.redraw(AudienceHR)
}

// workingTime returns the first moment from t on at which HR works; t itself if no working hours are known.
func (p *Policy) workingTime(t time.Time) time.Time {
	if p.Work.Hours.End == 0 {
		return t
	}
	return p.Work.NextOpen(t)
}
