package flows

import (
	"slices"

	"shiming/idcard"
)

// retakeWhileCollecting drops the photo of one side in AwaitingPhotos.
func retakeWhileCollecting(d *decision) {
	if d.c.Personal.Document != "" { // the applicant has an identity card after all
		d.startOver()
		d.reenter = true
		d.toast("saved")
		return
	}
	if d.c.PhotoOf(idcard.Side(d.event.Side)) == nil {
		d.refuse("nothing to retake", LateToast(d.policy, d.c))
		return
	}
	d.clearSide(idcard.Side(d.event.Side))
	d.toast("saved")
	d.redraw(AudienceApplicant)
}

// takePhotoAtForm notes a photo that may replace one. The form of another document needs none if its values are typed.
func takePhotoAtForm(d *decision) {
	if d.c.Personal.Document != "" && d.c.Personal.DocumentRead == nil {
		d.refuse("this document needs no photo", nil)
		return
	}
	takePhoto(d)
}

// retake returns to AwaitingPhotos for a new photo of one side. The other side stays in use. From the form of another
// document it returns to the photos of the resident identity card.
func retake(d *decision) {
	if d.c.Personal.Document != "" {
		d.startOver()
	}
	d.clearSide(idcard.Side(d.event.Side))
	d.resetForm()
	d.toast("saved")
}

// clearSide removes the photo in use for a side. A photo that shows both sides is removed for both.
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

// resetForm removes the typed values and the results that rest on them, because they belong to another photo.
func (d *decision) resetForm() {
	d.c.FormIssues, d.c.Mismatch, d.c.Changed = nil, "", nil
	d.c.Personal.Name, d.c.Personal.Number = "", ""
	d.c.Code, d.c.Check = nil, nil
	d.c.Personal.SMSCode = ""
}

// photoReadAtForm handles a reading in AwaitingConfirmation. A photo that was sent after the form appeared replaces the
// side that it shows. An earlier photo, whose job was merely slower, is dropped.
func photoReadAtForm(d *decision) {
	p := d.c.PhotoByID(d.event.PhotoID)
	if d.c.Personal.Document != "" {
		d.documentReadAtForm(p)
		return
	}
	if p == nil || p.State != PhotoStored || !p.At.After(d.c.EnteredAt) || len(d.event.Readings) == 0 {
		dropLatePhoto(d)
		return
	}
	d.noteDisclosure("feishu_ocr")
	if slices.ContainsFunc(d.event.Readings, idcard.Reading.TwoCards) { // the sides that were read stay
		d.refusePhoto(p, problemTwoCards, "")
		d.redraw(AudienceApplicant)
		return
	}
	if side, worse := d.readWorse(); worse {
		d.refusePhoto(p, duplicateOf(side), side)
		d.redraw(AudienceApplicant)
		return
	}
	for _, r := range d.event.Readings {
		d.clearSide(r.Side)
	}
	for _, r := range d.event.Readings {
		if problem := d.assignReading(p, r); problem != "" {
			// The former photo of this side has been removed above, so the applicant needs to send another one.
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

// readWorse returns a side of the event that was read less well than before, if there is one, and not of somebody
// else. The form keeps what was read rightly, and the button for another photo of the side takes it away first.
func (d *decision) readWorse() (side idcard.Side, worse bool) {
	for _, r := range d.event.Readings {
		if former := d.readingOf(r.Side); former != nil && rank(r) < rank(*former) && !anotherPerson(*former, r) {
			return r.Side, true
		}
	}
	return "", false
}

// dropLatePhoto removes a photo that is no longer needed.
func dropLatePhoto(d *decision) {
	p := d.c.PhotoByID(d.event.PhotoID)
	if p == nil || p.State != PhotoWaiting && p.State != PhotoStored {
		d.ignoreLateResult(p)
		return
	}
	d.dropPhoto(p)
	d.detail("photo", p.ID)
	if d.event.Kind == PhotoReadOK {
		d.noteDisclosure("feishu_ocr")
	}
}

// photoRecalled removes the photos of a message that the applicant has recalled in the chat.
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
		d.dropPhoto(p)
	}
	if !found {
		d.refuse("no such photo", nil)
		return
	}
	d.redraw(AudienceApplicant)
}

// photoRecalledUnread handles a recall before the consent. Where only an agreement is read again, the photos are
// confirmed already and stay, as they do in every later state.
func photoRecalledUnread(d *decision) {
	if d.c.AfterConsent != "" {
		d.refuse("the photos are confirmed", nil)
		return
	}
	photoRecalled(d)
}

// photoRecalledAtForm handles a recall in AwaitingConfirmation. It returns to AwaitingPhotos if a side is missing then.
func photoRecalledAtForm(d *decision) {
	d.goTo(d.c.State)
	photoRecalled(d)
	if d.refused() || d.c.Personal.Document != "" { // the values of a document can be typed
		return
	}
	if d.c.PhotoOf(idcard.Front) == nil || d.c.PhotoOf(idcard.Back) == nil {
		d.resetForm()
		d.goTo(AwaitingPhotos)
	}
}
