package sim

import (
	"context"
	"strings"
)

// maxConfirms limits how often a person submits the form before giving up.
const maxConfirms = 8

// confirm compares the prefilled form with the ID card and submits it.
func (r *robot) confirm(ctx context.Context, now screen) error {
	if r.confirms++; r.confirms > maxConfirms {
		return r.stuck("the form comes back again and again")
	}
	if r.script.Document != "" {
		return r.documentForm(ctx, now)
	}
	right := map[string]string{"identity_name": r.Person.Name, "identity_code": r.Person.Code, "mobile": r.Person.Mobile}
	form := map[string]any{}
	for _, in := range now.fields(actConfirm) {
		want, known := right[in.Name]
		shown, _ := in.Default.(string)
		switch {
		case !known:
			if in.Required {
				return r.stuck("the form asks for " + in.Name)
			}
		case shown == want, shown == "" && !in.Required: // an empty optional field means "as read"
		case shown == "", shown == r.mistakes[in.Name]:
			form[in.Name] = want
		default:
			r.misread = append(r.misread, in.Name)
			if !r.script.Corrects {
				return r.stuck(in.Name + " is prefilled with something that is not on the card")
			}
			form[in.Name] = want
		}
	}
	if r.script.TypedNumberWrong && r.mistakes["identity_code"] == "" {
		form["identity_code"] = mistyped(r.Person.Code)
		r.mistakes["identity_code"] = mistyped(r.Person.Code)
	}
	return r.pressAct(ctx, now, actConfirm, form)
}

// mistyped changes the tenth character, so that the check digit does not match.
func mistyped(number string) string {
	const at = 9
	wrong := "1"
	if strings.HasPrefix(number[at:], wrong) {
		wrong = "7"
	}
	return number[:at] + wrong + number[at+1:]
}
