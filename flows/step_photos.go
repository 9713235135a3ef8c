package flows

import (
	"slices"
	"strings"

	"shiming/idcard"
)

// addPhoto appends the photo of the event. If there are too many already, it replies to the message and returns false.
func (d *decision) addPhoto() bool {
	if problem := d.tooManyPhotos(); problem != "" {
		d.replyProblem("", d.c.photoProblem(problem))
		return false
	}
	d.forgetOldPhotos()
	d.c.Photos = append(d.c.Photos, Photo{
		ID:        d.event.PhotoID,
		MessageID: d.event.MessageID,
		FileKey:   d.event.Photo.FileKey,
		Kind:      d.event.Photo.Kind,
		State:     PhotoWaiting,
		At:        d.event.At,
		MadeAt:    d.event.MadeAt,
	})
	d.detail("photo", d.event.PhotoID)
	return true
}

// takePhoto notes a photo after consent and queues its download.
func takePhoto(d *decision) {
	if !d.addPhoto() {
		return
	}
	d.job(FetchPhoto(d.event.PhotoID))
	d.redraw(AudienceApplicant)
}

// photoFetched queues the OCR. Photos of a case that has another stored or read photo come first, so that the shared
// limit of the OCR completes begun cases before it starts new ones.
func photoFetched(d *decision) {
	p := d.c.PhotoByID(d.event.PhotoID)
	if p == nil || p.State != PhotoWaiting {
		d.ignoreLateResult(p) // for example a recalled photo
		return
	}
	p.State, p.SHA256, p.Bytes = PhotoStored, d.event.SHA256, d.event.Bytes
	p.Warnings = d.event.Warnings
	if d.c.Personal.Document == "" { // a first look knows what an identity card looks like, and nothing else
		p.Warnings = withNew(p.Warnings, d.event.Look.Judge(d.policy.Photos.Limits).Codes())
	}
	p.Width, p.Height = d.event.Width, d.event.Height
	p.MD5, p.Format, p.Changes = d.event.MD5, d.event.Format, d.event.Changes
	d.detail("photo", p.ID)
	d.detail("sha256", p.SHA256)
	if len(p.Warnings) > 0 {
		d.detail("warnings", strings.Join(p.Warnings, " "))
	}
	if d.holdUp(p) {
		return
	}
	priority := 2
	for _, o := range d.c.Photos {
		if o.ID != p.ID && (o.State == PhotoRead || o.State == PhotoStored) {
			priority = 1
		}
	}
	d.job(ReadPhotos(priority))
}

// ignoreLateResult handles a result for a photo that no longer waits for it. The case stays as it is. The worker may
// have stored the bytes again, so they are deleted unless the photo is in use.
func (d *decision) ignoreLateResult(p *Photo) {
	if p == nil || p.State == PhotoRefused || p.State == PhotoReplaced {
		d.dropPicture(d.event.PhotoID)
	}
	d.change.Silent = true
}

// PhotosAtOnce is how many photos of one case are read at a time: the two sides of a card. Further photos follow only
// if these do not complete the card, so that somebody who sends a hundred photos costs few calls of the OCR.
const PhotosAtOnce = 2

// photoClaimed assigns stored photos to the job of the event, so that two jobs never read the same photo.
func photoClaimed(d *decision) {
	reading := 0
	for _, p := range d.c.Photos {
		if p.State == PhotoStored && p.Reader != "" {
			reading++
		}
	}
	for i := range d.c.Photos {
		p := &d.c.Photos[i]
		if reading < PhotosAtOnce && p.State == PhotoStored && p.Reader == "" && slices.Contains(d.event.PhotoIDs, p.ID) {
			p.Reader = d.event.Job
			reading++
		}
	}
	d.change.Silent = true
}

// photoRead assigns the readings of one photo to the sides of the card. It refuses the photo if no reading can be used.
func photoRead(d *decision) {
	d.c.Delayed = ""
	d.noteDisclosure("feishu_ocr")
	d.count(FigureOCRPages)
	p := d.c.PhotoByID(d.event.PhotoID)
	if p == nil || p.State != PhotoStored {
		d.ignoreLateResult(p)
		return
	}
	if d.c.Personal.Document != "" {
		d.documentRead(p)
		return
	}
	var (
		used      bool
		problem   string // of the first reading that cannot be used
		wrongSide idcard.Side
	)
	for _, r := range d.event.Readings {
		found := d.assignReading(p, r)
		if found == "" {
			used = true
		} else if problem == "" {
			problem, wrongSide = found, r.Side
		}
		if found == "other_person" || found == problemTwoCards {
			break // a back beside another person's front belongs to that person
		}
	}
	switch {
	case problem != "" && !used:
		d.refusePhoto(p, problem, wrongSide)
	case problem == "expired_card": // the front of the same photo stays in use
		d.replyProblem(p.ID, problem)
	}
	if problem != "" || !d.readsAnother() {
		d.redraw(AudienceApplicant)
	}
	if used && d.c.PhotoOf(idcard.Front) != nil && d.c.PhotoOf(idcard.Back) != nil {
		d.proceedToForm()
	}
}

