package cards

import (
	"encoding/json"
	"time"
)

// DocumentPhoto asks for a photo of the page or side of a document that shows name and number, and offers to type them
// instead.
type DocumentPhoto struct {
	Ref
	Steps   []Step
	Kind    string // texts "document.<code>", "document_ask.<code>"
	Reading bool   // a photo has come
	Problem string // code of the last photo's problem, "" if none (texts "photo.<code>")
	Ahead   int    // photos of other people that come before this person's in the OCR queue
	Delayed bool   // the OCR fails and is retried
	Expires time.Time
}

// JSON draws what to photograph, the progress, and the way without a photo.
func (v DocumentPhoto) JSON() json.RawMessage {
	e := stepRow(v.Steps, StepPhotos)
	if v.Problem != "" {
		e = append(e, line(prefix("📷 ", codeText("photo", v.Problem)), colourRed))
	}
	f := frame{
		title:     tr("document_photo.title"),
		header:    headerYourTurn,
		tag:       tr("tag.your_turn"),
		tagColour: "blue",
	}
	if v.Reading {
		f.title, f.header, f.tag, f.tagColour = tr("photos.title_reading"), headerWaiting, tr("tag.reading"), "wathet"
		e = append(e, line(tr("document_photo.reading")))
	} else {
		e = append(e, line(codeText("document_ask", v.Kind)), small(tr("document_photo.guide")))
	}
	if v.Problem != "" {
		f.header = headerWarning
	}
	if v.Ahead > 0 {
		e = append(e, line(tr("photos.ahead", intArg("n", v.Ahead))))
	}
	if v.Delayed {
		e = append(e, line(tr("photos.delayed"), colourOrange))
	}
	e = append(e, button("type_document", plainButton, v.act(ActOtherDocument)))
	e = append(e, deadline(v.Expires)...)
	e = append(e, haveIDCard(v.Ref), askFirst("cancel", quietButton, v.act(ActCancel)))
	f.elements = e
	return f.json()
}
