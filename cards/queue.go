package cards

import (
	"encoding/json"
	"time"
)

// Queue is the review group's board: how many cases wait, and for how long. It names nobody.
type Queue struct {
	Total  int       // without those on hold
	Green  int       // of them those whose checks are all green
	Stuck  int       // of them those of which a step has stopped
	Taken  int       // of them those that an admin reads
	Oldest time.Time // since when the oldest of them waits
	OnHold int       // put aside for a time
	// Overdue counts those that have waited for more than SLA of working time, also those on hold; 0: there is no SLA.
	Overdue int
	SLA     time.Duration
	Held    Held
	At      time.Time
}

// Held is how many approved cases wait before their identities are written, and why.
type Held struct {
	N   int
	Why string // first | refused (texts "held.<code>")
}

// nodes draws the sentence; nothing if no case waits.
func (h Held) nodes() []node {
	if h.N == 0 {
		return nil
	}
	return []node{line(codeText("held", h.Why, intArg("n", h.N)), colourOrange)}
}

// JSON draws the numbers and the button that sends the reader's desk.
func (v Queue) JSON() json.RawMessage {
	if v.Total == 0 {
		e := append(noneWaits(v.OnHold), v.Held.nodes()...)
		if v.OnHold > 0 {
			e = append(append(e, inTime(v.Overdue, v.SLA)...), deskButton())
		}
		return frame{title: tr("queue.title"), header: headerSuccess, elements: append(e, asOf(v.At)...)}.json()
	}
	e := []node{
		line(intArg("n", v.Total).val, sizeBig),
		line(tr("queue.parts", intArg("green", v.Green), intArg("stuck", v.Stuck), intArg("taken", v.Taken))),
		line(tr("queue.oldest", timeArg("at", v.Oldest))),
	}
	e = append(e, inTime(v.Overdue, v.SLA)...)
	e = append(e, onHoldBesides(v.OnHold)...)
	e = append(append(e, v.Held.nodes()...), deskButton())
	return frame{
		title:     tr("queue.title"),
		header:    headerYourTurn,
		tag:       tr("tag.count", intArg("n", v.Total)),
		tagColour: "blue",
		elements:  append(e, asOf(v.At)...),
	}.json()
}

// deskButton sends the reader's desk.
func deskButton() node {
	desk := Ref{}.act(ActNext)
	desk.To = ToDesk
	return button("desk", mainButton, desk)
}

// noneWaits says that no case waits, and how many are on hold.
func noneWaits(onHold int) []node {
	if onHold > 0 {
		return []node{line(tr("queue.only_held", intArg("n", onHold)))}
	}
	return []node{line(tr("queue.none"))}
}

// onHoldBesides says how many cases are on hold besides those that wait; nothing if none is.
func onHoldBesides(n int) []node {
	if n == 0 {
		return nil
	}
	return []node{small(tr("queue.held", intArg("n", n)))}
}
