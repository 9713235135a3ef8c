package cards

import (
	"encoding/json"
	"strings"
)

// PhotoProblem answers the message of a photo that cannot be used.
type PhotoProblem struct {
	Ref
	Problem     string   // texts "photo.<code>"
	Image       string   // image_key of a picture that shows the problem, or ""
	Side        string   // front | back, or "" if the side is not known
	Need        []string // sides that are still missing
	Tries       int      // number of unusable photos in this case
	AskDocument bool     // offer the form for a document that is no resident identity card
	Document    bool     // the photo was to show a document whose values can be typed instead
	AskHR       bool     // the case's card, which the button shows, offers the way to HR
}

// manyTries is the number of unusable photos from which the card has advice.
const manyTries = 2

// heldUp begins the problem of a photo that was not read for what a first look showed. Such a photo is read if it comes
// again, which the card says.
const heldUp = "held_"

// notTheCamera lists the problems that light, flash and distance have nothing to do with. Their cards give no advice on
// how to take a photo.
var notTheCamera = map[string]bool{
	"expired_card": true, "old_card": true,
	"other_person": true, "sides_mismatch": true, "duplicate_front": true, "duplicate_back": true,
	"download_failed": true, "deleted": true, "restricted": true, "too_many": true, "too_many_day": true, "empty": true, "too_large": true,
	"not_picture": true, "heic": true, "unsupported_format": true, "truncated": true, "too_many_pixels": true,
	"bad_file": true, "document_too_many": true, "document_too_many_day": true, "document_not_picture": true,
}

// JSON draws the problem, the missing sides and advice for the next photo.
func (v PhotoProblem) JSON() json.RawMessage {
	e := []node{line(codeText("photo", v.Problem), colourRed)}
	if v.Image != "" {
		e = append(e, picture(v.Image, tr("photo_problem.picture")), small(tr("photo_problem.image")))
	}
	if v.Side != "" {
		e = append(e, line(tr("photo_problem.side", textArg("side", codeText("side", v.Side)))))
	}
	if len(v.Need) > 0 {
		sides := make([]text, 0, len(v.Need))
		for _, s := range v.Need {
			sides = append(sides, codeText("side", s))
		}
		need := tr("photo_problem.need", textArg("sides", join(tr("and"), sides...)))
		if len(v.Need) == 1 {
			need = join(sameText(" "), need, tr("photo_problem.kept"))
		}
		e = append(e, line(need))
	}
	if strings.HasPrefix(v.Problem, heldUp) {
		e = append(e, line(tr("photo_problem.held")))
	}
	switch {
	case v.Document:
	case v.AskHR && (notTheCamera[v.Problem] || v.Tries < manyTries):
		e = append(e, line(tr("photo_problem.help")))
	case v.AskHR:
		e = append(e, line(tr("photo_problem.help_guide")))
	case v.Tries < manyTries:
	case notTheCamera[v.Problem]:
		e = append(e, line(tr("photo_problem.ask_hr")))
	default:
		e = append(e, line(tr("photo_problem.many")))
	}
	switch {
	case notTheCamera[v.Problem]:
	case v.Document:
		e = append(e, small(tr("document_photo.guide")))
	case v.Tries >= manyTries:
		e = append(e, guideNodes(v.Problem)...)
	default:
		e = append(e, small(tr("photos.guide")))
	}
	if v.Document {
		e = append(e, button("type_document", plainButton, v.act(ActOtherDocument)))
	}
	if v.AskDocument {
		e = append(e, button("other_document", plainButton, v.act(ActOtherDocument)))
	}
	e = append(e, button("show_progress", quietButton, v.act(ActResume)))
	return frame{
		title:     tr("photo_problem.title"),
		header:    headerWarning,
		tag:       tr("tag.your_turn"),
		tagColour: "orange",
		elements:  e,
	}.json()
}
