package flows

import (
	"shiming/cards"
	"shiming/idcard"
)

// AnySideRead reports whether a side of a resident identity card is known, so that the applicant has one.
func (c *Case) AnySideRead() bool {
	return c.PhotoOf(idcard.Front) != nil || c.PhotoOf(idcard.Back) != nil
}

// photosCard shows which sides are known and what the last photo's problem was.
func photosCard(c *Case, s ViewContext, steps []cards.Step) cards.Card {
	if c.Personal.Document != "" {
		return documentPhotoCard(c, s, steps)
	}
	v := cards.Photos{
		Ref:     CardRef(c),
		Steps:   steps,
		Front:   cards.SideMissing,
		Back:    cards.SideMissing,
		Ahead:   s.Ahead,
		Delayed: c.Delayed != "",
		Expires: c.ExpiresAt,
		AskHR:   c.MayAskHR(),

		AskDocument: !c.AnySideRead(),
	}
	for _, p := range c.Photos {
		switch p.State {
		case PhotoWaiting, PhotoStored:
			v.Unsorted++
			v.Problem = ""
		case PhotoRefused:
			if !p.ProblemSeen {
				v.Problem = p.Problem
			}
		case PhotoRead:
			v.Problem = ""
		}
	}
	if c.PhotoOf(idcard.Front) != nil {
		v.Front, v.CanRetake = cards.SideRead, true
	}
	if c.PhotoOf(idcard.Back) != nil {
		v.Back, v.CanRetake = cards.SideRead, true
	}
	if r := c.Review; r != nil && r.What == ReviewSentBack {
		v.SentBack, v.Note = r.Reason, c.Personal.Note
	}
	return v
}
