package cards

import (
	"encoding/json"
	"time"
)

// Closed shows the end of an unsuccessful case and offers a new start.
type Closed struct {
	Ref
	Outcome string // rejected | declined | withdrawn | expired | closed
	Reason  string // reason code (texts "reason.<code>")
	Note    string // note of HR to the applicant
	At      time.Time
}

// JSON draws outcome, reason and note.
func (v Closed) JSON() json.RawMessage {
	e := []node{line(codeText("closed", v.Outcome))}
	if v.Reason != "" {
		e = append(e, line(fact("reason", codeText("reason", v.Reason))))
	}
	e = append(e, hrNote(v.Note)...)
	if !v.At.IsZero() {
		e = append(e, small(sameText(Stamp(v.At))))
	}
	e = append(e,
		button("restart", mainButton, Ref{}.act(ActStart)),
		button("my_data", quietButton, v.act(ActMyData)),
	)
	mood := headerEnded
	if v.Outcome == "rejected" {
		mood = headerError
	}
	return frame{
		title:     codeText("closed_title", v.Outcome),
		header:    mood,
		tag:       tr("tag.closed"),
		tagColour: "neutral",
		elements:  e,
	}.json()
}
