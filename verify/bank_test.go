package verify_test

import (
	"reflect"
	"testing"
	"time"

	"shiming/verify"
)

// TestLookUpBank: every result of the page, and one that it does not list.
func TestLookUpBank(t *testing.T) {
	toMidnight := 30 * time.Minute // testNow is 23:30 in China
	for _, c := range []struct {
		name, answer string
		want         verify.Bank
		class        verify.Class // of an error
		reason       verify.PersonReason
		after        time.Duration
	}{
		{name: "a debit card", answer: `"Result":"0","AccountBank":"样本银行","AccountType":1`,
			want: verify.Bank{Name: "样本银行", Kind: verify.CardDebit, Detail: "0", At: testNow}},
		{name: "a credit card", answer: `"Result":"0","AccountBank":"样本银行","AccountType":2`,
			want: verify.Bank{Name: "样本银行", Kind: verify.CardCredit, Detail: "0", At: testNow}},
		{name: "a prepaid card", answer: `"Result":"0","AccountBank":"样本银行","AccountType":3`,
			want: verify.Bank{Name: "样本银行", Kind: verify.CardPrepaid, Detail: "0", At: testNow}},
		{name: "a quasi-credit card", answer: `"Result":"0","AccountBank":"样本银行","AccountType":4`,
			want: verify.Bank{Name: "样本银行", Kind: verify.CardQuasiCredit, Detail: "0", At: testNow}},
		{name: "a kind of tomorrow", answer: `"Result":"0","AccountBank":"样本银行","AccountType":9`,
			want: verify.Bank{Name: "样本银行", Detail: "0", At: testNow}},
		{name: "not found", answer: `"Result":"-1"`, want: verify.Bank{Detail: "-1", At: testNow}},
		{name: "busy", answer: `"Result":"-2"`, class: verify.ClassRetry, after: 10 * time.Second},
		{name: "no such card", answer: `"Result":"-3"`, class: verify.ClassPerson, reason: verify.ReasonCardInvalid},
		{name: "too many today", answer: `"Result":"-4"`, class: verify.ClassPerson, reason: verify.ReasonTooManyChecks,
			after: toMidnight},
		{name: "undocumented", answer: `"Result":"-5"`, class: verify.ClassUnknown},
		{name: "no result", answer: `"AccountBank":"样本银行"`, class: verify.ClassRetry},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSupplier(t, text(200, `{"Response":{`+c.answer+`,"RequestId":"r"}}`))
			got, err := newClient(t, config(s.URL)).LookUpBank(t.Context(), testCard)
			if c.class == "" {
				if err != nil || got != c.want {
					t.Errorf("got %+v, %v; want %+v", got, err, c.want)
				}
			} else if e := asError(t, err); e.Class != c.class || e.PersonReason != c.reason || e.RetryAfter() != c.after {
				t.Errorf("got %v after %v, want %s %s after %v", e, e.RetryAfter(), c.class, c.reason, c.after)
			}
			call := s.seen()[0]
			if want := map[string]any{"BankCard": testCard}; !reflect.DeepEqual(call.Body, want) {
				t.Errorf("body %v, want %v", call.Body, want)
			}
		})
	}
	s := newSupplier(t, result("0"))
	_, err := newClient(t, config(s.URL)).LookUpBank(t.Context(), "6222 0200")
	if e := asError(t, err); e.PersonReason != verify.ReasonCardInvalid || len(s.seen()) != 0 {
		t.Errorf("got %v and %d requests for no card number, want none", e, len(s.seen()))
	}
}
