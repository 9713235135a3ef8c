package cards

import (
	"encoding/json"
	"time"
)

// Done closes the way.
type Done struct {
	Ref
	Steps        []Step
	MaskedName   string
	MaskedNumber string
	Method       string // three_elements | none ...
	Filed        bool   // evidence lies with e签宝; false = says so
	FiledAt      time.Time
	PhotosGoneAt time.Time // when the photos are deleted; zero = already
	At           time.Time
}

// JSON says what was done, and as plainly what was not: without evidence the card says so and why.
func (v Done) JSON() json.RawMessage {
	left := map[Step]bool{}
	if !v.Filed {
		left[StepEvidence] = true
	}
	if v.Method == "none" {
		left[StepCode] = true
	}
	e := wayDone(v.Steps, left)
	e = append(e, line(tr("done.text")))
	e = append(e, facts(
		fact("identity_name", personal(v.MaskedName, maxName)),
		fact("identity_code", personal(v.MaskedNumber, maxArg)),
		fact("method", of("method", v.Method)),
		fact("done_at", moment(v.At)),
	)...)
	switch {
	case v.Filed && !v.FiledAt.IsZero():
		e = append(e, line(tr("done.filed_at", at("at", v.FiledAt))))
	case v.Filed:
		e = append(e, line(tr("done.filed")))
	case v.Method == "none":
		e = append(e, line(tr("done.unfiled_no_method")))
	default:
		e = append(e, line(tr("done.unfiled"), inkOrange))
	}
	e = append(e, small(photosGone(v.PhotosGoneAt)))
	e = append(e, button("my_data", quietButton, v.act(ActMyData)))
	return frame{
		title:    tr("done.title"),
		mood:     moodGood,
		state:    tr("tag.done"),
		ink:      "green",
		elements: e,
	}.json()
}

// moment is a point in time, empty for the zero time.
func moment(t time.Time) text {
	if t.IsZero() {
		return text{}
	}
	return same(Stamp(t))
}

// photosGone says when the photos are deleted; the zero time means that they already are.
func photosGone(t time.Time) text {
	if t.IsZero() {
		return tr("photos_gone")
	}
	return tr("photos_gone_at", at("at", t))
}
