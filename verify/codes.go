package verify

import (
	"regexp"
	"strings"
	"time"
)

// row is what one code of the supplier means to us.
type row struct {
	class  Class
	reason PersonReason
	wait   wait
	maybe  bool // an SMS may have gone out all the same
}

// wait is how long to leave the supplier alone.
type wait struct {
	after   time.Duration
	nextDay bool // until midnight in China, where the suppliers' daily limits begin anew
}

var chinaTime = time.FixedZone("CST", 8*60*60)

func (w wait) from(now time.Time) time.Duration {
	if !w.nextDay {
		return w.after
	}
	n := now.In(chinaTime)
	return time.Date(n.Year(), n.Month(), n.Day()+1, 0, 0, 0, 0, chinaTime).Sub(n)
}

var (
	retry       = row{class: ClassRetry}
	retrySoon   = row{class: ClassRetry, wait: wait{after: time.Second}}
	retryUnsure = row{class: ClassRetry, maybe: true}
	operator    = row{class: ClassOperator}
	operatorDay = row{class: ClassOperator, wait: wait{nextDay: true}}
	unknown     = row{class: ClassUnknown}
)

func person(r PersonReason) row { return row{class: ClassPerson, reason: r} }

func personAfter(r PersonReason, d time.Duration) row {
	return row{class: ClassPerson, reason: r, wait: wait{after: d}}
}

func personTomorrow(r PersonReason) row {
	return row{class: ClassPerson, reason: r, wait: wait{nextDay: true}}
}

// commonCodes are the public error codes of Tencent Cloud API 3.0 (https://cloud.tencent.com/document/api/382/38780).
var commonCodes = map[string]row{
	"ActionOffline":                     operator,
	"AuthFailure.InvalidAuthorization":  operator,
	"AuthFailure.InvalidSecretId":       operator,
	"AuthFailure.MFAFailure":            operator,
	"AuthFailure.SecretIdNotFound":      operator,
	"AuthFailure.SignatureExpire":       operator, // our clock is more than five minutes off
	"AuthFailure.SignatureFailure":      operator, // usually a wrong SecretKey
	"AuthFailure.TokenFailure":          operator,
	"AuthFailure.UnauthorizedOperation": operator,
	"DryRunOperation":                   operator,
	"FailedOperation":                   unknown,
	"InternalError":                     retryUnsure,
	"InvalidAction":                     operator,
	"InvalidParameter":                  operator,
	"InvalidParameterValue":             operator,
	"InvalidRequest":                    operator,
	"IpInBlacklist":                     operator,
	"IpNotInWhitelist":                  operator,
	"LimitExceeded":                     operator, // quota, not frequency
	"MissingParameter":                  operator,
	"NoSuchProduct":                     operator,
	"NoSuchVersion":                     operator,
	"OperationDenied":                   operator,
	"RequestLimitExceeded":              retrySoon,
	"RequestLimitExceeded.GlobalRegionUinLimitExceeded": retrySoon,
	"RequestLimitExceeded.IPLimitExceeded":              retrySoon,
	"RequestLimitExceeded.UinLimitExceeded":             retrySoon,
	"RequestSizeLimitExceeded":                          operator,
	"ResourceInUse":                                     unknown,
	"ResourceInsufficient":                              operator,
	"ResourceNotFound":                                  operator,
	"ResourceUnavailable":                               retry,
	"ResponseSizeLimitExceeded":                         operator,
	"ServiceUnavailable":                                retry,
	"UnauthorizedOperation":                             operator,
	"UnknownParameter":                                  operator,
	"UnsupportedOperation":                              operator,
	"UnsupportedProtocol":                               operator,
	"UnsupportedRegion":                                 operator,
}

