package flows

import "time"

// ReviewHold takes a case off HR's list for a time. It changes neither the end of HR's time nor the waiting time.
type ReviewHold struct {
	By     string    `json:"by"` // open_id of the admin
	Until  time.Time `json:"until"`
	Answer bool      `json:"answer,omitempty"` // it ends with the applicant's answer, if this comes before
}

// ActiveAt reports whether the case is off the list.
func (h *ReviewHold) ActiveAt(now time.Time) bool { return h != nil && now.Before(h.Until) }

// holdAnswer is how long a hold waits for an answer at most.
const holdAnswer = 7 * 24 * time.Hour

// holdMargin is the least time between the end of a hold and the end of HR's time.
const holdMargin = 24 * time.Hour

// hold takes the case off the list until the time that the event names, one of cards.Holds, or puts it back.
func hold(d *decision) {
	at := d.event.At
	h := &ReviewHold{By: d.event.Actor}
	switch d.event.Field {
	case "hour":
		h.Until = at.Add(time.Hour)
	case "morning":
		h.Until = NextMorning(at)
	case "days":
		h.Until = at.Add(3 * 24 * time.Hour)
	case "answer":
		if !d.c.Question.Open() {
			d.refuse("nothing is asked", NewToast("hold_no_question", nil))
			return
		}
		h.Until, h.Answer = at.Add(holdAnswer), true
	case "end":
		d.c.OnHold = nil
		d.redraw(AudienceHR)
		d.toast("hold_ended")
		return
	default:
		d.refuse("no such time", NewToast("bad_request", nil))
		return
	}
	if h.Until.After(d.c.EnteredAt.Add(MaxHRWait - holdMargin)) {
		d.refuse("beyond HR's time", NewToast("hold_too_long", nil))
		return
	}
	d.c.OnHold, d.c.Assigned = h, nil
	d.detail("until", AuditTime(h.Until))
	d.job(EndHold(h.Until))
	d.redraw(AudienceHR)
	d.change.Toast = NewToast("held", map[string]string{"when": MadeText(h.Until, at)})
}

// holdEnded puts the case back on the list. The admin who held it hears of it.
func holdEnded(d *decision) {
	h := d.c.OnHold
	if h == nil || d.event.At.Before(h.Until) {
		d.refuse(refusalKnown, nil) // ended before, or held anew
		return
	}
	d.c.OnHold = nil
	d.ring(h.By)
}

// ring brings the case before an admin: the admin's desk comes to the bottom of the chat. Single cards are sent again.
func (d *decision) ring(admin string) {
	d.redraw(AudienceHR)
	if !d.policy.ReviewQueue {
		d.repost(AudienceHR)
		return
	}
	d.change.Ring = append(d.change.Ring, admin)
}
