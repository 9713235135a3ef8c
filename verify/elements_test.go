package verify_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"shiming/verify"
)

func TestCheckThreeElementsRequest(t *testing.T) {
	s := newSupplier(t, result("0"))
	got, err := newClient(t, config(s.URL)).CheckThreeElements(context.Background(), testName, testNumber, testMobile)
	if err != nil {
		t.Fatal(err)
	}
	want := verify.CheckResult{
		Outcome:  verify.Match,
		Detail:   "0",
		Supplier: verify.DefaultSupplier,
		Serial:   "req-2",
		At:       testNow,
		Carrier:  "移动",
	}
	if got != want {
		t.Errorf("result %+v, want %+v", got, want)
	}
	c := s.seen()[0]
	if c.Header.Get("X-TC-Action") != "PhoneVerification" || c.Header.Get("X-TC-Version") != "2018-03-01" {
		t.Errorf("headers %v", c.Header)
	}
	if _, has := c.Header["X-Tc-Region"]; has {
		t.Error("a region was sent; the page says none")
	}
	wantBody := map[string]any{"Name": testName, "IdCard": testNumber, "Phone": testMobile, "VerifyMode": "0"}
	if !reflect.DeepEqual(c.Body, wantBody) {
		t.Errorf("body %v, want %v", c.Body, wantBody)
	}
}

func TestCheckThreeElementsResults(t *testing.T) {
	toMidnight := 30 * time.Minute // testNow is 23:30 in China
	for _, c := range []struct {
		code    string
		outcome verify.Outcome // or an error:
		class   verify.Class
		reason  verify.PersonReason
		after   time.Duration
	}{
		{code: "0", outcome: verify.Match},
		{code: "-1", outcome: verify.Mismatch, reason: verify.ReasonMismatch},
		{code: "-2", outcome: verify.Mismatch, reason: verify.ReasonMismatch},
		{code: "-3", outcome: verify.Mismatch, reason: verify.ReasonMismatch},
		{code: "-4", outcome: verify.Mismatch, reason: verify.ReasonMismatch},
		{code: "-5", outcome: verify.NoRecord, reason: verify.ReasonNoRecord},
		{code: "-6", class: verify.ClassPerson, reason: verify.ReasonMobileInvalid},
		{code: "-7", class: verify.ClassPerson, reason: verify.ReasonIDInvalid},
		{code: "-8", class: verify.ClassPerson, reason: verify.ReasonNameInvalid},
		{code: "-9", outcome: verify.NoRecord, reason: verify.ReasonNoRecord},
		{code: "-10", outcome: verify.Mismatch, reason: verify.ReasonMismatch},
		{code: "-11", class: verify.ClassRetry, after: 10 * time.Second},
		{code: "-12", class: verify.ClassPerson, reason: verify.ReasonTooManyChecks, after: toMidnight},
		{code: "-13", class: verify.ClassPerson, reason: verify.ReasonMobileUnsupported},
		{code: "-14", class: verify.ClassUnknown},
		{code: "1", class: verify.ClassUnknown},
		{code: "00", class: verify.ClassUnknown},
	} {
		t.Run(c.code, func(t *testing.T) {
			s := newSupplier(t, result(c.code))
			got, err := newClient(t, config(s.URL)).CheckThreeElements(context.Background(), testName, testNumber, testMobile)
			if c.outcome != "" {
				if err != nil || got.Outcome != c.outcome || got.Detail != c.code || got.Serial != "req-2" ||
					got.PersonReason() != c.reason {
					t.Errorf("got %+v, %v; want outcome %s", got, err, c.outcome)
				}
				return
			}
			e := asError(t, err)
			if got != (verify.CheckResult{}) || e.Class != c.class || e.PersonReason != c.reason || e.RetryAfter() != c.after ||
				e.Code != c.code ||
				e.RequestID != "req-2" || e.MaybeApplied() {
				t.Errorf("got %v, after %v, maybe %v; want after %v", e, e.RetryAfter(), e.MaybeApplied(), c.after)
			}
		})
	}
}

func TestCheckThreeElementsBadAnswers(t *testing.T) {
	for name, body := range map[string]string{
		"no serial":      `{"Response":{"Result":"0","Description":"","Isp":""}}`,
		"empty serial":   `{"Response":{"Result":"0","RequestId":""}}`,
		"odd serial":     `{"Response":{"Result":"0","RequestId":"测试张三"}}`,
		"number":         `{"Response":{"Result":0,"RequestId":"r"}}`,
		"no result":      `{"Response":{"RequestId":"r"}}`,
		"text as result": `{"Response":{"Result":"19800002222","RequestId":"r"}}`,
		"truncated":      `{"Response":{"Result":"0","Reque`,
		"html":           `<html>`,
		"too large":      `{"Response":{"Result":"0","RequestId":"r","Description":"` + strings.Repeat("x", 2<<20) + `"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newSupplier(t, text(200, body))
			got, err := newClient(t, config(s.URL)).CheckThreeElements(context.Background(), testName, testNumber, testMobile)
			e := asError(t, err)
			if got != (verify.CheckResult{}) || e.Code != verify.CodeBadAnswer || !e.Temporary() || e.MaybeApplied() {
				t.Errorf("%s: %+v, %v, maybe %v", name, got, e, e.MaybeApplied())
			}
		})
	}
}

func TestCheckThreeElementsCarrier(t *testing.T) {
	for isp, want := range map[string]string{"移动": "移动", "电信": "电信", "联通": "联通", "": "", "19800002222": ""} {
		t.Run(isp, func(t *testing.T) {
			s := newSupplier(t, text(200, `{"Response":{"Result":"0","Isp":"`+isp+`","RequestId":"r"}}`))
			got, err := newClient(t, config(s.URL)).CheckThreeElements(context.Background(), testName, testNumber, testMobile)
			if err != nil || got.Carrier != want {
				t.Errorf("got carrier %q, %v; want %q", got.Carrier, err, want)
			}
		})
	}
}

func TestCheckThreeElementsRefusesArguments(t *testing.T) {
	s := newSupplier(t, result("0"))
	client := newClient(t, config(s.URL))
	for _, c := range []struct {
		name, number, mobile string
		reason               verify.PersonReason
	}{
		{"", testNumber, testMobile, verify.ReasonNameInvalid},
		{strings.Repeat("长", 51), testNumber, testMobile, verify.ReasonNameInvalid},
		{"\xff", testNumber, testMobile, verify.ReasonNameInvalid},
		{testName, testNumber[:17], testMobile, verify.ReasonIDInvalid},
		{testName, "13040119960101839x", testMobile, verify.ReasonIDInvalid},
		{testName, testNumber, "+86" + testMobile, verify.ReasonMobileInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := client.CheckThreeElements(context.Background(), c.name, c.number, c.mobile)
			if e := asError(t, err); e.PersonReason != c.reason || e.Code != verify.CodeBadArgument {
				t.Errorf("%v: %v", c, e)
			}
		})
	}
	if n := len(s.seen()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}
