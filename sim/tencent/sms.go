package tencent

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits are the rate limits per mobile number of an account (console: 发送频率限制). 0 disables a limit.
type Limits struct {
	PerThirtySeconds  int // LimitExceeded.PhoneNumberThirtySecondLimit
	PerHour           int // LimitExceeded.PhoneNumberOneHourLimit
	PerDay            int // LimitExceeded.PhoneNumberDailyLimit; a day is a calendar day in China
	SameContentPerDay int // LimitExceeded.PhoneNumberSameContentDailyLimit
}

var chinaTime = time.FixedZone("CST", 8*60*60)

// exceeded returns the code of the limit that one more message would exceed, or "".
func (l Limits) exceeded(box []SMS, text string, now time.Time) string {
	var half, hour, day, same int
	for _, m := range box {
		if now.Sub(m.At) < 30*time.Second {
			half++
		}
		if now.Sub(m.At) < time.Hour {
			hour++
		}
		if m.At.In(chinaTime).Format(time.DateOnly) == now.In(chinaTime).Format(time.DateOnly) {
			day++
			if m.Text == text {
				same++
			}
		}
	}
	switch reached := func(limit, n int) bool { return limit > 0 && n >= limit }; {
	case reached(l.PerThirtySeconds, half):
		return "LimitExceeded.PhoneNumberThirtySecondLimit"
	case reached(l.PerHour, hour):
		return "LimitExceeded.PhoneNumberOneHourLimit"
	case reached(l.PerDay, day):
		return "LimitExceeded.PhoneNumberDailyLimit"
	case reached(l.SameContentPerDay, same):
		return "LimitExceeded.PhoneNumberSameContentDailyLimit"
	}
	return ""
}

// maxNumbers limits the numbers of one request.
const maxNumbers = 200

var (
	mainlandForm = regexp.MustCompile(`^\+86(1[3-9][0-9]{9})$`)
	variableForm = regexp.MustCompile(`^[0-9]{0,6}$`) // what a verification template accepts
	variable     = regexp.MustCompile(`\{[0-9]+\}`)
)

func countVariables(template string) int {
	seen := map[string]bool{}
	for _, v := range variable.FindAllString(template, -1) {
		seen[v] = true
	}
	return len(seen)
}

type sendSmsParams struct {
	PhoneNumberSet   []string
	SmsSdkAppId      string
	TemplateId       string
	SignName         string
	TemplateParamSet []string
	ExtendCode       string
	SessionContext   string
	SenderId         string
}

// sendSms is SendSms (https://cloud.tencent.com/document/api/382/55981). A mistake in the application refuses the
// request. A mistake in one number, or in signature, template or variables, is the status of that number.
func (s *Server) sendSms(body []byte, call *Call) (map[string]any, *apiError) {
	var p sendSmsParams
	if refusal := decode(body, &p); refusal != nil {
		return nil, refusal
	}
	switch {
	case len(p.PhoneNumberSet) == 0:
		return nil, refuse("MissingParameter.EmptyPhoneNumberSet", "PhoneNumberSet is empty.")
	case p.SmsSdkAppId == "" || p.TemplateId == "":
		return nil, refuse("MissingParameter", "SmsSdkAppId and TemplateId are required.")
	case len(p.PhoneNumberSet) > maxNumbers:
		return nil, refuse("LimitExceeded.PhoneNumberCountLimit", "At most 200 numbers.")
	case len(p.SessionContext) >= 512:
		return nil, refuse("InvalidParameterValue", "SessionContext must be shorter than 512 bytes.")
	case p.SmsSdkAppId != s.cfg.SMSSdkAppID:
		return nil, refuse("UnauthorizedOperation.SmsSdkAppIdVerifyFail", "SmsSdkAppId does not belong to the account.")
	}
	statuses := make([]any, 0, len(p.PhoneNumberSet))
	for _, number := range p.PhoneNumberSet {
		status := s.deliver(number, p, call)
		statuses = append(statuses, status)
		call.Code = status["Code"].(string)
	}
	return map[string]any{"SendStatusSet": statuses}, nil
}

func (s *Server) deliver(number string, p sendSmsParams, call *Call) map[string]any {
	status := map[string]any{
		"SerialNo":       "",
		"PhoneNumber":    number,
		"Fee":            0,
		"SessionContext": p.SessionContext,
		"Code":           "",
		"Message":        "",
		"IsoCode":        "CN",
	}
	m := mainlandForm.FindStringSubmatch(number)
	if m == nil {
		status["Code"], status["Message"] = "InvalidParameterValue.IncorrectPhoneNumber", "invalid phone number"
		return status
	}
	call.Mobile = m[1]
	if code := s.templateError(p); code != "" {
		status["Code"], status["Message"] = code, "the message does not fit what was approved"
		return status
	}
	text := "【" + p.SignName + "】" + fill(s.cfg.Template, p.TemplateParamSet)
	sms := SMS{Mobile: m[1], Text: text, Params: p.TemplateParamSet}
	code, listeners := s.put(&sms)
	if code != "" {
		status["Code"], status["Message"] = code, "the number cannot be served"
		return status
	}
	for _, f := range listeners {
		f(sms)
	}
	status["SerialNo"], status["Fee"], status["Code"], status["Message"] = sms.Serial, 1, "Ok", "send success"
	return status
}

func (s *Server) templateError(p sendSmsParams) string {
	switch {
	case p.SignName != s.cfg.SMSSignName:
		return "FailedOperation.SignatureIncorrectOrUnapproved"
	case p.TemplateId != s.cfg.TemplateID:
		return "FailedOperation.TemplateIncorrectOrUnapproved"
	case len(p.TemplateParamSet) != s.params:
		return "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
	case slices.ContainsFunc(p.TemplateParamSet, func(v string) bool { return !variableForm.MatchString(v) }):
		return "InvalidParameterValue.TemplateParameterFormatError"
	}
	return ""
}

// put stores the message in the phone and completes it, or returns the code of the refusal.
func (s *Server) put(m *SMS) (code string, listeners []func(SMS)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.At = s.cfg.Now()
	if s.blocked[m.Mobile] {
		return "FailedOperation.PhoneNumberInBlacklist", nil
	}
	if code := s.cfg.SMSLimits.exceeded(s.inbox[m.Mobile], m.Text, m.At); code != "" {
		return code, nil
	}
	s.serial++
	m.Serial = fmt.Sprintf("2019:%d%010d", m.At.Unix(), s.serial)
	s.inbox[m.Mobile] = append(s.inbox[m.Mobile], *m)
	if arrived, ok := s.arrival[m.Mobile]; ok {
		close(arrived)
		delete(s.arrival, m.Mobile)
	}
	return "", slices.Clone(s.onSMS)
}

func fill(template string, params []string) string {
	pairs := make([]string, 0, 2*len(params))
	for i, v := range params {
		pairs = append(pairs, "{"+strconv.Itoa(i+1)+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(template)
}
