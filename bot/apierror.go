package bot

import (
	"fmt"
	"strconv"
	"time"

	"shiming/failure"
)

// Class says what a refusal means; the values are labels of metrics.
type Class string

const (
	ClassRetry       Class = "retry"       // later, or once more
	ClassPerson      Class = "person"      // the person must send something else
	ClassPermission  Class = "permission"  // the app lacks a scope or may not see this user
	ClassQuota       Class = "quota"       // bought or free quota is used up
	ClassCredentials Class = "credentials" // app id, secret or token are refused
	ClassConfig      Class = "config"      // a setting of the app, the tenant or the group is in the way
	ClassGone        Class = "gone"        // message, person or chat cannot be reached any more
	ClassDLP         Class = "dlp"         // the content was refused by an audit of content
	ClassCard        Class = "card"        // our card is wrong
	ClassMismatch    Class = "mismatch"    // differs from what the person is bound to; Field says where
	ClassBug         Class = "bug"         // our request is wrong
	ClassUnknown     Class = "unknown"     // outcome or code unknown
)

// APIError is a call to Feishu that did not succeed. It holds ids and codes only: never a body, an upstream's text, a
// URL or a token.
type APIError struct {
	Op         string // e.g. im.message.create
	Code       int    // business code, 0 if there was no readable answer
	SubCode    int    // for 230099 the card's ErrCode, else 0
	HTTPStatus int    // 0 if there was no answer

	logID        string
	class        Class
	field        string
	scopes       []string
	retryAfter   time.Duration
	temporary    bool
	maybeApplied bool
	cause        error
}

// Error names operation, code, HTTP status, log id and, without a readable answer, the kind of failure.
func (e *APIError) Error() string {
	s := fmt.Sprintf("feishu %s: code %s, status %d", e.Op, e.UpstreamCode(), e.HTTPStatus)
	if e.logID != "" {
		s += ", log id " + e.logID
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap gives the kind of failure when there was no readable answer: one of a fixed set of errors such as
// context.DeadlineExceeded, context.Canceled or io.ErrUnexpectedEOF.
func (e *APIError) Unwrap() error { return e.cause }

// Temporary reports whether the same call may succeed later and is safe to repeat.
func (e *APIError) Temporary() bool { return e.temporary }

// RetryAfter is how long Feishu asked to wait (x-ogw-ratelimit-reset, Retry-After), 0 if it did not.
func (e *APIError) RetryAfter() time.Duration { return e.retryAfter }

// MaybeApplied reports whether the call may have taken effect although no good answer came.
func (e *APIError) MaybeApplied() bool { return e.maybeApplied }

// Operation is Op, for logs and metrics.
func (e *APIError) Operation() string { return e.Op }

// Class says what the refusal means.
func (e *APIError) Class() Class { return e.class }

// failures says what each class means for a case. A class that is not here is a refusal.
var failures = map[Class]failure.Details{
	ClassRetry:       {Class: failure.Retry, Code: failure.CodeUnavailable},
	ClassPerson:      {Class: failure.Person},
	ClassPermission:  {Class: failure.Operator, Code: string(ClassPermission)},
	ClassQuota:       {Class: failure.Operator, Code: string(ClassQuota)},
	ClassCredentials: {Class: failure.Operator, Code: string(ClassCredentials)},
	ClassConfig:      {Class: failure.Operator, Code: string(ClassConfig)},
	ClassGone:        {Class: failure.Gone, Code: string(ClassGone)},
	ClassDLP:         {Class: failure.DLP, Code: string(ClassDLP)},
	ClassMismatch:    {Class: failure.Mismatch, Code: string(ClassMismatch)},
	ClassCard:        {Class: failure.Refused, Code: failure.CodeBug},
	ClassBug:         {Class: failure.Refused, Code: failure.CodeBug},
}

// Failure is what the error means for a case.
func (e *APIError) Failure() failure.Details {
	d, ok := failures[e.class]
	if !ok {
		d = failure.Details{Class: failure.Refused, Code: failure.CodeRefused}
	}
	d.Operation, d.Upstream, d.LogID = e.Op, e.UpstreamCode(), e.logID
	if e.class == ClassMismatch {
		d.Field = e.field
	}
	return d
}

// UpstreamCode is the business code for support, "230099/200621" if a card has a code of its own, "" for none.
func (e *APIError) UpstreamCode() string {
	if e.Code == 0 {
		return ""
	}
	code := strconv.Itoa(e.Code)
	if e.SubCode != 0 {
		code += "/" + strconv.Itoa(e.SubCode)
	}
	return code
}

// LogID is X-Tt-Logid, which Feishu's support asks for.
func (e *APIError) LogID() string { return e.logID }

// Field names, for ClassMismatch, what differs: identity_name, identity_code or mobile.
func (e *APIError) Field() string { return e.field }

// Scopes names, for ClassPermission, the scopes that Feishu says are missing, any one of which will do.
func (e *APIError) Scopes() []string { return e.scopes }
