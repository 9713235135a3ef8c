package cards

import "encoding/json"

// Bulk asks an admin whether the listed cases shall be approved together. All their checks are green.
type Bulk struct {
	Names []string // masked
}

// JSON draws the names and one confirmation.
func (v Bulk) JSON() json.RawMessage {
	names := make([]text, 0, len(v.Names))
	for _, n := range v.Names {
		names = append(names, foreignText(n, 12))
	}
	elements := []node{line(tr("bulk.text", intArg("n", len(v.Names))))}
	if all := join(sameText("  "), names...); !all.empty() {
		elements = append(elements, line(all))
	}
	confirm, back := Ref{}.act(ActBulk), Ref{}.act(ActNext)
	confirm.To, back.To = ToConfirm, ToList
	return frame{
		title:     tr("bulk.title"),
		header:    headerYourTurn,
		tag:       tr("tag.count", intArg("n", len(v.Names))),
		tagColour: "blue",
		elements: append(elements,
			labelled(tr("bulk.confirm", intArg("n", len(v.Names))), mainButton, confirm),
			button("to_list", quietButton, back),
		),
	}.json()
}
