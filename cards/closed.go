package cards

import (
	"encoding/json"
	"time"
)

// Closed says how a case ended without success; offers a new start.
type Closed struct {
	Ref
	Outcome string // rejected | declined | withdrawn | expired | closed
	Reason  string // reason code (texts "reason.<code>")
	Note    string // HR's words to the applicant, plain text
	At      time.Time
}

// JSON says how it ended, why, and how to begin anew.
func (v Closed) JSON() json.RawMessage {
	e := []node{line(of("closed", v.Outcome))}
	if v.Reason != "" {
		e = append(e, line(fact("reason", of("reason", v.Reason))))
	}
	e = append(e, hrSays(v.Note)...)
	if !v.At.IsZero() {
		e = append(e, small(same(Stamp(v.At))))
	}
	e = append(e,
		button("restart", mainButton, Ref{}.act(ActStart)),
		button("my_data", quietButton, v.act(ActMyData)),
	)
	mood := moodOver
	if v.Outcome == "rejected" {
		mood = moodBad
	}
	return frame{
		title:    of("closed_title", v.Outcome),
		mood:     mood,
		state:    tr("tag.closed"),
		ink:      "neutral",
		elements: e,
	}.json()
}
