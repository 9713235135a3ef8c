package cards

import (
	"encoding/json"
	"time"
)

// Disclosed tells a person that the operator has exported or shown the evidence of the registration in full.
type Disclosed struct {
	At     time.Time
	Export bool
	Copy   bool   // a copy of the own data was written, because the person had asked for it
	Reason string // in the words of the operator
}

// JSON draws when and why, and leads to everything else.
func (v Disclosed) JSON() json.RawMessage {
	text := "disclosed_shown"
	if v.Export {
		text = "disclosed_text"
	}
	if v.Copy {
		text = "disclosed_copy"
	}
	e := []node{line(tr(text, timeArg("at", v.At)))}
	e = append(e, facts(fact("peek_reason", foreignText(v.Reason, maxArg)))...)
	e = append(e, button("my_data", quietButton, Ref{}.act(ActMyData)))
	return frame{title: tr("disclosed_title"), header: headerNeutral, elements: e}.json()
}
