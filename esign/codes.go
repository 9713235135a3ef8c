package esign

import (
	"slices"
	"strconv"
	"strings"
)

// code is one documented refusal.
type code struct {
	code   string // number in the body, HTTP status of the gateway, or code of the storage
	text   string // constant part of the message, which distinguishes rows of the same code; "" matches any message
	kind   Kind
	remedy string
}

// codes has the documented codes. Of the rows with the same code, the first match applies.
var codes = []code{
	// Gateway (helper/krgcgauz4akfivia). It checks the application, then timestamp and signature. An unknown path is a
	// 401, too. A retry does not help.
	{"401", "缺少参数", KindAuth,
		"stop, tell HR once: a signature header is missing; something on the way to e签宝 removes headers"},
	{"401", "AUTHSTRATEGY_NOT_FOUND", KindAuth,
		"stop, tell HR once: header X-Tsign-Open-Auth-Mode was changed on the way to e签宝"},
	{"401", "无效的应用", KindAuth,
		"stop, tell HR once: esign.app_id is wrong or disabled, or esign.base_url is the other environment's host"},
	{"401", "TOKEN_CANT_BE_NULL", KindAuth,
		"stop, tell HR once: header X-Tsign-Open-Auth-Mode was lost on the way to e签宝"},
	{"401", "TOKEN错误", KindAuth,
		"stop, tell HR once: e签宝 saw a token where a signature was sent; look for a proxy that adds headers"},
	{"401", "INVALID_TIMESTAMP", KindClock,
		"stop, tell HR once: this machine's clock is more than 15 minutes off; resume when it is set right"},
	{"401", "INVALID_SIGNATURE", KindAuth, "stop, tell HR once: esign.app_secret does not belong to esign.app_id"},
	{"401", "", KindAuth,
		"stop, tell HR once: e签宝 refuses the application or the signature; check esign.app_id, app_secret, base_url"},
	{"403", "IP白名单不匹配", KindForbidden,
		"stop, tell HR once: add the public egress IP to the application's allow-list (安全配置), valid after 5 minutes"},
	{"403", "", KindForbidden,
		"stop, tell HR once: e签宝 refuses this caller; check the IP allow-list (安全配置) of the application"},
	{"429", "", KindRate, "wait as long as asked, then repeat"},

	// Business.
	{"1430002", "", KindParameter, "stop, tell HR: the file's name or size is not allowed; a bug"},
	{"1430601", "", KindParameter, "stop, tell HR: the file's name has a forbidden character; a bug"},
	{"1430608", "", KindNotFound, "upload the file again"},
	{"1430802", "", KindPermission,
		"stop, tell HR: the file belongs to another application; upload it again with this one"},
	{"1435002", "", KindParameter,
		"stop, tell HR once: e签宝 refuses a field; esign.evidence_revision may be the wrong one"},
	{"1435404", "", KindQuota, "stop, tell HR once: the quota bought is used up; resume when there is more"},
	{"1435405", "", KindQuota, "stop, tell HR once: the quota bought is used up; resume when there is more"},

	// Storage: responses to the PUT.
	{"InvalidDigest", "", KindUploadMismatch,
		"stop, tell HR: the bytes do not match the declared MD5; a bug or a broken line"},
	{"SignatureDoesNotMatch", "", KindUploadMismatch,
		"stop, tell HR: type, MD5 or method differ from what was declared; look for a proxy that changes headers"},
	{"AccessDenied", "expired", KindUploadExpired, "ask for a new upload address and put the file there"},
	{"AccessDenied", "", KindPermission, "stop, tell HR: the storage refuses the upload address"},
	{"MethodNotAllowed", "", KindUploadMismatch,
		"stop, tell HR: the storage was not asked with PUT; look for a proxy that changes requests"},
	{"InvalidAccessKeyId", "", KindUploadMismatch, "stop, tell HR: the upload address was mangled on the way"},
}

// families classifies undocumented numbers by their first digits. The V3 documentation names the families.
var families = []struct {
	prefix string
	kind   Kind
}{
	{"1430", KindParameter},  // files and templates
	{"1435", KindParameter},  // parameters and flow
	{"1436", KindPermission}, // permission
	{"1450", KindPermission}, // authorisation
}

// apply sets code, kind and message from the table. It returns false if the table has no matching row.
func (e *Error) apply(name, message string) bool {
	for _, r := range codes {
		if r.code == name && strings.Contains(message, r.text) {
			e.Code, e.Kind, e.Message = r.code, r.kind, r.text
			return true
		}
	}
	return false
}

// applyBusiness classifies a non-zero code in a body of the API.
func (e *Error) applyBusiness(number int64, message string) {
	name := strconv.FormatInt(number, 10)
	if e.apply(name, message) {
		if e.Kind == KindParameter {
			e.setNamed(message)
		}
		return
	}
	e.Code = name
	if number >= 500 && number <= 599 || e.HTTPStatus >= 500 {
		e.Kind = KindServer
		return
	}
	if e.applyStatus(message) {
		return
	}
	e.Kind = KindRefused
	for _, f := range families {
		if len(name) == 7 && strings.HasPrefix(name, f.prefix) {
			e.Kind = f.kind
		}
	}
	e.setNamed(message)
}

// applyStatus classifies the statuses whose meaning does not depend on the body. It returns false for every other
// status.
func (e *Error) applyStatus(message string) bool {
	switch e.HTTPStatus {
	case 401, 403, 429:
		return e.apply(strconv.Itoa(e.HTTPStatus), message)
	}
	return false
}

// fieldNames are the request fields of the three calls. An error keeps only the field that a message names, because the
// rest of the message may quote the request.
var fieldNames = strings.Fields(`
	contentMd5 contentType fileName fileSize convertToPDF fileId
	eviName customBizId realNameMethod timeStamp name cardNo cardType cardPortrait cardNationalEmblem mark
	threeElements bankCardFour face
	certAgreementReadTitle certAgreementReadVersion certAgreementReadHash
	certAgreementReadTime certAgreementReadType certAgreementReadIP
	infoVerifySupplier verifyTime verifySerialNumber mobile smsCode smsSupplier
	openingBank bankCard faceImage faceImageSimilarScore faceLiveDetectScore
`)

// setNamed keeps the request fields that a message names.
func (e *Error) setNamed(message string) {
	if e.named = namedFields(message); len(e.named) > 0 {
		e.Field = e.named[0]
	}
}

// namedFields returns the request fields that occur in a message as separate words, in its order.
func namedFields(message string) []string {
	words := strings.FieldsFunc(message, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
	return slices.DeleteFunc(words, func(w string) bool { return !slices.Contains(fieldNames, w) })
}
