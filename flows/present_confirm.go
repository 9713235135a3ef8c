package flows

import (
	"slices"

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
	v.Notices = noticesOf(c, front, back, name, s)
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

// noticesOf returns what the checks tell the applicant before the submission. number and name are those of the form.
func noticesOf(c *Case, front, back idcard.Reading, name string, s ViewContext) (notices []cards.Check) {
	consistency := Finding{Code: FindingOCRConsistency, Level: LevelPassed}
	consistency.noteAll(s.Policy, idcard.Front, idcard.Consistency(front))
	sides := Finding{Code: FindingSidesMatch, Level: LevelPassed}
	sides.noteAll(s.Policy, "", idcard.SidesMatch(front, back, s.Now))
	for _, f := range []Finding{
		validityFinding(back, s.Policy, s.Now),
		consistency,
		sides,
		nameFinding(c.Personal.ContactName, name, s.Policy),
		readingFinding(front, back, s.Policy),
		qualityFinding(c, front, back, s.Policy),
	} {
		if notice, told := f.notice(); told {
			notices = append(notices, notice)
		}
	}
	return notices
}

// notice returns a finding as the applicant is told it: without what is for HR only.
func (f Finding) notice() (notice cards.Check, told bool) {
	spoken := len(f.Issues) == 0
	f.Issues = slices.DeleteFunc(slices.Clone(f.Issues), func(i FindingIssue) bool { return !ruleOf(CheckID(i.Code)).Told })
	notice = cardCheck(f)
	switch {
	case f.Level == LevelPassed && (len(f.Issues) == 0 || f.Code == FindingQuality):
		return notice, false // what was read well is not blamed for blur
	case f.Code == FindingNameVsFeishu || f.Code == FindingSidesMatch:
		return notice, len(f.Issues) > 0
	case f.Level == LevelPassed:
		notice.Level = cards.Grey // a hint
	}
	return notice, spoken || len(f.Issues) > 0
}
