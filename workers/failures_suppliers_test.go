package workers_test

import (
	"fmt"
	"testing"
	"time"

	"shiming/flows"
)

// gatewayOfEsign lists what every call of e签宝 can answer (helper/krgcgauz4akfivia).
func gatewayOfEsign(call string, stays flows.State) []failing {
	stop := flows.NeedsAttention
	gate := func(status int, text string) answer {
		return answer{status: status, body: fmt.Sprintf(`{"success":false,"code":%d,"message":%q}`, status, text)}
	}
	refusedField := failing{call: call, says: esignSays(1435002), state: stop, code: "bug"}
	if call == "evidence" {
		refusedField = suspended(call, esignSays(1435002), "evidence_field")
	}
	return []failing{
		suspended(call, gate(401, "缺少参数"), "credentials"),
		suspended(call, gate(401, "AUTHSTRATEGY_NOT_FOUND"), "credentials"),
		suspended(call, gate(401, "无效的应用"), "credentials"),
		suspended(call, gate(401, "TOKEN_CANT_BE_NULL"), "credentials"),
		suspended(call, gate(401, "TOKEN错误"), "credentials"),
		suspended(call, gate(401, "INVALID_TIMESTAMP"), "clock"),
		suspended(call, gate(401, "INVALID_SIGNATURE"), "credentials"),
		suspended(call, gate(401, "something new"), "credentials"),
		suspended(call, gate(403, "IP白名单不匹配"), "allow_list"),
		suspended(call, gate(403, ""), "allow_list"),
		suspended(call, answer{status: 403, body: "<html>forbidden</html>"}, "allow_list"),
		{call: call, says: answer{status: 429, header: map[string]string{"Retry-After": "9"}}, state: stays,
			again: 9 * time.Second},
		suspended(call, esignSays(1435404), "quota"),
		suspended(call, esignSays(1435405), "quota"),
		suspended(call, esignSays(1436001), "config"),
		suspended(call, esignSays(1450001), "config"),
		refusedField,
		{call: call, says: esignSays(1430002), state: stop, code: "bug"},
		{call: call, says: esignSays(1430601), state: stop, code: "bug"},
		{call: call, says: esignSays(7777777), state: stop, code: "refused"},
	}
}

// TestFailuresOfUploads: uploading the photos. A second upload does no harm, so that no outcome is unknown.
func TestFailuresOfUploads(t *testing.T) {
	t.Parallel()
	stop, recording := flows.NeedsAttention, flows.Recording
	storage := func(status int, word, text string) answer {
		const body = "<Error><Code>%s</Code><Message>%s</Message><RequestId>r1</RequestId></Error>"
		return answer{status: status, body: fmt.Sprintf(body, word, text)}
	}
	const foreignURL = `{"code":0,"data":{"fileId":"f","fileUploadUrl":"https://evil.example/put"}}`
	rows := []failing{
		{call: "upload_url", says: broken, state: recording, again: soon},
		{call: "upload_url", says: internal, state: recording, again: soon},
		{call: "upload_url", says: noJSON, state: recording, again: soon},
		{call: "upload_url", says: dropped, state: recording, again: soon},
		suspended("upload_url", answer{body: foreignURL}, "upload_host"),
		{call: "put", says: storage(400, "InvalidDigest", ""), state: stop, code: "upload_changed"},
		{call: "put", says: storage(403, "SignatureDoesNotMatch", ""), state: stop, code: "upload_changed"},
		{call: "put", says: storage(403, "AccessDenied", "Request has expired."), state: recording, again: soon, once: true},
		suspended("put", storage(403, "AccessDenied", "no"), "config"),
		{call: "put", says: storage(405, "MethodNotAllowed", ""), state: stop, code: "upload_changed"},
		{call: "put", says: storage(403, "InvalidAccessKeyId", ""), state: stop, code: "upload_changed"},
		{call: "put", says: answer{status: 503, body: "slow down"}, state: recording, again: soon},
		{call: "put", says: dropped, state: recording, again: soon},
		suspended("file_status", esignSays(1430802), "config"),
		{call: "file_status", says: answer{body: `{"code":0,"data":{"fileStatus":3}}`}, state: recording, again: soon},
		{call: "file_status", says: esignSays(1430608), state: recording, again: soon}, // uploaded once more
	}
	playFailures(t, append(rows, gatewayOfEsign("upload_url", recording)...))
}

