package verify

import "shiming/failure"

var _ failure.Error = (*Error)(nil)

// operatorCodes lists the codes that the operator fixes on this machine or in the configuration. The operator fixes
// every other ClassOperator in the supplier's console.
var operatorCodes = map[string]string{
	"AuthFailure.SignatureExpire":        "clock",
	"InternalError.RequestTimeException": "clock",
	"AuthFailure.InvalidAuthorization":   "credentials",
	"AuthFailure.InvalidSecretId":        "credentials",
	"AuthFailure.SecretIdNotFound":       "credentials",
	"AuthFailure.SignatureFailure":       "credentials",
	"AuthFailure.TokenFailure":           "credentials",
}

// Failure returns the meaning of the error for a case. Its Reason is a PersonReason.
func (e *Error) Failure() failure.Details {
	d := failure.Details{
		Class:     failure.Refused,
		Code:      failure.CodeRefused,
		Operation: e.Op,
		Upstream:  e.Code,
		LogID:     e.RequestID,
	}
	switch e.Class {
	case ClassRetry:
		d.Class, d.Code = failure.Retry, failure.CodeUnavailable
	case ClassPerson:
		d.Class, d.Reason = failure.Person, string(e.PersonReason)
	case ClassOperator:
		d.Class, d.Code = failure.Operator, "supplier"
		if code := operatorCodes[e.Code]; code != "" {
			d.Code = code
		}
	}
	return d
}
