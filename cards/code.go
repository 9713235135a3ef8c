package cards

import (
	"encoding/json"
	"time"
)

// Code asks for the six digits that were sent to the mobile.
type Code struct {
	Ref
	Steps        []Step
	MaskedMobile string
	// State is sending, waiting, delayed, sent, failed or unknown. waiting means that the pause after the last code is
	// not over. delayed means that the message service fails and the job is
	// retried.
	State string
	// "" or a problem code (texts "code.<code>"), e.g. wrong, expired, too_many_tries, mobile_blocked
	Problem     string
	SendsAt     time.Time // State waiting: when the code will be sent
	TriesLeft   int
	SentAt      time.Time // zero until the code was sent
	ResendAt    time.Time // earliest time of the next code
	CodeExpires time.Time
	AskHR       bool // offer the way to HR
}

// JSON draws the input for the code, and buttons for a new code, another number and cancelling. The button for a new
// code is always enabled, because a card does not change by itself at ResendAt. An early click gets the toast
// code_wait.
func (v Code) JSON() json.RawMessage {
	e := stepRow(v.Steps, StepCode)
	if v.Problem != "" && v.Problem != v.State {
		e = append(e, line(prefix("✗ ", codeText("code", v.Problem, intArg("left", v.TriesLeft))), colourRed))
	}
	e = append(e, line(v.stateText()))
	if !v.CodeExpires.IsZero() && v.acceptsCode() {
		e = append(e, small(tr("sms.expires", textArg("at", sameText(Clock(v.CodeExpires))))))
	}

	resend := plainButton
	if v.acceptsCode() {
		e = append(e, form("code",
			field{
				name:     "sms_code",
				hint:     tr("hint.sms_code"),
				max:      6,
				required: true,
			}.node(),
			asSubmit(button("submit_code", mainButton, v.act(ActSubmitCode)), v.act(ActSubmitCode)),
		))
	} else {
		resend = mainButton
	}
	if !v.ResendAt.IsZero() && v.State != "sending" && v.State != "waiting" && v.State != "delayed" {
		e = append(e, small(v.resendText()))
	}

	toForm := v.act(ActResume)
	toForm.To = ToForm
	change := button("change_mobile", plainButton, toForm)
	again := button("send_code", resend, v.act(ActSendCode))
	if resend == mainButton {
		e = append(e, again, change)
	} else {
		e = append(e, row(again, change))
	}
	e = append(e, askFirst("cancel", quietButton, v.act(ActCancel)))

	if v.AskHR {
		e = append(e, askHRNodes(v.Ref, 0)...)
	}

	f := frame{
		title:     tr("sms.title"),
		header:    headerYourTurn,
		tag:       tr("tag.your_turn"),
		tagColour: "blue",
		elements:  e,
	}
	if v.Problem != "" || v.State == "failed" || v.State == "unknown" {
		f.header = headerWarning
	}
	return f.json()
}

// acceptsCode reports whether the card shows the input. It does while the code is being sent, because the message may
// arrive before the next version of the card.
func (v Code) acceptsCode() bool {
	switch v.Problem {
	case "expired", "too_many_tries", "mobile_invalid", "mobile_unsupported", "mobile_blocked":
		return false
	}
	return v.State != "failed"
}

func (v Code) stateText() text {
	at := v.SentAt
	if v.State == "waiting" {
		at = v.SendsAt
	}
	return codeText("sms.state", v.State, quotedArg("mobile", v.MaskedMobile), textArg("at", sameText(Clock(at))))
}

// resendText states the wait as a duration and as a time of day, because the card may be read later.
func (v Code) resendText() text {
	clock := textArg("at", sameText(Clock(v.ResendAt)))
	if !v.acceptsCode() || v.SentAt.IsZero() || !v.ResendAt.After(v.SentAt) {
		return tr("sms.resend_at", clock)
	}
	return tr("sms.resend", textArg("span", durationText(v.ResendAt.Sub(v.SentAt))), clock)
}
