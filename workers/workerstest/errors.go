package workerstest

import (
	"time"

	"shiming/failure"
)

// UpstreamError is a failed call as a client reports it. Class is a class of failure, or one of the names that the
// Feishu client uses: permission, quota, credentials, config, card, bug.
type UpstreamError struct {
	Class, Code, field          string
	IsTemporary, MayHaveApplied bool
	RetryIn                     time.Duration
}

func (e *UpstreamError) Error() string             { return "upstream " + e.Class + " " + e.Code }
func (e *UpstreamError) Temporary() bool           { return e.IsTemporary }
func (e *UpstreamError) RetryAfter() time.Duration { return e.RetryIn }
func (e *UpstreamError) MaybeApplied() bool        { return e.MayHaveApplied }

func (e *UpstreamError) Failure() failure.Details {
	d := failure.Details{
		Class:    failure.Class(e.Class),
		Code:     e.Class,
		Upstream: e.Code,
		LogID:    "log-1",
		Field:    e.field,
	}
	switch e.Class {
	case "permission", "quota", "credentials", "config":
		d.Class = failure.Operator
	case "retry":
		d.Code = failure.CodeUnavailable
	case "card", "bug":
		d.Class, d.Code = failure.Refused, failure.CodeBug
	case "unknown":
		d.Class, d.Code = failure.Refused, failure.CodeRefused
	}
	return d
}

// RetryLater is a failure after which the same call may succeed.
func RetryLater() error { return &UpstreamError{Class: "retry", Code: "503", IsTemporary: true} }

// UnknownOutcome is a failure after which the call may have taken effect.
func UnknownOutcome() error { return &UpstreamError{Class: "unknown", Code: "0", MayHaveApplied: true} }

// NoScope is a failure that an administrator of the tenant has to repair.
func NoScope() error { return &UpstreamError{Class: "permission", Code: "99991672"} }

// TooOld says that a message is too old to be changed.
func TooOld() error { return &UpstreamError{Class: "gone", Code: "230031"} }
