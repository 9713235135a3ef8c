package flows

import (
	"strconv"

	"shiming/cards"
	"shiming/idcard"
)

// confirmCard shows the form with the values that were read or, after a submission, typed. With MaskedForm it contains
// masked values only.
func confirmCard(c *Case, s ViewContext, steps []cards.Step) cards.Card {
	p := c.Personal
	v := cards.Confirm{
		Ref:       CardRef(c),
		Steps:     steps,
		AskMobile: c.Method != MethodNone,
		Masked:    c.MaskedForm,
		Problems:  c.FormIssues,
		Mismatch:  c.Mismatch,
		Expires:   c.ExpiresAt,
		AskHR:     c.MayAskHR(),
		Failed:    c.FailedChecks,
	}
	if p.Front == nil || p.Back == nil { // the table excludes this; an empty form is better than a panic
		return v
	}
	front, back := p.Front.Open(), p.Back.Open()
	name, number := ValueOr(p.Name, front.RawName()), ValueOr(p.Number, front.RawNumber())
	v.Typed = name != front.RawName() || number != front.RawNumber()
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
	if status, days := idcard.Validity(back, s.Now); status == idcard.StatusExpiring {
		expiring := Finding{Code: FindingValidity, Level: LevelWarning, Args: map[string]string{"days": strconv.Itoa(days)}}
		v.Notices = append(v.Notices, cardCheck(expiring))
	}
	if level := worstIssue(idcard.Consistency(front)); level != LevelPassed {
		v.Notices = append(v.Notices, cardCheck(Finding{Code: FindingOCRConsistency, Level: level}))
	}
	if v.Problems == nil && front.Number.Empty() && !c.MaskedForm {
		_, err := idcard.ParseNumber(number, s.Now)
		v.Problems = map[string]string{"identity_code": numberProblem(err)}
	}
	if r := c.Review; r != nil && r.What == ReviewSentBack {
		v.SentBack, v.Note = r.Reason, c.Personal.Note
	}
	return v
}
