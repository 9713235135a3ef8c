package cards

import "encoding/json"

// Superseded replaces a card that has moved to the bottom of the chat.
type Superseded struct {
	Ref
	HR bool // HR's card: without the button, which is the applicant's
}

// JSON points to the bottom of the chat; the applicant's button brings the current card there once more.
func (v Superseded) JSON() json.RawMessage {
	e := []node{small(tr("superseded.text"))}
	if !v.HR {
		e = append(e, button("to_bottom", quietButton, v.act(ActResume)))
	}
	return frame{title: tr("superseded.title"), mood: moodOver, elements: e}.json()
}
