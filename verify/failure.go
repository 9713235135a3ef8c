package verify

import "shiming/failure"

var _ failure.Error = (*Error)(nil)

// operatorCodes gives the text of the codes whose cause is known. For every other ClassOperator the text names account,
// permission and quota.
var operatorCodes = map[string]string{
	CodeNotSetUp:                         "not_set_up",
	"AuthFailure.SignatureExpire":        "clock",
	"InternalError.RequestTimeException": "clock",
	"AuthFailure.InvalidAuthorization":   "credentials",
	"AuthFailure.InvalidSecretId":        "credentials",
	"AuthFailure.SecretIdNotFound":       "credentials",
	"AuthFailure.SignatureFailure":       "credentials",
	"AuthFailure.TokenFailure":           "credentials",

	"FailedOperation.InsufficientBalanceInSmsPackage": "sms_package",
	"LimitExceeded.AppDailyLimit":                     "sms_day_limit",
	"LimitExceeded.DailyLimit":                        "sms_day_limit",

	"FailedOperation.MissingSignature":                         "sms_template",
	"FailedOperation.MissingSignatureList":                     "sms_template",
	"FailedOperation.MissingTemplateList":                      "sms_template",
	"FailedOperation.SignatureIncorrectOrUnapproved":           "sms_template",
	"FailedOperation.TemplateIncorrectOrUnapproved":            "sms_template",
	"FailedOperation.TemplateParamSetNotMatchApprovedTemplate": "sms_template",
	"FailedOperation.TemplateUnapprovedOrNotExist":             "sms_template",

	"InvalidParameterValue.RuleIdDisabled": "face_rule",
	"InvalidParameterValue.RuleIdNotExist": "face_rule",

	"UnauthorizedOperation.Arrears":                    "arrears",
	"UnauthorizedOperation.SerivceSuspendDueToArrears": "arrears",
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
