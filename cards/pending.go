package cards

import (
	"encoding/json"
	"time"
)

// Pending lists the cases that wait for HR.
type Pending struct {
	Rows      []PendingRow
	Total     int // number of all waiting cases
	Attention int // number of those in needs_attention
}

// PendingRow is one waiting case.
type PendingRow struct {
	Ref
	Applicant  string // open_id
	MaskedName string
	State      string // awaiting_review | needs_attention
	Since      time.Time
	Worst      Level
	Waits      time.Duration // how long it has waited; 0 without an SLA
	Overdue    bool          // longer than the SLA, of working time
}

// maxRows is the number of cases on the card.
const maxRows = 10

// JSON draws the first cases. The button of a row replaces the list by the case.
func (v Pending) JSON() json.RawMessage {
	if v.Total == 0 && len(v.Rows) == 0 {
		return frame{title: tr("pending.title"), header: headerSuccess, elements: []node{line(tr("pending.none"))}}.json()
	}
	e := []node{line(tr("pending.total", intArg("n", v.Total), intArg("attention", v.Attention)))}
	rows := v.Rows[:min(len(v.Rows), maxRows)]
	for _, r := range rows {
		e = append(e, r.node())
	}
	if more := v.Total - len(rows); more > 0 {
		e = append(e, small(tr("pending.more", intArg("n", more))))
	}
	return frame{
		title:     tr("pending.title"),
		header:    headerYourTurn,
		tag:       tr("tag.count", intArg("n", v.Total)),
		tagColour: "blue",
		elements:  e,
	}.json()
}

func (r PendingRow) node() node {
	sign := "⚪ "
	switch r.Worst {
	case Green:
		sign = "🟢 "
	case Amber:
		sign = "🟡 "
	case Red:
		sign = "🔴 "
	}
	about := join(sameText(" · "), foreignText(r.MaskedName, 12), codeText("state", r.State), timeText(r.Since), r.wait())
	return row(person(r.Applicant), line(prefix(sign, about)), button("open", plainButton, r.act(ActNext)))
}

// wait says how long the case has waited, and whether that is too long; nothing without an SLA.
func (r PendingRow) wait() text {
	span := textArg("span", durationText(r.Waits))
	switch {
	case r.Waits <= 0:
		return text{}
	case r.Overdue:
		return tr("pending.overdue", span)
	}
	return tr("pending.waits", span)
}
