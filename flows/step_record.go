package flows

import "shiming/idcard"

// resume queues what is still missing in a state; safe to call again, since every worker
// looks at the case before it acts.
func (d *decision) resume(s State) {
	switch s {
	case AwaitingPhotos:
		reading := false
		for i := range d.c.Photos {
			p := &d.c.Photos[i]
			switch p.State {
			case PhotoWaiting:
				d.job(Job{Kind: JobFetchPhoto, Ref: p.ID})
			case PhotoStored:
				p.Reader = ""
				reading = true
			}
		}
		if reading {
			d.job(Job{Kind: JobReadPhotos})
		}
	case AwaitingCode:
		if d.c.Code != nil && d.c.Code.State == "sending" && d.c.Code.MAC == nil {
			d.job(Job{Kind: JobSendCode, Rev: int64(d.c.Code.Seq)})
		}
	case Checking:
		d.job(Job{Kind: JobCheck, Rev: d.c.Rev + 1})
	case Recording, Filing:
		if !d.c.identityDone() {
			d.job(Job{Kind: JobIdentity})
		}
		if d.files() {
			missing := d.missingUploads()
			for _, side := range missing {
				d.job(Job{Kind: JobUpload, Ref: string(side)})
			}
			if len(missing) == 0 && d.c.identityDone() {
				d.job(Job{Kind: JobEvidence})
			}
		}
	}
}

// files reports whether evidence is filed at all: without a genuine verification there is
// nothing that could be.
func (d *decision) files() bool { return d.c.Method != MethodNone }

func (c *Case) identityDone() bool { return c.Identity != nil && c.Identity.State == WriteDone }

func (d *decision) missingUploads() (sides []idcard.Side) {
	for _, s := range []idcard.Side{idcard.Front, idcard.Back} {
		if d.c.Uploads[string(s)] == "" {
			sides = append(sides, s)
		}
	}
	return sides
}

// start stores the intent of a write. It refuses when the write is done, or when an earlier
// attempt has begun and its outcome is not known.
func start(w *Write, job string, d *decision) *Write {
	if w == nil {
		w = &Write{}
	}
	if w.State == WriteDone || w.State == WriteStarted || w.State == WriteUnknown {
		d.refuse("already begun", nil)
		return w
	}
	return &Write{State: WriteStarted, Attempt: w.Attempt + 1, Started: d.e.At, Job: job}
}

func identityStarted(d *decision) { d.c.Identity = start(d.c.Identity, d.e.Job, d) }

// answered refuses an answer to an attempt that never began.
func (d *decision) answered(w *Write) bool {
	if w == nil || w.State != WriteStarted {
		d.refuse("no such attempt", nil)
		return false
	}
	return true
}

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
		d.anew(toApplicant)
		return
	}
	d.goTo(Filing)
	d.fileWhenReady()
}

// fileWhenReady files the evidence once identity and both uploads are there.
func (d *decision) fileWhenReady() {
	if len(d.missingUploads()) == 0 && d.c.identityDone() {
		d.job(Job{Kind: JobEvidence})
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
	d.why("Feishu knows another " + d.e.Field)
	d.goTo(AwaitingConfirmation)
	d.anew(toApplicant)
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

// writeFailed frees a write that was certainly not applied for another attempt.
func writeFailed(d *decision) {
	w := d.c.write(d.e.Step)
	if w == nil || w.State != WriteStarted {
		d.refuse("no such attempt", nil)
		return
	}
	w.State = WriteRefused
	d.detail("step", d.e.Step)
}
