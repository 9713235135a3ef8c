package flows

import (
	"slices"
	"time"
)

// TransferredFor is how long a case is kept for the admin to whom it was handed.
const TransferredFor = 24 * time.Hour

// InternalNote is a note of HR that the applicant does not read. With To it is why the case was handed to that admin.
type InternalNote struct {
	By   string // open_id
	At   time.Time
	Text string
	To   string `json:",omitempty"` // open_id
}

// maxInternalNotes bounds the notes of a case. The oldest go first.
const maxInternalNotes = 20

// addInternalNote keeps the internal note of the form, if there is one, and reports whether there is.
func (d *decision) addInternalNote(to string) bool {
	text := shortNote(formValue(d.event.Form.InternalNote))
	if text == "" {
		return false
	}
	notes := append(slices.Clone(d.c.Personal.InternalNotes),
		InternalNote{By: d.event.Actor, At: d.event.At, Text: text, To: to})
	d.c.Personal.InternalNotes = notes[max(0, len(notes)-maxInternalNotes):]
	d.detail("internal_note", "added")
	return true
}

// noteInternally keeps an internal note without a decision.
func noteInternally(d *decision) {
	if !d.addInternalNote("") {
		d.refuse(RefusalNoReason, NewToast("missing_field", map[string]string{"field": "internal_note"}))
		return
	}
	d.redraw(AudienceHR)
	d.toast("noted")
}

// transfer hands the case to another admin, for whom it is then kept. It refuses everybody who could not decide.
func transfer(d *decision) {
	to := formValue(d.event.Form.Admin)
	first := d.c.FirstApproval
	switch {
	case to == "":
		d.refuse(RefusalNoReason, NewToast("missing_field", map[string]string{"field": "admin"}))
		return
	case !slices.Contains(TransferTo(d.staff(), d.c, d.event.Actor), to):
		if first != nil && first.By == to {
			d.refuse("has approved already", NewToast("transfer_first", nil))
			return
		}
		if d.staff().isAway(to) {
			d.refuse("is away", NewToast("transfer_away", nil))
			return
		}
		d.refuse("not another admin", NewToast("transfer_nobody", nil))
		return
	}
	d.c.Assigned = &Assignment{
		To:    to,
		At:    d.event.At,
		From:  d.event.Actor,
		Until: d.event.At.Add(TransferredFor),
	}
	d.c.OnHold = nil
	d.addInternalNote(to)
	d.detail("to", to)
	if d.policy.ReviewQueue {
		d.ring(to)
	} else {
		d.redraw(AudienceHR)
		notice := Reply(ReplyNotice).With(ArgCode, NoticeTransferred).With(ArgAbout, d.event.Actor)
		d.job(notice.Towards(Receiver{Type: "open_id", ID: to}).For(d.c.TenantKey, to))
	}
	d.change.Toast = NewToast("transferred", nil)
}

// NoticeTransferred tells an admin that a colleague has handed over a case (text "notice.<code>").
const NoticeTransferred = "transferred"

// TransferTo returns those to whom an admin may hand the case: everybody on duty who could decide on it.
func TransferTo(staff Staff, c *Case, from string) []string {
	return slices.DeleteFunc(staff.OnDuty(), func(a string) bool {
		return a == from || a == c.OpenID || c.FirstApproval != nil && c.FirstApproval.By == a
	})
}

// ReaderOf returns the admin for whom the case is kept at a time; "" if there is none. Nothing is kept for somebody
// who is no admin any more.
func (p *Policy) ReaderOf(tenantKey string, a *Assignment, now time.Time) string {
	by := a.ReaderAt(now)
	if by == "" || !p.IsStaff(tenantKey, by) {
		return ""
	}
	return by
}

// IsStaff reports whether the settings name somebody as an admin, or as a stand-in.
func (p *Policy) IsStaff(tenantKey, openID string) bool {
	return slices.Contains(p.AdminsOf(tenantKey), openID) || slices.Contains(p.StandInsOf(tenantKey), openID)
}
