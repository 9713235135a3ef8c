package cards

import (
	"encoding/json"
	"time"
)

// Queue is the review group's board: how many cases wait, and for how long. It names nobody.
type Queue struct {
	Total  int
	Green  int       // of them those whose checks are all green
	Stuck  int       // of them those of which a step has stopped
	Taken  int       // of them those that an admin reads
	Oldest time.Time // since when the oldest waits
	// Overdue counts those that have waited for more than SLA of working time; 0: there is no SLA.
	Overdue int
	SLA     time.Duration
	At      time.Time
}

// JSON draws the numbers and the button that sends the reader's desk.
func (v Queue) JSON() json.RawMessage {
	if v.Total == 0 {
		e := append([]node{line(tr("queue.none"))}, asOf(v.At)...)
		return frame{title: tr("queue.title"), header: headerSuccess, elements: e}.json()
	}
	e := []node{
		line(intArg("n", v.Total).val, sizeBig),
		line(tr("queue.parts", intArg("green", v.Green), intArg("stuck", v.Stuck), intArg("taken", v.Taken))),
		line(tr("queue.oldest", timeArg("at", v.Oldest))),
	}
	e = append(e, inTime(v.Overdue, v.SLA)...)
	desk := Ref{}.act(ActNext)
	desk.To = ToDesk
	e = append(e, button("desk", mainButton, desk))
	return frame{
		title:     tr("queue.title"),
		header:    headerYourTurn,
		tag:       tr("tag.count", intArg("n", v.Total)),
		tagColour: "blue",
		elements:  append(e, asOf(v.At)...),
	}.json()
}
