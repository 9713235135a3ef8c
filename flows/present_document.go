package flows

import (
	"shiming/cards"
	"shiming/idcard"
)

// documentCard shows the form of a document that no platform takes, with what was typed before.
func documentCard(c *Case, s ViewContext, steps []cards.Step) cards.Card {
	v := cards.Document{Confirm: cards.Confirm{
		Ref:      CardRef(c),
		Steps:    steps,
		Masked:   c.MaskedForm,
		Problems: c.FormIssues,
		Expires:  c.ExpiresAt,
	}}
	if !c.MaskedForm {
		v.Name, v.Number = c.Personal.Name, c.Personal.Number
	}
	for _, kind := range s.Policy.DocumentChoices() {
		v.Kinds = append(v.Kinds, string(kind))
	}
	if kind := c.Personal.Document; kind != idcard.OtherDocument || c.Personal.Number != "" {
		v.Kind = string(kind)
	}
	if r := c.Review; r != nil && r.What == ReviewSentBack {
		v.SentBack, v.Note = r.Reason, c.Personal.Note
	}
	return v
}
