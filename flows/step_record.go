package flows

import (
	"strings"

	"shiming/idcard"
)

// filesEvidence reports whether the case ends with an evidence point. Without a verification there is nothing to prove.
func (d *decision) filesEvidence() bool { return d.c.Method != MethodNone }

// IdentityDone reports whether the identity is recorded in Feishu.
func (c *Case) IdentityDone() bool { return c.Identity != nil && c.Identity.State == WriteDone }

// missingUploads returns the sides whose photos are not at e签宝 yet.
func (d *decision) missingUploads() (sides []idcard.Side) {
	for _, s := range []idcard.Side{idcard.Front, idcard.Back} {
		if d.c.Uploads[string(s)] == "" {
			sides = append(sides, s)
		}
	}
	return sides
}

// identityStarted stores the intent; the worker calls Feishu afterwards.
func identityStarted(d *decision) { d.c.Identity = d.startWrite(d.c.Identity) }

// identityRecorded notes the verify_uid that Feishu returned.
func identityRecorded(d *decision) {
	if !d.requireStarted(d.c.Identity) {
		return
	}
	d.c.Delayed = ""
	d.noteDisclosure("feishu_identity")
	d.c.Identity.State, d.c.Identity.At, d.c.Identity.ID = WriteDone, d.event.At, d.event.ID
	d.detail("verify_uid", d.event.ID)
	d.afterIdentity()
}

// afterIdentity goes on to the evidence point, or to Done if the case has none.
func (d *decision) afterIdentity() {
	if !d.filesEvidence() {
		d.goTo(Done)
		d.repost(AudienceApplicant)
		return
	}
	d.goTo(Filing)
	d.fileEvidenceWhenReady()
}

// fileEvidenceWhenReady queues the evidence point once identity and both uploads are done.
func (d *decision) fileEvidenceWhenReady() {
	if len(d.missingUploads()) == 0 && d.c.IdentityDone() {
		d.job(FileEvidence())
	}
}

// boundPrefix begins the codes of stops because Feishu has the person bound to another value. The field follows.
const boundPrefix = "bound_"

// identityMismatch asks HR, because Feishu has the person bound to another value of the event's field. The approved
// value may be right and the bound one wrong, so that the applicant could correct nothing. Only HR sends the form back.
func identityMismatch(d *decision) {
	if !d.requireStarted(d.c.Identity) {
		return
	}
	d.c.Delayed = ""
	d.noteDisclosure("feishu_identity")
	d.c.Identity.State = WriteRefused
	d.detail("field", d.event.Field)
	stop := Attention{Step: StepIdentity, Code: StopCode(boundPrefix + d.event.Field)}
	if s := d.event.Stop; s != nil {
		stop.Upstream, stop.LogID = s.Upstream, s.LogID
	}
	d.event.Stop = &stop
	if d.c.State == NeedsAttention {
		suspendAgain(d)
		return
	}
	suspend(d)
}

// identityMismatchWhileSuspended is identityMismatch while HR is asked about another step.
func identityMismatchWhileSuspended(d *decision) {
	if d.c.Attention.Return != Recording {
		d.refuse(refusalNotInTable, nil)
		return
	}
	identityMismatch(d)
}

// sendBackBound returns the form to the applicant by HR's decision after identityMismatch. The form names the field to
// correct. Feishu does not tell what is bound, so that only HR's note can say by what.
func sendBackBound(d *decision) {
	code := string(d.c.Attention.Code)
	field, bound := strings.CutPrefix(code, boundPrefix)
	if !bound {
		d.refuse("nothing to send back", LateToast(d.policy, d.c))
		return
	}
	d.recordReview(ReviewSentBack)
	if d.c.Review.Reason == "" {
		d.c.Review.Reason = "bound_differs"
		d.detail("reason", d.c.Review.Reason)
	}
	d.c.Mismatch, d.c.FormIssues = "", map[string]string{field: code}
	d.c.Code, d.c.Check = nil, nil
	d.c.Personal.SMSCode = ""
	d.toast("sent_back")
	d.repost(AudienceApplicant)
}

// photoUploaded notes the fileId of one side. The uploads may end before or after the identity.
func photoUploaded(d *decision) {
	d.c.Delayed = ""
	if d.c.Uploads == nil {
		d.c.Uploads = map[string]string{}
	}
	d.noteDisclosure("esign")
	d.c.Uploads[d.event.Side] = d.event.ID
	d.detail("side", d.event.Side)
	d.detail("file_id", d.event.ID)
	// The uploaded JPEG has no metadata and may be turned, so both hashes are needed to tell what e签宝 holds.
	if p := d.c.PhotoOf(idcard.Side(d.event.Side)); p != nil {
		d.detail("sha256", p.SHA256)
	}
	d.detail("sha256_uploaded", d.event.SHA256)
	d.fileEvidenceWhenReady()
}
