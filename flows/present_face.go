package flows

import "shiming/cards"

// faceCard offers the check by face, shows the link of a flow, or says how it ended.
func faceCard(c *Case, s ViewContext, steps []cards.Step) cards.Card {
	v := cards.Face{
		Ref:     CardRef(c),
		Steps:   steps,
		Delayed: c.Delayed != "",
		Others:  methodCodes(s.Policy.OtherRungs(c)),
		AskHR:   c.MayAskHR(),
		Expires: c.ExpiresAt,
	}
	f := c.FaceCheck
	if f == nil {
		return v
	}
	v.State, v.Problem = string(f.State), f.Problem
	v.NotBefore, v.UsedUp = f.NotBefore, f.Seq >= MaxFaceFlows
	switch f.State {
	case FaceOpen, FaceFetching:
		v.URL, v.Until = cards.Address(c.Personal.FaceURL), f.OpenedAt.Add(FaceLinkLife)
		v.Looking = f.Looking
	}
	return v
}
