package esign

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Kind says what sort of failure happened, which decides what the bot does; see codes.go.
type Kind string

// Kinds of failure.
const (
	KindAuth      Kind = "auth"      // the gateway refuses application or signature
	KindForbidden Kind = "forbidden" // the caller's address is not on the allow-list
	KindClock     Kind = "clock"     // our clock is more than 15 minutes off
	// the request is wrong; HTTPStatus 0 means that it was refused here, before any call
	KindParameter      Kind = "parameter"
	KindNotFound       Kind = "not_found"       // no such file
	KindPermission     Kind = "permission"      // the application may not do this
	KindQuota          Kind = "quota"           // the package bought is used up
	KindRefused        Kind = "refused"         // a clear no with a code nobody documented
	KindRate           Kind = "rate"            // too many calls
	KindServer         Kind = "server"          // 5xx
	KindNetwork        Kind = "network"         // no answer: cannot connect, timeout, reset
	KindMalformed      Kind = "malformed"       // an answer that is not what the documentation describes
	KindUploadHost     Kind = "upload_host"     // the upload address points to a host we do not send photos to
	KindUploadExpired  Kind = "upload_expired"  // the upload address is older than 60 minutes: start again at UploadURL
	KindUploadMismatch Kind = "upload_mismatch" // bytes, MD5 or type differ from what was declared
	KindUploadFailed   Kind = "upload_failed"   // e签宝 could not take the file in (status 3, 9, 12)
	KindUploadPending  Kind = "upload_pending"  // still not usable after 90 s
)

// Error is the only error type that calls return. It never carries personal data, secrets, bodies or addresses.
type Error struct {
	Op         string // name of the method, e.g. "CreatePersonPoint"
	Kind       Kind
	HTTPStatus int // 0 when there was no answer
	// e签宝's number ("1435002"), the gateway's ("401"), or the storage's word ("InvalidDigest"); may be empty
	Code      string
	Message   string // only when it is one of the constant texts in codes.go; e签宝's other texts may quote what was sent
	Field     string // request field that a parameter error names, from the fixed list of field names; may be empty
	RequestID string // from the answer's headers, for e签宝's support; may be empty

	reason       string // constant text of our own
	cause        error
	temporary    bool
	maybeApplied bool
	retryAfter   time.Duration
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("esign " + e.Op + ": " + string(e.Kind))
	if e.Code != "" {
		b.WriteString(", code " + e.Code)
	}
	if e.HTTPStatus != 0 {
		b.WriteString(", HTTP " + strconv.Itoa(e.HTTPStatus))
	}
	for _, part := range []struct{ label, text string }{
		{"", e.Message}, {"field ", e.Field}, {"", e.reason}, {"request id ", e.RequestID},
	} {
		if part.text != "" {
			b.WriteString(", " + part.label + part.text)
		}
	}
	if e.maybeApplied {
		b.WriteString(", may have taken effect")
	}
	return b.String()
}

// Unwrap returns the cause: a *ValidationError, context.Canceled, context.DeadlineExceeded, or a network error.
func (e *Error) Unwrap() error { return e.cause }

// Operation is Op, for logs and metrics.
func (e *Error) Operation() string { return e.Op }

// Temporary tells whether the same call may be repeated and might then succeed. It is never true together with
// MaybeApplied.
func (e *Error) Temporary() bool { return e.temporary }

// RetryAfter is how long e签宝 asked to wait (Retry-After header, at most an hour), 0 when it did not say.
func (e *Error) RetryAfter() time.Duration { return e.retryAfter }

// MaybeApplied tells whether an evidence point may exist though no id was received. Such a call must not be repeated
// blindly. Calls that are safe to repeat always answer false.
func (e *Error) MaybeApplied() bool { return e.maybeApplied }

// Hint says, for operators, what a documented code means and what to do about it; empty for undocumented ones.
func (e *Error) Hint() string {
	for _, r := range codes {
		if r.code == e.Code && r.kind == e.Kind && (r.text == "" || r.text == e.Message) {
			return r.does
		}
	}
	return ""
}

// KindOf returns the Kind of the first *Error in the chain, or "" when there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}

// ValidationError lists what is wrong with a request that was refused before any call: field paths and rules, no
// values.
type ValidationError struct{ Problems []Problem }

// Problem is one broken rule.
type Problem struct {
	Path string // e签宝's field name, with a dot for nested ones: "threeElements.smsCode"
	Rule string // e.g. "is missing"
}

func (v *ValidationError) Error() string {
	parts := make([]string, len(v.Problems))
	for i, p := range v.Problems {
		parts[i] = p.Path + " " + p.Rule
	}
	return strings.Join(parts, "; ")
}

// add notes a broken rule when broken is true.
func (v *ValidationError) add(broken bool, path, rule string) {
	if broken {
		v.Problems = append(v.Problems, Problem{path, rule})
	}
}

// err returns v as an error, or nil when no rule is broken.
func (v *ValidationError) err() error {
	if len(v.Problems) == 0 {
		return nil
	}
	return v
}

func refusedHere(op string, err error) *Error {
	return &Error{
		Op:     op,
		Kind:   KindParameter,
		reason: err.Error(),
		cause:  err,
	}
}
