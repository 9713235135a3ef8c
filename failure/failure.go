// Package failure is the one vocabulary for calls that did not succeed. Each client's own error type says, through the
// interface Error, what its codes mean for a case; whoever made the call asks Of and never looks at a client's type.
package failure

import (
	"context"
	"errors"
	"time"
)

// Class says what a failure of an upstream means for the step that met it. The values are labels of metrics.
type Class string

// Classes of failures.
const (
	Retry  Class = "retry"  // back off and try again
	Person Class = "person" // the applicant has to change something; Details.Reason says what
	// permission, quota, credentials, settings: HR is told once, the step goes on when it is fixed
	Operator Class = "operator"
	Unknown  Class = "unknown"  // a write may have been applied; never repeated blindly
	Refused  Class = "refused"  // a clear no for this case: HR looks at it
	Gone     Class = "gone"     // the message, chat or person cannot be reached any more
	DLP      Class = "dlp"      // the tenant's data-loss prevention refused clear values
	FileLost Class = "lost"     // e签宝 does not have the uploaded photos any more
	Mismatch Class = "mismatch" // Feishu has the person bound to other data; Details.Field says which
)

// Codes of failures that this program words itself. Clients use further ones, which are ids of texts: permission,
// quota, credentials, config, clock, allow_list, supplier.
const (
	CodeUnavailable    = "unavailable"     // with Retry
	CodeUnknownOutcome = "unknown_outcome" // with Unknown
	CodeRefused        = "refused"         // with Refused
	CodeBug            = "bug"             // with Refused: the request is wrong
)

// Error is implemented by each client's own error type; find it with errors.As.
type Error interface {
	error
	// Temporary reports whether the same call may succeed later and is safe to repeat.
	Temporary() bool
	// RetryAfter is how long the upstream asked to wait, 0 if it did not.
	RetryAfter() time.Duration
	// MaybeApplied reports whether the call may have taken effect although no good answer came.
	MaybeApplied() bool
	// Failure is what the upstream's answer means for a case, whatever the three methods above say.
	Failure() Details
}

// Details is what a failure says about itself, in ids and codes; nothing in it is personal.
type Details struct {
	Class     Class
	Operation string // the platform's operation, e.g. im.message.create, SendSms; "" if no call was made
	Code      string // id of a text, see the constants
	Upstream  string // the platform's own code; "" if there was none
	LogID     string // what the platform's support asks for
	Field     string // Mismatch: identity_name, identity_code or mobile
	Reason    string // Person: what the applicant has to change
	After     time.Duration
}

// Of classifies the failure of a call. write tells that the call must not happen twice: an unclear outcome is Unknown
// then.
func Of(err error, write bool) Details {
	e, ok := errors.AsType[Error](err)
	if !ok {
		if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
			return Details{Class: Refused, Code: CodeRefused}
		}
		if write {
			return Details{Class: Unknown, Code: CodeUnknownOutcome}
		}
		return Details{Class: Retry, Code: CodeUnavailable}
	}
	d := e.Failure()
	d.After = e.RetryAfter()
	switch {
	case write && e.MaybeApplied():
		d.Class, d.Code = Unknown, CodeUnknownOutcome
	case e.Temporary():
		d.Class, d.Code = Retry, CodeUnavailable
	}
	return d
}

// OfPlatform tells a failed call from a failure of our own, such as a database that is locked or full, which says
// nothing about what a platform would do.
func OfPlatform(err error) bool {
	_, ok := errors.AsType[Error](err)
	return ok
}
