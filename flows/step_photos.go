package flows

import (
	"slices"

	"shiming/idcard"
)

// addPhoto appends the photo of the event; false if the case has more than enough.
func (d *decision) addPhoto() bool {
	if len(d.c.Photos) >= MaxPhotos {
		d.replyProblem("", "too_many")
		return false
	}
	d.c.Photos = append(d.c.Photos, Photo{
		ID:        d.event.PhotoID,
		MessageID: d.event.MessageID,
		FileKey:   d.event.Photo.FileKey,
		Kind:      d.event.Photo.Kind,
		State:     PhotoWaiting,
		At:        d.event.At,
	})
	d.detail("photo", d.event.PhotoID)
	return true
}

// takePhoto fetches a photo that may be read.
func takePhoto(d *decision) {
	if !d.addPhoto() {
		return
	}
	d.job(FetchPhoto(d.event.PhotoID))
	d.redraw(AudienceApplicant)
}

// photoFetched queues the reading. A person who has a side already, or another photo
// under way, goes before people who have none: five people finished beat ten half-done.
func photoFetched(d *decision) {
	p := d.c.PhotoByID(d.event.PhotoID)
	if p == nil || p.State != PhotoWaiting {
		d.ignoreLateResult(p) // taken back meanwhile
		return
	}
	p.State, p.SHA256, p.Warnings, p.Bytes = PhotoStored, d.event.SHA256, d.event.Warnings, d.event.Bytes
	d.detail("photo", p.ID)
	d.detail("sha256", p.SHA256)
	priority := 2
	for _, o := range d.c.Photos {
		if o.ID != p.ID && (o.State == PhotoRead || o.State == PhotoStored) {
			priority = 1
		}
	}
	d.job(ReadPhotos(priority))
}

// late deals with a result for a photo that no longer waits for one: nothing is changed, and
// bytes that nobody refers to are not kept.
func (d *decision) ignoreLateResult(p *Photo) {
	if p == nil || p.State == PhotoRefused || p.State == PhotoReplaced {
		d.dropPicture(d.event.PhotoID)
	}
	d.change.Silent = true
}

// photoClaimed hands stored photos to one job, so that none is read twice.
func photoClaimed(d *decision) {
	for i := range d.c.Photos {
		p := &d.c.Photos[i]
		if p.State == PhotoStored && p.Reader == "" && slices.Contains(d.event.PhotoIDs, p.ID) {
			p.Reader = d.event.Job
		}
	}
	d.change.Silent = true
}

// photoRead sorts what the OCR saw on one photo into the two sides.
func photoRead(d *decision) {
	d.c.Delayed = ""
	d.noteDisclosure("feishu_ocr")
	p := d.c.PhotoByID(d.event.PhotoID)
	if p == nil || p.State != PhotoStored {
		d.ignoreLateResult(p)
		return
	}
	used, wrong, on := false, "", idcard.Side("")
	for _, r := range d.event.Readings {
		problem := d.assignReading(p, r)
		if problem == "" {
			used = true
		} else if wrong == "" {
			wrong, on = problem, r.Side
		}
		if problem == "other_person" {
			break // whose side is the other one?
		}
	}
	switch {
	case wrong != "" && !used:
		d.refusePhoto(p, wrong, on)
	case wrong == "expired_card": // the front beside it is good
		d.replyProblem(p.ID, wrong)
	}
	d.redraw(AudienceApplicant)
	if used && d.c.PhotoOf(idcard.Front) != nil && d.c.PhotoOf(idcard.Back) != nil {
		d.proceedToForm()
	}
}

