package esign

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kind is the kind of a failure. The reaction of the bot depends on it; see codes.go.
type Kind string

// Kinds of failure.
const (
	KindAuth      Kind = "auth"      // the gateway refuses application or signature
	KindForbidden Kind = "forbidden" // the caller's IP address is not on the allow-list
	KindClock     Kind = "clock"     // the local clock is more than 15 minutes off
	// KindParameter means an invalid request. With HTTPStatus 0, the client refused it before any call.
	KindParameter      Kind = "parameter"
	KindNotFound       Kind = "not_found"       // no such file
	KindPermission     Kind = "permission"      // the application lacks a permission
	KindQuota          Kind = "quota"           // the bought quota is used up
	KindRefused        Kind = "refused"         // a refusal with an undocumented code
	KindRate           Kind = "rate"            // too many calls
	KindServer         Kind = "server"          // 5xx
	KindNetwork        Kind = "network"         // no response: no connection, timeout, reset
	KindMalformed      Kind = "malformed"       // the response is not as documented
	KindUploadHost     Kind = "upload_host"     // the client sends no photos to the host of the upload address
	KindUploadExpired  Kind = "upload_expired"  // the upload address is older than 60 minutes; call UploadURL again
	KindUploadMismatch Kind = "upload_mismatch" // bytes, MD5 or type differ from the declaration
	KindUploadFailed   Kind = "upload_failed"   // e签宝 could not process the file (status 3, 9, 12)
	KindSDKAddress     Kind = "sdk_address"     // what answers at esign.sdk_url is not the service
	KindUploadPending  Kind = "upload_pending"  // the file is not usable after 90 s
)

// Error is the error of every call. It never contains personal data, secrets, bodies or addresses.
type Error struct {
	Op         string // name of the method, e.g. "CreatePersonPoint"
	Kind       Kind
	HTTPStatus int // 0 if there was no response
	// Code is e签宝's number ("1435002"), the gateway's HTTP status ("401") or the storage's code ("InvalidDigest"). It may
	// be empty.
	Code      string
	Message   string // one of the constant texts in codes.go or empty; other texts of e签宝 may quote the request
	Field     string // first request field that a parameter error names, one of fieldNames; may be empty
	RequestID string // from the headers of the response, for e签宝's support; may be empty

	named        []string // all request fields that the message names; Field is the first
	reason       string   // constant text
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

// Operation returns Op. It is part of failure.Error.
func (e *Error) Operation() string { return e.Op }

// Temporary reports whether the same call may be repeated and may then succeed. It is never true together with
// MaybeApplied.
func (e *Error) Temporary() bool { return e.temporary }

// RetryAfter returns the wait that e签宝 requested (Retry-After header, at most an hour), 0 if it requested none.
func (e *Error) RetryAfter() time.Duration { return e.retryAfter }

// MaybeApplied reports whether an evidence point may exist although the client received no id. The caller must not
// repeat such a call without checking. It is always false for calls that are safe to repeat.
func (e *Error) MaybeApplied() bool { return e.maybeApplied }

// Hint returns the meaning of a documented code and its remedy, for operators. It is empty for an undocumented code.
func (e *Error) Hint() string {
	for _, r := range slices.Concat(codes, sdkCodes) {
		if r.code == e.Code && r.kind == e.Kind && (r.text == "" || r.text == e.Message) {
			return r.remedy
		}
	}
	return ""
}

// KindOf returns the Kind of the first *Error in the chain, "" if there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}

// ValidationError lists the broken rules of a request that the client refused before any call. It contains field paths
// and no values.
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

// add records a rule as broken if broken is true.
func (v *ValidationError) add(broken bool, path, rule string) {
	if broken {
		v.Problems = append(v.Problems, Problem{path, rule})
	}
}

// err returns v, or nil if no rule is broken.
func (v *ValidationError) err() error {
	if len(v.Problems) == 0 {
		return nil
	}
	return v
}

// invalidRequest returns the error for a request that the client refuses before any call.
func invalidRequest(op string, err error) *Error {
	return &Error{
		Op:     op,
		Kind:   KindParameter,
		reason: err.Error(),
		cause:  err,
	}
}
