package tencent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"shiming/sim/tencent"
)

func sms(numbers string, params string) string {
	return `{"PhoneNumberSet":[` + numbers +
		`],"SmsSdkAppId":"1400006666","SignName":"示例公司","TemplateId":"1110","TemplateParamSet":[` + params + `]}`
}

func TestSendSmsCodes(t *testing.T) {
	const number, params = `"+8619800002222"`, `"483920","5"`
	for name, c := range map[string]struct{ body, want string }{
		"good":            {sms(number, params), "Ok"},
		"no numbers":      {sms(``, params), "MissingParameter.EmptyPhoneNumberSet"},
		"201 numbers":     {sms(strings.Repeat(number+",", 200)+number, params), "LimitExceeded.PhoneNumberCountLimit"},
		"no prefix":       {sms(`"19800002222"`, params), "InvalidParameterValue.IncorrectPhoneNumber"},
		"abroad":          {sms(`"+4919800002222"`, params), "InvalidParameterValue.IncorrectPhoneNumber"},
		"landline":        {sms(`"+861088888888"`, params), "InvalidParameterValue.IncorrectPhoneNumber"},
		"one variable":    {sms(number, `"483920"`), "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"},
		"three variables": {sms(number, `"1","2","3"`), "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"},
		"letters":         {sms(number, `"abc","5"`), "InvalidParameterValue.TemplateParameterFormatError"},
		"seven digits":    {sms(number, `"1234567","5"`), "InvalidParameterValue.TemplateParameterFormatError"},
		"no app":          {strings.Replace(sms(number, params), "1400006666", "", 1), "MissingParameter"},
		"other app": {strings.Replace(sms(number, params), "1400006666", "1", 1),
			"UnauthorizedOperation.SmsSdkAppIdVerifyFail"},
		"other signature": {strings.Replace(sms(number, params), "示例公司", "别的公司", 1),
			"FailedOperation.SignatureIncorrectOrUnapproved"},
		"other template": {strings.Replace(sms(number, params), "1110", "1111", 1),
			"FailedOperation.TemplateIncorrectOrUnapproved"},
		"long context": {strings.Replace(sms(number, params), `{"P`, `{"SessionContext":"`+strings.Repeat("x", 512)+`","P`,
			1),
			"InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer()
			response := newRequest("SendSms", c.body).do(t, s)
			if got := code(response); got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
			if n := len(s.Inbox("19800002222")); (n == 1) != (c.want == "Ok") {
				t.Errorf("%s: %d messages", name, n)
			}
			call, ok := s.Find(response["RequestId"].(string))
			if !ok || call.Code != c.want || call.Service != "sms" {
				t.Errorf("%s: call %v, %v", name, call, ok)
			}
		})
	}
}

func TestPhone(t *testing.T) {
	s := newServer()
	var heard []tencent.SMS
	s.OnSMS(func(m tencent.SMS) { heard = append(heard, m) })
	newRequest("SendSms", smsBody).do(t, s)
	newRequest("SendSms", strings.Replace(smsBody, "483920", "000001", 1)).do(t, s)
	box := s.Inbox("19800002222")
	if len(box) != 2 || len(heard) != 2 || box[0].Code() != "483920" || box[1].Code() != "000001" ||
		box[0].Serial == box[1].Serial {
		t.Fatalf("inbox has %d messages, %d heard, want 2, 2", len(box), len(heard))
	}
	if want := "【示例公司】483920为您的实名登记验证码，请于5分钟内填写。如非本人操作，请忽略本短信。"; box[0].Text != want {
		t.Errorf("text %q, want %q", box[0].Text, want)
	}
	if len(s.Inbox("13800000000")) != 0 {
		t.Error("another phone has messages")
	}
	m, err := s.WaitSMS(context.Background(), "19800002222", 1)
	if err != nil || m.Code() != "000001" {
		t.Errorf("second message: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.WaitSMS(ctx, "19800002222", 2); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for nothing: %v, want %v", err, context.Canceled)
	}
}

