package cards

import "encoding/json"

// PhotoProblem answers the message of a photo that cannot be used.
type PhotoProblem struct {
	Ref
	Problem string   // texts "photo.<code>"
	Side    string   // front | back, or "" if the side is not known
	Need    []string // sides that are still missing
	Tries   int      // number of unusable photos in this case
}

// manyTries is the number of unusable photos from which the card names a person to ask.
const manyTries = 2

// JSON draws the problem, the missing sides and advice for the next photo.
func (v PhotoProblem) JSON() json.RawMessage {
	var e []node
	if v.Side != "" {
		e = append(e, line(tr("photo_problem.side", textArg("side", codeText("side", v.Side)))))
	}
	e = append(e, line(codeText("photo", v.Problem), colourRed))
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
	if v.Tries >= manyTries {
		e = append(e, line(tr("photo_problem.many")))
	}
	e = append(e, small(tr("photos.guide")), button("show_progress", quietButton, v.act(ActResume)))
	return frame{
		title:     tr("photo_problem.title"),
		header:    headerWarning,
		tag:       tr("tag.your_turn"),
		tagColour: "orange",
		elements:  e,
	}.json()
}
