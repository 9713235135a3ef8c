package flows

import (
	"slices"
	"strings"

	"shiming/idcard"
)

// problemTwoCards is the problem of a picture that shows more than one card (text "photo.two_cards").
const problemTwoCards = "two_cards"

// Problems of a photo whose side was read already, and rather better. Nothing is wrong with the applicant's photos, so
// that it does not count as a bad one.
const (
	problemDuplicateFront = "duplicate_front"
	problemDuplicateBack  = "duplicate_back"
)

// duplicateOf returns the problem of a second photo of a side.
func duplicateOf(s idcard.Side) string {
	if s == idcard.Front {
		return problemDuplicateFront
	}
	return problemDuplicateBack
}

// assignReading uses a reading for its side. It returns the code of the problem if the reading cannot be used, and ""
// otherwise. A better reading of the same card takes the place of the former photo.
func (d *decision) assignReading(p *Photo, r idcard.Reading) string {
	if r.TwoCards() {
		return problemTwoCards
	}
	if r.OldCard(d.event.At) {
		return problemOldCard
	}
	have, replace := d.c.PhotoOf(r.Side), false
	if have != nil && have != p {
		former := d.readingOf(r.Side)
		replace = former == nil || supersedes(r, *former)
		switch {
		case former != nil && r.Side == idcard.Front && anotherPerson(*former, r):
			return "other_person"
		case !replace:
			return duplicateOf(r.Side)
		}
	}
	if r.Side == idcard.Back {
		if status, _ := idcard.Validity(r, d.event.At); status == idcard.StatusExpired && d.policy.stops(CheckExpired) {
			return "expired_card"
		}
	}
	if replace {
		d.releaseSide(have, r.Side)
	}
	if p.State == PhotoRead {
		p.BothSides = true
	} else {
		p.State, p.Side = PhotoRead, r.Side
	}
	p.Reader = ""
	d.noteIssues(p, r)
	sealed := r.Seal()
	if r.Side == idcard.Front {
		d.c.Personal.Front = &sealed
	} else {
		d.c.Personal.Back = &sealed
	}
	d.detail("photo", p.ID)
	d.detail("side", string(r.Side))
	return ""
}

// noteIssues keeps what the OCR's corners say about the photo, and adds the codes to the audit row.
func (d *decision) noteIssues(p *Photo, r idcard.Reading) {
	var codes []string
	for _, i := range r.Issues {
		codes = append(codes, i.Code)
	}
	if len(r.Corners) == 8 { // the OCR knows better than the first look where the card is
		p.Warnings = slices.DeleteFunc(p.Warnings, func(code string) bool { return slices.Contains(placeCodes, code) })
	}
	for _, i := range idcard.CardEdges(r.Corners, p.Width, p.Height) {
		if !slices.Contains(p.Warnings, i.Code) {
			p.Warnings = append(p.Warnings, i.Code)
			codes = append(codes, i.Code)
		}
	}
	if len(codes) > 0 {
		d.detail("issues_"+string(r.Side), strings.Join(codes, " "))
	}
}

// placeCodes are the warnings that say where the card lies in the picture.
var placeCodes = []string{idcard.CodeCardCut, idcard.CodeCardSmall}

// readingOf returns the stored reading of a side, or nil.
func (d *decision) readingOf(s idcard.Side) *idcard.Reading {
	sealed := d.c.Personal.Front
	if s == idcard.Back {
		sealed = d.c.Personal.Back
	}
	if sealed == nil {
		return nil
	}
	r := sealed.Open()
	return &r
}

// anotherPerson reports whether two fronts are of different people. Only valid numbers tell: an invalid one is misread.
func anotherPerson(a, b idcard.Reading) bool {
	return !a.Number.Empty() && !b.Number.Empty() && a.Number != b.Number
}

// supersedes reports whether a newer reading of a side is better than the former one. What the former did not read
// rightly is no reason to keep it.
func supersedes(newer, former idcard.Reading) bool {
	return rank(newer) > rank(former) || rank(newer) == 0 && rank(former) == 0
}

// rank orders readings of a side by how well it was read.
func rank(r idcard.Reading) int {
	switch {
	case r.Complete():
		return 2
	case !r.Number.Empty():
		return 1
	}
	return 0
}

// releaseSide takes a photo out of use for a side, without blame. A photo that shows both sides stays in use for the
// other one.
func (d *decision) releaseSide(p *Photo, s idcard.Side) {
	delete(d.c.Uploads, string(s))
	if p.BothSides {
		p.BothSides, p.Side = false, s.Other()
		return
	}
	p.State = PhotoReplaced
	d.dropPicture(p.ID)
	d.detail("dropped", p.ID)
}

// unreadCauses orders the defects of a photo by how likely they keep the OCR from finding a card.
var unreadCauses = []string{
	idcard.CodePhotoDark, idcard.CodeCardSmall, idcard.CodeCardCut, idcard.CodePhotoCovered, idcard.CodePhotoGlare,
	idcard.CodePhotoBlurred, idcard.CodePhotoLowContrast, idcard.CodePhotoSmall, idcard.CodePhotoScreenshot,
	idcard.CodePhotoGrey,
}

// unreadCause names the measured defect of a photo on which the OCR found no card (texts "photo.<code>"). Without a
// defect, and for other problems, it returns the problem.
func unreadCause(problem string, warnings []string) string {
	switch problem {
	case "nothing", string(idcard.ReadingNoKeyField), string(idcard.ReadingUnclear):
		for _, code := range unreadCauses {
			if slices.Contains(warnings, code) {
				return code
			}
		}
	}
	return problem
}
