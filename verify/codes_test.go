package verify_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/verify"
)

// meaning is the expected classification of a code.
type meaning struct {
	class  verify.Class
	reason verify.PersonReason
	after  time.Duration
	maybe  bool // for SendSms
}

// tomorrow is the wait until midnight in China. The test clock is half an hour before it.
const tomorrow = 30 * time.Minute

func expect(m meaning, codes string) map[string]meaning {
	out := map[string]meaning{}
	for code := range strings.FieldsSeq(codes) {
		out[code] = m
	}
	return out
}

func union(t *testing.T, parts ...map[string]meaning) map[string]meaning {
	t.Helper()
	out := map[string]meaning{}
	for _, p := range parts {
		for code, m := range p {
			if _, twice := out[code]; twice {
				t.Fatalf("%s is listed twice", code)
			}
			out[code] = m
		}
	}
	return out
}

func person(r verify.PersonReason, after time.Duration, codes string) map[string]meaning {
	return expect(meaning{class: verify.ClassPerson, reason: r, after: after}, codes)
}

func commonMeanings(t *testing.T) map[string]meaning {
	return union(t,
		expect(meaning{class: verify.ClassOperator},
			`ActionOffline AuthFailure.InvalidAuthorization AuthFailure.InvalidSecretId
			AuthFailure.MFAFailure AuthFailure.SecretIdNotFound AuthFailure.SignatureExpire AuthFailure.SignatureFailure
			AuthFailure.TokenFailure AuthFailure.UnauthorizedOperation DryRunOperation InvalidAction InvalidParameter
			InvalidParameterValue InvalidRequest IpInBlacklist IpNotInWhitelist LimitExceeded MissingParameter NoSuchProduct
			NoSuchVersion OperationDenied RequestSizeLimitExceeded ResourceInsufficient ResourceNotFound
			ResponseSizeLimitExceeded
			UnauthorizedOperation UnknownParameter UnsupportedOperation UnsupportedProtocol UnsupportedRegion`),
		expect(meaning{class: verify.ClassRetry, after: time.Second},
			`RequestLimitExceeded RequestLimitExceeded.IPLimitExceeded
			RequestLimitExceeded.GlobalRegionUinLimitExceeded RequestLimitExceeded.UinLimitExceeded`),
		expect(meaning{class: verify.ClassRetry}, `ResourceUnavailable ServiceUnavailable`),
		expect(meaning{class: verify.ClassRetry, maybe: true}, `InternalError`),
		expect(meaning{class: verify.ClassUnknown}, `FailedOperation ResourceInUse`),
	)
}

func smsMeanings(t *testing.T) map[string]meaning {
	return union(t,
		expect(meaning{class: verify.ClassOperator}, `FailedOperation.ContainSensitiveWord FailedOperation.FailResolvePacket
			FailedOperation.InsufficientBalanceInSmsPackage FailedOperation.JsonParseFail
			FailedOperation.MarketingSendTimeConstraint
			FailedOperation.MissingSignature FailedOperation.MissingSignatureList FailedOperation.MissingTemplateList
			FailedOperation.NotEnterpriseCertification FailedOperation.SignatureIncorrectOrUnapproved
			FailedOperation.TemplateIncorrectOrUnapproved FailedOperation.TemplateParamSetNotMatchApprovedTemplate
			FailedOperation.TemplateUnapprovedOrNotExist InternalError.JsonParseFail InternalError.RequestTimeException
			InternalError.RestApiInterfaceNotExist InvalidParameter.AppidAndBizId InvalidParameter.DirtyWordFound
			InvalidParameter.InvalidParameters InvalidParameterValue.ContentLengthLimit
			InvalidParameterValue.ProhibitedUseUrlInTemplateParameter InvalidParameterValue.SdkAppIdNotExist
			InvalidParameterValue.TemplateParameterFormatError InvalidParameterValue.TemplateParameterLengthLimit
			LimitExceeded.PhoneNumberCountLimit MissingParameter.EmptyPhoneNumberSet
			UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny UnauthorizedOperation.RequestIpNotInWhitelist
			UnauthorizedOperation.RequestPermissionDeny UnauthorizedOperation.SdkAppIdIsDisabled
			UnauthorizedOperation.SerivceSuspendDueToArrears UnauthorizedOperation.SmsSdkAppIdVerifyFail UnsupportedOperation.
			UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber`),
		expect(meaning{class: verify.ClassOperator, after: tomorrow}, `LimitExceeded.AppDailyLimit LimitExceeded.DailyLimit`),
		expect(meaning{class: verify.ClassUnknown}, `FailedOperation.OtherError FailedOperation.ParametersOtherError`),
		expect(meaning{class: verify.ClassRetry, maybe: true}, `InternalError.OtherError InternalError.SendAndRecvFail
			InternalError.Timeout InternalError.UnknownError`),
		expect(meaning{class: verify.ClassRetry}, `InternalError.SigFieldMissing InternalError.SigVerificationFail`),
		person(verify.ReasonMobileBlocked, 0, `FailedOperation.PhoneNumberInBlacklist`),
		person(verify.ReasonMobileInvalid, 0, `InvalidParameterValue.IncorrectPhoneNumber`),
		person(verify.ReasonMobileUnsupported, 0, `UnsupportedOperation.UnsuportedRegion`),
		person(verify.ReasonTooManyCodes, 0, `LimitExceeded.PhoneNumberSameContentDailyLimit`),
		person(verify.ReasonTooManyCodes, 30*time.Second,
			`LimitExceeded.DeliveryFrequencyLimit LimitExceeded.PhoneNumberThirtySecondLimit`),
		person(verify.ReasonTooManyCodesHour, time.Hour, `LimitExceeded.PhoneNumberOneHourLimit`),
		person(verify.ReasonTooManyCodesToday, tomorrow, `LimitExceeded.PhoneNumberDailyLimit`),
	)
}

