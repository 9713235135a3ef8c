package cards

import (
	"encoding/json"
	"time"
)

// Overdue tells HR how many cases have waited longer than they should. It names nobody.
type Overdue struct {
	Overdue int
	Waiting int           // of all cases that wait for HR
	Oldest  time.Time     // since when the oldest of the overdue ones waits
	SLA     time.Duration // of working time
	Desk    bool          // HR reviews at desks
	Lead    bool          // to a lead, who cannot decide
	At      time.Time
}

// JSON draws numbers and times, and for admins the way to the cases.
func (v Overdue) JSON() json.RawMessage {
	if v.Overdue == 0 {
		e := append([]node{line(tr("overdue.none"))}, asOf(v.At)...)
		return frame{title: tr("overdue.title"), header: headerSuccess, elements: e}.json()
	}
	e := []node{
		line(intArg("n", v.Overdue).val, sizeBig, colourRed),
		line(tr("overdue.text", textArg("span", durationText(v.SLA)), intArg("total", v.Waiting))),
		line(tr("queue.oldest", timeArg("at", v.Oldest))),
	}
	switch {
	case v.Lead:
		e = append(e, small(tr("overdue.lead")))
	case v.Desk:
		e = append(e, deskButton())
	default:
		e = append(e, button("begin", mainButton, Ref{}.act(ActNext)))
	}
	return frame{
		title:     tr("overdue.title"),
		header:    headerError,
		tag:       tr("tag.count", intArg("n", v.Overdue)),
		tagColour: "red",
		elements:  append(e, asOf(v.At)...),
	}.json()
}

// inTime says how many of the waiting cases are overdue, or that none is; nothing without an SLA.
func inTime(overdue int, sla time.Duration) []node {
	span := textArg("span", durationText(sla))
	switch {
	case sla <= 0:
		return nil
	case overdue == 0:
		return []node{small(tr("overdue.in_time", span))}
	}
	return []node{line(tr("overdue.part", intArg("n", overdue), span), colourRed)}
}

// dueText says until when HR shall deal with a case, and whether that is over; nothing without an SLA.
func dueText(due time.Time, overdue bool) text {
	if due.IsZero() {
		return text{}
	}
	at := timeText(due)
	if overdue {
		at = join(sameText(" "), at, tr("review.overdue"))
	}
	return fact("due", at)
}
