package flows

import "shiming/cards"

// doneCard shows the result, masked, and when the photos are deleted.
func doneCard(c *Case, steps []cards.Step) cards.Card {
	v := cards.Done{
		Ref:          CardRef(c),
		Steps:        steps,
		MaskedName:   MaskedName(c),
		MaskedNumber: MaskedNumber(c),
		Method:       string(c.Method),
		At:           c.EnteredAt,
	}
	if HasFiledEvidence(c) {
		v.Filed, v.FiledAt = true, c.Evidence.At
	}
	if c.PhotosGoneAt.IsZero() {
		v.PhotosGoneAt = c.PurgeAt
	}
	return v
}

// HasFiledEvidence reports whether the evidence point of the case exists.
func HasFiledEvidence(c *Case) bool { return c.Evidence != nil && c.Evidence.State == WriteDone }
