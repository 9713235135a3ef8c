package flows

import (
	"slices"
	"strings"
	"time"

	"shiming/cards"
	"shiming/idcard"
)

// recordReview stores HR's decision with the reason and the note of the form.
func (d *decision) recordReview(what ReviewOutcome) {
	d.c.Review = &Review{
		By:     d.event.Actor,
		What:   what,
		At:     d.event.At,
		Round:  d.c.Rounds,
		Reason: formValue(d.event.Form.Reason),
		Redo:   formValue(d.event.Form.Side),
	}
	if f := d.c.FirstApproval; f != nil && what == ReviewApproved {
		d.c.Review.First = f.By
	}
	d.c.Personal.Note = shortNote(formValue(d.event.Form.Note))
	d.addInternalNote("")
	d.detail("reason", d.c.Review.Reason)
}

// formValue returns the trimmed value of a form field; "" for a missing field.
func formValue(p *string) string {
	if p == nil {
		return ""
	}
	return strings.TrimSpace(*p)
}

// shortNote cuts a note of HR after 500 characters.
func shortNote(s string) string {
	const maxChars = 500
	if r := []rune(s); len(r) > maxChars {
		return string(r[:maxChars]) + "…"
	}
	return s
}

// approve starts the writes to the platforms. It refuses a document that no platform takes: nothing is recorded that
// could not be proved. A person who was not verified cannot be approved, because there would be nothing to file.
// Despite a red finding it takes a reason, one of cards.Overrides, which the audit row names together with the findings.
func approve(d *decision) {
	red := redFindings(d.c, d.policy, d.event.At)
	reason := formValue(d.event.Form.Override)
	switch {
	case d.policy.NotTaken(d.c):
		d.refuse("no platform takes this document", NewToast("permit", nil))
		return
	case !d.c.Verified():
		d.refuse("the person is not verified", NewToast("not_verified", nil))
		return
	case len(red) > 0 && !slices.Contains(cards.Overrides, reason):
		d.refuse(RefusalNoReason, NewToast("red", nil))
		return
	}
	if len(red) > 0 {
		d.event.Form.Reason = &reason // recordReview notes it
		d.detail("despite_red", strings.Join(red, " "))
	}
	if d.needsSecondApproval(FourEyes(d.c, d.policy, d.event.At), reason) {
		return
	}
	d.toast("approved")
	d.settle(ReviewApproved)
}

// redFindings returns the codes of the findings that have failed.
func redFindings(c *Case, p *Policy, now time.Time) (codes []string) {
	for _, f := range Findings(c, p, now) {
		if f.Level == LevelFailed {
			codes = append(codes, string(f.Code))
		}
	}
	return codes
}

// keepOnFile ends a case whose document no platform takes. HR has looked at the document; nothing is recorded or filed.
// The audit row names the kind of document.
func keepOnFile(d *decision) {
	if !d.policy.NotTaken(d.c) {
		d.refuse("the document can be recorded", NewToast("can_be_recorded", nil))
		return
	}
	d.detail("document", string(d.c.DocumentKind()))
	d.toast("on_file")
	d.settle(ReviewOnFile)
}

// sendBack returns the case to the applicant. HR has to give a reason or a note.
func sendBack(d *decision) {
	if formValue(d.event.Form.Reason) == "" && formValue(d.event.Form.Note) == "" {
		d.refuse(RefusalNoReason, NewToast("missing_field", map[string]string{"field": "reason"}))
		return
	}
	d.toast("sent_back")
	d.settle(ReviewSentBack)
}

// returnToApplicant asks the applicant for new photos of the sides that HR chose or otherwise for the form. The other
// side and the mobile number stay. The typed name and number stay as well if both sides do.
func (d *decision) returnToApplicant() {
	d.goTo(AwaitingConfirmation)
	asked, p := *d.c.Review, &d.c.Personal
	d.c.Asked = &asked
	p.AskedName, p.AskedNumber, p.AskedMobile, p.AskedNote = p.Name, p.Number, p.Mobile, p.Note
	d.c.Mismatch, d.c.FormIssues = "", nil
	d.c.Code, d.c.Check = nil, nil
	d.c.Personal.SMSCode = ""
	redo := d.c.Review.Redo
	switch redo {
	case "front":
		d.clearSide(idcard.Front)
	case "back":
		d.clearSide(idcard.Back)
	case "both":
		d.clearSide(idcard.Front)
		d.clearSide(idcard.Back)
	}
	if d.c.Personal.Document != "" && redo != "" && redo != "details" {
		d.startOver() // HR asks for photos of the identity card instead
	}
	d.repost(AudienceApplicant)
	if d.c.Personal.Document != "" {
		return // the form of this document comes back
	}
	if d.c.PhotoOf(idcard.Front) == nil || d.c.PhotoOf(idcard.Back) == nil {
		d.c.Personal.Name, d.c.Personal.Number = "", ""
		d.c.Changed = nil
		d.goTo(AwaitingPhotos)
	}
}

// reject ends the case. HR has to give a reason or a note.
func reject(d *decision) {
	if formValue(d.event.Form.Reason) == "" && formValue(d.event.Form.Note) == "" {
		d.refuse(RefusalNoReason, NewToast("missing_field", map[string]string{"field": "reason"}))
		return
	}
	d.toast("rejected")
	d.settle(ReviewRejected)
}
