package verify_test

import (
	"reflect"
	"testing"
	"time"

	"shiming/verify"
)

const testCard = "6222020000000000000"

func TestCheckFourElementsRequest(t *testing.T) {
	s := newSupplier(t, text(200, `{"Response":{"Result":"0","Description":"","RequestId":"req-4"}}`))
	got, err := newClient(t, config(s.URL)).CheckFourElements(t.Context(), testName, testNumber, testMobile, testCard)
	if err != nil {
		t.Fatal(err)
	}
	want := verify.CheckResult{
		Outcome: verify.Match, Detail: "0", Supplier: verify.DefaultSupplier, Serial: "req-4", At: testNow,
	}
	if got != want {
		t.Errorf("result %+v, want %+v", got, want)
	}
	c := s.seen()[0]
	if c.Header.Get("X-TC-Action") != "BankCard4EVerification" || c.Header.Get("X-TC-Version") != "2018-03-01" {
		t.Errorf("headers %v", c.Header)
	}
	wantBody := map[string]any{"Name": testName, "IdCard": testNumber, "Phone": testMobile, "BankCard": testCard}
	if !reflect.DeepEqual(c.Body, wantBody) {
		t.Errorf("body %v, want %v", c.Body, wantBody)
	}
}

// TestCheckFourElementsResults: every result of the page, and numbers that it does not list, which are never a match.
func TestCheckFourElementsResults(t *testing.T) {
	toMidnight := 30 * time.Minute // testNow is 23:30 in China
	for _, c := range []struct {
		code    string
		outcome verify.Outcome // or an error:
		class   verify.Class
		reason  verify.PersonReason
		after   time.Duration
	}{
		{code: "0", outcome: verify.Match},
		{code: "-1", outcome: verify.Mismatch},
		{code: "-2", class: verify.ClassPerson, reason: verify.ReasonNameInvalid},
		{code: "-3", class: verify.ClassPerson, reason: verify.ReasonIDInvalid},
		{code: "-4", class: verify.ClassPerson, reason: verify.ReasonCardInvalid},
		{code: "-5", class: verify.ClassPerson, reason: verify.ReasonMobileInvalid},
		{code: "-6", outcome: verify.Mismatch},
		{code: "-7", class: verify.ClassPerson, reason: verify.ReasonCardUnusable},
		{code: "-8", class: verify.ClassPerson, reason: verify.ReasonCardUnusable},
		{code: "-9", class: verify.ClassPerson, reason: verify.ReasonCardInvalid},
		{code: "-10", class: verify.ClassPerson, reason: verify.ReasonCardInvalid},
		{code: "-11", class: verify.ClassPerson, reason: verify.ReasonCardUnusable},
		{code: "-12", class: verify.ClassPerson, reason: verify.ReasonCardUnusable},
		{code: "-13", class: verify.ClassPerson, reason: verify.ReasonCardUnusable},
		{code: "-14", class: verify.ClassPerson, reason: verify.ReasonCardUnusable},
		{code: "-15", class: verify.ClassPerson, reason: verify.ReasonCardUnusable},
		{code: "-16", class: verify.ClassPerson, reason: verify.ReasonCardUnusable},
		{code: "-17", class: verify.ClassPerson, reason: verify.ReasonCardUnusable},
		{code: "-18", class: verify.ClassRetry, after: 10 * time.Second},
		{code: "-19", class: verify.ClassPerson, reason: verify.ReasonTooManyChecks, after: toMidnight},
		{code: "-20", class: verify.ClassPerson, reason: verify.ReasonIDUnsupported},
		{code: "-21", class: verify.ClassPerson, reason: verify.ReasonCardInvalid},
		{code: "-22", class: verify.ClassUnknown},
		{code: "1", class: verify.ClassUnknown},
	} {
		t.Run(c.code, func(t *testing.T) {
			s := newSupplier(t, result(c.code))
			got, err := newClient(t, config(s.URL)).CheckFourElements(t.Context(), testName, testNumber, testMobile, testCard)
			if c.outcome != "" {
				if err != nil || got.Outcome != c.outcome || got.Detail != c.code || got.Serial != "req-2" {
					t.Errorf("got %+v, %v; want outcome %s", got, err, c.outcome)
				}
				return
			}
			e := asError(t, err)
			if got != (verify.CheckResult{}) || e.Class != c.class || e.PersonReason != c.reason || e.RetryAfter() != c.after ||
				e.Code != c.code || e.RequestID != "req-2" || e.MaybeApplied() {
				t.Errorf("got %v, after %v, maybe %v; want %s after %v", e, e.RetryAfter(), e.MaybeApplied(), c.class, c.after)
			}
		})
	}
}

func TestCheckFourElementsRefusesArguments(t *testing.T) {
	s := newSupplier(t, result("0"))
	client := newClient(t, config(s.URL))
	for _, c := range []struct {
		name, number, mobile, card string
		reason                     verify.PersonReason
	}{
		{"", testNumber, testMobile, testCard, verify.ReasonNameInvalid},
		{testName, testNumber[:17], testMobile, testCard, verify.ReasonIDInvalid},
		{testName, testNumber, "+86" + testMobile, testCard, verify.ReasonMobileInvalid},
		{testName, testNumber, testMobile, "", verify.ReasonCardInvalid},
		{testName, testNumber, testMobile, testCard[:12], verify.ReasonCardInvalid},
		{testName, testNumber, testMobile, testCard + "0", verify.ReasonCardInvalid},
		{testName, testNumber, testMobile, "6222 0200 0000 0000", verify.ReasonCardInvalid},
	} {
		_, err := client.CheckFourElements(t.Context(), c.name, c.number, c.mobile, c.card)
		if e := asError(t, err); e.PersonReason != c.reason || e.Code != verify.CodeBadArgument {
			t.Errorf("%v: %v", c, e)
		}
	}
	if n := len(s.seen()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}
