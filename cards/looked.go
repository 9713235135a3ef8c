package cards

import (
	"encoding/json"
	"time"
)

// Looked tells applicants that an admin looks at the originals.
type Looked struct {
	By     string // open_id
	At     time.Time
	Reason string // one of PeekReasons, or policy
}

// JSON draws who, when and why, and leads to everything else.
func (v Looked) JSON() json.RawMessage {
	e := []node{line(tr("looked_text", timeArg("at", v.At))), person(v.By)}
	e = append(e, facts(fact("peek_reason", codeText("peek_reason", v.Reason)))...)
	e = append(e, button("my_data", quietButton, Ref{}.act(ActMyData)))
	return frame{title: tr("looked_title"), header: headerNeutral, elements: e}.json()
}
