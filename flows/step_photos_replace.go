package flows

import "shiming/idcard"

// retakeHere drops one side while photos are being collected.
func retakeHere(d *decision) {
	if d.c.PhotoOf(idcard.Side(d.e.Side)) == nil {
		d.refuse("nothing to retake", LateToast(d.p, d.c))
		return
	}
	d.clearSide(idcard.Side(d.e.Side))
	d.toast("saved")
	d.redraw(AudienceApplicant)
}

// retake goes back for a new photo of one side; the other side stays.
func retake(d *decision) {
	d.clearSide(idcard.Side(d.e.Side))
	d.leaveForm()
	d.toast("saved")
}

// clearSide makes room for a new photo of a side. A photo that shows both goes altogether.
func (d *decision) clearSide(s idcard.Side) {
	for i := range d.c.Photos {
		d.c.Photos[i].Past = true
	}
	p := d.c.PhotoOf(s)
	if p == nil {
		return
	}
	if p.Other {
		d.unread(s.Other())
	}
	d.unread(s)
	p.State = PhotoReplaced
	delete(d.c.Uploads, string(s))
	d.forget(p.ID)
	d.detail("dropped", p.ID)
}

// leaveForm forgets what was typed, since it was typed against another photo.
func (d *decision) leaveForm() {
	d.c.FormIssues, d.c.Mismatch, d.c.Changed = nil, "", nil
	d.c.Personal.Name, d.c.Personal.Number = "", ""
	d.c.Code, d.c.Check = nil, nil
	d.c.Personal.SMSCode = ""
}

// newReading: a photo that was sent although the form is there replaces the side that it
// shows. One that was merely slower than the others is dropped.
func newReading(d *decision) {
	p := d.c.PhotoByID(d.e.PhotoID)
	if p == nil || p.State != PhotoStored || !p.At.After(d.c.EnteredAt) || len(d.e.Readings) == 0 {
		dropStraggler(d)
		return
	}
	d.sent("feishu_ocr")
	for _, r := range d.e.Readings {
		d.clearSide(r.Side)
	}
	for _, r := range d.e.Readings {
		if problem := d.use(p, r); problem != "" {
			// The former photo of this side is gone; ask for a good one.
			d.refusePhoto(p, problem, r.Side)
			d.leaveForm()
			d.goTo(AwaitingPhotos)
			return
		}
	}
	d.leaveForm()
	if d.c.PhotoOf(idcard.Front) == nil || d.c.PhotoOf(idcard.Back) == nil || !d.belongTogether() {
		d.goTo(AwaitingPhotos)
		return
	}
	d.stay = true
	d.rule("photo replaced")
	d.repost(AudienceApplicant)
}

// dropStraggler forgets a photo that is no longer needed.
func dropStraggler(d *decision) {
	p := d.c.PhotoByID(d.e.PhotoID)
	if p == nil || p.State != PhotoWaiting && p.State != PhotoStored {
		d.late(p)
		return
	}
	d.forget(p.ID)
	p.State, p.Reader = PhotoReplaced, ""
	d.detail("photo", p.ID)
	if d.e.Kind == PhotoReadOK {
		d.sent("feishu_ocr")
	}
}

// photoRecalled: the applicant took a picture back in the chat, so it goes here as well.
func photoRecalled(d *decision) {
	found := false
	for i := range d.c.Photos {
		p := &d.c.Photos[i]
		if p.MessageID != d.e.MessageID || p.State == PhotoReplaced || p.State == PhotoRefused {
			continue
		}
		found = true
		if p.State == PhotoRead {
			d.clearSide(p.Side)
		}
		p.State, p.Reader = PhotoReplaced, ""
		d.forget(p.ID)
	}
	if !found {
		d.refuse("no such photo", nil)
		return
	}
	d.redraw(AudienceApplicant)
}

// photoRecalledLate also leaves the form when a side is missing now.
func photoRecalledLate(d *decision) {
	d.goTo(d.c.State)
	photoRecalled(d)
	if d.to == "" {
		return
	}
	if d.c.PhotoOf(idcard.Front) == nil || d.c.PhotoOf(idcard.Back) == nil {
		d.leaveForm()
		d.goTo(AwaitingPhotos)
	}
}
