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
	PhotosWaiting int // unread photos that were sent before the consent
	Expires       time.Time
}

// JSON draws the full agreement, because a consent covers only what the applicant was shown, and both answers.
func (v Consent) JSON() json.RawMessage {
	e := stepRow(v.Steps, StepConsent)
	e = append(e, line(v.Agreement.introText()))
	for _, s := range v.Agreement.sections() {
		e = append(e, headline(s.title), line(s.body))
	}
	e = append(e, small(v.Agreement.versionText()))
	if v.PhotosWaiting > 0 {
		e = append(e, line(tr("consent.photos_waiting", intArg("n", v.PhotosWaiting)), colourOrange))
	}
	e = append(e, deadline(v.Expires)...)
	e = append(e,
		button("consent", mainButton, v.act(ActConsent)),
		askFirst("decline", plainButton, v.act(ActDecline)),
	)
	return frame{
		title:     tr("consent.title"),
		header:    headerYourTurn,
		tag:       tr("tag.your_turn"),
		tagColour: "blue",
		elements:  e,
	}.json()
}

// deadline draws the end of the applicant's time; nothing for the zero time.
func deadline(t time.Time) []node {
	if t.IsZero() {
		return nil
	}
	return []node{small(tr("deadline", timeArg("at", t)))}
}
