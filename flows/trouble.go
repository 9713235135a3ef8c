package flows

import (
	"context"
	"errors"
	"time"

	"shiming/esign"
	"shiming/verify"
)

// Class says what a failure of an upstream means for the step that met it.
type Class string

const (
	ClassRetry    Class = "retry"    // back off and try again
	ClassPerson   Class = "person"   // the applicant has to change something
	ClassOperator Class = "operator" // permission, quota, credentials, settings: HR is told once, the step goes on when it is fixed
	ClassUnknown  Class = "unknown"  // a write may have been applied; never repeated blindly
	ClassRefused  Class = "refused"  // a clear no for this case: HR looks at it
	ClassGone     Class = "gone"     // the message, chat or person cannot be reached any more
	ClassDLP      Class = "dlp"      // the tenant's data-loss prevention refused clear values
	ClassLost     Class = "lost"     // e签宝 does not have the uploaded photos any more
	ClassMismatch Class = "mismatch" // Feishu has the person bound to other data
)

// trouble is what a failure says about itself, in codes.
type trouble struct {
	Class    Class
	Op       string // the platform's operation, e.g. im.message.create, SendSms; "" if no call was made
	Code     string // text code: permission, quota, credentials, refused, unknown_outcome, bug, outage, …
	Upstream string
	LogID    string
	Field    string // ClassMismatch
	Reason   string // ClassPerson
	After    time.Duration
}

// feishuFailure is what the Feishu client's error says beside Failure.
type feishuFailure interface {
	Failure
	Trouble() string
	UpstreamCode() string
	LogID() string
	Field() string
}

// operation is a failure that names the call that failed.
type operation interface {
	error
	Operation() string
}

// callFailed leaves the one line and the count that every failed call has.
func (w *Workers) callFailed(caseID string, t trouble, more ...any) {
	w.engine.Log.Warn("call failed", append([]any{"case", caseID, "operation", t.Op, "class", t.Class, "code", t.Code, "upstream", t.Upstream, "log_id", t.LogID}, more...)...)
	if w.engine.Observe != nil && t.Op != "" {
		w.engine.Observe.CallFailed(t.Op, t.Class)
	}
}

// ofPlatform tells a failed call from a failure of our own, such as a database that is locked
// or full, which says nothing about what a platform would do.
func ofPlatform(err error) bool {
	_, ok := errors.AsType[Failure](err)
	return ok
}

// classify turns any failure of a call into one of our classes. write tells that the call
// must not happen twice.
func classify(err error, write bool) trouble {
	t := trouble{Class: ClassRefused, Code: "refused"}
	if fe, ok := errors.AsType[feishuFailure](err); ok {
		t = ofFeishu(fe)
	} else if ee, ok := errors.AsType[*esign.Error](err); ok {
		t = ofEsign(ee)
	} else if ve, ok := errors.AsType[*verify.Error](err); ok {
		t = ofVerify(ve)
	} else if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		t = trouble{Class: ClassRetry, Code: "unavailable"}
		if write {
			t = trouble{Class: ClassUnknown, Code: "unknown_outcome"}
		}
		return t
	}
	if o, ok := errors.AsType[operation](err); ok {
		t.Op = o.Operation()
	}
	if f, ok := errors.AsType[Failure](err); ok {
		t.After = f.RetryAfter()
		switch {
		case write && f.MaybeApplied():
			t.Class, t.Code = ClassUnknown, "unknown_outcome"
		case f.Temporary():
			t.Class, t.Code = ClassRetry, "unavailable"
		}
	}
	return t
}

// ClassOf is the class of a call's failure, in the words of the metrics. write tells that the
// call must not happen twice.
func ClassOf(err error, write bool) Class { return classify(err, write).Class }

func ofFeishu(e feishuFailure) trouble {
	t := trouble{Upstream: e.UpstreamCode(), LogID: e.LogID()}
	switch class := e.Trouble(); class {
	case "retry":
		t.Class, t.Code = ClassRetry, "unavailable"
	case "person":
		t.Class = ClassPerson
	case "permission", "quota", "credentials", "config":
		t.Class, t.Code = ClassOperator, class
	case "gone":
		t.Class, t.Code = ClassGone, "gone"
	case "dlp":
		t.Class, t.Code = ClassDLP, "dlp"
	case "mismatch":
		t.Class, t.Code, t.Field = ClassMismatch, "mismatch", e.Field()
	case "card", "bug":
		t.Class, t.Code = ClassRefused, "bug"
	default:
		t.Class, t.Code = ClassRefused, "refused"
	}
	return t
}

func ofEsign(e *esign.Error) trouble {
	t := trouble{Upstream: e.Code, LogID: e.RequestID, Class: ClassRefused, Code: "refused"}
	switch e.Kind {
	case esign.KindAuth:
		t.Class, t.Code = ClassOperator, "credentials"
	case esign.KindForbidden:
		t.Class, t.Code = ClassOperator, "allow_list"
	case esign.KindClock:
		t.Class, t.Code = ClassOperator, "clock"
	case esign.KindPermission, esign.KindUploadHost:
		t.Class, t.Code = ClassOperator, "config"
	case esign.KindQuota:
		t.Class, t.Code = ClassOperator, "quota"
	case esign.KindRate, esign.KindServer, esign.KindNetwork, esign.KindMalformed, esign.KindUploadExpired,
		esign.KindUploadPending, esign.KindUploadFailed:
		t.Class, t.Code = ClassRetry, "unavailable"
	case esign.KindNotFound:
		t.Class, t.Code = ClassLost, "refused"
	case esign.KindParameter, esign.KindUploadMismatch:
		t.Code = "bug"
	}
	return t
}

// operatorOf says more precisely what the operator has to put right on this side; whatever is not
// here is for the supplier's console.
var operatorOf = map[string]string{
	"AuthFailure.SignatureExpire":        "clock",
	"InternalError.RequestTimeException": "clock",
	"AuthFailure.InvalidAuthorization":   "credentials",
	"AuthFailure.InvalidSecretId":        "credentials",
	"AuthFailure.SecretIdNotFound":       "credentials",
	"AuthFailure.SignatureFailure":       "credentials",
	"AuthFailure.TokenFailure":           "credentials",
}

func ofVerify(e *verify.Error) trouble {
	t := trouble{Upstream: e.Code, LogID: e.RequestID, Class: ClassRefused, Code: "refused"}
	switch e.Class {
	case verify.ClassRetry:
		t.Class, t.Code = ClassRetry, "unavailable"
	case verify.ClassPerson:
		t.Class, t.Reason = ClassPerson, string(e.PersonReason)
	case verify.ClassOperator:
		t.Class, t.Code = ClassOperator, "supplier"
		if code := operatorOf[e.Code]; code != "" {
			t.Code = code
		}
	}
	return t
}

// backoff is the pause before attempt n+1 (n = 1 for the first): 1 s, 2 s, 5 s, 15 s, 30 s,
// 1 min, 2 min, then 5 min. wish is what the upstream asked for.
func backoff(n int, wish time.Duration) time.Duration {
	steps := [...]time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute}
	d := steps[min(max(n, 1), len(steps))-1]
	return max(d, wish)
}
