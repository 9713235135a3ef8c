package verify

import (
	"fmt"
	"strings"
	"time"
)

// Class says whose turn it is after an error.
type Class string

const (
	ClassRetry  Class = "retry"  // the supplier or the way to it is troubled; the same call may work later
	ClassPerson Class = "person" // the employee must change something; PersonReason says what
	// key, permission, balance, signature, template or clock: somebody with the console must act
	ClassOperator Class = "operator"
	ClassUnknown  Class = "unknown" // a code this program does not know; permanent, somebody must look it up
)

// PersonReason is the text code of what the employee can do about it. The words are the cards' business.
type PersonReason string

const (
	ReasonMobileInvalid PersonReason = "mobile_invalid" // not a mobile number
	// the number refuses messages (unsubscribed or carrier's list)
	ReasonMobileBlocked     PersonReason = "mobile_blocked"
	ReasonMobileUnsupported PersonReason = "mobile_unsupported" // the supplier does not serve this number range
	ReasonTooManyCodes      PersonReason = "too_many_codes"     // wait before asking for another code
	ReasonTooManyChecks     PersonReason = "too_many_checks"    // checked too often today
	ReasonIDInvalid         PersonReason = "id_invalid"         // the ID number is not well-formed
	ReasonNameInvalid       PersonReason = "name_invalid"       // the supplier does not take this name
	ReasonMismatch          PersonReason = "mismatch"           // the three elements are not one person's
	ReasonNoRecord          PersonReason = "no_record"          // the carriers know nothing about this combination
)

// Codes of our own, for what happened on this side of the supplier's answer.
const (
	CodeConnect      = "Client.Connect"      // no connection came about (DNS, TCP, TLS, proxy): nothing was sent
	CodeTimeout      = "Client.Timeout"      // the deadline passed
	CodeCanceled     = "Client.Canceled"     // the caller's context was cancelled
	CodeDisconnected = "Client.Disconnected" // the connection broke before the answer was complete
	CodeHTTPStatus   = "Client.HTTPStatus"   // an answer without a supplier's code, see HTTPStatus
	CodeRedirect     = "Client.Redirect"     // the answer pointed elsewhere; signed requests are not sent elsewhere
	CodeBadAnswer    = "Client.BadAnswer"    // the answer does not have the documented form
	CodeBadArgument  = "Client.BadArgument"  // refused here, nothing was sent
)

// Error is every failure of this package. It carries codes only: no name, number, mobile, code or text from the
// supplier.
type Error struct {
	Op           string       // the supplier's action, e.g. "SendSms"
	Code         string       // the supplier's error or result code, or one of Code…
	HTTPStatus   int          // of the answer; 0 without one
	RequestID    string       // the supplier's RequestId, for its support; may be empty
	Class        Class        // whose turn it is
	PersonReason PersonReason // set when Class is ClassPerson

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

// Unwrap gives context.Canceled or context.DeadlineExceeded when the caller's context ended the call.
func (e *Error) Unwrap() error { return e.cause }

// Operation is Op, for logs and metrics.
func (e *Error) Operation() string { return e.Op }

// Temporary reports whether the same call may work later without anybody doing anything. Ask MaybeApplied before
// repeating.
func (e *Error) Temporary() bool { return e.Class == ClassRetry }

// RetryAfter is how long the supplier wants to be left alone; 0 when it did not say.
func (e *Error) RetryAfter() time.Duration { return e.after }

// MaybeApplied reports whether the request may have taken effect although no good answer came, that is, whether an
// SMS may be on its way. It is never true for a check, which changes nothing at the supplier (at worst it is billed
// twice).
func (e *Error) MaybeApplied() bool { return e.maybe }