func faceidMeanings(t *testing.T) map[string]meaning {
	return union(t,
		expect(meaning{class: verify.ClassOperator}, `FailedOperation.DecryptSystemError FailedOperation.StsUnAuthErrError
			InvalidParameter.UnsupportEncryptField UnauthorizedOperation.ActivateError UnauthorizedOperation.Activating
			UnauthorizedOperation.Arrears UnauthorizedOperation.ChargeStatusException UnauthorizedOperation.NonAuthorize
			UnauthorizedOperation.Nonactivated`),
		expect(meaning{class: verify.ClassRetry}, `FailedOperation.DbError FailedOperation.UnKnown InternalError.UnKnown`),
		expect(meaning{class: verify.ClassRetry, after: time.Second}, `FailedOperation.RequestLimitExceeded`),
		person(verify.ReasonIDInvalid, 0, `FailedOperation.IdFormatError`),
		person(verify.ReasonNameInvalid, 0, `FailedOperation.NameFormatError`),
		person(verify.ReasonMismatch, 0, `FailedOperation.IdNameMisMatch FailedOperation.VerificationFail`),
		person(verify.ReasonNoRecord, 0, `FailedOperation.IdNoExistSystem`),
	)
}

// undocumented returns codes without a row. They get the meaning of their family, or none.
func undocumented() map[string]meaning {
	return map[string]meaning{
		"AuthFailure.Something":           {class: verify.ClassOperator},
		"UnauthorizedOperation.Something": {class: verify.ClassOperator},
		"RequestLimitExceeded.Something":  {class: verify.ClassRetry, after: time.Second},
		"InternalError.Something":         {class: verify.ClassRetry, maybe: true},
		"FailedOperation.Something":       {class: verify.ClassUnknown},
		"LimitExceeded.Something":         {class: verify.ClassUnknown},
		"SomethingElse":                   {class: verify.ClassUnknown},
	}
}

func compare(t *testing.T, code string, err error, want meaning, op string) {
	t.Helper()
	e := asError(t, err)
	got := meaning{e.Class, e.PersonReason, e.RetryAfter(), e.MaybeApplied()}
	if got != want || e.Code != code || e.Op != op || e.HTTPStatus != 200 || e.RequestID != "req-1" {
		t.Errorf("%s: got %+v (%v), want %+v", code, got, e, want)
	}
}

func TestSMSCodes(t *testing.T) {
	for code, want := range union(t, commonMeanings(t), smsMeanings(t), undocumented()) {
		asWhole, asStatus := newSupplier(t, apiError(code)), newSupplier(t, smsStatus(code))
		compare(t, code, send(t, newClient(t, config(asWhole.URL))), want, "SendSms")
		compare(t, code, send(t, newClient(t, config(asStatus.URL))), want, "SendSms")
	}
}

func TestFaceIDCodes(t *testing.T) {
	for code, want := range union(t, commonMeanings(t), faceidMeanings(t), undocumented()) {
		want.maybe = false // a check changes nothing
		s := newSupplier(t, apiError(code))
		compare(t, code, check(t, newClient(t, config(s.URL))), want, "PhoneVerification")
	}
}

func TestEveryCodeIsTested(t *testing.T) {
	common, sms, faceid := verify.Codes()
	for _, c := range []struct {
		name  string
		codes []string
		want  map[string]meaning
	}{{"common", common, commonMeanings(t)}, {"sms", sms, smsMeanings(t)}, {"faceid", faceid, faceidMeanings(t)}} {
		t.Run(c.name, func(t *testing.T) {
			if len(c.codes) != len(c.want) {
				t.Errorf("got %d rows, want %d", len(c.codes), len(c.want))
			}
			slices.Sort(c.codes)
			for _, code := range c.codes {
				if _, ok := c.want[code]; !ok {
					t.Errorf("got a row for %s, want a test of it", code)
				}
			}
		})
	}
}
