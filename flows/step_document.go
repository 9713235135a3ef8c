package flows

import (
	"errors"
	"slices"

	"shiming/idcard"
)

// documentChoices are the kinds among which a person without a resident identity card chooses.
var documentChoices = append([]idcard.Document{idcard.ResidencePermit, idcard.PermanentResidence},
	idcard.WithoutResidentNumber...)

// DocumentChoices returns the kinds that the applicant can choose. A kind that is filed is photographed instead.
func (p *Policy) DocumentChoices() []idcard.Document {
	return slices.DeleteFunc(slices.Clone(documentChoices), func(k idcard.Document) bool {
		return p.Documents.CardType(k) != ""
	})
}

// otherDocument turns to the form for a document that no platform takes. Its photos are not needed, so that those which
// have come are deleted.
func otherDocument(d *decision) {
	for i := range d.c.Photos {
		p := &d.c.Photos[i]
		p.ProblemSeen = true
		if p.State == PhotoWaiting || p.State == PhotoStored || p.State == PhotoRead {
			d.dropPhoto(p)
		}
	}
	d.clearReading(idcard.Front)
	d.clearReading(idcard.Back)
	d.c.Uploads = nil
	d.resetForm()
	d.c.Personal.Document = idcard.OtherDocument
	d.toast("saved")
	d.repost(AudienceApplicant)
}

// confirmDocument checks the form of a document that no platform takes, and hands the case to HR. Nothing is verified,
// because the suppliers compare resident numbers only.
func confirmDocument(d *decision) {
	c, p := d.c, &d.c.Personal
	typedName, typedNumber := textOf(d.event.Form.IdentityName), textOf(d.event.Form.DocumentNumber)
	issues := map[string]string{}
	kind := idcard.Document(formValue(d.event.Form.Document))
	if !slices.Contains(d.policy.DocumentChoices(), kind) {
		kind = idcard.OtherDocument
		issues["document"] = "required"
	}
	name, err := idcard.ParseName(typedName)
	if err != nil {
		issues["identity_name"] = nameProblem(err)
	}
	number, err := idcard.ParseDocumentNumber(typedNumber)
	switch {
	case err != nil:
		issues["document_number"] = documentProblem(err)
	case idcard.DocumentOf(number) == idcard.ResidentID:
		issues["document_number"] = "resident_number"
	}
	p.Document, c.FormIssues = kind, nil
	if len(issues) > 0 {
		c.FormIssues = issues
		for field, problem := range issues {
			d.detail(field, problem)
		}
		p.Name, p.Number = truncate(typedName), truncate(typedNumber)
		d.goTo(AwaitingConfirmation)
		d.rule("form has problems")
		d.change.Toast = NewToast("wrong_field", map[string]string{"field": firstWrongField(issues)})
		d.redraw(AudienceApplicant)
		return
	}
	p.Name, p.Number, p.Mobile = name.Reveal(), number, ""
	c.Confirmed = d.event.At
	c.SameNumberCases, c.Help = nil, nil
	d.change.SetBlindIndex, d.change.BlindIndex = true, nil
	d.detail("document", string(kind))
	d.toast("saved")
	d.submitToHR()
}

func documentProblem(err error) string {
	if e, ok := errors.AsType[*idcard.NumberError](err); ok && e.Reason == idcard.NumberEmpty {
		return "required"
	}
	return "document_number"
}
