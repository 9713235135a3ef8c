package flows

import (
	"slices"
	"strconv"
)

// Rounds after which the applicant is offered a way to HR. The cause is then rarely one that another try removes: the
// mobile is the company's or a relative's, messages do not reach it, or the card is worn.
const (
	HelpAfterChecks = 2 // checks that did not match
	HelpAfterCodes  = 3 // codes
	HelpAfterPhotos = 2 // photos that could not be used
)

// mismatchCodesUsedUp is the Case.Mismatch of a form that came back because no more codes may be sent within CodeWindow.
// The codes of earlier cases count as well, so that this can be a new case without any code.
const mismatchCodesUsedUp = "codes_used_up"

// Help is the applicant's request that HR decide, because the verification does not succeed. HR can send the case
// back or reject it. HR cannot approve it: what was not verified is not recorded, and no evidence is filed for it.
type Help struct {
	Checks int    `json:"checks,omitempty"` // number of checks that did not match
	Method Method `json:"method,omitempty"` // of the last one, "" if an older version has stored it
	Answer string `json:"answer,omitempty"` // the last one's: a value of Case.Mismatch
	Detail string `json:"detail,omitempty"` // the supplier's own code of it
	Face   bool   `json:"face,omitempty"`   // the method is the check by face
	Codes  int    `json:"codes,omitempty"`  // number of codes
}

// mismatched reports whether the supplier compared the elements and they did not match.
func (h *Help) mismatched() bool {
	return h != nil && h.Checks > 0 &&
		(h.Answer == string(ThreeElements) || h.Answer == string(BankCardFour) || h.Answer == string(Face) ||
			h.Answer == noRecordOf(ThreeElements) || h.Answer == noRecordOf(Face))
}

// MayAskHR reports whether the card offers the way to HR.
func (c *Case) MayAskHR() bool {
	if c.Personal.Document != "" {
		return false // HR decides anyway
	}
	switch c.State {
	case AwaitingPhotos:
		return c.BadPhotos >= HelpAfterPhotos || c.hasUnusableCard() || len(c.Photos)+len(c.PhotosBefore) >= MaxPhotos
	case AwaitingFace:
		return true // nobody has to give the face
	case AwaitingConfirmation, AwaitingBankCard, AwaitingCode:
		return c.Method != MethodNone && (c.FailedChecks >= HelpAfterChecks || c.CodeSeq >= HelpAfterCodes ||
			c.Mismatch == mismatchCodesUsedUp || c.refusedAsPrinted())
	}
	return false
}

// problemOldCard is the problem of a front with a number of 15 digits (text "photo.old_card").
const problemOldCard = "old_card"

// hasUnusableCard reports whether the applicant has sent a card that is not valid any more. Another photo of it does
// not help.
func (c *Case) hasUnusableCard() bool {
	return slices.ContainsFunc(c.Photos, func(p Photo) bool {
		return p.State == PhotoRefused && (p.Problem == problemOldCard || p.Problem == "expired_card")
	})
}

// refusedAsPrinted reports whether the supplier does not take a name or number that may stand so on the card, as it
// takes no Latin name. Another try would meet the same refusal.
func (c *Case) refusedAsPrinted() bool {
	return (c.Mismatch == "identity_name" || c.Mismatch == "identity_code") && !slices.Contains(c.Changed, c.Mismatch)
}

// askHR hands the case to HR, with what happened.
func askHR(d *decision) {
	if !d.c.MayAskHR() {
		d.refuse("no reason to ask HR yet", LateToast(d.policy, d.c))
		return
	}
	d.repost(AudienceHR)
	d.toast("hr_asked")
	if d.c.State == AwaitingPhotos { // nothing was read that HR could review
		d.c.Attention = &Attention{
			Step:   StepPhotos,
			Return: AwaitingPhotos,
			Rev:    d.c.Rev,
			Code:   StopTooManyPhotos,
			Since:  d.event.At,
		}
		d.detail("bad_photos", strconv.Itoa(d.c.BadPhotos))
		return
	}
	h := &Help{
		Checks: d.c.FailedChecks,
		Method: d.c.FailedMethod,
		Answer: d.c.FailedAnswer,
		Codes:  d.c.CodeSeq,
		Face:   d.c.Method == Face,
	}
	if h.Answer == "" && d.c.State == AwaitingFace {
		h.Answer = "face_declined"
	}
	if d.c.Check != nil {
		h.Detail = d.c.Check.Detail
	}
	d.c.Help, d.c.Review = h, nil
	d.c.Code, d.c.Personal.SMSCode = nil, ""
	d.dropFace()
	d.detail("answer", h.Answer)
}

// noteFailedCheck counts a check that did not match, and returns to the form.
func (d *decision) noteFailedCheck(answer string) {
	d.c.Mismatch, d.c.FailedAnswer, d.c.FailedMethod = answer, answer, d.c.Method
	d.c.FailedChecks++
	d.returnToForm()
}

// Verified reports whether the person was verified, or the policy asks for no verification.
func (c *Case) Verified() bool {
	return c.Method == MethodNone || c.Check != nil && c.Check.Outcome == CheckMatch
}
