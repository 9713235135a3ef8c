package cards

import (
	"encoding/json"
	"time"
)

// Consent asks for the separate consent that must precede any reading of a photo.
type Consent struct {
	Ref
	Steps         []Step
	Agreement     Agreement
	PhotosWaiting int // photos that were sent before consent and wait unread
	Expires       time.Time
}

// JSON draws the agreement in full, so that what is consented to is what was shown, and the two answers.
func (v Consent) JSON() json.RawMessage {
	e := way(v.Steps, StepConsent)
	e = append(e, line(v.Agreement.intro()))
	for _, s := range v.Agreement.sections() {
		e = append(e, headline(s.title), line(s.body))
	}
	e = append(e, small(v.Agreement.version()))
	if v.PhotosWaiting > 0 {
		e = append(e, line(tr("consent.photos_waiting", num("n", v.PhotosWaiting)), inkOrange))
	}
	e = append(e, deadline(v.Expires)...)
	e = append(e,
		button("consent", mainButton, v.act(ActConsent)),
		asking(button("decline", plainButton, v.act(ActDecline)), "decline"),
	)
	return frame{
		title:    tr("consent.title"),
		mood:     moodTurn,
		state:    tr("tag.your_turn"),
		ink:      "blue",
		elements: e,
	}.json()
}

// deadline says until when the applicant has time; nothing for the zero time.
func deadline(t time.Time) []node {
	if t.IsZero() {
		return nil
	}
	return []node{small(tr("deadline", at("at", t)))}
}
