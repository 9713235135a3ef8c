package flows

import (
	"strings"

	"shiming/idcard"
)

func (d *decision) recordReview(what ReviewOutcome) {
	d.c.Review = &Review{
		By:     d.event.Actor,
		What:   what,
		At:     d.event.At,
		Round:  d.c.Rounds,
		Reason: formValue(d.event.Form.Reason),
	}
	d.c.Personal.Note = shortNote(formValue(d.event.Form.Note))
	d.detail("reason", d.c.Review.Reason)
}

func formValue(p *string) string {
	if p == nil {
		return ""
	}
	return strings.TrimSpace(*p)
}

// shortNote bounds what HR writes to the applicant.
func shortNote(s string) string {
	const most = 500
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func approve(d *decision) {
	d.recordReview(ReviewApproved)
	d.toast("approved")
	d.startRecording()
}

// sendBack returns the case to the applicant: to the form, or for a new photo. What was good stays.
func sendBack(d *decision) {
	if formValue(d.event.Form.Reason) == "" && formValue(d.event.Form.Note) == "" {
		d.refuse(refusalNoReason, NewToast("missing_field", map[string]string{"field": "reason"}))
		return
	}
	d.recordReview(ReviewSentBack)
	d.toast("sent_back")
	d.c.Mismatch, d.c.FormIssues = "", nil
	d.c.Code, d.c.Check = nil, nil
	d.c.Personal.SMSCode = ""
	switch formValue(d.event.Form.Side) {
	case "front":
		d.clearSide(idcard.Front)
	case "back":
		d.clearSide(idcard.Back)
	case "both":
		d.clearSide(idcard.Front)
		d.clearSide(idcard.Back)
	}
	if d.c.PhotoOf(idcard.Front) == nil || d.c.PhotoOf(idcard.Back) == nil {
		d.c.Personal.Name, d.c.Personal.Number = "", ""
		d.c.Changed = nil
		d.goTo(AwaitingPhotos)
	}
	d.repost(AudienceApplicant)
}

func reject(d *decision) {
	if formValue(d.event.Form.Reason) == "" && formValue(d.event.Form.Note) == "" {
		d.refuse(refusalNoReason, NewToast("missing_field", map[string]string{"field": "reason"}))
		return
	}
	d.recordReview(ReviewRejected)
	d.toast("rejected")
	d.repost(AudienceApplicant)
}
