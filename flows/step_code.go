package flows

import (
	"crypto/hmac"
	"strconv"
	"time"

	"golang.org/x/text/unicode/norm"
)

// codesLeft counts the codes that the case may still ask for today.
func (d *decision) codesLeft() int {
	used := 0
	for _, at := range d.c.CodesAsked {
		if d.event.At.Sub(at) < 24*time.Hour {
			used++
		}
	}
	return max(0, MaxCodesPerDay-used)
}

// newCode has a code made and sent: at once, or to the same mobile not before the pause
// between two codes is over.
func (d *decision) newCode() {
	at := d.event.At
	if n := len(d.c.CodesAsked); n > 0 && d.c.Personal.CodeMobile == d.c.Personal.Mobile {
		if next := d.c.CodesAsked[n-1].Add(d.policy.CodeResend); next.After(at) {
			at = next
		}
	}
	recent := d.c.CodesAsked[:0:0]
	for _, t := range d.c.CodesAsked {
		if d.event.At.Sub(t) < 24*time.Hour {
			recent = append(recent, t)
		}
	}
	d.c.CodesAsked = append(recent, at)
	d.c.CodeSeq++
	d.c.Code = &Code{Seq: d.c.CodeSeq, State: CodeStateSending, AskedAt: at}
	d.c.Personal.CodeMobile = d.c.Personal.Mobile
	d.job(SendCode(d.c.CodeSeq, at))
}

// current reports whether the event is about the code that is valid now.
func (d *decision) codeIsCurrent() bool {
	return d.c.Code != nil && int64(d.c.Code.Seq) == d.event.Seq
}

// codePrepared stores the intent before the supplier is called: from here on the code may
// be on its way, and it is never sent again without being asked for.
func codePrepared(d *decision) {
	if !d.codeIsCurrent() || d.c.Code.MAC != nil {
		d.refuse(refusalOtherCode, nil)
		return
	}
	d.c.Code.MAC, d.c.Code.Supplier = d.event.MAC, d.event.Supplier
	d.change.Silent = true
}

func codeSent(d *decision) {
	if !d.codeIsCurrent() {
		d.refuse(refusalOtherCode, nil)
		return
	}
	d.c.Delayed = ""
	d.noteDisclosure("tencent_sms")
	d.c.Code.State, d.c.Code.SentAt = CodeStateSent, d.event.At
	d.c.Code.Serial = d.event.Serial
	d.detail("serial", d.event.Serial)
	d.redraw(AudienceApplicant)
}

// codeFailed: nothing was sent, and the applicant has to do something about it.
func codeFailed(d *decision) {
	if !d.codeIsCurrent() {
		d.refuse(refusalOtherCode, nil)
		return
	}
	d.c.Delayed = ""
	d.noteDisclosure("tencent_sms") // the number was, if no message
	d.c.Code.State, d.c.Code.Problem, d.c.Code.MAC = CodeStateFailed, d.event.Problem, nil
	d.detail("problem", d.event.Problem)
	d.redraw(AudienceApplicant)
}

// codeUnknown: the supplier's answer was lost. The code may arrive, so it stays valid, and
// it is not sent again without being asked for.
func codeUnknown(d *decision) {
	if !d.codeIsCurrent() {
		d.refuse(refusalOtherCode, nil)
		return
	}
	d.noteDisclosure("tencent_sms")
	d.c.Code.State = CodeStateUnknown
	d.c.Code.Problem = "unknown"
	d.redraw(AudienceApplicant)
}

// codeDropped: the supplier certainly sent nothing, so the digits are forgotten.
func codeDropped(d *decision) {
	if !d.codeIsCurrent() || d.c.Code.State != CodeStateSending {
		d.refuse(refusalOtherCode, nil)
		return
	}
	d.c.Code.MAC = nil
	d.change.Silent = true
}

// codeAsked is the applicant's wish for another code.
func codeAsked(d *decision) {
	if c := d.c.Code; c != nil {
		if wait := d.policy.CodeResend - d.event.At.Sub(c.AskedAt); wait > 0 && c.State != CodeStateFailed {
			d.refuse("too soon for another code", NewToast("code_wait",
				map[string]string{"seconds": strconv.Itoa(int((wait + time.Second - 1) / time.Second))}))
			return
		}
	}
	if d.codesLeft() == 0 {
		d.refuse(refusalTooManyCodes, NewToast("codes_used_up", nil))
		return
	}
	d.newCode()
	d.toast("resent")
	d.redraw(AudienceApplicant)
}

// codeTyped compares what was typed with the code that was sent.
func codeTyped(d *decision) {
	code := d.c.Code
	d.goTo(AwaitingCode)
	switch {
	case d.event.Code == "":
		d.refuse("no code typed", NewToast("missing_field", map[string]string{"field": "sms_code"}))
		return
	case code == nil || code.MAC == nil:
		d.refuse("no code was sent yet", NewToast("working", nil))
		return
	case code.Tries >= MaxCodeTries:
		d.refuse("the code is used up", NewToast("code_too_many", nil))
		return
	case !d.event.At.Before(d.codeExpires()):
		d.change.Toast = NewToast("code_expired", nil)
		d.c.Code.Problem = "expired"
		d.rule("code expired")
		d.redraw(AudienceApplicant)
		return
	case !hmac.Equal(code.MAC, d.event.MAC):
		code.Tries++
		left := MaxCodeTries - code.Tries
		code.Problem = "wrong"
		d.change.Toast = NewToast("code_wrong", map[string]string{"left": strconv.Itoa(left)})
		if left == 0 {
			code.Problem = "too_many_tries"
			d.change.Toast = NewToast("code_too_many", nil)
		}
		d.rule("wrong code")
		d.redraw(AudienceApplicant)
		return
	}
	// A right code proves that the message arrived, also when the supplier's own answer is
	// late or was lost.
	code.PassedAt, code.Problem = d.event.At, ""
	d.c.Personal.SMSCode = d.event.Code
	d.goTo(Checking)
	d.rule("right code")
	d.toast("saved")
	d.job(CheckPerson(d.c.Rev + 1))
}

// codeExpires is the last moment of the present code.
func (d *decision) codeExpires() time.Time {
	from := d.c.Code.SentAt
	if from.IsZero() {
		from = d.c.Code.AskedAt
	}
	return from.Add(d.policy.CodeTTL)
}

// OnlyDigits normalises a typed code: full-width digits and spaces are accepted.
func OnlyDigits(s string) string {
	var out []rune
	for _, r := range norm.NFKC.String(s) {
		if r >= '0' && r <= '9' {
			out = append(out, r)
		}
	}
	if len(out) > 12 { // nothing that long was ever sent
		out = out[:12]
	}
	return string(out)
}
