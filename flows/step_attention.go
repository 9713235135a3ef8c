package flows

import (
	"slices"
	"strings"

	"shiming/idcard"
)

// stepOf gives the step to which a result belongs.
var stepOf = map[Kind]Step{
	PhotoReadOK: StepPhotos, PhotoFailed: StepPhotos,
	CodeSent: StepCode, CodeFailed: StepCode, CodeUnknown: StepCode,
	PersonChecked: StepCheck, CheckRefused: StepCheck,
	FaceOpened: StepCheck, FaceLost: StepCheck, FaceFailed: StepCheck,
	IdentityRecorded: StepIdentity,
	PhotoUploaded:    StepUpload, EvidenceFiled: StepEvidence,
}

// suspend moves the case to NeedsAttention and asks HR. A shared cause asks HR once for all cases, by the incident.
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
	if a.refusesFiling() && a.Step == StepEvidence {
		d.takeLead(LeadRefused)
	}
	d.rule("stopped: " + string(a.Code))
}

// noteStop adds the stop to the audit row.
func (d *decision) noteStop(a *Attention) {
	d.detail("step", string(a.Step))
	d.detail("code", string(a.Code))
	d.detail("upstream", a.Upstream)
	d.detail("log_id", a.LogID)
	if a.Field != "" {
		d.detail("field", a.Field)
	}
}

// suspendAgain handles a second stop: of another step that ran at the same time, or of a retry of the same step. HR is
// asked about the more urgent one.
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

// urgency orders stops by their need of HR. Only HR can resolve an unknown outcome (2). A definite failure waits for
// HR's retry (1). A step with an incident is retried without HR (0).
func urgency(a *Attention) int {
	switch {
	case a.Code == StopUnknownOutcome:
		return 2
	case a.Incident == "":
		return 1
	}
	return 0
}

// whileSuspended runs the step of the state to return to for an intermediate event, such as an intent, and stays in
// NeedsAttention. A later result resumes the case.
func whileSuspended(d *decision) {
	row := findRow(d.c.Attention.Return, d.event.Kind)
	if row == nil {
		d.refuse(refusalNotInTable, nil)
		return
	}
	row.step(d)
	if d.refused() {
		return
	}
	d.goTo(NeedsAttention)
	d.change.Redraw, d.change.Repost = nil, nil
}

// resumeByResult handles a result that arrives in NeedsAttention. A result of the stopped step resumes the case. A
// result of another step is stored, and the case still waits for the stopped one.
func resumeByResult(d *decision) {
	a := d.c.Attention
	row := findRow(a.Return, d.event.Kind)
	if row == nil {
		d.refuse(refusalNotInTable, nil)
		return
	}
	if a.Step != stepOf[d.event.Kind] || d.event.Kind == PhotoUploaded && d.otherUploadMissing() {
		d.goTo(a.Return)
		attention := *a
		row.step(d)
		if d.refused() {
			return
		}
		d.staySuspended(&attention)
		return
	}
	d.c.State = a.Return
	d.c.Attention = nil
	d.goTo(row.To[0])
	row.step(d)
	if d.refused() {
		return
	}
	if p := d.c.PhotoByID(d.event.PhotoID); a.Code == StopTooManyPhotos && p != nil && p.State == PhotoRefused {
		// A photo that was on its way when the applicant asked HR takes nothing from HR if it is no good either.
		d.c.State = NeedsAttention
		d.staySuspended(a)
		d.redraw(AudienceHR) // with the number of photos
		return
	}
	d.reenter = true
	d.redraw(AudienceApplicant, AudienceHR)
	if d.change.Rule == "" {
		d.rule(string(d.event.Kind))
	}
	d.rule(d.change.Rule + "; went on by itself")
	if a.Step == StepPhotos && d.target == AwaitingPhotos {
		d.resume(AwaitingPhotos) // the job of another photo may have stopped as well
	}
}

// otherUploadMissing reports whether the side that the event does not name is not uploaded. The stop may be its.
func (d *decision) otherUploadMissing() bool {
	return slices.ContainsFunc(d.missingUploads(), func(s idcard.Side) bool { return string(s) != d.event.Side })
}

// staySuspended keeps the case in NeedsAttention after a result of another step. The state to which the result leads
// becomes the state to return to. Only a result that needs the applicant ends the stop.
func (d *decision) staySuspended(a *Attention) {
	if !d.needsApplicant() && d.target != Rejected {
		if d.target == Filing && a.Return == Recording {
			a.Return = Filing
		}
		d.c.Attention = a
		d.goTo(NeedsAttention)
	}
	// Neither identity nor evidence point may be written while HR is asked. HR's decision queues what is next.
	d.change.Jobs = slices.DeleteFunc(d.change.Jobs, func(j Job) bool {
		return j.Kind == JobUpload || j.Kind == JobIdentity || j.Kind == JobEvidence
	})
	d.change.Repost, d.change.Redraw = nil, nil
	if d.needsApplicant() {
		d.repost(AudienceApplicant)
	}
}

// needsApplicant reports whether the decision leads back to a form.
func (d *decision) needsApplicant() bool {
	return d.target == AwaitingConfirmation || d.target == AwaitingBankCard
}

// fileErrorPrefix begins e签宝's error codes about files (page of its error codes: 1430xxx). If the evidence point is
// refused with one of them, the uploaded photos do not exist or belong to another application.
const fileErrorPrefix = "1430"

// RetryTooSoon is the reason of a refused retry: WriteQuiet has not passed since the intent.
const RetryTooSoon = "the write may still be under way"

