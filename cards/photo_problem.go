package cards

import "encoding/json"

// PhotoProblem answers one photo.
type PhotoProblem struct {
	Ref
	Problem string // texts "photo.<code>"
	Side    string // front | back | "" – the side that this photo shows, when known
	Need    []string
	Tries   int // bad photos so far in this case
}

// manyTries is the number of bad photos after which the card offers a human instead of asking once more in the same
// words.
const manyTries = 2

// JSON says what is wrong with this photo, what to do, and what is still wanted; what is good stays.
func (v PhotoProblem) JSON() json.RawMessage {
	var e []node
	if v.Side != "" {
		e = append(e, line(tr("photo_problem.side", own("side", of("side", v.Side)))))
	}
	e = append(e, line(of("photo", v.Problem), inkRed))
	if len(v.Need) > 0 {
		sides := make([]text, 0, len(v.Need))
		for _, s := range v.Need {
			sides = append(sides, of("side", s))
		}
		need := tr("photo_problem.need", own("sides", joined(tr("and"), sides...)))
		if len(v.Need) == 1 {
			need = joined(same(" "), need, tr("photo_problem.kept"))
		}
		e = append(e, line(need))
	}
	if v.Tries >= manyTries {
		e = append(e, line(tr("photo_problem.many")))
	}
	e = append(e, small(tr("photos.guide")), button("show_progress", quietButton, v.act(ActResume)))
	return frame{
		title:    tr("photo_problem.title"),
		mood:     moodCare,
		state:    tr("tag.your_turn"),
		ink:      "orange",
		elements: e,
	}.json()
}
