package cards

import (
	"encoding/json"
	"time"
)

// Closed shows the end of an unsuccessful case and offers a new start.
type Closed struct {
	Ref
	Outcome string // on_file | rejected | declined | withdrawn | expired | closed
	Reason  string // reason code (texts "reason.<code>")
	Note    string // note of HR to the applicant
	At      time.Time
}

// JSON draws outcome, reason and note.
func (v Closed) JSON() json.RawMessage {
	e := []node{line(codeText("closed", v.textCode()))}
	if v.Reason != "" && !(v.Reason == "other" && v.Note != "") { // the note is the reason
		e = append(e, line(fact("reason", codeText("reason", v.Reason))))
	}
	e = append(e, hrNote(v.Note)...)
	if !v.At.IsZero() {
		e = append(e, small(sameText(Stamp(v.At))))
	}
	if v.textCode() == v.Outcome {
		e = append(e, button("restart", mainButton, Ref{}.act(ActStart)))
	}
	e = append(e, button("my_data", quietButton, v.act(ActMyData)))
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

// textCode returns the text of the outcome. After some reasons of a rejection another try leads to the same end, so the
// card has a text of its own and offers no new start.
func (v Closed) textCode() string {
	if v.Outcome != "rejected" {
		return v.Outcome
	}
	switch v.Reason {
	case "not_employee", "duplicate", "not_id_card":
		return v.Outcome + "_" + v.Reason
	}
	return v.Outcome
}