// smsCodes are the codes of SendSms (https://cloud.tencent.com/document/api/382/59177), found both as the error of
// the whole answer and as the Code of one number's status.
var smsCodes = map[string]row{
	"FailedOperation.ContainSensitiveWord":                     operator,
	"FailedOperation.FailResolvePacket":                        operator,
	"FailedOperation.InsufficientBalanceInSmsPackage":          operator,
	"FailedOperation.JsonParseFail":                            operator,
	"FailedOperation.MarketingSendTimeConstraint":              operator, // the template is a marketing one
	"FailedOperation.MissingSignature":                         operator,
	"FailedOperation.MissingSignatureList":                     operator,
	"FailedOperation.MissingTemplateList":                      operator,
	"FailedOperation.NotEnterpriseCertification":               operator,
	"FailedOperation.OtherError":                               unknown,
	"FailedOperation.ParametersOtherError":                     unknown,
	"FailedOperation.PhoneNumberInBlacklist":                   person(ReasonMobileBlocked),
	"FailedOperation.SignatureIncorrectOrUnapproved":           operator,
	"FailedOperation.TemplateIncorrectOrUnapproved":            operator,
	"FailedOperation.TemplateParamSetNotMatchApprovedTemplate": operator,
	"FailedOperation.TemplateUnapprovedOrNotExist":             operator,

	"InternalError.JsonParseFail":            operator,
	"InternalError.OtherError":               retryUnsure,
	"InternalError.RequestTimeException":     operator, // our clock is more than ten minutes off
	"InternalError.RestApiInterfaceNotExist": operator,
	"InternalError.SendAndRecvFail":          retryUnsure,
	"InternalError.SigFieldMissing":          retry,
	"InternalError.SigVerificationFail":      retry,
	"InternalError.Timeout":                  retryUnsure,
	"InternalError.UnknownError":             retryUnsure,

	"InvalidParameter.AppidAndBizId":     operator,
	"InvalidParameter.DirtyWordFound":    operator,
	"InvalidParameter.InvalidParameters": operator,

	"InvalidParameterValue.ContentLengthLimit":                  operator,
	"InvalidParameterValue.IncorrectPhoneNumber":                person(ReasonMobileInvalid),
	"InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": operator,
	"InvalidParameterValue.SdkAppIdNotExist":                    operator,
	"InvalidParameterValue.TemplateParameterFormatError":        operator,
	"InvalidParameterValue.TemplateParameterLengthLimit":        operator,

	"LimitExceeded.AppDailyLimit":                    operatorDay,
	"LimitExceeded.DailyLimit":                       operatorDay,
	"LimitExceeded.DeliveryFrequencyLimit":           personAfter(ReasonTooManyCodes, 30*time.Second),
	"LimitExceeded.PhoneNumberCountLimit":            operator,
	"LimitExceeded.PhoneNumberDailyLimit":            personTomorrow(ReasonTooManyCodes),
	"LimitExceeded.PhoneNumberOneHourLimit":          personAfter(ReasonTooManyCodes, time.Hour),
	"LimitExceeded.PhoneNumberSameContentDailyLimit": person(ReasonTooManyCodes), // a new code is another content
	"LimitExceeded.PhoneNumberThirtySecondLimit":     personAfter(ReasonTooManyCodes, 30*time.Second),

	"MissingParameter.EmptyPhoneNumberSet": operator,

	"UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny": operator,
	"UnauthorizedOperation.RequestIpNotInWhitelist":                  operator,
	"UnauthorizedOperation.RequestPermissionDeny":                    operator,
	"UnauthorizedOperation.SdkAppIdIsDisabled":                       operator,
	"UnauthorizedOperation.SerivceSuspendDueToArrears":               operator, // the vendor's own spelling
	"UnauthorizedOperation.SmsSdkAppIdVerifyFail":                    operator,

	"UnsupportedOperation.": operator,
	"UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber": operator,
	// the vendor's own spelling
	"UnsupportedOperation.UnsuportedRegion": person(ReasonMobileUnsupported),
}

// faceidCodes are the error codes of the data checks of faceid (https://cloud.tencent.com/document/product/1007/47911).
var faceidCodes = map[string]row{
	"FailedOperation.DbError":              retry,
	"FailedOperation.DecryptSystemError":   operator, // we send nothing encrypted
	"FailedOperation.IdFormatError":        person(ReasonIDInvalid),
	"FailedOperation.IdNameMisMatch":       person(ReasonMismatch),
	"FailedOperation.IdNoExistSystem":      person(ReasonNoRecord),
	"FailedOperation.NameFormatError":      person(ReasonNameInvalid),
	"FailedOperation.RequestLimitExceeded": retrySoon,
	"FailedOperation.StsUnAuthErrError":    operator,
	"FailedOperation.UnKnown":              retry,
	"FailedOperation.VerificationFail":     person(ReasonMismatch),

	"InternalError.UnKnown": retry,

	"InvalidParameter.UnsupportEncryptField": operator,

	"UnauthorizedOperation.ActivateError":         operator,
	"UnauthorizedOperation.Activating":            operator,
	"UnauthorizedOperation.Arrears":               operator,
	"UnauthorizedOperation.ChargeStatusException": operator,
	"UnauthorizedOperation.NonAuthorize":          operator,
	"UnauthorizedOperation.Nonactivated":          operator,
}

// families give a meaning to codes that are newer than the tables, by what stands before the first dot.
var families = map[string]row{
	"AuthFailure":           operator,
	"InternalError":         retryUnsure,
	"RequestLimitExceeded":  retrySoon,
	"UnauthorizedOperation": operator,
}

// lookup finds the row of an error code. A code that nobody documented is unknown, which is permanent.
func lookup(service map[string]row, code string) row {
	if r, ok := service[code]; ok {
		return r
	}
	if r, ok := commonCodes[code]; ok {
		return r
	}
	family, _, _ := strings.Cut(code, ".")
	if r, ok := families[family]; ok {
		return r
	}
	return unknown
}

var (
	codeForm      = regexp.MustCompile(`^[A-Za-z][A-Za-z.]{0,99}$`)
	resultForm    = regexp.MustCompile(`^-?[0-9]{1,3}$`)
	requestIDForm = regexp.MustCompile(`^[0-9A-Za-z._:-]{1,128}$`)
)

// cleanCode lets through what has the form of a code. Whatever else an upstream or something in between sends as a
// code might repeat what we sent, and errors must not carry that.
func cleanCode(s string) string {
	if codeForm.MatchString(s) {
		return s
	}
	return CodeBadAnswer
}

// cleanID lets through what has the form of a request or message id.
func cleanID(s string) string {
	if requestIDForm.MatchString(s) {
		return s
	}
	return ""
}
