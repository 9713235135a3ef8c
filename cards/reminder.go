package cards

import (
	"encoding/json"
	"time"
)

// Reminder nudges the applicant; its button brings the current card to the bottom.
type Reminder struct {
	Ref
	Stage   string // consent | photos | confirm | code
	Expires time.Time
}

// JSON nudges once, in a friendly voice, and says until when there is time.
func (v Reminder) JSON() json.RawMessage {
	e := []node{line(of("reminder", v.Stage))}
	e = append(e, deadline(v.Expires)...)
	e = append(e, button("resume", mainButton, v.act(ActResume)))
	return frame{
		title:    tr("reminder_title"),
		mood:     "yellow",
		state:    tr("tag.your_turn"),
		ink:      "yellow",
		elements: e,
	}.json()
}
