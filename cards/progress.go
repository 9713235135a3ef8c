package cards

import (
	"encoding/json"
	"time"
)

// Progress is the applicant's card while the bot or HR has to act.
type Progress struct {
	Ref
	Steps     []Step
	Stage     string // checking | review | help | help_photos | recording | filing | attention
	Since     time.Time
	Held      string // stage recording: why the identity waits behind another case: first | refused
	Delayed   bool   // an upstream fails and is retried
	CanCancel bool
	Automatic bool       // the policy approved the case without HR
	Questions []Question // of HR, in the review
	Answered  bool       // HR has an answer
	At        Step       // for stages attention and help_photos: the step that stopped; "": the card has no row of steps
}

// JSON draws the stage. The only button is the one for cancelling.
func (v Progress) JSON() json.RawMessage {
	e := stepRow(v.Steps, v.step())
	if v.Held != "" {
		e = append(e, line(codeText("progress_held", v.Held)))
	} else {
		e = append(e, line(codeText("progress", v.Stage)))
	}
	if v.Automatic {
		e = append(e, line(tr("progress_automatic")))
	}
	if v.Delayed {
		e = append(e, line(tr("progress_delayed"), colourOrange))
	}
	e = append(e, v.questionNodes()...)
	if !v.Since.IsZero() {
		e = append(e, small(tr("since", timeArg("at", v.Since))))
	}
	if v.CanCancel {
		e = append(e, askFirst("cancel", quietButton, v.act(ActCancel)))
	}
	f := frame{
		title:     codeText("progress_title", v.Stage),
		header:    headerWaiting,
		tag:       tr("tag.working"),
		tagColour: "wathet",
		elements:  e,
	}
	switch {
	case len(v.Questions) > 0 && !v.Answered:
		f.title, f.header, f.tag, f.tagColour = tr("question.title"), headerYourTurn, tr("tag.your_turn"), "blue"
	case v.Stage == "attention" || v.Stage == "help" || v.Stage == "help_photos":
		f.header, f.tag, f.tagColour = headerWarning, tr("tag.looked_after"), "orange"
	case v.Delayed:
		f.header, f.tag, f.tagColour = headerWarning, tr("tag.delayed"), "orange"
	}
	return f.json()
}

// maxQuestions is the number of latest questions on the card.
const maxQuestions = 5

// questionNodes draws what HR asks and how to answer, or that the answer has arrived.
func (v Progress) questionNodes() []node {
	if len(v.Questions) == 0 {
		return nil
	}
	e := []node{headline(tr("question.asks"))}
	for _, q := range v.Questions[max(0, len(v.Questions)-maxQuestions):] {
		if words := q.text(); !words.empty() {
			e = append(e, line(words))
		}
	}
	if v.Answered {
		return append(e, line(tr("question.answered"), colourGreen))
	}
	return append(e, line(tr("question.how")))
}

// step returns the step of the stage. A stop can happen at any step, so its step is At.
func (v Progress) step() Step {
	switch v.Stage {
	case "checking", "help":
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
