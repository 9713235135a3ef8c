package flows

import (
	"cmp"
	"errors"
	"slices"

	"shiming/cards"
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

// otherDocument turns to the form for a document that no platform takes. Photos that have come are deleted: those of an
// identity card are not needed, and whoever was asked for one of the document types its values instead.
func otherDocument(d *decision) {
	kind := cmp.Or(d.c.Personal.Document, idcard.OtherDocument)
	d.startOver()
	d.c.Personal.Document = kind
	d.toast("saved")
	d.repost(AudienceApplicant)
}

// confirmDocument checks the form of a document that no platform takes, and hands the case to HR. Nothing is verified,
// because the suppliers compare resident numbers only.
func confirmDocument(d *decision) {
	c, p := d.c, &d.c.Personal
	kind, typedName, typedNumber := SubmittedDocument(c, d.event.Form)
	issues := map[string]string{}
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
		c.dropHiddenEntries()
		d.goTo(AwaitingConfirmation)
		d.rule("form has problems")
		d.change.Toast = NewToast("wrong_field", map[string]string{"field": firstWrongField(issues)})
		d.redraw(AudienceApplicant)
		return
	}
	p.Name, p.Number, p.Mobile = name.Reveal(), number, ""
	c.Changed = changedDocument(c)
	c.Confirmed = d.event.At
	c.SameNumberCases, c.OtherNumber, c.Help = d.event.SameNumberCases, d.event.OtherNumber, nil
	d.dropUnreadPhotos()
	d.change.SetBlindIndex, d.change.BlindIndex = true, d.event.BlindIndex
	d.detail("document", string(kind))
	d.toast("saved")
	d.submitToHR()
}

// SubmittedDocument returns the values that the form of a document stands for. A document that was photographed
// keeps its kind. An empty input of the masked form means the value that its hint shows.
func SubmittedDocument(c *Case, f cards.Form) (kind idcard.Document, name, number string) {
	kind = idcard.Document(formValue(f.Document))
	name, number = textOf(f.IdentityName), textOf(f.DocumentNumber)
	p := &c.Personal
	if p.DocumentRead == nil {
		return kind, name, number
	}
	if c.MaskedForm {
		r := p.DocumentRead.Open()
		name = ValueOr(name, ValueOr(p.Name, r.Name()))
		number = ValueOr(number, ValueOr(p.Number, r.Number()))
	}
	return p.Document, name, number
}

// changedDocument lists the fields that differ from what the OCR read.
func changedDocument(c *Case) (fields []string) {
	p := &c.Personal
	if p.DocumentRead == nil {
		return nil
	}
	r := p.DocumentRead.Open()
	if p.Name != r.Name() {
		fields = append(fields, "identity_name")
	}
	if p.Number != r.Number() {
		fields = append(fields, "document_number")
	}
	return fields
}

func documentProblem(err error) string {
	if e, ok := errors.AsType[*idcard.NumberError](err); ok && e.Reason == idcard.NumberEmpty {
		return "required"
	}
	return "document_number"
}