// TestFailuresOfTheEvidence: filing the evidence. A point that may exist is not made again.
func TestFailuresOfTheEvidence(t *testing.T) {
	t.Parallel()
	stop, unknown := flows.NeedsAttention, "unknown_outcome"
	rows := []failing{
		{call: "evidence", says: broken, state: stop, code: unknown},
		{call: "evidence", says: answer{status: 500, body: `{"code":500,"message":"x"}`}, state: stop, code: unknown},
		{call: "evidence", says: answer{status: 504}, state: stop, code: unknown},
		{call: "evidence", says: noJSON, state: stop, code: unknown},
		{call: "evidence", says: cutOff, state: stop, code: unknown},
		{call: "evidence", says: dropped, state: stop, code: unknown},
		{call: "evidence", says: answer{body: `{"code":0,"data":{}}`}, state: stop, code: unknown},
		{call: "evidence", says: esignSays(1430608), state: flows.Filing}, // uploaded again, by jobs of their own
		suspended("evidence", esignSays(1430802), "config"),
	}
	playFailures(t, append(rows, gatewayOfEsign("evidence", flows.Filing)...))
}

// gatewayOfTencent lists what both actions can answer (document/api/382/38780).
func gatewayOfTencent(call string, stays flows.State) []failing {
	var rows []failing
	for code, what := range map[string]string{"AuthFailure.InvalidSecretId": "credentials",
		"AuthFailure.SecretIdNotFound": "credentials",
		"AuthFailure.SignatureFailure": "credentials", "AuthFailure.TokenFailure": "credentials",
		"AuthFailure.SignatureExpire": "clock"} {
		rows = append(rows, failing{
			call:   call,
			says:   tencentSays(code),
			state:  flows.NeedsAttention,
			code:   what,
			again:  probe,
			snooze: true,
		})
	}
	for _, code := range []string{
		"AuthFailure.UnauthorizedOperation", "UnauthorizedOperation", "InvalidParameter", "MissingParameter", "LimitExceeded",
		"NoSuchVersion", "UnsupportedRegion", "AuthFailure.SomethingNew"} {
		rows = append(rows, failing{
			call:   call,
			says:   tencentSays(code),
			state:  flows.NeedsAttention,
			code:   "supplier",
			again:  probe,
			snooze: true,
		})
	}
	for _, code := range []string{"RequestLimitExceeded", "RequestLimitExceeded.UinLimitExceeded", "ServiceUnavailable",
		"ResourceUnavailable"} {
		rows = append(rows, failing{
			call:  call,
			says:  tencentSays(code),
			state: stays,
			again: soon,
		})
	}
	for _, code := range []string{"FailedOperation", "ResourceInUse", "Something.New"} {
		rows = append(rows, failing{
			call:  call,
			says:  tencentSays(code),
			state: flows.NeedsAttention,
			code:  "refused",
		})
	}
	return rows
}

// TestFailuresOfTheCheck: checking a person (document/api/1007/39765), results and errors.
func TestFailuresOfTheCheck(t *testing.T) {
	t.Parallel()
	form, stop := flows.AwaitingConfirmation, flows.NeedsAttention
	rows := []failing{
		{call: "check", says: resultSays("-1"), state: form, code: "three_elements"},
		{call: "check", says: resultSays("-2"), state: form, code: "three_elements"},
		{call: "check", says: resultSays("-3"), state: form, code: "three_elements"},
		{call: "check", says: resultSays("-4"), state: form, code: "three_elements"},
		{call: "check", says: resultSays("-5"), state: form, code: "no_record"},
		{call: "check", says: resultSays("-6"), state: form, code: "mobile"},
		{call: "check", says: resultSays("-7"), state: form, code: "identity_code"},
		{call: "check", says: resultSays("-8"), state: form, code: "identity_name"},
		{call: "check", says: resultSays("-9"), state: form, code: "no_record"},
		{call: "check", says: resultSays("-10"), state: form, code: "three_elements"},
		{call: "check", says: resultSays("-11"), state: flows.Checking, again: 10 * time.Second},
		{call: "check", says: resultSays("-12"), state: stop, code: "too_many_checks"},
		{call: "check", says: resultSays("-13"), state: form, code: "mobile"},
		{call: "check", says: resultSays("-99"), state: stop, code: "refused"},
		{call: "check", says: tencentSays("FailedOperation.IdFormatError"), state: form, code: "identity_code"},
		{call: "check", says: tencentSays("FailedOperation.NameFormatError"), state: form, code: "identity_name"},
		{call: "check", says: tencentSays("FailedOperation.DbError"), state: flows.Checking, again: soon},
		{call: "check", says: tencentSays("FailedOperation.UnKnown"), state: flows.Checking, again: soon},
		{call: "check", says: tencentSays("InternalError.UnKnown"), state: flows.Checking, again: soon},
		suspended("check", tencentSays("UnauthorizedOperation.Arrears"), "arrears"),
		suspended("check", tencentSays("UnauthorizedOperation.Nonactivated"), "supplier"),
		// A second check changes nothing at the supplier, so that an unclear answer is no unknown outcome.
		{call: "check", says: broken, state: flows.Checking, again: soon},
		{call: "check", says: noJSON, state: flows.Checking, again: soon},
		{call: "check", says: cutOff, state: flows.Checking, again: soon},
		{call: "check", says: dropped, state: flows.Checking, again: soon},
		// Without a serial number the check is no evidence.
		{call: "check", says: answer{body: `{"Response":{"Result":"0","Isp":"移动"}}`}, state: flows.Checking, again: soon},
		suspended("check", answer{status: 302, header: map[string]string{"Location": "https://evil.example/"}}, "supplier"),
	}
	playFailures(t, append(rows, gatewayOfTencent("check", flows.Checking)...))
}

