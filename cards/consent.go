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
	PageURL       Address // of the agreement page, which takes the consent; "" takes it on the card
	Again         bool    // an agreement has changed since the applicant read it; nothing else is asked
	PhotosWaiting int     // unread photos that were sent before the consent
	Expires       time.Time
}

// JSON draws what the applicant is asked, and both answers. Without a page it draws the full agreement, because a consent
// covers only what the applicant was shown.
func (v Consent) JSON() json.RawMessage {
	f := frame{
		title:     tr("consent.title"),
		header:    headerYourTurn,
		tag:       tr("tag.your_turn"),
		tagColour: "blue",
	}
	e := stepRow(v.Steps, StepConsent)
	var agree node
	if v.PageURL != "" {
		what := "consent.page"
		if v.Again {
			f.title, what = tr("consent.again_title"), "consent.again"
		}
		e = append(e, line(tr(what)), small(tr("consent.link")))
		agree = link("open_page", mainButton, v.PageURL)
	} else {
		e = append(e, v.agreementNodes()...)
		yes := v.act(ActConsent)
		yes.Agreement = v.Agreement.Tag()
		agree = button("consent", mainButton, yes)
	}
	if v.PhotosWaiting > 0 {
		e = append(e, line(tr("consent.photos_waiting", intArg("n", v.PhotosWaiting)), colourOrange))
	}
	e = append(e, deadline(v.Expires)...)
	f.elements = append(e, agree, askFirst("decline", plainButton, v.act(ActDecline)))
	return f.json()
}

// agreementNodes draws the full agreement.
func (v Consent) agreementNodes() []node {
	e := []node{line(v.Agreement.introText())}
	for _, s := range v.Agreement.sections() {
		e = append(e, headline(s.title), line(s.body))
	}
	return append(e, small(v.Agreement.versionText()))
}

// deadline draws the end of the applicant's time; nothing for the zero time.
func deadline(t time.Time) []node {
	if t.IsZero() {
		return nil
	}
	return []node{small(tr("deadline", timeArg("at", t)))}
}
