package cards

import "time"

// Decision says who decided what; it replaces the buttons.
type Decision struct {
	By     string // open_id; empty = automatic
	At     time.Time
	What   string // approved | sent_back | rejected | withdrawn | expired | closed
	Reason string
	Note   string
	Stage  string // what happens since: recording | filing | done | attention | ...
	Filed  bool
}

// nodes say who, when, what, why, and what happens since.
func (d Decision) nodes() []node {
	what := headline(tr("decision.line", own("what", of("did", d.What)), at("at", d.At)))
	var e []node
	if d.By == "" {
		e = append(e, what, small(tr("decision.automatic")))
	} else {
		e = append(e, row(person(d.By), what))
	}
	if d.Reason != "" {
		e = append(e, line(fact("reason", of("reason", d.Reason))))
	}
	e = append(e, facts(fact("note", personal(d.Note, maxNote)))...)
	switch {
	case d.Stage == "done" && d.Filed:
		e = append(e, line(tr("stage.done_filed"), inkGreen))
	case d.Stage == "done":
		e = append(e, line(tr("stage.done_unfiled"), inkOrange))
	case d.Stage == "attention":
		e = append(e, line(of("stage", d.Stage), inkRed))
	case d.Stage != "":
		e = append(e, line(of("stage", d.Stage)))
	}
	return e
}

func (d Decision) mood() string {
	switch d.What {
	case "approved", "retried", "resolved":
		return moodGood
	case "rejected":
		return moodBad
	case "sent_back":
		return moodWait
	default:
		return moodOver
	}
}
