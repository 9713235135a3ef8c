package flows

import (
	"slices"

	"shiming/idcard"
)

// photographDocument asks for a photo of the document of the kind, from which the OCR fills in the form. An earlier
// photo is of another kind, or shall be replaced.
func photographDocument(d *decision) {
	kind := d.event.Document
	if d.c.Personal.Document == "" || !kind.Readable() || !slices.Contains(d.policy.DocumentChoices(), kind) {
		d.refuse("no photo of this document", LateToast(d.policy, d.c))
		return
	}
	d.startOver()
	d.c.Personal.Document = kind
	d.toast("saved")
}

// typeDocument returns from the values of a photo to the empty form, for another kind or for values that were misread.
func typeDocument(d *decision) {
	if d.c.Personal.Document == "" {
		d.refuse(refusalNotInTable, LateToast(d.policy, d.c))
		return
	}
	otherDocument(d)
	d.reenter = true
}

// startOver deletes the photos that have come, with what was read on them, typed and chosen.
func (d *decision) startOver() {
	for i := range d.c.Photos {
		p := &d.c.Photos[i]
		p.ProblemSeen = true
		if p.State == PhotoWaiting || p.State == PhotoStored || p.State == PhotoRead {
			d.dropPhoto(p)
		}
	}
	for _, s := range []idcard.Side{idcard.Front, idcard.Back, idcard.DocumentPage} {
		d.clearReading(s)
	}
	d.c.Uploads = nil
	d.c.Personal.Document, d.c.DocumentUnreadable = "", false
	d.resetForm()
}

// documentRead uses what the OCR read on the photo of a document, and goes on to the form.
func (d *decision) documentRead(p *Photo) {
	if !d.useDocument(p) {
		d.redraw(AudienceApplicant)
		return
	}
	d.dropUnreadPhotos()
	d.goTo(AwaitingConfirmation)
	d.rule("document read")
	d.repost(AudienceApplicant) // the card stands above the photo in the chat
}

// documentReadAtForm lets a photo that was sent after the form appeared take the place of the former one.
func (d *decision) documentReadAtForm(p *Photo) {
	if p == nil || p.State != PhotoStored || !p.At.After(d.c.EnteredAt) || d.c.Personal.DocumentRead == nil {
		if p != nil && p.State == PhotoReplaced { // typed meanwhile; the OCR has received the photo nevertheless
			d.noteDisclosure("feishu_ocr")
		}
		dropLatePhoto(d)
		return
	}
	d.noteDisclosure("feishu_ocr")
	if !d.useDocument(p) {
		d.redraw(AudienceApplicant)
		return
	}
	d.reenter = true
	d.rule("photo replaced")
	d.repost(AudienceApplicant)
}

// useDocument takes the reading of the event as that of the document. It refuses the photo and reports false if the
// reading is of another kind.
func (d *decision) useDocument(p *Photo) bool {
	r := d.event.DocumentRead
	if r == nil || r.Kind != d.c.Personal.Document {
		d.refusePhoto(p, "nothing", "")
		return false
	}
	d.clearSide(idcard.DocumentPage)
	d.resetForm()
	p.State, p.Side, p.Reader = PhotoRead, idcard.DocumentPage, ""
	sealed := r.Seal()
	d.c.Personal.DocumentRead = &sealed
	d.detail("photo", p.ID)
	d.detail("side", string(p.Side))
	d.detail("document", string(r.Kind))
	return true
}

// suspendPhotos stops the case, unless it waits for the photo of a document: its values can be typed, so that an OCR
// that cannot be used holds nobody up.
func suspendPhotos(d *decision) {
	if d.c.Personal.Document == "" {
		suspend(d)
		return
	}
	d.noteStop(d.event.Stop)
	kind := d.c.Personal.Document
	d.startOver()
	d.c.Personal.Document = kind
	d.c.DocumentUnreadable = true
	d.goTo(AwaitingConfirmation)
	d.rule("document cannot be read: " + string(d.event.Stop.Code))
	d.repost(AudienceApplicant)
}

// documentProblems are the problems of a photo whose words name the identity card. A document has words of its own
// (texts "photo.document_<code>").
var documentProblems = map[string]bool{
	"not_picture": true, "too_small": true, "nothing": true, "too_many": true, "too_many_day": true,
	idcard.CodePhotoDark: true, idcard.CodePhotoGlare: true, idcard.CodePhotoBlurred: true,
	idcard.CodePhotoLowContrast: true, idcard.CodePhotoSmall: true, idcard.CodePhotoGrey: true,
}

// photoProblem returns the code of the words for a problem of a photo of this case.
func (c *Case) photoProblem(problem string) string {
	if c.Personal.Document != "" && documentProblems[problem] {
		return "document_" + problem
	}
	return problem
}