func TestWaitSMSBlocks(t *testing.T) {
	s := newServer()
	got := make(chan string)
	for range 3 {
		go func() {
			m, err := s.WaitSMS(context.Background(), "19800002222", 0)
			if err != nil {
				t.Error(err)
			}
			got <- m.Code()
		}()
	}
	select {
	case <-got:
		t.Fatal("got a message before one was sent")
	default:
	}
	newRequest("SendSms", strings.ReplaceAll(smsBody, "19800002222", "13900000000")).do(t, s)
	newRequest("SendSms", smsBody).do(t, s)
	for range 3 {
		if c := <-got; c != "483920" {
			t.Errorf("code %s, want %q", c, "483920")
		}
	}
}

func TestBlockedMobile(t *testing.T) {
	s := newServer()
	s.BlockMobile("19800002222", true)
	if got := code(newRequest("SendSms", smsBody).do(t, s)); got != "FailedOperation.PhoneNumberInBlacklist" {
		t.Errorf("blocked: %s, want %q", got, "FailedOperation.PhoneNumberInBlacklist")
	}
	s.BlockMobile("19800002222", false)
	if got := code(newRequest("SendSms", smsBody).do(t, s)); got != "Ok" {
		t.Errorf("unblocked: %s, want %q", got, "Ok")
	}
}

func TestLimits(t *testing.T) {
	clock := now // 16:00 in China
	s := tencent.New(tencent.Config{
		Now: func() time.Time { return clock },
		SMSLimits: tencent.Limits{
			PerThirtySeconds:  1,
			PerHour:           2,
			PerDay:            4,
			SameContentPerDay: 2,
		},
	})
	send := func(after time.Duration, verificationCode string) string {
		clock = clock.Add(after)
		r := newRequest("SendSms", strings.Replace(smsBody, "483920", verificationCode, 1))
		r.at, r.date = clock, clock.Format("2006-01-02")
		return code(r.do(t, s))
	}
	for i, c := range []struct {
		after time.Duration
		code  string
		want  string
	}{
		{0, "1111", "Ok"},
		{29 * time.Second, "2222", "LimitExceeded.PhoneNumberThirtySecondLimit"},
		{time.Second, "1111", "Ok"},
		{time.Minute, "2222", "LimitExceeded.PhoneNumberOneHourLimit"},
		{time.Hour, "1111", "LimitExceeded.PhoneNumberSameContentDailyLimit"},
		{0, "2222", "Ok"},
		{time.Minute, "3333", "Ok"},
		{2 * time.Hour, "4444", "LimitExceeded.PhoneNumberDailyLimit"},
		{5 * time.Hour, "1111", "Ok"}, // after midnight in China
	} {
		t.Run(fmt.Sprint(c.after), func(t *testing.T) {
			if got := send(c.after, c.code); got != c.want {
				t.Errorf("step %d: %s, want %s", i, got, c.want)
			}
		})
	}
	if n := len(s.Inbox("19800002222")); n != 5 {
		t.Errorf("%d messages, want 5", n)
	}
	unlimited := newServer()
	for range 20 {
		if got := code(newRequest("SendSms", smsBody).do(t, unlimited)); got != "Ok" {
			t.Fatalf("without limits: %s, want %q", got, "Ok")
		}
	}
}