// retry resumes the case where it stopped. For an unknown outcome it means that HR has found nothing written, which
// cannot be known before WriteQuiet has passed. Where Feishu has refused the person because something else is bound, a
// retry means that HR has this replaced: it takes two admins.
func retry(d *decision) {
	a := d.c.Attention
	if d.needsSecondApproval(retryFourEyes(d.c), "") {
		return
	}
	if w := d.c.write(a.Step); w != nil && w.State == WriteUnknown && d.asksIfWritten() {
		if wait := w.Started.Add(d.policy.WriteQuiet).Sub(d.event.At); wait > 0 {
			d.refuse(RetryTooSoon, NewToast("write_quiet", secondsArg(wait)))
			return
		}
		w.State = WriteRefused
		d.detail("decided", "not written, once more")
	}
	if a.Step == StepEvidence && strings.HasPrefix(a.Upstream, fileErrorPrefix) {
		d.c.Uploads = nil // resume uploads both photos again
	}
	if a.Return == Recording {
		d.startRecording()
	} else {
		d.goTo(a.Return)
		d.resume(a.Return)
	}
	// HR's retry of one case retries all cases with this cause. Those retries have no actor and queue no further ones.
	if a.Incident != "" && d.event.Actor != "" {
		d.job(RetryIncident(a.Incident))
	}
	d.toast("retried")
}

// retryFourEyes returns why two admins have to retry the stopped step; nothing if one is enough.
func retryFourEyes(c *Case) []FourEyesReason {
	if c.Attention != nil && strings.HasPrefix(string(c.Attention.Code), boundPrefix) && c.rebinds() {
		return []FourEyesReason{FourEyesBound}
	}
	return nil
}

// resolutions gives the resolution by which an event ends a stop. All other events are results: ResolutionResumed.
var resolutions = map[Kind]ResolutionKind{
	Retry:     ResolutionRetried,
	Resolved:  ResolutionResolved,
	Closed:    ResolutionClosed,
	SentBack:  ResolutionSentBack,
	Cancelled: ResolutionWithdrawn,
	Erase:     ResolutionWithdrawn,
	ExpiryDue: ResolutionExpired,
}

// noteResolution records the end of a stop.
func (d *decision) noteResolution(a Attention) {
	kind, ok := resolutions[d.event.Kind]
	if !ok {
		kind = ResolutionResumed
	}
	d.c.Resolution = &Resolution{Attention: a, Kind: kind, At: d.event.At}
	switch d.c.Outcome {
	case OutcomeHRDelay:
		d.c.Resolution.Kind = ResolutionHRDelay
	case OutcomeLeft, OutcomeUninstalled:
		d.c.Resolution.Kind = ResolutionKind(d.c.Outcome) // ResolutionLeft, ResolutionGone
	}
	if d.event.Role == HR || d.event.Role == Applicant {
		d.c.Resolution.By = d.event.Actor
	}
	if f := d.c.FirstApproval; f != nil && d.c.Resolution.Kind == ResolutionRetried {
		d.c.Resolution.First = f.By
	}
	d.c.FirstApproval = nil
	d.redraw(AudienceHR)
}

// resolve records HR's statement that the write was applied, for an evidence point with the id from e签宝's console.
func resolve(d *decision) {
	a := d.c.Attention
	w := d.c.write(a.Step)
	if w == nil || w.State != WriteUnknown || !d.asksIfWritten() {
		d.refuse("nothing to resolve", LateToast(d.policy, d.c))
		return
	}
	id := formValue(d.event.Form.EviPointID)
	if a.Step == StepEvidence {
		if !isEvidencePointID(id) {
			d.refuse("no evidence point", NewToast("wrong_field", map[string]string{"field": "evi_point_id"}))
			return
		}
		w.State, w.ID, w.At, w.By = WriteDone, id, d.event.At, d.event.Actor
		d.detail("evi_point_id", id)
		d.c.dropVerification()
		d.filingSucceeded()
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

// isEvidencePointID accepts an id of e签宝's form: P and letters or digits, 64 characters at most.
func isEvidencePointID(id string) bool {
	notAlphanumeric := func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
	}
	return strings.HasPrefix(id, "P") && len(id) >= 2 && len(id) <= 64 && !strings.ContainsFunc(id, notAlphanumeric)
}

// closeCase ends a case that HR gives up.
func closeCase(d *decision) {
	d.c.Outcome = "closed"
	d.recordReview(ReviewClosed)
	d.toast("shut")
	d.repost(AudienceApplicant)
}

// keepDuringAttention accepts photos while the OCR step is stopped. Other steps need no photo.
func keepDuringAttention(d *decision) {
	if d.c.Attention.Return != AwaitingPhotos {
		d.refuse("no photo is wanted now", nil)
		return
	}
	takePhoto(d)
}

// BeforeWrites reports whether a case in NeedsAttention has not begun any write to a platform.
func (c *Case) BeforeWrites() bool {
	switch c.Attention.Return {
	case AwaitingPhotos, AwaitingCode, AwaitingFace, Checking:
		return true
	}
	return false
}

// cancelDuringAttention cancels the case unless a write may have begun.
func cancelDuringAttention(d *decision) {
	if !d.c.BeforeWrites() {
		d.refuse("too late to cancel", LateToast(d.policy, d.c))
		return
	}
	cancel(d)
}

// eraseDuringAttention withdraws the case unless a write may have begun.
func eraseDuringAttention(d *decision) {
	if !d.c.BeforeWrites() {
		d.refuse("too late to withdraw", LateToast(d.policy, d.c))
		return
	}
	eraseOpenCase(d)
}
