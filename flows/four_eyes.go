package flows

import (
	"slices"
	"time"
)

// FourEyesReason says why a case takes two admins (texts "four_eyes.<reason>").
type FourEyesReason string

// Reasons for two admins.
const (
	FourEyesRed    FourEyesReason = "red"    // a check has failed
	FourEyesName   FourEyesReason = "name"   // the applicant has typed another name than was read
	FourEyesNumber FourEyesReason = "number" // the person was registered with another number before
	// FourEyesBound says that Feishu has bound another value to the account, which the next write would replace.
	FourEyesBound FourEyesReason = "bound"
)

// FourEyes returns why two admins have to approve the case; nothing if one is enough.
func FourEyes(c *Case, p *Policy, now time.Time) (why []FourEyesReason) {
	if len(redFindings(c, p, now)) > 0 {
		why = append(why, FourEyesRed)
	}
	if slices.Contains(c.Changed, "identity_name") {
		why = append(why, FourEyesName)
	}
	if c.OtherNumber {
		why = append(why, FourEyesNumber)
	}
	if c.rebinds() {
		why = append(why, FourEyesBound)
	}
	return why
}

// rebinds reports whether the next write of the identity would bind to the account what Feishu has refused, because
// something else is bound there. It is no re-binding any more once the applicant has corrected the value.
func (c *Case) rebinds() bool {
	return c.Bound != "" && c.Personal.BoundValue == c.Personal.valueOf(c.Bound)
}

// valueOf returns the submitted value of a field of the form.
func (p *Personal) valueOf(field string) string {
	switch field {
	case "identity_name":
		return p.Name
	case "identity_code":
		return p.Number
	case "mobile":
		return p.Mobile
	}
	return ""
}

// needsSecondApproval notes the first of two approvals and reports whether the second one is missing. With one admin
// the approval is refused: nobody could be the second. The approval is that of a review, or of a re-binding.
func (d *decision) needsSecondApproval(why []FourEyesReason, reason string) bool {
	if len(why) == 0 {
		return false
	}
	state, first := d.c.State, d.c.FirstApproval
	switch {
	case !d.anotherAdmin():
		d.refuse("four eyes need two admins", NewToast("four_eyes_alone", nil))
	case first == nil:
		d.c.FirstApproval = &Review{
			By:     d.event.Actor,
			What:   ReviewApproved,
			At:     d.event.At,
			Round:  d.c.Rounds,
			Reason: reason,
		}
		d.c.Assigned = nil
		d.detail("approval", "first of two")
		d.detail("reason", reason)
		d.toast("second_needed")
		// A new revision: whoever has the card from before has not seen that it takes a second approval.
		d.goTo(state)
		d.reenter, d.since = true, d.c.EnteredAt
	case first.By == d.event.Actor:
		d.refuse("the same admin again", NewToast("second_other", nil))
	default:
		d.detail("first_approval", first.By)
		return false
	}
	return true
}

// anotherAdmin reports whether somebody besides the actor and the applicant is an admin.
func (d *decision) anotherAdmin() bool { return len(d.otherAdmins()) > 0 }

// otherAdmins returns those who may decide, besides the actor and the applicant.
func (d *decision) otherAdmins() []string {
	return slices.DeleteFunc(d.staff().All(), func(a string) bool {
		return a == d.event.Actor || a == d.c.OpenID
	})
}
