package flows

import (
	"slices"

	"shiming/idcard"
)

// addPhoto appends the photo of the event; false if the case has more than enough.
func (d *decision) addPhoto() bool {
	if len(d.c.Photos) >= MaxPhotos {
		d.problem("", "too_many")
		return false
	}
	d.c.Photos = append(d.c.Photos, Photo{
		ID:        d.e.PhotoID,
		MessageID: d.e.MessageID,
		FileKey:   d.e.Photo.FileKey,
		Kind:      d.e.Photo.Kind,
		State:     PhotoWaiting,
		At:        d.e.At,
	})
	d.detail("photo", d.e.PhotoID)
	return true
}

// takePhoto fetches a photo that may be read.
func takePhoto(d *decision) {
	if !d.addPhoto() {
		return
	}
	d.job(FetchPhoto(d.e.PhotoID))
	d.redraw(AudienceApplicant)
}

// photoFetched queues the reading. A person who has a side already, or another photo
// under way, goes before people who have none: five people finished beat ten half-done.
func photoFetched(d *decision) {
	p := d.c.PhotoByID(d.e.PhotoID)
	if p == nil || p.State != PhotoWaiting {
		d.late(p) // taken back meanwhile
		return
	}
	p.State, p.SHA256, p.Warnings, p.Bytes = PhotoStored, d.e.SHA256, d.e.Warnings, d.e.Bytes
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
func (d *decision) late(p *Photo) {
	if p == nil || p.State == PhotoRefused || p.State == PhotoReplaced {
		d.forget(d.e.PhotoID)
	}
	d.ch.Silent = true
}

// photoClaimed hands stored photos to one job, so that none is read twice.
func photoClaimed(d *decision) {
	for i := range d.c.Photos {
		p := &d.c.Photos[i]
		if p.State == PhotoStored && p.Reader == "" && slices.Contains(d.e.PhotoIDs, p.ID) {
			p.Reader = d.e.Job
		}
	}
	d.ch.Silent = true
}

// photoRead sorts what the OCR saw on one photo into the two sides.
func photoRead(d *decision) {
	d.c.Delayed = ""
	d.sent("feishu_ocr")
	p := d.c.PhotoByID(d.e.PhotoID)
	if p == nil || p.State != PhotoStored {
		d.late(p)
		return
	}
	used, wrong, on := false, "", idcard.Side("")
	for _, r := range d.e.Readings {
		problem := d.use(p, r)
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
		d.problem(p.ID, wrong)
	}
	d.redraw(AudienceApplicant)
	if used && d.c.PhotoOf(idcard.Front) != nil && d.c.PhotoOf(idcard.Back) != nil {
		d.bothSides()
	}
}

// use takes one reading for its side and returns the problem that forbids it, if any.
func (d *decision) use(p *Photo, r idcard.Reading) string {
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
		if status, _ := idcard.Validity(r, d.e.At); status == idcard.StatusExpired {
			return "expired_card"
		}
	}
	if p.State == PhotoRead {
		p.Other = true
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
func (d *decision) bothSides() {
	if !d.belongTogether() {
		return
	}
	d.goTo(AwaitingConfirmation)
	d.rule("both sides read")
	d.repost(AudienceApplicant) // the photos have pushed the card up
}

// belongTogether refuses the photo that came last when the two sides cannot be of one card:
// which of them is wrong cannot be known.
func (d *decision) belongTogether() bool {
	front, back := d.c.Personal.Front.Open(), d.c.Personal.Back.Open()
	for _, i := range idcard.SidesMatch(front, back, d.e.At) {
		if i.Level == idcard.Error {
			p := d.c.PhotoByID(d.e.PhotoID)
			d.refusePhoto(p, "sides_mismatch", p.Side)
			return false
		}
	}
	return true
}

// refusePhoto turns a photo down and tells the applicant on that photo.
func (d *decision) refusePhoto(p *Photo, problem string, side idcard.Side) {
	if p.State == PhotoRead {
		d.unread(p.Side)
		if p.Other {
			d.unread(p.Side.Other())
		}
	}
	p.State, p.Problem, p.Side, p.Other, p.Reader = PhotoRefused, problem, side, false, ""
	d.c.BadPhotos++
	d.forget(p.ID)
	d.problem(p.ID, problem)
	d.detail("photo", p.ID)
	d.detail("problem", problem)
}

// problem answers the photo's message.
func (d *decision) problem(photoID, problem string) {
	msg := d.e.MessageID
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
	p := d.c.PhotoByID(d.e.PhotoID)
	if p == nil || p.State != PhotoWaiting && p.State != PhotoStored {
		d.late(p)
		return
	}
	if p.State == PhotoStored {
		d.sent("feishu_ocr")
	}
	d.refusePhoto(p, d.e.Problem, "")
	d.redraw(AudienceApplicant)
}

// unread forgets what was read of a side.
func (d *decision) unread(s idcard.Side) {
	if s == idcard.Front {
		d.c.Personal.Front = nil
	} else {
		d.c.Personal.Back = nil
	}
}

// forget deletes the bytes of a photo in the same transaction.
func (d *decision) forget(photoID string) {
	d.ch.DropPictures = append(d.ch.DropPictures, photoID)
}

// sent notes a handing over of personal data.
func (d *decision) sent(to string) {
	d.c.Sent = append(d.c.Sent, Disclosure{To: to, At: d.e.At})
}
