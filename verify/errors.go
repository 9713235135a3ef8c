package verify

import (
	"fmt"
	"strings"
	"time"
)

// Class says who has to act after an error.
type Class string

const (
	ClassRetry  Class = "retry"  // the supplier or the network fails; the same call may succeed later
	ClassPerson Class = "person" // the applicant must change something; see PersonReason
	// ClassOperator means that an operator must fix key, permission, balance, signature, template or clock.
	ClassOperator Class = "operator"
	ClassUnknown  Class = "unknown" // the code is not documented; the error is permanent
)

// PersonReason is the id of a text that tells the applicant what to do. Package cards has the text.
type PersonReason string

const (
	ReasonMobileInvalid PersonReason = "mobile_invalid" // not a mobile number
	// ReasonMobileBlocked means that the number refuses messages: unsubscribed, or on the carrier's list.
	ReasonMobileBlocked     PersonReason = "mobile_blocked"
	ReasonMobileUnsupported PersonReason = "mobile_unsupported"   // the supplier does not serve this number range
	ReasonTooManyCodes      PersonReason = "too_many_codes"       // the next code needs a pause
	ReasonTooManyCodesHour  PersonReason = "too_many_codes_hour"  // no more codes to this number for an hour
	ReasonTooManyCodesToday PersonReason = "too_many_codes_today" // no more codes to this number today
	ReasonTooManyChecks     PersonReason = "too_many_checks"      // the supplier allows no more checks today
	ReasonIDInvalid         PersonReason = "id_invalid"           // the ID number is not well-formed
	ReasonNameInvalid       PersonReason = "name_invalid"         // the supplier does not accept this name
	ReasonIDUnsupported     PersonReason = "id_unsupported"       // only second-generation ID cards are served
	ReasonCardInvalid       PersonReason = "card_invalid"         // no bank card has this number, or its bank is not known
	ReasonCardUnusable      PersonReason = "card_unusable"        // the card's state forbids the check; another may pass
	ReasonFaceAgain         PersonReason = "face_again"           // the pictures of the face could not be used
	ReasonFaceLight         PersonReason = "face_light"           // too dark, or too bright
	ReasonFaceDistance      PersonReason = "face_distance"        // too near, or too far
	ReasonFaceNetwork       PersonReason = "face_network"         // the connection of the phone broke
	ReasonFaceNotLive       PersonReason = "face_not_live"        // suspected not to be a living person
	ReasonFaceDocument      PersonReason = "face_document"        // the card could not be scanned, or has expired
	ReasonFaceOther         PersonReason = "face_other_person"    // the flow was about another person
	ReasonFaceTooOften      PersonReason = "face_too_often"       // too many tries, for now
	ReasonFaceTooOftenToday PersonReason = "face_too_often_today" // too many tries, until tomorrow
	ReasonFaceExpired       PersonReason = "face_expired"         // the link, or the result, was too old
	ReasonFaceLost          PersonReason = "face_lost"            // the supplier does not know the flow, or any more
	ReasonFaceSupplier      PersonReason = "face_supplier"        // the supplier had trouble of its own
	ReasonMismatch          PersonReason = "mismatch"             // the elements do not belong to one person
	ReasonNoRecord          PersonReason = "no_record"            // the carriers have no record of this combination
)

// Codes of the client, for calls without a code of the supplier.
const (
	CodeConnect      = "Client.Connect"      // there was no connection (DNS, TCP, TLS, proxy): nothing was sent
	CodeTimeout      = "Client.Timeout"      // the deadline passed
	CodeCanceled     = "Client.Canceled"     // the caller's context was cancelled
	CodeDisconnected = "Client.Disconnected" // the connection broke before the response was complete
	CodeHTTPStatus   = "Client.HTTPStatus"   // the response has no code of the supplier; see HTTPStatus
	CodeRedirect     = "Client.Redirect"     // the response is a redirect, which the client does not follow
	CodeBadAnswer    = "Client.BadAnswer"    // the response is not as documented
	CodeBadArgument  = "Client.BadArgument"  // the client refused the arguments: nothing was sent
	CodeNotSetUp     = "Client.NotSetUp"     // the settings have no SMS, or no RuleId: nothing was sent
)

// Error is the error of every call. It contains codes only: no name, number, mobile, code or text from the supplier.
type Error struct {
	Op           string       // the supplier's action, e.g. "SendSms"
	Code         string       // the supplier's error or result code, or one of the constants Code…
	HTTPStatus   int          // 0 if there was no response
	RequestID    string       // the supplier's RequestId, for its support; may be empty
	Class        Class        // who has to act
	PersonReason PersonReason // set if Class is ClassPerson

	after time.Duration
	maybe bool
	cause error // only context.Canceled or context.DeadlineExceeded
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "verify: %s: %s (%s", e.Op, e.Code, e.Class)
	if e.PersonReason != "" {
		b.WriteString(" " + string(e.PersonReason))
	}
	if e.HTTPStatus != 0 {
		fmt.Fprintf(&b, ", http %d", e.HTTPStatus)
	}
	if e.RequestID != "" {
		b.WriteString(", request " + e.RequestID)
	}
	b.WriteString(")")
	return b.String()
}

// Unwrap returns context.Canceled or context.DeadlineExceeded if the caller's context ended the call.
func (e *Error) Unwrap() error { return e.cause }

// Operation returns Op. It is part of failure.Error.
func (e *Error) Operation() string { return e.Op }

// Temporary reports whether the same call may succeed later without an action of a person. A caller checks MaybeApplied
// before it repeats the call.
func (e *Error) Temporary() bool { return e.Class == ClassRetry }

// RetryAfter returns the wait that the supplier requires, 0 if it requires none.
func (e *Error) RetryAfter() time.Duration { return e.after }

// MaybeApplied reports whether the supplier may have sent an SMS although there was no good response. It is never true
// for a check, which changes nothing at the supplier; in the worst case, a repeated check costs twice.
func (e *Error) MaybeApplied() bool { return e.maybe }
