package cards

import (
	"encoding/json"
	"time"
)

// Morning is HR's card of a working day's morning: what waits, what stands still, and what the days since the last one
// have brought beside the medians of the last week. It names nobody.
type Morning struct {
	Since, Until string // first and last day that Days covers, 2006-01-02; the same for a single day
	Waiting      Waiting
	Days         Turnout
	Week         Turnout // the seven days before today
	// Joined and Gone count who has joined and left the company in those days, as far as the directory has said.
	Joined, Gone int
	Requests     int    // open ones about personal data
	RequestDue   string // the first deadline of them
	// Deletions are those of personal data in those days, Proof the SHA-256 over the hashes of their audit rows, in hex.
	Deletions []Deletion
	Proof     string
	Desk      bool // HR reviews at desks, so that the card offers the reader's
	At        time.Time
}

// Waiting is what waits for HR.
type Waiting struct {
	Total             int       // without those on hold; of them:
	Green, Amber, Red int       // in review, by the worst finding
	Stuck             int       // a step has stopped
	Oldest            time.Time // since when the oldest of them waits
	OnHold            int       // put aside for a time
}

// Empty reports whether the card would say nothing: nobody waits, and nothing has happened.
func (v Morning) Empty() bool {
	return v.Waiting.Total == 0 && v.Waiting.OnHold == 0 && v.Days.Empty() && v.Gone == 0 && v.Requests == 0 &&
		len(v.Deletions) == 0
}

// JSON draws the numbers, and the button that sends the reader's desk.
func (v Morning) JSON() json.RawMessage {
	w := v.Waiting
	var e []node
	if w.Total == 0 {
		e = noneWaits(w.OnHold)
	} else {
		e = append(e,
			line(tr("morning.waiting", intArg("n", w.Total)), sizeHead),
			line(tr("morning.colours", intArg("green", w.Green), intArg("amber", w.Amber), intArg("red", w.Red),
				intArg("stuck", w.Stuck))),
			line(tr("queue.oldest", timeArg("at", w.Oldest))))
		e = append(e, onHoldBesides(w.OnHold)...)
		if v.Desk {
			e = append(e, deskButton())
		}
	}
	period := tr("morning.day", quotedArg("day", v.Until))
	if v.Since != v.Until {
		period = tr("morning.days", quotedArg("from", v.Since), quotedArg("to", v.Until))
	}
	e = append(e, rule(), headline(period))
	e = append(e, facts(v.Days.texts()...)...)
	if v.Joined+v.Gone > 0 {
		e = append(e, line(tr("morning.staff", intArg("joined", v.Joined), intArg("left", v.Gone))))
	}
	if v.Requests > 0 {
		e = append(e, line(tr("morning.requests", intArg("n", v.Requests), quotedArg("day", v.RequestDue))))
	}
	e = append(e, facts(
		tr("morning.to_done", textArg("now", spanText(v.Days.ToDone, v.Days.ToDone.Median)),
			textArg("week", spanText(v.Week.ToDone, v.Week.ToDone.Median))),
		tr("morning.review", textArg("now", spanText(v.Days.Review, v.Days.Review.Median)),
			textArg("week", spanText(v.Week.Review, v.Week.Review.Median))),
	)...)
	e = append(e, deletionNodes(v.Deletions, v.Proof)...)
	look := frame{title: tr("morning.title"), header: headerSuccess, elements: append(e, asOf(v.At)...)}
	if w.Total > 0 {
		look.header, look.tag, look.tagColour = headerYourTurn, tr("tag.count", intArg("n", w.Total)), "blue"
	}
	return look.json()
}
