package flows

import "time"

// LookRequest is an admin's wish to see the originals of a case, which another admin has to confirm.
type LookRequest struct {
	By     string    `json:"by"` // open_id
	At     time.Time `json:"at"`
	Reason string    `json:"reason"` // one of cards.PeekReasons
}

// LookRequestFor is how long another admin can confirm the wish.
const LookRequestFor = time.Hour

// pendingAt reports whether the wish can still be confirmed.
func (r *LookRequest) pendingAt(now time.Time) bool {
	return r != nil && now.Sub(r.At) < LookRequestFor
}

// askForLook notes the wish and asks the other admins. With one admin it is refused: nobody could confirm it.
func askForLook(d *decision) {
	switch r := d.c.LookRequest; {
	case !d.anotherAdmin():
		d.refuse("a second look needs two admins", NewToast("second_look_alone", nil))
		return
	case r.pendingAt(d.event.At):
		d.refuse("asked already", NewToast("second_look_waiting", nil))
		return
	}
	d.c.LookRequest = &LookRequest{By: d.event.Actor, At: d.event.At, Reason: d.event.Preset}
	d.detail("reason", d.event.Preset)
	for _, admin := range d.otherAdmins() {
		ask := Reply(ReplyLookRequest).Towards(Receiver{Type: "open_id", ID: admin})
		d.job(ask.With(ArgAbout, d.event.Actor).With(ArgReason, d.event.Preset).For(d.c.TenantKey, admin))
	}
	d.toast("second_look_asked")
}

// confirmLook ends the wish. The engine shows the originals to the admin who has asked.
func confirmLook(d *decision) {
	r := d.c.LookRequest
	switch {
	case !r.pendingAt(d.event.At) || !d.policy.IsStaff(d.c.TenantKey, r.By):
		d.refuse("no such wish", NewToast("second_look_over", nil))
		return
	case r.By == d.event.Actor:
		d.refuse("the same admin", NewToast("second_look_other", nil))
		return
	}
	d.c.LookRequest = nil
	d.detail("admin", r.By)
	d.detail("reason", r.Reason)
	d.toast("second_look_confirmed")
}
