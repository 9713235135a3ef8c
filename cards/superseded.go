package cards

import "encoding/json"

// Superseded replaces a card after a newer one was sent to the bottom of the chat.
type Superseded struct {
	Ref
	HR bool // HR's card, which has no button
}

// JSON draws a pointer to the bottom of the chat. The applicant's button sends the present card there again.
func (v Superseded) JSON() json.RawMessage {
	e := []node{small(tr("superseded.text"))}
	if !v.HR {
		e = append(e, button("to_bottom", quietButton, v.act(ActResume)))
	}
	return frame{title: tr("superseded.title"), header: headerEnded, elements: e}.json()
}
