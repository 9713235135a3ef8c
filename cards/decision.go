package cards

import "time"

// Decision shows a decision of HR or of the policy. It replaces the buttons of the card.
type Decision struct {
	By     string // open_id; "" for the policy
	First  string // open_id of the first of two admins
	At     time.Time
	What   string // approved | sent_back | on_file | rejected | …; texts "did.<code>"
	Reason string
	Note   string
	Stage  string // progress since then: pending | recording | filing | done | attention | ...
	Filed  bool
	After  []FollowUp
	Order  string // others wait for this case, or it waits: first | refused | held_first | held_refused; "" for neither
}

// FollowUp is what follows the evidence and cannot go on. The registration itself is done.
type FollowUp struct {
	Code     string // texts "after.<code>"
	Upstream string // code of the other system, "" if it gave none
}

// maxFollowUps is how many things can follow the evidence.
const maxFollowUps = 2

// nodes draws actor, time, outcome, reason, note and progress.
func (d Decision) nodes() []node {
	what := headline(tr("decision.line", textArg("what", codeText("did", d.What)), timeArg("at", d.At)))
	var e []node
	switch {
	case d.By == "" && d.What == "retried": // HR retried another case with the same cause
		e = append(e, what, small(tr("decision.shared")))
	case d.By == "" && d.What == "resumed": // no rule decided: a later try succeeded, or the applicant sent what was missing
		e = append(e, what)
	case d.By == "":
		e = append(e, what, small(tr("decision.automatic")))
	default:
		e = append(e, row(person(d.By), what))
	}
	if d.First != "" {
		e = append(e, row(person(d.First), line(tr("decision.first"))))
	}
	if d.Reason != "" {
		e = append(e, line(fact("reason", codeText("reason", d.Reason))))
	}
	e = append(e, facts(fact("note", foreignText(d.Note, maxNote)))...)
	switch {
	case d.Stage == "done" && d.Filed:
		e = append(e, line(tr("stage.done_filed"), colourGreen))
	case d.Stage == "done":
		e = append(e, line(tr("stage.done_unfiled"), colourOrange))
	case d.Stage == "attention":
		e = append(e, line(codeText("stage", d.Stage), colourRed))
	case d.Stage != "":
		e = append(e, line(codeText("stage", d.Stage)))
	}
	for _, f := range d.After[:min(len(d.After), maxFollowUps)] {
		e = append(e, line(codeText("after", f.Code, textArg("upstream", machineID(f.Upstream))), colourOrange))
	}
	if d.Order != "" {
		e = append(e, line(codeText("order", d.Order), colourOrange))
	}
	return e
}

func (d Decision) header() string {
	switch d.What {
	case "approved", "retried", "resolved":
		return headerSuccess
	case "rejected":
		return headerError
	case "sent_back":
		return headerWaiting
	default:
		return headerEnded
	}
}
