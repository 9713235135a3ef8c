package flows

import (
	"shiming/cards"
	"shiming/idcard"
)

// photosCard shows which sides are known and what the last photo's problem was.
func photosCard(c *Case, s ViewContext, steps []cards.Step) cards.Card {
	v := cards.Photos{
		Ref:     CardRef(c),
		Steps:   steps,
		Front:   cards.SideMissing,
		Back:    cards.SideMissing,
		Ahead:   s.Ahead,
		Delayed: c.Delayed != "",
		Expires: c.ExpiresAt,
		AskHR:   c.MayAskHR(),
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
