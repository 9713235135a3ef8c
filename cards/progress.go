package cards

import (
	"encoding/json"
	"time"
)

// Progress is shown while it is not the applicant's turn.
type Progress struct {
	Ref
	Steps     []Step
	Stage     string // checking | review | recording | filing | attention
	Since     time.Time
	Delayed   bool // an upstream has trouble; it is being retried
	CanCancel bool
	Automatic bool // the policy let an all-green case through without HR
	At        Step // where the case stands still, for stage attention; empty = no row of steps
}

// JSON draws what is being done for the applicant; there is nothing to press but, sometimes, cancel.
func (v Progress) JSON() json.RawMessage {
	e := way(v.Steps, v.step())
	e = append(e, line(of("progress", v.Stage)))
	if v.Automatic {
		e = append(e, line(tr("progress_automatic")))
	}
	if v.Delayed {
		e = append(e, line(tr("progress_delayed"), inkOrange))
	}
	if !v.Since.IsZero() {
		e = append(e, small(tr("since", at("at", v.Since))))
	}
	if v.CanCancel {
		e = append(e, asking(button("cancel", quietButton, v.act(ActCancel)), "cancel"))
	}
	f := frame{
		title:    of("progress_title", v.Stage),
		mood:     moodWait,
		state:    tr("tag.working"),
		ink:      "wathet",
		elements: e,
	}
	if v.Stage == "attention" || v.Delayed {
		f.mood, f.state, f.ink = moodCare, tr("tag.looked_after"), "orange"
	}
	return f.json()
}

// step finds the stage in the row of steps. Standing still can happen anywhere, so it has a place only if At names it.
func (v Progress) step() Step {
	switch v.Stage {
	case "checking":
		return StepCode
	case "review":
		return StepReview
	case "recording":
		return StepRecord
	case "filing":
		return StepEvidence
	default:
		return v.At
	}
}
