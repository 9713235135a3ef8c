package flows

import (
	"shiming/cards"
	"shiming/idcard"
)

// confirmCard shows the form with the values that were read or, after a submission, typed. With MaskedForm it contains
// masked values only.
func confirmCard(c *Case, s ViewContext, steps []cards.Step) cards.Card {
	p := c.Personal
	if p.Document != "" {
		return documentCard(c, s, steps)
	}
	v := cards.Confirm{
		Ref:       CardRef(c),
		Steps:     steps,
		AskMobile: c.Method.sendsCode(),
		Masked:    c.MaskedForm,
		Problems:  c.FormIssues,
		Mismatch:  c.Mismatch,
		Expires:   c.ExpiresAt,
		AskHR:     c.MayAskHR(),
		Failed:    c.FailedChecks,
		NotTaken:  s.Policy.NotTaken(c),
	}
	if !v.NotTaken {
		v.Method, v.Others = string(c.Method), methodCodes(s.Policy.OtherRungs(c))
	}
	if p.Front == nil || p.Back == nil { // the table excludes this; an empty form is better than a panic
		return v
	}
	front, back := p.Front.Open(), p.Back.Open()
	prefilled, suggested := front.FormNumber(s.Now)
	if c.MaskedForm { // nobody could compare a proposal with the card there
		prefilled, suggested = front.TidyNumber(), false
	}
	name, number := ValueOr(p.Name, front.TidyName()), ValueOr(p.Number, prefilled)
	v.Typed = name != front.TidyName() || number != prefilled && number != front.TidyNumber()
	mobile := ValueOr(p.Mobile, p.ContactMobile)
	if m, err := idcard.ParseMobile(mobile); err == nil {
		mobile, v.MaskedMobile = m.Reveal(), m.Masked()
	}
	if n, err := idcard.ParseName(name); err == nil {
		v.MaskedName = n.Masked()
	}
	if n, err := idcard.ParseNumber(number, s.Now); err == nil {
		v.MaskedNumber = n.Masked()
	}
	if !c.MaskedForm {
		v.Name, v.Number = name, number
		if v.AskMobile {
			v.Mobile = mobile
		}
	}
	v.IssuedBy = back.IssuedBy
	if !back.ValidFrom.IsZero() {
		v.ValidFrom = back.ValidFrom.String()
	}
	switch {
	case back.LongTerm:
		v.ValidTo = "长期"
	case !back.ValidTo.IsZero():
		v.ValidTo = back.ValidTo.String()
	}
	for _, f := range []Finding{
		validityFinding(back, s.Now),
		judged(FindingOCRConsistency, idcard.Front, idcard.Consistency(front), true),
		readingFinding(front, back),
		qualityFinding(c, front, back),
	} {
		if f.Level != LevelPassed {
			v.Notices = append(v.Notices, cardCheck(f))
		}
	}
	if v.Problems == nil && front.Number.Empty() && !c.MaskedForm {
		if _, err := idcard.ParseNumber(number, s.Now); err != nil {
			v.Problems = map[string]string{"identity_code": numberProblem(err)}
		} else if suggested && p.Number == "" {
			v.Problems = map[string]string{"identity_code": "suggested"}
		}
	}
	if r := c.Review; r != nil && r.What == ReviewSentBack {
		v.SentBack, v.Note = r.Reason, c.Personal.Note
	}
	return v
}
