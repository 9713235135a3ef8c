package verify

import (
	"context"
	"regexp"
	"time"
	"unicode/utf8"

	"shiming/shape"
)

// phoneVerification (手机号三要素核验), https://cloud.tencent.com/document/api/1007/39765. 20 requests per second.
var phoneVerification = action{
	service: "faceid",
	version: "2018-03-01",
	name:    "PhoneVerification",
	codes:   faceidCodes,
	answer: shape.Needed(shape.Object(shape.Fields{
		"Result":       shape.Needed(shape.Text),
		"Description":  shape.Text,
		"Isp":          shape.Needed(shape.Text),
		"ResultDetail": shape.Text,
		"RequestId":    shape.Needed(shape.Text),
	})),
}

// Outcome is the result of a supplier's check.
type Outcome string

const (
	Match    Outcome = "match"     // the elements belong to one person
	Mismatch Outcome = "mismatch"  // the elements do not belong to one person
	NoRecord Outcome = "no_record" // the supplier's sources have no record of the elements
)

// CheckResult is the result of one check. It does not contain the checked elements.
type CheckResult struct {
	Outcome  Outcome
	Detail   string    // the supplier's result code, e.g. "0", "-4", "-9"
	Supplier string    // Config.Supplier; verification supplier of the evidence
	Serial   string    // RequestId; verification serial number of the evidence, never empty
	At       time.Time // local clock at the response; verification time of the evidence
	Carrier  string    // 移动, 电信, 联通, 广电, or empty
}

// PersonReason returns the reason for the applicant: ReasonMismatch, ReasonNoRecord, or "" for a match.
func (r CheckResult) PersonReason() PersonReason {
	switch r.Outcome {
	case Mismatch:
		return ReasonMismatch
	case NoRecord:
		return ReasonNoRecord
	}
	return ""
}

// outcomes maps the results that are an outcome of the check. -4 and -9 are current; -1, -2, -3, -5 and -10 were on the
// page until 2021, and some accounts may still get them.
var outcomes = map[string]Outcome{
	"0":   Match,
	"-1":  Mismatch, // registered, neither name nor ID number agree
	"-2":  Mismatch, // registered, the name differs
	"-3":  Mismatch, // registered, the ID number differs
	"-4":  Mismatch,
	"-5":  NoRecord, // the mobile number is not registered to anybody
	"-9":  NoRecord,
	"-10": Mismatch, // the check was not passed
}

// resultErrors maps the results with which the supplier refuses to check. It charges none of them.
var resultErrors = map[string]row{
	"-6":  person(ReasonMobileInvalid),
	"-7":  person(ReasonIDInvalid),
	"-8":  person(ReasonNameInvalid),
	"-11": {class: ClassRetry, wait: wait{after: 10 * time.Second}}, // the verification centre is busy
	"-12": personTomorrow(ReasonTooManyChecks),                      // "try again the next day"
	"-13": person(ReasonMobileUnsupported),
}

var carriers = map[string]bool{"移动": true, "电信": true, "联通": true, "广电": true}

var numberForm = regexp.MustCompile(`^[0-9]{17}[0-9X]$`)

// maxName limits a name, in runes. No ID card of the People's Republic shows a longer one.
const maxName = 50

// CheckThreeElements checks whether name, ID number (18 characters, capital X) and mobile (11 digits) belong to one
// person. A response without a serial number is an error even for a match, because it cannot be part of the evidence.
func (t *Tencent) CheckThreeElements(ctx context.Context, name, number, mobile string) (CheckResult, error) {
	if reason := badElements(name, number, mobile); reason != "" {
		return CheckResult{}, &Error{
			Op:           phoneVerification.name,
			Code:         CodeBadArgument,
			Class:        ClassPerson,
			PersonReason: reason,
		}
	}
	var answer struct{ Result, Isp, RequestId string }
	err := t.call(ctx, t.faceid, phoneVerification, map[string]any{
		"Name":       name,
		"IdCard":     number,
		"Phone":      mobile,
		"VerifyMode": "0",
	}, &answer)
	if err != nil {
		return CheckResult{}, err
	}
	at := t.now()
	if !resultForm.MatchString(answer.Result) || cleanID(answer.RequestId) == "" {
		return CheckResult{}, badAnswer(phoneVerification, 200, answer.RequestId)
	}
	r, err := t.judge(phoneVerification, answer.Result, answer.RequestId, at, outcomes, resultErrors)
	if err == nil && carriers[answer.Isp] {
		r.Carrier = answer.Isp
	}
	return r, err
}

// judge returns the outcome that a result code means, or the error for a code with which the supplier has not compared.
func (t *Tencent) judge(
	a action, result, requestID string, at time.Time, outcomes map[string]Outcome, refusals map[string]row,
) (CheckResult, error) {
	if outcome, ok := outcomes[result]; ok {
		return CheckResult{
			Outcome:  outcome,
			Detail:   result,
			Supplier: t.supplier,
			Serial:   requestID,
			At:       at,
		}, nil
	}
	row, ok := refusals[result]
	if !ok {
		t.unknownCode(a, result)
		row = unknown
	}
	return CheckResult{}, &Error{
		Op:           a.name,
		Code:         result,
		HTTPStatus:   200,
		RequestID:    requestID,
		Class:        row.class,
		PersonReason: row.reason,
		after:        row.wait.from(at),
	}
}

// badElements returns the reason why the elements cannot be sent, "" if they can.
func badElements(name, number, mobile string) PersonReason {
	switch n := utf8.RuneCountInString(name); {
	case n == 0 || n > maxName || !utf8.ValidString(name):
		return ReasonNameInvalid
	case !numberForm.MatchString(number):
		return ReasonIDInvalid
	case !mobileForm.MatchString(mobile):
		return ReasonMobileInvalid
	}
	return ""
}
