package flows

import (
	"slices"
	"strings"

	"shiming/idcard"
)

// PhotoRules say what a first look at a picture, before any OCR, may do.
type PhotoRules struct {
	HoldUp bool // tell the applicant of a fault at once, instead of having the OCR find nothing
	Limits idcard.LookLimits
}

// problemHeld begins the problem of a photo that was held up; the idcard.Fault follows (texts "photo.held_<fault>").
const problemHeld = "held_"

// holdUp refuses a photo whose first look shows a certain fault, and reports whether it did. A first look may be wrong:
// it happens once in a case, and any photo that is sent after it goes to the OCR, whatever it looks like.
func (d *decision) holdUp(p *Photo) bool {
	fault := d.event.Look.Judge(d.policy.Photos.Limits).Fault
	if fault == "" || !d.policy.Photos.HoldUp || d.c.Personal.Document != "" {
		return false
	}
	if !d.c.HeldUpAt.IsZero() && !p.At.Before(d.c.HeldUpAt) {
		return false
	}
	if d.c.HeldUpAt.IsZero() {
		d.c.HeldUpAt = d.event.At
	}
	d.refusePhoto(p, problemHeld+string(fault), d.event.Look.SureSide())
	d.redraw(AudienceApplicant)
	return true
}

// HeldUp reports whether the photo was refused for what a first look showed.
func (p *Photo) HeldUp() bool {
	return p.State == PhotoRefused && strings.HasPrefix(p.Problem, problemHeld)
}

// withNew appends the codes that are not yet among all.
func withNew(all, codes []string) []string {
	for _, code := range codes {
		if !slices.Contains(all, code) {
			all = append(all, code)
		}
	}
	return all
}
