package handover

import (
	"strconv"
	"time"

	"shiming/failure"
)

// Kind is the kind of a failed attempt.
type Kind string

// Kinds of failed attempts.
const (
	KindNetwork  Kind = "network"  // no answer: no connection, timeout, reset, a certificate that does not hold
	KindAddress  Kind = "address"  // the name leads to an address that is not allowed
	KindServer   Kind = "server"   // 5xx, 408, 425
	KindRate     Kind = "rate"     // 429
	KindRedirect Kind = "redirect" // 3xx; it is not followed
	KindRefused  Kind = "refused"  // any other status outside 2xx
	KindGone     Kind = "gone"     // 410: the receiver wants no more
)

// operation is the name of the call in logs and metrics.
const operation = "handover"

// Error is the error of an attempt. It never contains the address, the body, the secret or anything of the answer but
// its status.
type Error struct {
	Kind       Kind
	HTTPStatus int // 0 without an answer

	reason     string // constant text
	retryAfter time.Duration
}

var _ failure.Error = (*Error)(nil)

func (e *Error) Error() string {
	text := operation + ": " + string(e.Kind)
	if e.HTTPStatus != 0 {
		text += ", HTTP " + strconv.Itoa(e.HTTPStatus)
	}
	if e.reason != "" {
		text += ", " + e.reason
	}
	return text
}

// Temporary reports whether the receiver may take the same notification later. Only 410 says that it will not.
func (e *Error) Temporary() bool { return e.Kind != KindGone }

// RetryAfter returns the wait that the receiver asked for, at most a day, 0 if it asked for none.
func (e *Error) RetryAfter() time.Duration { return e.retryAfter }

// MaybeApplied is false: a receiver knows a repeated notification by its webhook-id.
func (e *Error) MaybeApplied() bool { return false }

// Failure returns the meaning of the error.
func (e *Error) Failure() failure.Details {
	d := failure.Details{
		Class:     failure.Retry,
		Operation: operation,
		Code:      failure.CodeUnavailable,
		Upstream:  e.Code(),
	}
	if e.Kind == KindGone {
		d.Class, d.Code = failure.Refused, failure.CodeRefused
	}
	return d
}

// Code is the HTTP status, or the kind if no answer came: a code that can be stored and logged.
func (e *Error) Code() string {
	if e.HTTPStatus != 0 {
		return strconv.Itoa(e.HTTPStatus)
	}
	return string(e.Kind)
}
