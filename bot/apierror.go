package bot

import (
	"fmt"
	"strconv"
	"time"

	"shiming/failure"
)

// Class says what a failed call means. The values are labels of metrics.
type Class string

const (
	ClassRetry       Class = "retry"       // the same call may succeed later
	ClassPerson      Class = "person"      // the applicant must send something else, or log in again
	ClassPermission  Class = "permission"  // the app lacks a scope or may not see this user
	ClassQuota       Class = "quota"       // bought or free quota is used up
	ClassCredentials Class = "credentials" // Feishu refuses app id, secret or token
	ClassConfig      Class = "config"      // a setting of the app or the tenant forbids the call
	ClassReceiver    Class = "receiver"    // this person or group takes no messages of the bot; others do
	ClassGone        Class = "gone"        // message or file is no longer available, or the user is unknown
	ClassDLP         Class = "dlp"         // a content audit refused the message
	ClassCard        Class = "card"        // the card is invalid, which is a bug
	ClassMismatch    Class = "mismatch"    // a value differs from the bound identity; Field names it
	ClassBug         Class = "bug"         // the request is invalid, which is a bug
	ClassUnknown     Class = "unknown"     // the outcome or the code is unknown
)

// APIError is the error of a call to Feishu. It holds ids and codes only, and never a body, an upstream's text, a URL
// or a token.
type APIError struct {
	Op         string // e.g. im.message.create
	Code       int    // business code, 0 if there was no readable response
	SubCode    int    // for 230099 the card's ErrCode, else 0
	HTTPStatus int    // 0 if there was no response

	logID        string
	class        Class
	field        string
	scopes       []string
	retryAfter   time.Duration
	temporary    bool
	maybeApplied bool
	cause        error
}

// Error returns operation, code, HTTP status, log id and, if there was no readable response, the cause.
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

// Unwrap returns the cause if there was no readable response. It is one of a fixed set of errors such as
// context.DeadlineExceeded, context.Canceled or io.ErrUnexpectedEOF.
func (e *APIError) Unwrap() error { return e.cause }

// Temporary reports whether the same call may succeed later and is safe to repeat.
func (e *APIError) Temporary() bool { return e.temporary }

// RetryAfter returns the wait that Feishu requested (x-ogw-ratelimit-reset, Retry-After), 0 if it requested none.
func (e *APIError) RetryAfter() time.Duration { return e.retryAfter }

// MaybeApplied reports whether the call may have taken effect although there was no good response.
func (e *APIError) MaybeApplied() bool { return e.maybeApplied }

// Operation returns Op. It is part of failure.Error.
func (e *APIError) Operation() string { return e.Op }

// Class returns the class of the error.
func (e *APIError) Class() Class { return e.class }

// failures maps each class to its meaning for a case. A class without a row is a refusal.
var failures = map[Class]failure.Details{
	ClassRetry:       {Class: failure.Retry, Code: failure.CodeUnavailable},
	ClassPerson:      {Class: failure.Person},
	ClassPermission:  {Class: failure.Operator, Code: string(ClassPermission)},
	ClassQuota:       {Class: failure.Operator, Code: string(ClassQuota)},
	ClassCredentials: {Class: failure.Operator, Code: string(ClassCredentials)},
	ClassConfig:      {Class: failure.Operator, Code: string(ClassConfig)},
	ClassReceiver:    {Class: failure.Receiver, Code: string(ClassReceiver)},
	ClassGone:        {Class: failure.Gone, Code: string(ClassGone)},
	ClassDLP:         {Class: failure.DLP, Code: string(ClassDLP)},
	ClassMismatch:    {Class: failure.Mismatch, Code: string(ClassMismatch)},
	ClassCard:        {Class: failure.Refused, Code: failure.CodeBug},
	ClassBug:         {Class: failure.Refused, Code: failure.CodeBug},
}

// Failure returns the meaning of the error for a case.
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

// UpstreamCode returns the business code for Feishu's support, "230099/200621" if the card has a sub-code, "" for none.
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

// LogID returns X-Tt-Logid, which Feishu's support needs.
func (e *APIError) LogID() string { return e.logID }

// Field returns the field of a ClassMismatch: identity_name, identity_code or mobile.
func (e *APIError) Field() string { return e.field }

// Scopes returns the scopes that Feishu lists for a ClassPermission. Any one of them is sufficient.
func (e *APIError) Scopes() []string { return e.scopes }
