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
	// sending | delayed | sent | failed | unknown; delayed: the message service has trouble, it is tried again
	State       string
	Problem     string // "" or a problem code (texts "code.<code>"), e.g. wrong, expired, too_many_tries, mobile_blocked
	TriesLeft   int
	SentAt      time.Time // zero until sent
	ResendAt    time.Time // earliest moment of the next code
	CodeExpires time.Time
}

// JSON draws the input for the code and the ways out. The button for a new code is always live, since a card does not
// change by itself when the time has come; a click too early gets the toast code_wait.
func (v Code) JSON() json.RawMessage {
	e := way(v.Steps, StepCode)
	if v.Problem != "" && v.Problem != v.State {
		e = append(e, line(prefixed("✗ ", of("code", v.Problem, num("left", v.TriesLeft))), inkRed))
	}
	e = append(e, line(v.sent()))
	if !v.CodeExpires.IsZero() && v.typable() {
		e = append(e, small(tr("sms.expires", own("at", same(Clock(v.CodeExpires))))))
	}

	resend := plainButton
	if v.typable() {
		e = append(e, form("code",
			field{
				name:     "sms_code",
				hint:     tr("hint.sms_code"),
				max:      6,
				required: true,
			}.node(),
			submitting(button("submit_code", mainButton, v.act(ActSubmitCode)), "submit_code"),
		))
	} else {
		resend = mainButton
	}
	if !v.ResendAt.IsZero() && v.State != "sending" && v.State != "delayed" {
		e = append(e, small(v.resend()))
	}

	toForm := v.act(ActResume)
	toForm.To = ToForm
	others := []node{
		button("change_mobile", plainButton, toForm),
		asking(button("cancel", quietButton, v.act(ActCancel)), "cancel"),
	}
	again := button("send_code", resend, v.act(ActSendCode))
	if resend == mainButton {
		e = append(e, again, row(others...))
	} else {
		e = append(e, row(append([]node{again}, others...)...))
	}

	f := frame{
		title:    tr("sms.title"),
		mood:     moodTurn,
		state:    tr("tag.your_turn"),
		ink:      "blue",
		elements: e,
	}
	if v.Problem != "" || v.State == "failed" || v.State == "unknown" {
		f.mood = moodCare
	}
	return f.json()
}

// typable says whether there is a code that could be typed in. While it is being sent there is, too: the message may be
// faster than the next version of the card.
func (v Code) typable() bool {
	switch v.Problem {
	case "expired", "too_many_tries", "mobile_invalid", "mobile_unsupported", "mobile_blocked":
		return false
	}
	return v.State != "failed"
}

func (v Code) sent() text {
	return of("sms.state", v.State, said("mobile", v.MaskedMobile), own("at", same(Clock(v.SentAt))))
}

// resend gives the wait both as a length and as a time of day, since the card may be read later than it was written.
func (v Code) resend() text {
	clock := own("at", same(Clock(v.ResendAt)))
	if !v.typable() || v.SentAt.IsZero() || !v.ResendAt.After(v.SentAt) {
		return tr("sms.resend_at", clock)
	}
	return tr("sms.resend", own("span", span(v.ResendAt.Sub(v.SentAt))), clock)
}
