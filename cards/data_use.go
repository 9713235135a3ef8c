package cards

import (
	"encoding/json"
	"slices"
)

// DataUse answers a question whether the data is safe: what protects it, who receives and who sees it, until when it
// is kept.
type DataUse struct {
	Agreement Agreement // what the consent says, which this card quotes
	Stored    bool      // something of the asker is stored: offer to show it
}

// JSON draws the answer in the words of the consent.
func (v DataUse) JSON() json.RawMessage {
	e := []node{line(tr("data_use.safe"))}
	quoted := []text{tr("agreement.who"), tr("agreement.viewers"), tr("agreement.keep")}
	for _, s := range v.Agreement.sections() {
		if slices.Contains(quoted, s.title) {
			e = append(e, headline(s.title), line(s.body))
		}
	}
	if v.Stored {
		e = append(e, button("my_data", mainButton, Ref{}.act(ActMyData)))
	}
	return frame{title: tr("data_use.title"), header: headerNeutral, elements: e}.json()
}
