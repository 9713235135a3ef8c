package flows

import (
	"crypto/hmac"
	"strconv"
	"time"
)

// codeIsCurrent reports whether the event belongs to the code that is valid now.
func (d *decision) codeIsCurrent() bool {
	return d.c.Code != nil && int64(d.c.Code.Seq) == d.event.Seq
}

// codePrepared stores the MAC of the digits as the intent, before the supplier is called. From here on the message may
// have been sent, so only the applicant can ask for another one.
func codePrepared(d *decision) {
	if !d.codeIsCurrent() || d.c.Code.MAC != nil {
		d.refuse(refusalOtherCode, nil)
		return
	}
	d.c.Code.MAC, d.c.Code.Supplier = d.event.MAC, d.event.Supplier
	d.c.Personal.CodeKey = d.event.CodeKey
	d.change.Silent = true
}

// codeSent notes that the supplier has accepted the message.
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

// codeFailed notes that nothing was sent for a reason that the applicant can remove, such as a wrong number.
func codeFailed(d *decision) {
	if !d.codeIsCurrent() {
		d.refuse(refusalOtherCode, nil)
		return
	}
	d.c.Delayed = ""
	d.noteDisclosure("tencent_sms") // the supplier has received the number, although it sent no message
	d.c.Code.State, d.c.Code.Problem, d.c.Code.MAC = CodeStateFailed, d.event.Problem, nil
	d.detail("problem", d.event.Problem)
	d.redraw(AudienceApplicant)
}

// codeUnknown notes that the supplier's answer was lost. The message may arrive, so the code stays valid, and only the
// applicant can ask for another one.
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

// codeDropped removes the digits of a message that was certainly not sent. The next attempt makes new ones.
func codeDropped(d *decision) {
	if !d.codeIsCurrent() || d.c.Code.State != CodeStateSending {
		d.refuse(refusalOtherCode, nil)
		return
	}
	d.c.Code.MAC = nil
	d.change.Silent = true
}

// codeAsked sends another code, unless the last one of this person or to this number was sent less than CodeResend ago.
func codeAsked(d *decision) {
	if c := d.c.Code; c != nil && c.State != CodeStateFailed {
		if wait := d.nextCodeAt().Sub(d.event.At); wait > 0 {
			d.refuse("too soon for another code", NewToast("code_wait", secondsArg(wait)))
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

// codeTyped compares the typed digits with the code by their MACs.
func codeTyped(d *decision) {
	code := d.c.Code
	d.goTo(AwaitingCode)
	switch {
	case d.event.Code == "":
		d.refuse("no code typed", NewToast("missing_field", map[string]string{"field": "sms_code"}))
		return
	case d.event.Code == NotCode:
		d.refuse("the entry cannot be the code", NewToast("code_format", nil))
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
	// The code counts whatever its State is: a right code proves that the message arrived, even if the supplier's answer
	// is late or lost.
	code.PassedAt, code.Problem = d.event.At, ""
	d.detail("sms_supplier", code.Supplier)
	d.c.Personal.SMSCode = d.event.Code
	d.goTo(Checking)
	d.rule("right code")
	d.toast("saved")
	d.job(CheckPerson(d.c.Rev + 1))
}

// codeExpires returns the end of the code's validity. It counts from the request if the supplier's answer is missing.
func (d *decision) codeExpires() time.Time {
	from := d.c.Code.SentAt
	if from.IsZero() {
		from = d.c.Code.AskedAt
	}
	return from.Add(d.policy.CodeTTL)
}