// use takes one reading for its side and returns the problem that forbids it, if any.
func (d *decision) assignReading(p *Photo, r idcard.Reading) string {
	have := d.c.PhotoOf(r.Side)
	sealed := r.Seal()
	switch {
	case r.Side == idcard.Front && have != nil && !samePerson(d.c.Personal.Front, &sealed):
		return "other_person"
	case have != nil && have != p && r.Side == idcard.Front:
		return "duplicate_front"
	case have != nil && have != p:
		return "duplicate_back"
	}
	if r.Side == idcard.Back {
		if status, _ := idcard.Validity(r, d.event.At); status == idcard.StatusExpired {
			return "expired_card"
		}
	}
	if p.State == PhotoRead {
		p.BothSides = true
	} else {
		p.State, p.Side = PhotoRead, r.Side
	}
	p.Reader = ""
	if r.Side == idcard.Front {
		d.c.Personal.Front = &sealed
	} else {
		d.c.Personal.Back = &sealed
	}
	d.detail("photo", p.ID)
	d.detail("side", string(r.Side))
	return ""
}

// samePerson compares the numbers of two name pages as they were read.
func samePerson(a, b *idcard.SealedReading) bool {
	return a == nil || a.RawNumber == "" || b.RawNumber == "" || a.RawNumber == b.RawNumber
}

// bothSides leads on to the form, unless the two sides cannot belong together.
func (d *decision) proceedToForm() {
	if !d.requireMatchingSides() {
		return
	}
	d.goTo(AwaitingConfirmation)
	d.rule("both sides read")
	d.repost(AudienceApplicant) // the photos have pushed the card up
}

// belongTogether refuses the photo that came last when the two sides cannot be of one card:
// which of them is wrong cannot be known.
func (d *decision) requireMatchingSides() bool {
	front, back := d.c.Personal.Front.Open(), d.c.Personal.Back.Open()
	for _, i := range idcard.SidesMatch(front, back, d.event.At) {
		if i.Level == idcard.Error {
			p := d.c.PhotoByID(d.event.PhotoID)
			d.refusePhoto(p, "sides_mismatch", p.Side)
			return false
		}
	}
	return true
}

// refusePhoto turns a photo down and tells the applicant on that photo.
func (d *decision) refusePhoto(p *Photo, problem string, side idcard.Side) {
	if p.State == PhotoRead {
		d.clearReading(p.Side)
		if p.BothSides {
			d.clearReading(p.Side.Other())
		}
	}
	p.State, p.Problem, p.Side, p.BothSides, p.Reader = PhotoRefused, problem, side, false, ""
	d.c.BadPhotos++
	d.dropPicture(p.ID)
	d.replyProblem(p.ID, problem)
	d.detail("photo", p.ID)
	d.detail("problem", problem)
}

// problem answers the photo's message.
func (d *decision) replyProblem(photoID, problem string) {
	msg := d.event.MessageID
	if p := d.c.PhotoByID(photoID); p != nil {
		msg = p.MessageID
	}
	if msg == "" {
		return
	}
	d.job(Reply(ReplyPhotoProblem).Towards(Receiver{Type: "message_id", ID: msg}).
		With(ArgPhoto, photoID).With(ArgProblem, problem).With(ArgWho, d.c.OpenID))
}

// photoFailed turns down a photo that could not be fetched, inspected or read.
func photoFailed(d *decision) {
	d.c.Delayed = ""
	p := d.c.PhotoByID(d.event.PhotoID)
	if p == nil || p.State != PhotoWaiting && p.State != PhotoStored {
		d.ignoreLateResult(p)
		return
	}
	if p.State == PhotoStored {
		d.noteDisclosure("feishu_ocr")
	}
	d.refusePhoto(p, d.event.Problem, "")
	d.redraw(AudienceApplicant)
}

// unread forgets what was read of a side.
func (d *decision) clearReading(s idcard.Side) {
	if s == idcard.Front {
		d.c.Personal.Front = nil
	} else {
		d.c.Personal.Back = nil
	}
}

// forget deletes the bytes of a photo in the same transaction.
func (d *decision) dropPicture(photoID string) {
	d.change.DropPictures = append(d.change.DropPictures, photoID)
}

// sent notes a handing over of personal data.
func (d *decision) noteDisclosure(to string) {
	d.c.Sent = append(d.c.Sent, Disclosure{To: to, At: d.event.At})
}
