package flows

import (
	"errors"
	"strings"

	"shiming/cards"
	"shiming/idcard"
)

// confirm checks the submitted form. With a problem in any field the form comes back with all problems. Otherwise the
// case goes on to the bank card, to the face, to the code or, without a verification method and with a document that no
// platform takes, to the review.
func confirm(d *decision) {
	if d.c.Personal.Document != "" {
		confirmDocument(d)
		return
	}
	c, p := d.c, &d.c.Personal
	front := p.Front.Open()
	if field := firstMissingField(d); field != "" {
		d.refuse("a field of the form is missing", NewToast("missing_field", map[string]string{"field": field}))
		return
	}
	typedName, typedNumber, typedMobile := Submitted(c, d.event.Form)
	issues := map[string]string{}
	name, err := idcard.ParseName(typedName)
	if err != nil {
		issues["identity_name"] = nameProblem(err)
	}
	number, err := idcard.ParseNumber(typedNumber, d.event.At)
	if err != nil {
		issues["identity_code"], typedNumber = d.proposeNumber(typedNumber, numberProblem(err))
	}
	var mobile idcard.Mobile
	if d.asksMobile() || strings.TrimSpace(typedMobile) != "" {
		if mobile, err = idcard.ParseMobile(typedMobile); err != nil {
			issues["mobile"] = mobileProblem(typedMobile)
		}
	}
	if len(issues) > 0 {
		c.FormIssues = issues
		for field := range issues {
			d.detail(field, issues[field])
		}
		// All entries are kept for the next card, so that only the wrong field has to be typed again.
		p.Name, p.Number, p.Mobile = truncate(typedName), truncate(typedNumber), truncate(typedMobile)
		c.dropHiddenEntries()
		d.goTo(AwaitingConfirmation)
		d.rule("form has problems")
		d.change.Toast = NewToast("wrong_field", map[string]string{"field": firstWrongField(issues)})
		d.redraw(AudienceApplicant)
		return
	}

	taken := d.policy.takes(number.Document(), c.Method)
	if taken && d.asksMobile() && d.codesLeft() == 0 { // the form says so and offers the way to HR: a toast is gone in seconds
		p.Name, p.Number, p.Mobile = truncate(typedName), truncate(typedNumber), truncate(typedMobile)
		c.dropHiddenEntries()
		c.FormIssues, c.Mismatch = nil, mismatchCodesUsedUp
		d.goTo(AwaitingConfirmation)
		d.rule(refusalTooManyCodes)
		d.change.Toast = NewToast("codes_used_up", nil)
		d.redraw(AudienceApplicant)
		return
	}
	p.Name, p.Number, p.Mobile = name.Reveal(), number.Reveal(), mobile.Reveal()
	c.FormIssues, c.Mismatch, c.Changed = nil, "", nil
	if p.Name != front.TidyName() {
		c.Changed = append(c.Changed, "identity_name")
	}
	if prefilled, _ := front.FormNumber(d.event.At); p.Number != prefilled {
		c.Changed = append(c.Changed, "identity_code")
	}
	c.Confirmed = d.event.At
	c.SameNumberCases, c.OtherNumber = d.event.SameNumberCases, d.event.OtherNumber
	c.Check, c.Review, c.Help = nil, nil, nil
	d.dropFace()
	d.change.SetBlindIndex, d.change.BlindIndex = true, d.event.BlindIndex
	d.toast("saved")
	switch {
	case !taken: // no code is sent, and no supplier asked: it could not be recorded afterwards
		d.submitToHR()
	case c.Method == MethodNone:
		d.afterCheck()
	case c.Method == BankCardFour:
		d.askBankCard()
	case c.Method == Face:
		d.askFace()
	default:
		d.newCode()
	}
}

// proposeNumber answers a typed number that cannot be with the one that it probably means, which the next form shows:
// that of 18 characters for an old one of 15, or the one that was read if one character at most differs. It returns
// the problem and what the form shows. A masked form shows nothing that could be compared.
func (d *decision) proposeNumber(typed, problem string) (newProblem, shown string) {
	if d.c.MaskedForm {
		return problem, typed
	}
	if n, ok := idcard.UpgradeNumber(typed, d.event.At); ok {
		return "old_number", n.Reveal()
	}
	front := d.c.Personal.Front.Open()
	read := front.Number
	if read.Empty() || len(idcard.Consistency(front)) > 0 {
		return problem, typed
	}
	if _, _, differing := align([]rune(idcard.TidyNumber(truncate(typed))), []rune(read.Reveal())); differing > 1 {
		return problem, typed
	}
	return "read_again", read.Reveal()
}

