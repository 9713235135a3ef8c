package flows

import "shiming/idcard"

// files reports whether evidence is filed at all: without a genuine verification there is
// nothing that could be.
func (d *decision) files() bool { return d.c.Method != MethodNone }

func (c *Case) IdentityDone() bool { return c.Identity != nil && c.Identity.State == WriteDone }

func (d *decision) missingUploads() (sides []idcard.Side) {
	for _, s := range []idcard.Side{idcard.Front, idcard.Back} {
		if d.c.Uploads[string(s)] == "" {
			sides = append(sides, s)
		}
	}
	return sides
}

func identityStarted(d *decision) { d.c.Identity = start(d.c.Identity, d.e.Job, d) }

func identityRecorded(d *decision) {
	if !d.answered(d.c.Identity) {
		return
	}
	d.c.Delayed = ""
	d.sent("feishu_identity")
	d.c.Identity.State, d.c.Identity.At, d.c.Identity.ID = WriteDone, d.e.At, d.e.ID
	d.detail("verify_uid", d.e.ID)
	d.afterIdentity()
}

// afterIdentity goes on to the evidence, or to the end when there is none to file.
func (d *decision) afterIdentity() {
	if !d.files() {
		d.goTo(Done)
		d.repost(AudienceApplicant)
		return
	}
	d.goTo(Filing)
	d.fileWhenReady()
}

// fileWhenReady files the evidence once identity and both uploads are there.
func (d *decision) fileWhenReady() {
	if len(d.missingUploads()) == 0 && d.c.IdentityDone() {
		d.job(FileEvidence())
	}
}

// identityMismatch: Feishu has the person bound to other data. The differing field is named.
func identityMismatch(d *decision) {
	if !d.answered(d.c.Identity) {
		return
	}
	d.c.Delayed = ""
	d.sent("feishu_identity")
	d.c.Identity.State = WriteRefused
	d.c.Mismatch = d.e.Field
	d.c.Code, d.c.Check = nil, nil
	d.c.Personal.SMSCode = ""
	d.detail("field", d.e.Field)
	d.rule("Feishu knows another " + d.e.Field)
	d.goTo(AwaitingConfirmation)
	d.repost(AudienceApplicant)
}

func photoUploaded(d *decision) {
	d.c.Delayed = ""
	if d.c.Uploads == nil {
		d.c.Uploads = map[string]string{}
	}
	d.sent("esign")
	d.c.Uploads[d.e.Side] = d.e.ID
	d.detail("side", d.e.Side)
	d.detail("file_id", d.e.ID)
	d.fileWhenReady()
}
