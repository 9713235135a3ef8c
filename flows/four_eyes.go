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
	return why
}

// needsSecondApproval notes the first of two approvals and reports whether the second one is missing. With one admin
// the approval is refused: nobody could be the second.
func (d *decision) needsSecondApproval(reason string) bool {
	if len(FourEyes(d.c, d.policy, d.event.At)) == 0 {
		return false
	}
	first := d.c.FirstApproval
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
		d.toast("second_needed")
		// A new revision: whoever has the card from before has not seen that it takes a second approval.
		d.goTo(AwaitingReview)
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
func (d *decision) anotherAdmin() bool {
	staff := slices.Concat(d.policy.AdminsOf(d.c.TenantKey), d.event.StandIns)
	return slices.ContainsFunc(staff, func(a string) bool {
		return a != d.event.Actor && a != d.c.OpenID
	})
}
