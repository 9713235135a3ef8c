package flows

import "shiming/idcard"

// retakeWhileCollecting drops one side while photos are being collected.
func retakeWhileCollecting(d *decision) {
	if d.c.PhotoOf(idcard.Side(d.event.Side)) == nil {
		d.refuse("nothing to retake", LateToast(d.policy, d.c))
		return
	}
	d.clearSide(idcard.Side(d.event.Side))
	d.toast("saved")
	d.redraw(AudienceApplicant)
}

// retake goes back for a new photo of one side; the other side stays.
func retake(d *decision) {
	d.clearSide(idcard.Side(d.event.Side))
	d.resetForm()
	d.toast("saved")
}

// clearSide makes room for a new photo of a side. A photo that shows both goes altogether.
func (d *decision) clearSide(s idcard.Side) {
	for i := range d.c.Photos {
		d.c.Photos[i].ProblemSeen = true
	}
	p := d.c.PhotoOf(s)
	if p == nil {
		return
	}
	if p.BothSides {
		d.clearReading(s.Other())
	}
	d.clearReading(s)
	p.State = PhotoReplaced
	delete(d.c.Uploads, string(s))
	d.dropPicture(p.ID)
	d.detail("dropped", p.ID)
}

// leaveForm forgets what was typed, since it was typed against another photo.
func (d *decision) resetForm() {
	d.c.FormIssues, d.c.Mismatch, d.c.Changed = nil, "", nil
	d.c.Personal.Name, d.c.Personal.Number = "", ""
	d.c.Code, d.c.Check = nil, nil
	d.c.Personal.SMSCode = ""
}

// photoReadAtForm: a photo that was sent although the form is there replaces the side that it
// shows. One that was merely slower than the others is dropped.
func photoReadAtForm(d *decision) {
	p := d.c.PhotoByID(d.event.PhotoID)
	if p == nil || p.State != PhotoStored || !p.At.After(d.c.EnteredAt) || len(d.event.Readings) == 0 {
		dropLatePhoto(d)
		return
	}
	d.noteDisclosure("feishu_ocr")
	for _, r := range d.event.Readings {
		d.clearSide(r.Side)
	}
	for _, r := range d.event.Readings {
		if problem := d.assignReading(p, r); problem != "" {
			// The former photo of this side is gone; ask for a good one.
			d.refusePhoto(p, problem, r.Side)
			d.resetForm()
			d.goTo(AwaitingPhotos)
			return
		}
	}
	d.resetForm()
	if d.c.PhotoOf(idcard.Front) == nil || d.c.PhotoOf(idcard.Back) == nil || !d.requireMatchingSides() {
		d.goTo(AwaitingPhotos)
		return
	}
	d.reenter = true
	d.rule("photo replaced")
	d.repost(AudienceApplicant)
}

// dropLatePhoto forgets a photo that is no longer needed.
func dropLatePhoto(d *decision) {
	p := d.c.PhotoByID(d.event.PhotoID)
	if p == nil || p.State != PhotoWaiting && p.State != PhotoStored {
		d.ignoreLateResult(p)
		return
	}
	d.dropPicture(p.ID)
	p.State, p.Reader = PhotoReplaced, ""
	d.detail("photo", p.ID)
	if d.event.Kind == PhotoReadOK {
		d.noteDisclosure("feishu_ocr")
	}
}

// photoRecalled: the applicant took a picture back in the chat, so it goes here as well.
func photoRecalled(d *decision) {
	found := false
	for i := range d.c.Photos {
		p := &d.c.Photos[i]
		if p.MessageID != d.event.MessageID || p.State == PhotoReplaced || p.State == PhotoRefused {
			continue
		}
		found = true
		if p.State == PhotoRead {
			d.clearSide(p.Side)
		}
		p.State, p.Reader = PhotoReplaced, ""
		d.dropPicture(p.ID)
	}
	if !found {
		d.refuse("no such photo", nil)
		return
	}
	d.redraw(AudienceApplicant)
}

// photoRecalledAtForm also leaves the form when a side is missing now.
func photoRecalledAtForm(d *decision) {
	d.goTo(d.c.State)
	photoRecalled(d)
	if d.refused() {
		return
	}
	if d.c.PhotoOf(idcard.Front) == nil || d.c.PhotoOf(idcard.Back) == nil {
		d.resetForm()
		d.goTo(AwaitingPhotos)
	}
}
