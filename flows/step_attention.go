package flows

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"shiming/idcard"
)

// stepOf says to which step a result belongs.
var stepOf = map[Kind]Step{
	PhotoReadOK: StepPhotos, PhotoFailed: StepPhotos,
	CodeSent: StepCode, CodeFailed: StepCode, CodeUnknown: StepCode,
	PersonChecked: StepCheck, CheckRefused: StepCheck,
	IdentityRecorded: StepIdentity, IdentityMismatch: StepIdentity,
	PhotoUploaded: StepUpload, EvidenceFiled: StepEvidence,
}

// suspend parks the case. What other steps of the case bring back meanwhile is kept.
func suspend(d *decision) {
	a := *d.event.Stop
	a.Return, a.Rev, a.Since = d.c.State, d.c.Rev, d.event.At
	d.c.Attention = &a
	d.noteStop(&a)
	d.markUnknown(&a)
	if a.Incident != "" {
		d.change.Incident = a.Incident
	} else {
		d.repost(AudienceHR)
	}
	d.rule("stopped: " + string(a.Code))
}

func (d *decision) noteStop(a *Attention) {
	d.detail("step", string(a.Step))
	d.detail("code", string(a.Code))
	d.detail("upstream", a.Upstream)
	d.detail("log_id", a.LogID)
}

// suspendAgain: another step of the same case stopped as well, or the same one again. HR is
// asked about the one that needs a person most.
func suspendAgain(d *decision) {
	d.markUnknown(d.event.Stop)
	d.noteStop(d.event.Stop)
	if urgency(d.event.Stop) > urgency(d.c.Attention) {
		a := *d.event.Stop
		a.Return, a.Rev, a.Since = d.c.Attention.Return, d.c.Attention.Rev, d.event.At
		d.c.Attention = &a
		d.redraw(AudienceHR)
		d.repost(AudienceHR)
		return
	}
	if d.event.Stop.Step == d.c.Attention.Step {
		d.c.Attention.Probes++
	}
	d.change.Silent = true
}

// urgency orders stops by how much they need a person: only somebody who looks can settle an
// unknown outcome, a clear no waits for HR's word, and what the operator has to put right is
// tried again by itself.
func urgency(a *Attention) int {
	switch {
	case a.Code == StopUnknownOutcome:
		return 2
	case a.Incident == "":
		return 1
	}
	return 0
}

// whileSuspended keeps what a step prepares while the case is parked: the step is trying again by
// itself, and only its result leads on.
func whileSuspended(d *decision) {
	inner := findRow(d.c.Attention.Return, d.event.Kind)
	if inner == nil {
		d.refuse(refusalNotInTable, nil)
		return
	}
	inner.step(d)
	if d.refused() {
		return
	}
	d.goTo(NeedsAttention)
	d.change.Redraw, d.change.Repost = nil, nil
}

// resumeByResult: a step brought something back while the case was parked. If it is the parked
// step, the case goes on by itself; a result of another step is kept.
func resumeByResult(d *decision) {
	a := d.c.Attention
	inner := findRow(a.Return, d.event.Kind)
	if inner == nil {
		d.refuse(refusalNotInTable, nil)
		return
	}
	if a.Step != stepOf[d.event.Kind] || d.event.Kind == PhotoUploaded && d.otherUploadMissing() {
		d.goTo(a.Return)
		parked := *a
		inner.step(d)
		if d.refused() {
			return
		}
		d.staySuspended(&parked)
		return
	}
	d.c.State = a.Return
	d.c.Attention = nil
	d.goTo(inner.To[0])
	inner.step(d)
	if d.refused() {
		return
	}
	d.reenter = true
	d.redraw(AudienceApplicant, AudienceHR)
	if d.change.Rule == "" {
		d.rule(string(d.event.Kind))
	}
	d.rule(d.change.Rule + "; went on by itself")
	if a.Step == StepPhotos && d.target == AwaitingPhotos {
		d.resume(AwaitingPhotos) // another photo of the case may still be waiting for its next try
	}
}

// otherUploadMissing: the upload of one side says nothing about the one that stopped.
func (d *decision) otherUploadMissing() bool {
	return slices.ContainsFunc(d.missingUploads(), func(s idcard.Side) bool { return string(s) != d.event.Side })
}

// staySuspended stays in needs_attention after a result of another step. What that result
// would have led to becomes the place to return to.
func (d *decision) staySuspended(parked *Attention) {
	if d.target != AwaitingConfirmation && d.target != Rejected {
		if d.target == Filing && parked.Return == Recording {
			parked.Return = Filing
		}
		d.c.Attention = parked
		d.goTo(NeedsAttention)
	}
	// Nothing of the way on may start while a person is being asked.
	kept := d.change.Jobs[:0]
	for _, j := range d.change.Jobs {
		if j.Kind != JobEvidence {
			kept = append(kept, j)
		}
	}
	d.change.Jobs = kept
	d.change.Repost, d.change.Redraw = nil, nil
	if d.target == AwaitingConfirmation {
		d.repost(AudienceApplicant)
	}
}

