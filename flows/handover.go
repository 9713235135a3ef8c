package flows

import "time"

// Handover is how far another system has been told of the evidence point of a case (handover.url). It is queued when
// the case is done with a point, and nothing is handed on of a case without one.
type Handover struct {
	State    HandoverState `json:"state"`
	Queued   time.Time     `json:"queued"`             // the schedule counts from here
	Attempts int           `json:"attempts,omitempty"` // failed ones since then
	NextAt   time.Time     `json:"next_at"`            // earliest next attempt
	At       time.Time     `json:"at,omitzero"`        // when it was taken or given up
	// Code says why the last attempt failed: an HTTP status, or a kind of package handover.
	Code string `json:"code,omitempty"`
	// Aside is set when the receiver has taken a later one while it refused this one: the later ones do not wait for it.
	Aside bool `json:"aside,omitempty"`
}

// RecipientHandover is the other system among the recipients of the applicant's data (texts "recipient.<code>" and
// "disclosed.<code>").
const RecipientHandover = "handover"

// HandoverState is the progress of a Handover.
type HandoverState string

// States of a Handover.
const (
	HandoverWaiting HandoverState = "waiting" // for its turn or its next attempt
	HandoverDone    HandoverState = "taken"   // the receiver has answered 2xx
	HandoverStopped HandoverState = "stopped" // given up, until the operator asks for it again
)

// handoverDelays are the pauses before the attempts, by the number of failed ones, of the example in Standard Webhooks.
var handoverDelays = []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// handoverFor is how long a notification is tried: the delays together. One that has waited behind others has its last
// attempt then as well, however few it had.
var handoverFor = func() (sum time.Duration) {
	for _, d := range handoverDelays {
		sum += d
	}
	return sum
}()

// HandoverPatience is how many attempts the oldest one fails before a later one is tried as well, to tell a receiver that
// takes nothing from one that refuses a single notification.
const HandoverPatience = 3

// nextHandover returns the time of the next attempt after one that failed; false after the last.
func (h *Handover) nextHandover(now time.Time) (time.Time, bool) {
	last := h.Queued.Add(handoverFor)
	if h.Attempts >= len(handoverDelays) || !now.Before(last) {
		return time.Time{}, false
	}
	next := now.Add(handoverDelays[h.Attempts])
	if next.After(last) {
		next = last
	}
	return next, true
}

// HandoverID is the webhook-id of the case's notification: the same in every attempt and replay. It has no dot.
func HandoverID(caseID string) string { return "evidence_" + caseID }

// queueFollowUps queues what follows an evidence point, when the case is done: the signing account at e签宝 and the
// notification of another system.
func (d *decision) queueFollowUps() {
	if !HasFiledEvidence(d.c) {
		return // with the method none nothing is filed, and nothing handed on
	}
	if d.policy.SigningAccounts && d.c.Account == nil {
		d.queueAccount()
	}
	if d.policy.HandsOver && d.c.Handover == nil {
		d.queueHandover()
	}
}

func (d *decision) queueHandover() {
	d.c.Handover = &Handover{State: HandoverWaiting, Queued: d.event.At, NextAt: d.event.At}
	d.job(HandOver())
}

// waitsForHandover refuses the event unless the notification waits.
func (d *decision) waitsForHandover() bool {
	if d.c.Handover == nil || d.c.Handover.State != HandoverWaiting {
		d.refuse(refusalNoAttempt, nil)
		return false
	}
	return true
}

// handedOver notes that the receiver has taken the notification.
func handedOver(d *decision) {
	h := d.c.Handover
	if !d.waitsForHandover() {
		return
	}
	h.State, h.At, h.Code, h.Aside = HandoverDone, d.event.At, "", false
	d.noteDisclosure(RecipientHandover)
	d.detail("evi_point_id", d.c.Evidence.ID)
	d.change.Ended = FollowUpHandover
}

// handoverFailed plans the next attempt, or gives up after the last one or when the receiver wants no more.
func handoverFailed(d *decision) {
	h := d.c.Handover
	if !d.waitsForHandover() {
		return
	}
	h.Attempts++
	h.Code = d.event.Refusal
	next, more := h.nextHandover(d.event.At)
	if more && !d.event.Final {
		h.NextAt = later(next, d.event.At.Add(d.event.After))
		d.change.Silent = true
		return
	}
	h.State, h.At, h.Aside = HandoverStopped, d.event.At, false
	d.noteDisclosure(RecipientHandover) // the receiver may have read what it did not take
	d.detail("code", h.Code)
	d.change.Stopped = FollowUpHandover
	d.redraw(AudienceHR)
}

// handoverPassed notes that a later notification was taken, so that the others need not wait for this one.
func handoverPassed(d *decision) {
	if !d.waitsForHandover() {
		return
	}
	if d.c.Handover.Aside {
		d.refuse(refusalKnown, nil)
		return
	}
	d.c.Handover.Aside = true
	d.change.Silent = true
	d.job(HandOver())
}

// followUpsReplayed queues what the operator asks for again: a notification that was given up or taken, or one of a case
// that was done before handover.url was set, and a signing account that was stopped. For an account whose outcome is
// not known it means that the operator has looked and found none.
func followUpsReplayed(d *decision) {
	if !HasFiledEvidence(d.c) {
		d.refuse("nothing was filed", nil)
		return
	}
	changed := false
	if d.policy.SigningAccounts && (d.c.Account == nil || d.c.Account.Stop != nil) {
		before := d.c.Account
		if d.queueAccount(); before != nil {
			d.c.Account.Write = before.Write
			if before.Stop.Code == StopUnknownOutcome && before.Write != nil {
				before.Write.State = WriteRefused
				d.detail("decided", "not opened, once more")
			}
		}
		changed = true
	}
	if d.policy.HandsOver && (d.c.Handover == nil || d.c.Handover.State != HandoverWaiting) {
		d.queueHandover()
		changed = true
	}
	if !changed {
		d.refuse(refusalKnown, nil)
		return
	}
	d.redraw(AudienceHR)
}