func TestPhoneVerificationResults(t *testing.T) {
	body := func(name, number, mobile, mode string) string {
		return fmt.Sprintf(`{"Name":%q,"IdCard":%q,"Phone":%q,"VerifyMode":%q}`, name, number, mobile, mode)
	}
	const name, number, mobile = "测试张三", "130401199601018395", "19800002222"
	const otherNumber = "110101199003070134"
	for title, c := range map[string]struct{ body, want, detail, isp string }{
		"match":          {body(name, number, mobile, "0"), "0", "", "移动"},
		"name differs":   {body("测试李四", number, mobile, "1"), "-4", "PhoneNameMismatch", "移动"},
		"number differs": {body(name, otherNumber, mobile, "1"), "-4", "PhoneIdCardMismatch", "移动"},
		"both differ":    {body("测试李四", otherNumber, mobile, "1"), "-4", "PhoneNameIdCardMismatch", "移动"},
		"simple mode":    {body("测试李四", otherNumber, mobile, "0"), "-4", "", "移动"},
		"unregistered":   {body(name, number, "13800000000", "0"), "-9", "", ""},
		"not a mobile":   {body(name, number, "01088888888", "0"), "-6", "", ""},
		"check digit":    {body(name, "130401199601018394", mobile, "0"), "-7", "", ""},
		"latin name":     {body("Zhang", number, mobile, "0"), "-8", "", ""},
		"odd mode":       {body(name, number, mobile, "2"), "InvalidParameterValue", "", ""},
		"missing name":   {body("", number, mobile, "0"), "MissingParameter", "", ""},
		"encrypted": {`{"Name":"a","IdCard":"b","Phone":"c","EncryptList":["IdCard"]}`,
			"FailedOperation.DecryptSystemError", "", ""},
		"foreign parameter": {`{"Mobile":"19800002222"}`, "UnknownParameter", "", ""},
	} {
		t.Run(title, func(t *testing.T) {
			s := newServer()
			response := newRequest("PhoneVerification", c.body).do(t, s)
			detail, _ := response["ResultDetail"].(string)
			isp, _ := response["Isp"].(string)
			if got := code(response); got != c.want || detail != c.detail || isp != c.isp {
				t.Errorf("%s: %s %q %q, want %s %q %q", title, got, detail, isp, c.want, c.detail, c.isp)
			}
		})
	}
}

func TestReturnNext(t *testing.T) {
	s := newServer()
	for _, r := range []string{"-11", "-12", "-4"} {
		if err := s.ReturnNext("130401199601018395", r); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"-11", "-12", "-4", "0"} {
		if got := code(newRequest("PhoneVerification", checkBody).do(t, s)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestHistory(t *testing.T) {
	s := tencent.New(tencent.Config{Now: func() time.Time { return now }, HistoryLimit: 2})
	s.Register("测试张三", "130401199601018395", "19800002222")
	first := newRequest("PhoneVerification", checkBody).do(t, s)["RequestId"].(string)
	if c, ok := s.Find(first); !ok || c.Name != "测试张三" || c.IDNumber != "130401199601018395" ||
		c.Mobile != "19800002222" || c.Code != "0" {
		t.Errorf("call %+v, %v", c, ok)
	}
	newRequest("SendSms", smsBody).do(t, s)
	bad := newRequest("SendSms", smsBody)
	bad.key = "x"
	last := bad.do(t, s)["RequestId"].(string)
	calls := s.Calls()
	if len(calls) != 2 || calls[1].RequestID != last || calls[1].Code != "AuthFailure.SignatureFailure" ||
		calls[0].Code != "Ok" {
		t.Errorf("calls %v", calls)
	}
	if _, ok := s.Find(first); ok {
		t.Error("the oldest call is still there")
	}
	if got := s.Counts(); got["SendSms"] != 2 || got["PhoneVerification"] != 1 || len(got) != 2 {
		t.Errorf("counts %v", got)
	}
}

func TestNobodyPrints(t *testing.T) {
	s := newServer()
	newRequest("SendSms", smsBody).do(t, s)
	newRequest("PhoneVerification", checkBody).do(t, s)
	var all strings.Builder
	log := slog.New(slog.NewTextHandler(&all, nil))
	print := func(v any) {
		j, err := json.Marshal(v)
		if err != nil {
			t.Error(err)
		}
		fmt.Fprintf(&all, "%s %v %+v %#v %s\n", j, v, v, v, v)
		log.Info("x", "v", v)
	}
	print(s.Calls())
	print(s.Calls()[1])
	print(s.Inbox("19800002222"))
	print(s.Inbox("19800002222")[0])
	for _, secret := range []string{"19800002222", "483920", "测试张三", "130401199601018395"} {
		if strings.Contains(all.String(), secret) {
			t.Errorf("%s is printed in %s", secret, all.String())
		}
	}
}
