package cards

import (
	"encoding/json"
	"time"
)

// Reminder reminds the applicant. Its button sends the present card again, at the bottom of the chat.
type Reminder struct {
	Ref
	Stage   string // consent | photos | confirm | code
	Expires time.Time
}

// JSON draws the reminder and the deadline.
func (v Reminder) JSON() json.RawMessage {
	e := []node{line(codeText("reminder", v.Stage))}
	e = append(e, deadline(v.Expires)...)
	e = append(e, button("resume", mainButton, v.act(ActResume)))
	return frame{
		title:     tr("reminder_title"),
		header:    "yellow",
		tag:       tr("tag.your_turn"),
		tagColour: "yellow",
		elements:  e,
	}.json()
}