// readsAnother reports whether another photo of the case is being read. Its result, which comes at nearly the same
// time, draws the card for both: the form would have to wait until a card has been drawn for one.
func (d *decision) readsAnother() bool {
	return slices.ContainsFunc(d.c.Photos, func(p Photo) bool { return p.State == PhotoStored && p.Reader != "" })
}

// proceedToForm goes to the confirmation form, unless the two sides cannot be of one card.
func (d *decision) proceedToForm() {
	if !d.requireMatchingSides() {
		return
	}
	d.dropUnreadPhotos()
	d.countSidesRead()
	d.goTo(AwaitingConfirmation)
	d.rule("both sides read")
	d.repost(AudienceApplicant) // the card stands above the photos in the chat
}

// dropUnreadPhotos removes the photos that were sent before the form and are not needed for it any more. None of them
// costs a call of the OCR. A photo that is sent after the form appeared replaces its side.
func (d *decision) dropUnreadPhotos() {
	for i := range d.c.Photos {
		p := &d.c.Photos[i]
		if p.State == PhotoWaiting || p.State == PhotoStored {
			d.dropPhoto(p)
		}
	}
}

// dropPhoto removes a photo that is not needed any more.
func (d *decision) dropPhoto(p *Photo) {
	p.State, p.Reader = PhotoReplaced, ""
	d.dropPicture(p.ID)
}

// requireMatchingSides reports whether the two sides can be of one card. Otherwise it refuses the photo of the event,
// the later one, because nothing tells which of the two is wrong.
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

// refusePhoto marks a photo as unusable, deletes its bytes, and replies to its message.
func (d *decision) refusePhoto(p *Photo, problem string, side idcard.Side) {
	problem = d.c.photoProblem(problem)
	if p.State == PhotoRead {
		d.clearReading(p.Side)
		if p.BothSides {
			d.clearReading(p.Side.Other())
		}
	}
	p.State, p.Problem, p.Side, p.BothSides, p.Reader = PhotoRefused, problem, side, false, ""
	if problem != problemDuplicateFront && problem != problemDuplicateBack {
		d.c.BadPhotos++
		d.count(Figure(figurePhoto + problem))
	}
	d.dropPicture(p.ID)
	d.replyProblem(p.ID, problem)
	d.detail("photo", p.ID)
	d.detail("problem", problem)
}

// replyProblem replies to the message of the photo with the problem. An empty photoID means the message of the event.
func (d *decision) replyProblem(photoID, problem string) {
	msg := d.event.MessageID
	if p := d.c.PhotoByID(photoID); p != nil {
		msg = p.MessageID
	}
	if msg == "" {
		return
	}
	reply := Reply(ReplyPhotoProblem).Towards(Receiver{Type: "message_id", ID: msg})
	d.job(reply.With(ArgPhoto, photoID).With(ArgProblem, problem).With(ArgWho, d.c.OpenID))
}

// photoFailed refuses a photo that could not be fetched, inspected or read.
func photoFailed(d *decision) {
	d.c.Delayed = ""
	p := d.c.PhotoByID(d.event.PhotoID)
	if p == nil || p.State != PhotoWaiting && p.State != PhotoStored {
		d.ignoreLateResult(p)
		return
	}
	if p.State == PhotoStored { // the failure is one of the OCR, which has received the photo
		d.noteDisclosure("feishu_ocr")
	}
	d.refusePhoto(p, unreadCause(d.event.Problem, p.Warnings), "")
	d.redraw(AudienceApplicant)
}

// clearReading removes the values that were read from a side.
func (d *decision) clearReading(s idcard.Side) {
	switch s {
	case idcard.Front:
		d.c.Personal.Front = nil
	case idcard.Back:
		d.c.Personal.Back = nil
	case idcard.DocumentPage:
		d.c.Personal.DocumentRead = nil
	}
}

// dropPicture deletes the bytes of a photo in the same transaction.
func (d *decision) dropPicture(photoID string) {
	d.change.DropPictures = append(d.change.DropPictures, photoID)
}

// noteDisclosure records that a processor has received personal data. The applicant sees the list in "my data".
func (d *decision) noteDisclosure(to string) {
	sent := Disclosure{To: to, At: d.event.At}
	if strings.HasPrefix(to, "tencent_") {
		sent.Supplier = d.policy.Agreement.Supplier
	}
	d.c.Sent = append(d.c.Sent, sent)
}
