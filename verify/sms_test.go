package verify_test

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"testing"
	"time"

	"shiming/verify"
)

const sent = `{"Response":{"SendStatusSet":[{"SerialNo":"5000:1045710669157053657849499619",` +
	`"PhoneNumber":"+8619800002222","Fee":1,"SessionContext":"","Code":"Ok","Message":"send success","IsoCode":"CN"}],` +
	`"RequestId":"a0aabda6-cf91-4f3e-a81f-9198114a2279"}}`

func TestSendCode(t *testing.T) {
	s := newSupplier(t, text(200, sent))
	got, err := newClient(t, config(s.URL)).SendCode(context.Background(), testMobile, testCode,
		5*time.Minute+59*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	want := verify.SMSReceipt{
		Supplier:  verify.DefaultSupplier,
		Serial:    "5000:1045710669157053657849499619",
		RequestID: "a0aabda6-cf91-4f3e-a81f-9198114a2279",
		At:        testNow,
	}
	if got != want {
		t.Errorf("receipt %+v, want %+v", got, want)
	}
	calls := s.seen()
	if len(calls) != 1 {
		t.Fatalf("%d requests, want 1", len(calls))
	}
	c := calls[0]
	if c.Method != http.MethodPost || c.Path != "/" {
		t.Errorf("%s %s, want POST /", c.Method, c.Path)
	}
	for h, want := range map[string]string{
		"X-TC-Action": "SendSms", "X-TC-Version": "2021-01-11", "X-TC-Region": "ap-nanjing",
		"Content-Type": "application/json",
	} {
		t.Run(h, func(t *testing.T) {
			if got := c.Header.Get(h); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	wantBody := map[string]any{
		"PhoneNumberSet": []any{"+86" + testMobile}, "SmsSdkAppId": "1400006666", "SignName": "示例公司", "TemplateId": "1110",
		"TemplateParamSet": []any{testCode, "5"},
	}
	if !reflect.DeepEqual(c.Body, wantBody) {
		t.Errorf("body %v, want %v", c.Body, wantBody)
	}
}

func TestSendCodeMinutes(t *testing.T) {
	for ttl, want := range map[time.Duration]string{
		time.Second: "1", time.Minute: "1", 119 * time.Second: "1", 2 * time.Minute: "2", 10 * time.Minute: "10",
		time.Hour: "60",
	} {
		t.Run(fmt.Sprint(ttl), func(t *testing.T) {
			s := newSupplier(t, text(200, sent))
			if _, err := newClient(t, config(s.URL)).SendCode(context.Background(), testMobile, testCode, ttl); err != nil {
				t.Fatal(err)
			}
			if got := s.seen()[0].Body["TemplateParamSet"].([]any)[1]; got != want {
				t.Errorf("got %v minutes, want %v", got, want)
			}
		})
	}
}

func TestSendCodeRefusesArguments(t *testing.T) {
	s := newSupplier(t, text(200, sent))
	client := newClient(t, config(s.URL))
	for name, c := range map[string]struct {
		mobile, code string
		ttl          time.Duration
		class        verify.Class
	}{
		"landline":       {"01088888888", testCode, time.Minute, verify.ClassPerson},
		"with prefix":    {"+8619800002222", testCode, time.Minute, verify.ClassPerson},
		"too short":      {"1980000222", testCode, time.Minute, verify.ClassPerson},
		"wide digits":    {"１９８００００２２２２", testCode, time.Minute, verify.ClassPerson},
		"empty mobile":   {"", testCode, time.Minute, verify.ClassPerson},
		"code letters":   {testMobile, "12a4", time.Minute, verify.ClassUnknown},
		"code too long":  {testMobile, "1234567", time.Minute, verify.ClassUnknown},
		"code too short": {testMobile, "123", time.Minute, verify.ClassUnknown},
		"no lifetime":    {testMobile, testCode, 0, verify.ClassUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.SendCode(context.Background(), c.mobile, c.code, c.ttl)
			e := asError(t, err)
			if e.Class != c.class || e.Code != verify.CodeBadArgument || e.MaybeApplied() {
				t.Errorf("%s: %v, maybe %v", name, e, e.MaybeApplied())
			}
		})
	}
	if n := len(s.seen()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}

func TestSendCodeBadAnswers(t *testing.T) {
	for name, body := range map[string]string{
		"html":            `<html>`,
		"empty":           ``,
		"null":            `null`,
		"list":            `[]`,
		"no response":     `{}`,
		"null response":   `{"Response":null}`,
		"no status":       `{"Response":{"RequestId":"r"}}`,
		"empty statuses":  `{"Response":{"SendStatusSet":[],"RequestId":"r"}}`,
		"two statuses":    `{"Response":{"SendStatusSet":[{"Code":"Ok"},{"Code":"Ok"}],"RequestId":"r"}}`,
		"no code":         `{"Response":{"SendStatusSet":[{"SerialNo":"1"}],"RequestId":"r"}}`,
		"code not a code": `{"Response":{"SendStatusSet":[{"Code":"refused 19800002222"}],"RequestId":"r"}}`,
		"numeric code":    `{"Response":{"SendStatusSet":[{"Code":1}],"RequestId":"r"}}`,
		"truncated":       sent[:len(sent)/2],
		"error not code":  `{"Response":{"Error":{"Code":"测试张三","Message":""},"RequestId":"r"}}`,
		"error no code":   `{"Response":{"Error":{"Code":"","Message":""},"RequestId":"r"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newSupplier(t, text(200, body))
			e := asError(t, send(t, newClient(t, config(s.URL))))
			if e.Code != verify.CodeBadAnswer || !e.Temporary() || !e.MaybeApplied() || e.HTTPStatus != 200 {
				t.Errorf("%s: %v, maybe %v", name, e, e.MaybeApplied())
			}
		})
	}
}

func TestSendCodeOkIsCaseSensitive(t *testing.T) {
	s := newSupplier(t, smsStatus("ok"))
	if e := asError(t, send(t, newClient(t, config(s.URL)))); e.Class != verify.ClassUnknown {
		t.Errorf("%v", e)
	}
}
