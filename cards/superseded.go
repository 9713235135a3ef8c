package cards

import "encoding/json"

// Superseded replaces an applicant's card that has moved to the bottom of the chat.
type Superseded struct{ Ref }

// JSON points to the bottom of the chat; the button brings the current card there once more.
func (v Superseded) JSON() json.RawMessage {
	return frame{
		title: tr("superseded.title"), mood: moodOver,
		elements: []node{
			small(tr("superseded.text")),
			button("to_bottom", quietButton, v.act(ActResume)),
		},
	}.json()
}
