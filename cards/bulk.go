package cards

import (
	"encoding/json"
	"time"
)

// MaxBulk is how many cases are approved together. The card lists them all, and one transaction decides on them.
const MaxBulk = 50

// Bulk asks an admin whether the listed cases shall be approved together. All their checks are green.
type Bulk struct {
	Rows []DeskRow // MaskedName, Department and Since of each; at most MaxBulk
	At   time.Time
}

// JSON draws the list and one confirmation.
func (v Bulk) JSON() json.RawMessage {
	n := intArg("n", len(v.Rows))
	elements := []node{line(tr("bulk.text", n))}
	if len(v.Rows) > 0 { // by the masked name alone nobody would know who it is
		elements = append(elements, deskTable(v.Rows, v.At, []string{"who", "dept", "since", "wait"}))
	}
	confirm, back := Ref{}.act(ActBulk), Ref{}.act(ActNext)
	confirm.To, back.To = ToConfirm, ToList
	return frame{
		title:     tr("bulk.title"),
		header:    headerYourTurn,
		tag:       tr("tag.count", n),
		tagColour: "blue",
		elements: append(elements,
			labelled(tr("bulk.confirm", n), mainButton, confirm),
			button("to_list", quietButton, back),
		),
	}.json()
}