// TestFailuresOfTheCode: sending a code (document/api/382/55981). A code that may have been sent stays valid.
func TestFailuresOfTheCode(t *testing.T) {
	t.Parallel()
	code, stop := flows.AwaitingCode, flows.NeedsAttention
	rows := []failing{
		{call: "sms", says: smsSays("InvalidParameterValue.IncorrectPhoneNumber"), state: code, code: "mobile_invalid"},
		{call: "sms", says: smsSays("FailedOperation.PhoneNumberInBlacklist"), state: code, code: "mobile_blocked"},
		{call: "sms", says: smsSays("UnsupportedOperation.UnsuportedRegion"), state: code, code: "mobile_unsupported"},
		{call: "sms", says: smsSays("LimitExceeded.PhoneNumberThirtySecondLimit"), state: code, code: "too_many_codes"},
		{call: "sms", says: smsSays("LimitExceeded.PhoneNumberOneHourLimit"), state: code, code: "too_many_codes_hour"},
		{call: "sms", says: smsSays("LimitExceeded.PhoneNumberDailyLimit"), state: code, code: "too_many_codes_today"},
		{call: "sms", says: smsSays("LimitExceeded.PhoneNumberSameContentDailyLimit"), state: code, code: "too_many_codes"},
		{call: "sms", says: smsSays("LimitExceeded.DeliveryFrequencyLimit"), state: code, code: "too_many_codes"},
		suspended("sms", smsSays("FailedOperation.InsufficientBalanceInSmsPackage"), "sms_package"),
		suspended("sms", smsSays("FailedOperation.SignatureIncorrectOrUnapproved"), "sms_template"),
		suspended("sms", smsSays("FailedOperation.TemplateUnapprovedOrNotExist"), "sms_template"),
		suspended("sms", smsSays("UnauthorizedOperation.SerivceSuspendDueToArrears"), "arrears"),
		// The quota of the day is used up. Midnight in China is twelve hours away.
		{call: "sms", says: smsSays("LimitExceeded.AppDailyLimit"), state: stop, code: "sms_day_limit", again: 12 * time.Hour,
			snooze: true},
		{call: "sms", says: smsSays("FailedOperation.OtherError"), state: stop, code: "refused"},
		{call: "sms", says: smsSays("InternalError.SigVerificationFail"), state: code, again: soon},
		{call: "sms", says: smsSays("InternalError.Timeout"), state: code, code: "unknown"},
		{call: "sms", says: smsSays("InternalError.SendAndRecvFail"), state: code, code: "unknown"},
		{call: "sms", says: tencentSays("InternalError"), state: code, code: "unknown"},
		{call: "sms", says: broken, state: code, code: "unknown"},
		{call: "sms", says: noJSON, state: code, code: "unknown"},
		{call: "sms", says: cutOff, state: code, code: "unknown"},
		{call: "sms", says: dropped, state: code, code: "unknown"},
		{call: "sms", says: answer{body: `{"Response":{"SendStatusSet":[],"RequestId":"r"}}`}, state: code, code: "unknown"},
		{call: "sms", says: answer{status: 429}, state: code, again: soon},
	}
	playFailures(t, append(rows, gatewayOfTencent("sms", code)...))
}