// Submitted returns the values that the form of the case stands for. The inputs of the masked form are empty and
// optional: one that comes back empty, or not at all, means the value that its hint shows in masked form.
func Submitted(c *Case, f cards.Form) (name, number, mobile string) {
	name, number, mobile = textOf(f.IdentityName), textOf(f.IdentityCode), textOf(f.Mobile)
	if !c.MaskedForm {
		return name, number, mobile
	}
	p := &c.Personal
	if p.Front != nil {
		front := p.Front.Open()
		name = ValueOr(name, ValueOr(p.Name, front.TidyName()))
		number = ValueOr(number, ValueOr(p.Number, front.TidyNumber()))
	}
	return name, number, ValueOr(mobile, ValueOr(p.Mobile, p.ContactMobile))
}

// dropHiddenEntries removes wrong entries of a masked form. It shows no entry, and an empty input must not stand for
// one that was refused.
func (c *Case) dropHiddenEntries() {
	if !c.MaskedForm {
		return
	}
	for field, entry := range map[string]*string{
		"identity_name": &c.Personal.Name,
		"identity_code": &c.Personal.Number,
		"mobile":        &c.Personal.Mobile,

		"document_number": &c.Personal.Number,
	} {
		if c.FormIssues[field] != "" {
			*entry = ""
		}
	}
}

// textOf returns the text of an input as it was typed; "" for one that is missing.
func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// asksMobile reports whether the form has an input for the mobile number.
func (d *decision) asksMobile() bool { return d.c.Method.sendsCode() }

// firstMissingField names the first required input that the form does not contain, or "". The client sends every
// required input, so a missing one means a forged or broken request. It is not documented whether an optional input
// that nobody touched arrives as "" or not at all, so that none of the masked form is required.
func firstMissingField(d *decision) string {
	switch {
	case d.c.MaskedForm:
		return ""
	case d.event.Form.IdentityName == nil:
		return "identity_name"
	case d.event.Form.IdentityCode == nil:
		return "identity_code"
	case d.asksMobile() && d.event.Form.Mobile == nil:
		return "mobile"
	}
	return ""
}

func firstWrongField(issues map[string]string) string {
	for _, f := range []string{"document", "identity_name", "identity_code", "document_number", "mobile"} {
		if issues[f] != "" {
			return f
		}
	}
	return ""
}

// ValueOr returns s, or other if s is blank.
func ValueOr(s, other string) string {
	if strings.TrimSpace(s) == "" {
		return other
	}
	return s
}

// truncate shortens a wrong entry, which the next card shows again, to 60 characters.
func truncate(s string) string {
	const maxChars = 60
	r := []rune(s)
	if len(r) > maxChars {
		r = r[:maxChars]
	}
	return string(r)
}

// nameProblem, numberProblem and mobileProblem return the code of the text for a refused entry ("field.<code>").
func nameProblem(err error) string {
	var e *idcard.NameError
	if errors.As(err, &e) {
		switch e.Reason {
		case idcard.NameEmpty:
			return "required"
		case idcard.NameTooLong:
			return "name_length"
		}
	}
	return "name_characters"
}

func numberProblem(err error) string {
	var e *idcard.NumberError
	if errors.As(err, &e) {
		switch e.Reason {
		case idcard.NumberEmpty:
			return "required"
		case idcard.NumberRegionDigit:
			return "characters"
		}
		return string(e.Reason)
	}
	return "characters"
}

func mobileProblem(typed string) string {
	if strings.TrimSpace(typed) == "" {
		return "required"
	}
	return "mobile_format"
}

// maskForm switches to a form without clear values; see Case.MaskedForm.
func maskForm(d *decision) {
	if d.c.MaskedForm {
		d.refuse("already masked", nil)
		return
	}
	d.c.MaskedForm = true
	d.c.dropHiddenEntries()
	d.redraw(AudienceApplicant)
}

// editForm returns from the code to the form, usually because of a wrong mobile number.
func editForm(d *decision) {
	d.c.Code = nil
	d.c.Personal.SMSCode = ""
	d.dropFace()
	d.rule("applicant wants to edit")
}
