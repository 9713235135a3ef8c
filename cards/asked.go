package cards

import "time"

// Asked is what HR asked for when a case was sent back, and what has changed since.
type Asked struct {
	By      string // open_id
	At      time.Time
	Reason  string // one of Reasons, or ""
	Redo    string // one of Sides, or ""
	Note    string
	Photos  []string // sides that were photographed again
	Changes []Change
}

// EarlierCase is a case of the same person that has ended.
type EarlierCase struct {
	At   time.Time
	What string // texts "did.<code>"
}

// maxSameNumber is how many people with the same number a card names.
const maxSameNumber = 5

// maxEarlier is how many earlier cases a card lists.
const maxEarlier = 3

// maxAskedNote is how much of HR's note of the round before is quoted.
const maxAskedNote = 100

// nodes draws the question beside the answer; nothing for nil.
func (a *Asked) nodes() []node {
	if a == nil {
		return nil
	}
	reason := tr("review.asked_note")
	if a.Reason != "" {
		reason = codeText("reason", a.Reason)
	}
	if a.Redo != "" {
		reason = tr("review.preset", textArg("reason", reason), textArg("what", codeText("redo", a.Redo)))
	}
	e := []node{
		headline(tr("review.asked")),
		row(person(a.By), line(join(sameText(" "), timeText(a.At), reason))),
	}
	e = append(e, facts(fact("note", foreignText(a.Note, maxAskedNote)))...)
	if len(a.Photos) == 0 && len(a.Changes) == 0 {
		return append(e, line(tr("review.asked_nothing"), colourOrange))
	}
	e = append(e, headline(tr("review.asked_since")))
	for _, side := range a.Photos[:min(len(a.Photos), 2)] {
		e = append(e, line(tr("review.asked_photo", textArg("side", codeText("side", side)))))
	}
	return append(e, changeLines(a.Changes)...)
}

// otherNodes draws who else has the number, and how the person's earlier cases ended.
func (v Review) otherNodes() []node {
	var e []node
	if n := min(len(v.SameNumber), maxSameNumber); n > 0 {
		e = append(e, line(tr("review.same_number"), colourRed), personList("small", true, v.SameNumber[:n]...))
	}
	var earlier []text
	for _, c := range v.Earlier[:min(len(v.Earlier), maxEarlier)] {
		earlier = append(earlier, join(sameText(" "), timeText(c.At), codeText("did", c.What)))
	}
	if len(earlier) > 0 {
		all := join(text{zh: "；", en: "; ", trusted: true}, earlier...)
		e = append(e, small(join(colon, tr("review.earlier"), all)))
	}
	return e
}
