package flows

import (
	"slices"

	"shiming/cards"
	"shiming/idcard"
)

// documentCard shows the form of a document that no platform takes, with the values that were read or typed before.
func documentCard(c *Case, s ViewContext, steps []cards.Step) cards.Card {
	p := &c.Personal
	v := cards.Document{Confirm: cards.Confirm{
		Ref:      CardRef(c),
		Steps:    steps,
		Masked:   c.MaskedForm,
		Problems: c.FormIssues,
		Expires:  c.ExpiresAt,
	}}
	v.Name, v.Number = p.Name, p.Number
	if p.DocumentRead != nil {
		v.Read = true
		r := p.DocumentRead.Open()
		v.Name, v.Number = ValueOr(p.Name, r.Name()), ValueOr(p.Number, r.Number())
		if c.MaskedForm {
			if n, err := idcard.ParseName(v.Name); err == nil {
				v.MaskedName = n.Masked()
			}
			v.MaskedNumber = idcard.MaskDocumentNumber(v.Number)
		}
	}
	if c.MaskedForm {
		v.Name, v.Number = "", ""
	}
	choices := s.Policy.DocumentChoices()
	for _, kind := range choices {
		v.Kinds = append(v.Kinds, string(kind))
	}
	if kind := p.Document; kind != idcard.OtherDocument || p.Number != "" {
		v.Kind = string(kind)
	}
	if v.Unreadable = c.DocumentUnreadable; !v.Unreadable {
		for _, kind := range idcard.Readable {
			if slices.Contains(choices, kind) {
				v.Photos = append(v.Photos, string(kind))
			}
		}
	}
	if r := c.Review; r != nil && r.What == ReviewSentBack {
		v.SentBack, v.Note = r.Reason, p.Note
	}
	return v
}

// documentPhotoCard asks for the photo of a document, or shows that one is being read.
func documentPhotoCard(c *Case, s ViewContext, steps []cards.Step) cards.Card {
	v := cards.DocumentPhoto{
		Ref:     CardRef(c),
		Steps:   steps,
		Kind:    string(c.Personal.Document),
		Ahead:   s.Ahead,
		Delayed: c.Delayed != "",
		Expires: c.ExpiresAt,
	}
	for _, p := range c.Photos {
		switch p.State {
		case PhotoWaiting, PhotoStored:
			v.Reading, v.Problem = true, ""
		case PhotoRefused:
			if !p.ProblemSeen {
				v.Problem = p.Problem
			}
		}
	}
	return v
}
