package cards

import (
	"encoding/json"
	"time"
)

// PeekReasons are the codes of reasons for a look at the originals (texts "peek_reason.<code>").
var PeekReasons = []string{"blurred_reading", "name_check", "suspected_forgery", "other"}

// peekForm asks for the reason of a look at the originals. It may stand only directly in the body of a card.
func peekForm(r Ref) node {
	a := r.act(ActPeek)
	nodes := choice("peek_reason", "peek_reason", PeekReasons, "", true)
	return form("peek", append(nodes, asSubmit(withDialog(button("peek", plainButton, a), "peek"), a))...)
}

// Original shows the original photos of a case to one admin. The message is recalled soon.
type Original struct {
	Applicant string   // open_id
	Images    []string // image_keys, the portrait side first; none when the look is over
	Reason    string   // one of PeekReasons, or policy
	Until     time.Time
}

// maxPictures is how many photos the card shows.
const maxPictures = 6

// JSON draws the photos. The bot sends a card instead of pictures, because a card cannot be forwarded.
func (v Original) JSON() json.RawMessage {
	f := frame{title: tr("original.title"), header: headerWarning}
	if len(v.Images) == 0 {
		f.header, f.elements = headerEnded, []node{line(tr("original.over"))}
		return f.json()
	}
	f.tag, f.tagColour = tr("original.tag"), "orange"
	f.elements = append([]node{person(v.Applicant)}, facts(fact("peek_reason", codeText("peek_reason", v.Reason)))...)
	f.elements = append(f.elements, small(tr("original.until", timeArg("at", v.Until))))
	for _, key := range v.Images[:min(len(v.Images), maxPictures)] {
		f.elements = append(f.elements, picture(key, tr("original.title")))
	}
	return f.json()
}

// picture draws an uploaded image (page "图片"), as wide as the card. A tap enlarges it.
func picture(key string, alt text) node {
	return node{
		"tag":        "img",
		"img_key":    machineID(key).zh,
		"alt":        plainText(alt),
		"preview":    true,
		"scale_type": "fit_horizontal",
	}
}
