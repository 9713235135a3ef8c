// Package failure is the vocabulary for calls to a platform that did not succeed. The error type of each client
// implements Error and says what its codes mean for a case. The caller classifies an error with Of and never looks at a
// client's type.
package failure

import (
	"context"
	"errors"
	"time"
)

// Class says what a failure means for the step that made the call. The values are labels of metrics.
type Class string

// Classes of failures.
const (
	// Retry: the same call may succeed later. It is repeated after the backoff.
	Retry Class = "retry"
	// Person: the applicant has to change something. Details.Reason says what.
	Person Class = "person"
	// Operator: a permission, a quota, credentials or a setting is wrong. HR is told once, and the step goes on when it is
	// repaired.
	Operator Class = "operator"
	// Unknown: a write may have been applied. It is never repeated without HR's decision.
	Unknown Class = "unknown"
	// Refused: the platform refuses this case for good. HR decides.
	Refused Class = "refused"
	// Receiver: this person or group takes no messages, while others can be reached. Nobody has to repair the app.
	Receiver Class = "receiver"
	// Gone: the message, file or person does not exist any more.
	Gone Class = "gone"
	// DLP: the tenant's data-loss prevention refuses a card with unmasked values.
	DLP Class = "dlp"
	// FileLost: e签宝 no longer has the uploaded photos.
	FileLost Class = "lost"
	// Mismatch: Feishu has the person bound to other data. Details.Field says which.
	Mismatch Class = "mismatch"
)

// Codes that this package and the workers set themselves. Clients set further codes: permission, quota, credentials,
// config, clock, allow_list, supplier. Each is the id of a text.
const (
	CodeUnavailable    = "unavailable"     // with Retry
	CodeUnknownOutcome = "unknown_outcome" // with Unknown
	CodeRefused        = "refused"         // with Refused
	CodeBug            = "bug"             // with Refused: this program made a wrong request
)

// Error is an error of a call to a platform. Each client's own error type implements it.
type Error interface {
	error
	// Temporary reports whether the same call may succeed later and is safe to repeat.
	Temporary() bool
	// RetryAfter is the pause that the platform asked for, or 0.
	RetryAfter() time.Duration
	// MaybeApplied reports whether the call may have taken effect although no usable answer came.
	MaybeApplied() bool
	// Failure is what the platform's answer means for a case, regardless of the other methods.
	Failure() Details
}

// Details describes a failure in ids and codes. It contains nothing personal, so that it can be stored and logged.
type Details struct {
	Class     Class
	Operation string        // the platform's operation, e.g. im.message.create, SendSms; "" if no call was made
	Code      string        // id of a text, see the constants
	Upstream  string        // the platform's own code; "" if there was none
	LogID     string        // the platform's id of the request, which its support asks for
	Field     string        // Mismatch: identity_name, identity_code or mobile; evidence_field: e签宝's name, if it gave one
	Reason    string        // Person: what the applicant has to change
	After     time.Duration // the pause that the platform asked for
}

// Of classifies the error of a call. write says that the call must not take effect twice: a failure that leaves the
// outcome open is Unknown then. An error that is no Error is Refused, except the end of a context.
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

// OfPlatform reports whether a call to a platform failed. It returns false for errors of this program, such as those of
// a database that is locked or full, which say nothing about the platform.
func OfPlatform(err error) bool {
	_, ok := errors.AsType[Error](err)
	return ok
}
