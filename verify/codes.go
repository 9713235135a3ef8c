package verify

import (
	"regexp"
	"strings"
	"time"
)

// row says what one code of the supplier means.
type row struct {
	class  Class
	reason PersonReason
	wait   wait
	maybe  bool // the supplier may have sent the SMS nevertheless
}

// wait is the time before the next call.
type wait struct {
	after   time.Duration
	nextDay bool // until midnight in China, when the supplier resets its daily limits
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
	"AuthFailure.SignatureExpire":       operator, // the local clock is more than five minutes off
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
	"LimitExceeded":                     operator, // a quota, not a rate limit
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

// smsCodes are the codes of SendSms (https://cloud.tencent.com/document/api/382/59177). They occur both as the error of
// the whole response and as the Code in the status of one number.
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
	"InternalError.RequestTimeException":     operator, // the local clock is more than ten minutes off
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
	"LimitExceeded.PhoneNumberDailyLimit":            personTomorrow(ReasonTooManyCodesToday),
	"LimitExceeded.PhoneNumberOneHourLimit":          personAfter(ReasonTooManyCodesHour, time.Hour),
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
	"FailedOperation.DecryptSystemError":   operator, // the client sends nothing encrypted
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

// families classifies codes that are newer than the tables, by the part before the first dot.
var families = map[string]row{
	"AuthFailure":           operator,
	"InternalError":         retryUnsure,
	"RequestLimitExceeded":  retrySoon,
	"UnauthorizedOperation": operator,
}

// lookup returns the row of an error code. An undocumented code has the row of its family, or else is unknown, which is
// permanent.
func lookup(service map[string]row, code string) (r row, documented bool) {
	if r, ok := service[code]; ok {
		return r, true
	}
	if r, ok := commonCodes[code]; ok {
		return r, true
	}
	family, _, _ := strings.Cut(code, ".")
	if r, ok := families[family]; ok {
		return r, false
	}
	return unknown, false
}

var (
	codeForm      = regexp.MustCompile(`^[A-Za-z][A-Za-z.]{0,99}$`)
	resultForm    = regexp.MustCompile(`^-?[0-9]{1,3}$`)
	requestIDForm = regexp.MustCompile(`^[0-9A-Za-z._:-]{1,128}$`)
)

// cleanCode returns s if it has the form of a code, and CodeBadAnswer otherwise. Any other text may quote the request,
// and an error must not contain that.
func cleanCode(s string) string {
	if codeForm.MatchString(s) {
		return s
	}
	return CodeBadAnswer
}

// cleanID returns s if it has the form of a request or message id, and "" otherwise.
func cleanID(s string) string {
	if requestIDForm.MatchString(s) {
		return s
	}
	return ""
}
