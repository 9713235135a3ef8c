package verify

import (
	"context"
	"regexp"
	"time"

	"shiming/shape"
)

// bankCard4E is BankCard4EVerification (银行卡四要素核验), https://cloud.tencent.com/document/api/1007/35775. 20 requests per
// second.
var bankCard4E = action{
	service: "faceid",
	version: "2018-03-01",
	name:    "BankCard4EVerification",
	codes:   faceidCodes,
	answer: shape.Needed(shape.Object(shape.Fields{
		"Result":      shape.Needed(shape.Text),
		"Description": shape.Text,
		"RequestId":   shape.Needed(shape.Text),
	})),
}

// bankCardOutcomes maps the results that are an outcome of the check. The numbers mean other things in the checks of
// two and three elements.
var bankCardOutcomes = map[string]Outcome{
	"0":  Match,
	"-1": Mismatch,
	"-6": Mismatch, // the holder's data are wrong
}

// bankCardRefusals maps the results with which nothing was compared. The supplier charges those from -7 to -17 and -21.
var bankCardRefusals = map[string]row{
	"-2":  person(ReasonNameInvalid),
	"-3":  person(ReasonIDInvalid),
	"-4":  person(ReasonCardInvalid),
	"-5":  person(ReasonMobileInvalid),
	"-7":  person(ReasonCardUnusable), // not enabled for use without the card
	"-8":  person(ReasonCardUnusable), // confiscated
	"-9":  person(ReasonCardInvalid),
	"-10": person(ReasonCardInvalid),                                // no issuing bank
	"-11": person(ReasonCardUnusable),                               // not initialised, or dormant
	"-12": person(ReasonCardUnusable),                               // fraud, or swallowed
	"-13": person(ReasonCardUnusable),                               // reported lost
	"-14": person(ReasonCardUnusable),                               // expired
	"-15": person(ReasonCardUnusable),                               // restricted
	"-16": person(ReasonCardUnusable),                               // too many wrong PINs
	"-17": person(ReasonCardUnusable),                               // the issuer does not support the check
	"-18": {class: ClassRetry, wait: wait{after: 10 * time.Second}}, // the verification centre is busy
	"-19": personTomorrow(ReasonTooManyChecks),
	"-20": person(ReasonIDUnsupported),
	"-21": person(ReasonCardInvalid), // the card's state is not normal, or the number is wrong
}

// cardForm is the form of a bank card's number (ISO/IEC 7812). Some old cards fail the check digit, so it is not asked
// for here.
var cardForm = regexp.MustCompile(`^[0-9]{13,19}$`)

// CheckFourElements checks whether name, ID number (18 characters, capital X), mobile (11 digits, as known to the
// bank) and bank card (13 to 19 digits) belong to one person. Without a serial number a response is an error even for
// a match.
func (t *Tencent) CheckFourElements(ctx context.Context, name, number, mobile, card string) (CheckResult, error) {
	reason := badElements(name, number, mobile)
	if reason == "" && !cardForm.MatchString(card) {
		reason = ReasonCardInvalid
	}
	if reason != "" {
		return CheckResult{}, &Error{
			Op:           bankCard4E.name,
			Code:         CodeBadArgument,
			Class:        ClassPerson,
			PersonReason: reason,
		}
	}
	var answer struct{ Result, RequestId string }
	err := t.call(ctx, t.faceid, bankCard4E, map[string]any{
		"Name":     name,
		"IdCard":   number,
		"Phone":    mobile,
		"BankCard": card,
	}, &answer)
	if err != nil {
		return CheckResult{}, err
	}
	if !resultForm.MatchString(answer.Result) || cleanID(answer.RequestId) == "" {
		return CheckResult{}, badAnswer(bankCard4E, 200, answer.RequestId)
	}
	return t.judge(bankCard4E, answer.Result, answer.RequestId, t.now(), bankCardOutcomes, bankCardRefusals)
}