// fileErrorPrefix begins e签宝's codes about files (reference of its error codes: 1430xxx). When
// the evidence is refused with one, the uploaded photos are not there or not this application's.
const fileErrorPrefix = "1430"

// RetryTooSoon is why a retry did nothing: the platform may still be at the write.
const RetryTooSoon = "the write may still be under way"

// retry goes on where the case stopped. For an unknown outcome it is HR's word that nothing
// was written, which nobody can know at once.
func retry(d *decision) {
	a := d.c.Attention
	if w := d.c.write(a.Step); w != nil && w.State == WriteUnknown && d.asksIfWritten() {
		if wait := w.Started.Add(d.policy.WriteQuiet).Sub(d.event.At); wait > 0 {
			d.refuse(RetryTooSoon, NewToast("write_quiet",
				map[string]string{"seconds": strconv.Itoa(int((wait + time.Second - 1) / time.Second))}))
			return
		}
		w.State = WriteRefused
		d.detail("decided", "not written, once more")
	}
	if a.Step == StepEvidence && strings.HasPrefix(a.Upstream, fileErrorPrefix) {
		d.c.Uploads = nil // up with them once more
	}
	d.goTo(a.Return)
	d.resume(a.Return)
	if a.Incident != "" && d.event.Actor != "" { // the others are tried in turn, and do not call for more
		d.job(RetryIncident(a.Incident))
	}
	d.toast("retried")
}

// resolutions says how an event ends a stop. Any other event leads on by itself.
var resolutions = map[Kind]ResolutionKind{
	Retry:     ResolutionRetried,
	Resolved:  ResolutionResolved,
	Closed:    ResolutionClosed,
	Cancelled: ResolutionWithdrawn,
	Erase:     ResolutionWithdrawn,
	ExpiryDue: ResolutionExpired,
}

// noteResolution notes how a stop ended.
func (d *decision) noteResolution(a Attention) {
	what, ok := resolutions[d.event.Kind]
	if !ok {
		what = ResolutionResumed
	}
	d.c.Resolution = &Resolution{Attention: a, Kind: what, At: d.event.At}
	if d.event.Role == HR {
		d.c.Resolution.By = d.event.Actor
	}
	d.redraw(AudienceHR)
}

// resolve takes HR's word that the write did happen, with the id that HR found.
func resolve(d *decision) {
	a := d.c.Attention
	w := d.c.write(a.Step)
	if w == nil || w.State != WriteUnknown || !d.asksIfWritten() {
		d.refuse("nothing to resolve", LateToast(d.policy, d.c))
		return
	}
	id := formValue(d.event.Form.EviPointID)
	if a.Step == StepEvidence {
		if !strings.HasPrefix(id, "P") || len(id) < 2 || len(id) > 64 || strings.ContainsFunc(id, notAlphanumeric) {
			d.refuse("no evidence point", NewToast("wrong_field", map[string]string{"field": "evi_point_id"}))
			return
		}
		w.State, w.ID, w.At, w.By = WriteDone, id, d.event.At, d.event.Actor
		d.detail("evi_point_id", id)
		d.goTo(Done)
		d.repost(AudienceApplicant)
	} else {
		w.State, w.At, w.By = WriteDone, d.event.At, d.event.Actor
		d.afterIdentity()
		if d.target == Filing {
			d.change.Jobs = nil
			d.resume(Filing)
		}
	}
	d.detail("decided", "written")
	d.toast("resolved")
}

func notAlphanumeric(r rune) bool {
	return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
}

// closeCase ends a case that cannot go on.
func closeCase(d *decision) {
	d.c.Outcome = "closed"
	d.recordReview(ReviewClosed)
	d.toast("shut")
	d.repost(AudienceApplicant)
}

// keepDuringAttention keeps photos that come while the reader is out of order.
func keepDuringAttention(d *decision) {
	if d.c.Attention.Return != AwaitingPhotos {
		d.refuse("no photo is wanted now", nil)
		return
	}
	takePhoto(d)
}

// BeforeWrites reports whether the parked case has not begun anything irreversible.
func (c *Case) BeforeWrites() bool {
	switch c.Attention.Return {
	case AwaitingPhotos, AwaitingCode, Checking:
		return true
	}
	return false
}

func cancelDuringAttention(d *decision) {
	if !d.c.BeforeWrites() {
		d.refuse("too late to cancel", LateToast(d.policy, d.c))
		return
	}
	cancel(d)
}

func eraseDuringAttention(d *decision) {
	if !d.c.BeforeWrites() {
		d.refuse("too late to withdraw", LateToast(d.policy, d.c))
		return
	}
	eraseOpenCase(d)
}
