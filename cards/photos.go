package cards

import (
	"encoding/json"
	"time"
)

// SideState is the progress of one side of the ID card (texts "sidestate.<state>").
type SideState string

// States of a side.
const (
	SideMissing SideState = "missing"
	SideWaiting SideState = "waiting" // received, not yet read
	SideReading SideState = "reading"
	SideRead    SideState = "read"
)

// Photos asks for the photos and shows the progress of both sides.
type Photos struct {
	Ref
	Steps       []Step
	Front       SideState
	Back        SideState
	Unsorted    int    // received photos whose side is not known yet
	Problem     string // code of the last photo's problem, "" if none (texts "photo.<code>")
	Ahead       int    // photos of other people that come before this person's in the OCR queue
	Delayed     bool   // the OCR fails and is retried
	SentBack    string // reason code if HR has sent the case back
	Note        string // note of HR to the applicant
	Expires     time.Time
	AskHR       bool // offer the way to HR
	AskDocument bool // offer the form for a document that is no resident identity card
	CanRetake   bool // at least one side has been read
}

// JSON draws both sides and asks for the missing ones.
func (v Photos) JSON() json.RawMessage {
	e := stepRow(v.Steps, StepPhotos)
	e = append(e, sentBackNodes(v.SentBack, v.Note)...)
	if v.Problem != "" {
		e = append(e, line(prefix("📷 ", codeText("photo", v.Problem)), colourRed))
	}
	e = append(e, line(v.askText()))
	e = append(e, twoColumns(v.side(SideFront, v.Front), v.side(SideBack, v.Back)))
	if v.Unsorted > 0 {
		e = append(e, line(tr("photos.unsorted", intArg("n", v.Unsorted))))
	}
	if v.needsPhoto() {
		e = append(e, small(tr("photos.guide")))
	}
	if v.Ahead > 0 {
		e = append(e, line(tr("photos.ahead", intArg("n", v.Ahead))))
	}
	if v.Delayed {
		e = append(e, line(tr("photos.delayed"), colourOrange))
	}
	if v.AskHR {
		e = append(e, askHRNodes(v.Ref, 0)...)
	}
	if v.AskDocument {
		e = append(e, button("other_document", quietButton, v.act(ActOtherDocument)))
	}
	e = append(e, deadline(v.Expires)...)
	e = append(e, askFirst("cancel", quietButton, v.act(ActCancel)))

	f := frame{
		title:     tr("photos.title_reading"),
		header:    headerWaiting,
		tag:       tr("tag.reading"),
		tagColour: "wathet",
		elements:  e,
	}
	if v.needsPhoto() {
		f.title, f.header, f.tag, f.tagColour = tr("photos.title"), headerYourTurn, tr("tag.your_turn"), "blue"
	}
	if v.Problem != "" || v.SentBack != "" {
		f.header = headerWarning
	}
	return f.json()
}

// needsPhoto reports whether the applicant has to send a photo. An unsorted photo may show a missing side.
func (v Photos) needsPhoto() bool {
	missing := 0
	for _, s := range []SideState{v.Front, v.Back} {
		if s == SideMissing || s == "" {
			missing++
		}
	}
	return missing > v.Unsorted
}

func (v Photos) askText() text {
	front, back := v.Front == SideMissing || v.Front == "", v.Back == SideMissing || v.Back == ""
	switch {
	case !v.needsPhoto():
		return tr("photos.ask_none")
	case front && back:
		return tr("photos.ask_both")
	case front:
		return tr("photos.ask_one", textArg("side", tr("side.front")))
	default:
		return tr("photos.ask_one", textArg("side", tr("side.back")))
	}
}

func (v Photos) side(side string, state SideState) []node {
	if state == "" {
		state = SideMissing
	}
	e := []node{headline(tr("side." + side)), line(codeText("sidestate", string(state)))}
	if v.CanRetake && state == SideRead {
		e = append(e, retake(v.Ref, side))
	}
	return e
}

// retake is the button that replaces the photo of a side.
func retake(r Ref, side string) node {
	a := r.act(ActRetake)
	a.Side = side
	return button("retake_"+side, plainButton, a)
}

// sentBackNodes draws HR's reason and note.
func sentBackNodes(reason, note string) []node {
	if words := foreignText(note, maxNote); reason == "other" && !words.empty() { // the note is the reason
		return []node{line(tr("sent_back", textArg("reason", words)), colourOrange)}
	}
	var e []node
	if reason != "" {
		e = append(e, line(tr("sent_back", textArg("reason", codeText("reason", reason))), colourOrange))
	}
	return append(e, hrNote(note)...)
}

// hrNote quotes HR's note to the applicant; nothing for a note without visible characters.
func hrNote(note string) []node {
	words := foreignText(note, maxNote)
	if words.empty() {
		return nil
	}
	return []node{line(tr("hr_says", textArg("note", words)))}
}
