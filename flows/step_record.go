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
	for _, s := range d.c.UploadSides() {
		if d.c.Uploads[string(s)] == "" {
			sides = append(sides, s)
		}
	}
	return sides
}

// nextWrite queues what is next: the uploads, then the identity, then the evidence point. The identity cannot be taken
// back, so it is written when everything that the evidence needs is there, and never before.
func (d *decision) nextWrite() {
	if d.filesEvidence() {
		if missing := d.missingUploads(); len(missing) > 0 {
			for _, side := range missing {
				d.job(UploadPhoto(side))
			}
			return
		}
	}
	switch {
	case !d.c.IdentityDone():
		d.job(RecordIdentity())
	case d.filesEvidence():
		d.job(FileEvidence())
	}
}

// identityStarted stores the intent, and the worker calls Feishu afterwards; or the case waits behind another one.
func identityStarted(d *decision) {
	if d.filesEvidence() && len(d.missingUploads()) > 0 {
		d.refuse("photos are missing", nil)
		return
	}
	d.leaveRefusedRevision()
	if d.askToReadAgain() { // the agreements changed while the case waited for its turn
		return
	}
	w := d.startWrite(d.c.Identity)
	if d.refused() || d.waitsBehind(d.event.Ahead) {
		return
	}
	d.c.Identity = w
}

// identityStartedWhileSuspended is identityStarted of a stopped case that is tried again without HR.
func identityStartedWhileSuspended(d *decision) {
	if d.c.Attention.Return == Recording {
		d.leaveRefusedRevision()
		if d.askToReadAgain() {
			return
		}
	}
	whileSuspended(d)
}

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
	d.nextWrite()
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
	d.c.Bound, d.c.Personal.BoundValue = d.event.Field, d.c.Personal.valueOf(d.event.Field)
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
		d.c.Review.Reason = reasonBound
		d.detail("reason", d.c.Review.Reason)
	}
	d.countReview(figureSentBack)
	d.c.Mismatch, d.c.FormIssues = "", map[string]string{field: code}
	d.c.Code, d.c.Check = nil, nil
	d.c.Personal.SMSCode = ""
	d.toast("sent_back")
	d.repost(AudienceApplicant)
}

// photoUploaded notes the fileId of one side, or of the face. After the last one the identity follows, or the evidence
// point if the photos were uploaded again. A second file of a side is ignored: the point may name the first.
func photoUploaded(d *decision) {
	if d.c.Uploads[d.event.Side] != "" {
		d.refuse(refusalKnown, nil)
		return
	}
	d.c.Delayed = ""
	if d.c.Uploads == nil {
		d.c.Uploads = map[string]string{}
	}
	d.noteDisclosure("esign")
	d.c.Uploads[d.event.Side] = d.event.ID
	d.detail("side", d.event.Side)
	d.detail("file_id", d.event.ID)
	// The uploaded JPEG has no metadata and may be turned, so that the row names both pictures and how one became the other.
	if p := d.c.Uploadable(idcard.Side(d.event.Side)); p != nil {
		d.detail("sha256", p.SHA256)
		if p.Changes != "" { // not of a picture that an older version fetched
			d.detail("md5", p.MD5)
			d.detail("format", p.Format)
			d.detail("changes", p.Changes)
		}
	}
	d.detail("sha256_uploaded", d.event.SHA256)
	d.detail("md5_uploaded", d.event.MD5)
	if len(d.missingUploads()) == 0 {
		d.nextWrite()
	}
}
