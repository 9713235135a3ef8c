package cards

import (
	"encoding/json"
	"time"
)

// SideState says where one side of the ID card stands.
type SideState string

const (
	SideMissing SideState = "missing"
	SideWaiting SideState = "waiting" // received, not yet read
	SideReading SideState = "reading"
	SideRead    SideState = "read"
)

// Photos shows the progress of the two sides.
type Photos struct {
	Ref
	Steps     []Step
	Front     SideState
	Back      SideState
	Unsorted  int    // photos received whose side is not known yet
	Problem   string // code of the last photo's problem, "" if none (texts "photo.<code>")
	Ahead     int    // photos of other people before this person's in the OCR queue; 0 hides the line
	Delayed   bool   // the reader is having trouble; work goes on by itself
	SentBack  string // reason code of HR when this step is the consequence of a send-back
	Note      string // HR's words to the applicant; shown as plain text
	Expires   time.Time
	CanRetake bool // at least one side has been read
}

// JSON draws both sides next to each other and asks for what is missing.
func (v Photos) JSON() json.RawMessage {
	e := way(v.Steps, StepPhotos)
	e = append(e, sentBack(v.SentBack, v.Note)...)
	if v.Problem != "" {
		e = append(e, line(prefixed("📷 ", of("photo", v.Problem)), inkRed))
	}
	e = append(e, line(v.ask()))
	e = append(e, halves(v.side(SideFront, v.Front), v.side(SideBack, v.Back)))
	if v.Unsorted > 0 {
		e = append(e, line(tr("photos.unsorted", num("n", v.Unsorted))))
	}
	if v.wanting() {
		e = append(e, small(tr("photos.guide")))
	}
	if v.Ahead > 0 {
		e = append(e, line(tr("photos.ahead", num("n", v.Ahead))))
	}
	if v.Delayed {
		e = append(e, line(tr("photos.delayed"), inkOrange))
	}
	e = append(e, deadline(v.Expires)...)
	e = append(e, asking(button("cancel", quietButton, v.act(ActCancel)), "cancel"))

	f := frame{
		title:    tr("photos.title_reading"),
		mood:     moodWait,
		state:    tr("tag.reading"),
		ink:      "wathet",
		elements: e,
	}
	if v.wanting() {
		f.title, f.mood, f.state, f.ink = tr("photos.title"), moodTurn, tr("tag.your_turn"), "blue"
	}
	if v.Problem != "" || v.SentBack != "" {
		f.mood = moodCare
	}
	return f.json()
}

// wanting says whether the applicant has to send something. A photo whose side is not known yet may be what is missing.
func (v Photos) wanting() bool {
	missing := 0
	for _, s := range []SideState{v.Front, v.Back} {
		if s == SideMissing || s == "" {
			missing++
		}
	}
	return missing > v.Unsorted
}

func (v Photos) ask() text {
	front, back := v.Front == SideMissing || v.Front == "", v.Back == SideMissing || v.Back == ""
	switch {
	case !v.wanting():
		return tr("photos.ask_none")
	case front && back:
		return tr("photos.ask_both")
	case front:
		return tr("photos.ask_one", own("side", tr("side.front")))
	default:
		return tr("photos.ask_one", own("side", tr("side.back")))
	}
}

func (v Photos) side(side string, state SideState) []node {
	if state == "" {
		state = SideMissing
	}
	e := []node{headline(tr("side." + side)), line(of("sidestate", string(state)))}
	if v.CanRetake && state == SideRead {
		e = append(e, retake(v.Ref, side))
	}
	return e
}

// retake offers to take one side again.
func retake(r Ref, side string) node {
	a := r.act(ActRetake)
	a.Side = side
	return button("retake_"+side, plainButton, a)
}

// sentBack says why HR gave the case back: the reason of the catalogue and HR's own words.
func sentBack(reason, note string) []node {
	var e []node
	if reason != "" {
		e = append(e, line(tr("sent_back", own("reason", of("reason", reason))), inkOrange))
	}
	return append(e, hrSays(note)...)
}

// hrSays quotes HR's words to the applicant; nothing when nothing can be seen of them.
func hrSays(note string) []node {
	words := personal(note, maxNote)
	if words.empty() {
		return nil
	}
	return []node{line(tr("hr_says", own("note", words)))}
}
