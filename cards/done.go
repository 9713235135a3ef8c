package cards

import (
	"encoding/json"
	"time"
)

// Done shows the result of a successful case.
type Done struct {
	Ref
	Steps        []Step
	MaskedName   string
	MaskedNumber string
	Method       string // three_elements | none ...
	Filed        bool   // the evidence point exists at e签宝
	FiledAt      time.Time
	PhotosGoneAt time.Time // when the photos will be deleted; zero: they are deleted
	At           time.Time
}

// JSON draws the result. Without an evidence point the card says so and gives the reason.
func (v Done) JSON() json.RawMessage {
	skipped := map[Step]bool{}
	if !v.Filed {
		skipped[StepEvidence] = true
	}
	if v.Method == "none" {
		skipped[StepCode] = true
	}
	e := stepRowDone(v.Steps, skipped)
	e = append(e, line(tr("done.text")))
	e = append(e, facts(
		fact("identity_name", foreignText(v.MaskedName, maxName)),
		fact("identity_code", foreignText(v.MaskedNumber, maxArg)),
		fact("method", codeText("method", v.Method)),
		fact("done_at", timeText(v.At)),
	)...)
	switch {
	case v.Filed && !v.FiledAt.IsZero():
		e = append(e, line(tr("done.filed_at", timeArg("at", v.FiledAt))))
	case v.Filed:
		e = append(e, line(tr("done.filed")))
	case v.Method == "none":
		e = append(e, line(tr("done.unfiled_no_method")))
	default:
		e = append(e, line(tr("done.unfiled"), colourOrange))
	}
	e = append(e, small(photosGoneText(v.PhotosGoneAt)))
	e = append(e, button("my_data", quietButton, v.act(ActMyData)))
	return frame{
		title:     tr("done.title"),
		header:    headerSuccess,
		tag:       tr("tag.done"),
		tagColour: "green",
		elements:  e,
	}.json()
}

// timeText formats a time; empty for the zero time.
func timeText(t time.Time) text {
	if t.IsZero() {
		return text{}
	}
	return sameText(Stamp(t))
}

// photosGoneText says when the photos will be deleted or, for the zero time, that they are.
func photosGoneText(t time.Time) text {
	if t.IsZero() {
		return tr("photos_gone")
	}
	return tr("photos_gone_at", timeArg("at", t))
}
