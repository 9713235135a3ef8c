package flows

import "shiming/cards"

// codeCard shows the progress of the code. A retried job shows as "delayed".
func codeCard(c *Case, s ViewContext, steps []cards.Step) cards.Card {
	v := cards.Code{
		Ref:          CardRef(c),
		Steps:        steps,
		MaskedMobile: MaskedMobile(c),
		AskHR:        c.MayAskHR(),
	}
	if c.Code == nil {
		v.State = string(CodeStateSending)
		return v
	}
	v.State, v.Problem, v.TriesLeft = string(c.Code.State), c.Code.Problem, MaxCodeTries-c.Code.Tries
	if c.Code.State == CodeStateSending && c.Delayed != "" {
		v.State = "delayed"
	}
	if c.Code.State == CodeStateSending && c.Code.AskedAt.After(s.Now) {
		v.State, v.SendsAt = "waiting", c.Code.AskedAt
	}
	v.SentAt, v.ResendAt = c.Code.SentAt, c.Code.AskedAt.Add(s.Policy.CodeResend)
	from := c.Code.SentAt
	if from.IsZero() {
		from = c.Code.AskedAt
	}
	v.CodeExpires = from.Add(s.Policy.CodeTTL)
	return v
}
