package flows

import "shiming/idcard"

// files reports whether evidence is filed at all: without a genuine verification there is
// nothing that could be.
func (d *decision) filesEvidence() bool { return d.c.Method != MethodNone }

func (c *Case) IdentityDone() bool { return c.Identity != nil && c.Identity.State == WriteDone }

func (d *decision) missingUploads() (sides []idcard.Side) {
	for _, s := range []idcard.Side{idcard.Front, idcard.Back} {
		if d.c.Uploads[string(s)] == "" {
			sides = append(sides, s)
		}
	}
	return sides
}

func identityStarted(d *decision) { d.c.Identity = d.startWrite(d.c.Identity) }

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

// afterIdentity goes on to the evidence, or to the end when there is none to file.
func (d *decision) afterIdentity() {
	if !d.filesEvidence() {
		d.goTo(Done)
		d.repost(AudienceApplicant)
		return
	}
	d.goTo(Filing)
	d.fileEvidenceWhenReady()
}

// fileWhenReady files the evidence once identity and both uploads are there.
func (d *decision) fileEvidenceWhenReady() {
	if len(d.missingUploads()) == 0 && d.c.IdentityDone() {
		d.job(FileEvidence())
	}
}

// identityMismatch: Feishu has the person bound to other data. The differing field is named.
func identityMismatch(d *decision) {
	if !d.requireStarted(d.c.Identity) {
		return
	}
	d.c.Delayed = ""
	d.noteDisclosure("feishu_identity")
	d.c.Identity.State = WriteRefused
	d.c.Mismatch = d.event.Field
	d.c.Code, d.c.Check = nil, nil
	d.c.Personal.SMSCode = ""
	d.detail("field", d.event.Field)
	d.rule("Feishu knows another " + d.event.Field)
	d.goTo(AwaitingConfirmation)
	d.repost(AudienceApplicant)
}

func photoUploaded(d *decision) {
	d.c.Delayed = ""
	if d.c.Uploads == nil {
		d.c.Uploads = map[string]string{}
	}
	d.noteDisclosure("esign")
	d.c.Uploads[d.event.Side] = d.event.ID
	d.detail("side", d.event.Side)
	d.detail("file_id", d.event.ID)
	d.fileEvidenceWhenReady()
}
