package cards

import (
	"encoding/json"
	"time"
)

// Pending lists what waits for HR.
type Pending struct {
	Rows      []PendingRow
	Total     int // all waiting cases; rows hold the first ones
	Attention int
}

// PendingRow is one waiting case.
type PendingRow struct {
	Ref
	Applicant  string // open_id
	MaskedName string
	State      string // awaiting_review | needs_attention
	Since      time.Time
	Worst      Level
}

// maxRows is the number of cases that one card lists.
const maxRows = 10

// JSON lists the first cases; each row opens its case in place.
func (v Pending) JSON() json.RawMessage {
	if v.Total == 0 && len(v.Rows) == 0 {
		return frame{title: tr("pending.title"), mood: moodGood, elements: []node{line(tr("pending.none"))}}.json()
	}
	e := []node{line(tr("pending.total", num("n", v.Total), num("attention", v.Attention)))}
	rows := v.Rows[:min(len(v.Rows), maxRows)]
	for _, r := range rows {
		e = append(e, r.node())
	}
	if more := v.Total - len(rows); more > 0 {
		e = append(e, small(tr("pending.more", num("n", more))))
	}
	return frame{
		title:    tr("pending.title"),
		mood:     moodTurn,
		state:    tr("tag.count", num("n", v.Total)),
		ink:      "blue",
		elements: e,
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
	about := joined(same(" · "), personal(r.MaskedName, 12), of("state", r.State), moment(r.Since))
	return row(person(r.Applicant), line(prefixed(sign, about)), button("open", plainButton, r.act(ActNext)))
}
