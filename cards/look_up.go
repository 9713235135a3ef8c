package cards

import (
	"encoding/json"
	"time"
)

// LookUp answers an admin's question about a person: everybody whom it may mean, masked.
type LookUp struct {
	Rows    []LookUpRow // the card shows maxLookUpRows
	Total   int
	ByID    bool // by open_id instead of by name
	Bounded bool // there are more cases than were compared
}

// LookUpRow is the state of one person.
type LookUpRow struct {
	Ref
	Applicant  string // open_id
	MaskedName string
	State      string
	Since      time.Time
	Opens      bool // it is HR's turn: offer to open the case
	Filed      bool // there is an evidence point: offer to show it
}

// maxLookUpRows is the number of people on the card.
const maxLookUpRows = 5

// JSON draws a row a person, or says that there is nobody.
func (v LookUp) JSON() json.RawMessage {
	f := frame{title: tr("look_up.title"), header: headerNeutral}
	rows := v.Rows[:min(len(v.Rows), maxLookUpRows)]
	switch {
	case len(rows) == 0 && v.ByID:
		f.elements = []node{line(tr("look_up.none_by_id"))}
	case len(rows) == 0:
		f.elements = []node{line(tr("look_up.none"))}
	case len(rows) > 1:
		f.elements = []node{line(tr("look_up.several", intArg("n", v.Total)))}
	}
	for _, r := range rows {
		f.elements = append(f.elements, r.node())
	}
	if more := v.Total - len(rows); len(rows) > 0 && more > 0 {
		f.elements = append(f.elements, small(tr("look_up.more", intArg("n", more))))
	}
	if v.Bounded {
		f.elements = append(f.elements, small(tr("look_up.bounded")))
	}
	return f.json()
}

func (r LookUpRow) node() node {
	since := tr("look_up.since", timeArg("at", r.Since))
	about := join(sameText(" · "), foreignText(r.MaskedName, 12), codeText("state", r.State), since)
	e := []node{person(r.Applicant), line(about)}
	if r.Opens {
		e = append(e, button("open", plainButton, r.act(ActNext)))
	}
	if r.Filed {
		e = append(e, button("evidence", quietButton, r.act(ActEvidence)))
	}
	return row(e...)
}
