package workers_test

import (
	"testing"
	"time"

	"shiming/flows"
)

// TestFailuresOfTheBankCard: checking a person by bank card (document/api/1007/35775), results and errors.
func TestFailuresOfTheBankCard(t *testing.T) {
	t.Parallel()
	form, card, stop := flows.AwaitingConfirmation, flows.AwaitingBankCard, flows.NeedsAttention
	rows := []failing{
		{call: "card", says: resultSays("-1"), state: form, code: "bank_card_four"},
		{call: "card", says: resultSays("-2"), state: form, code: "identity_name"},
		{call: "card", says: resultSays("-3"), state: form, code: "identity_code"},
		{call: "card", says: resultSays("-4"), state: card, code: "card_invalid"},
		{call: "card", says: resultSays("-5"), state: form, code: "mobile"},
		{call: "card", says: resultSays("-6"), state: form, code: "bank_card_four"},
		{call: "card", says: resultSays("-7"), state: card, code: "card_unusable"},
		{call: "card", says: resultSays("-8"), state: card, code: "card_unusable"},
		{call: "card", says: resultSays("-9"), state: card, code: "card_invalid"},
		{call: "card", says: resultSays("-10"), state: card, code: "card_invalid"},
		{call: "card", says: resultSays("-11"), state: card, code: "card_unusable"},
		{call: "card", says: resultSays("-12"), state: card, code: "card_unusable"},
		{call: "card", says: resultSays("-13"), state: card, code: "card_unusable"},
		{call: "card", says: resultSays("-14"), state: card, code: "card_unusable"},
		{call: "card", says: resultSays("-15"), state: card, code: "card_unusable"},
		{call: "card", says: resultSays("-16"), state: card, code: "card_unusable"},
		{call: "card", says: resultSays("-17"), state: card, code: "card_unusable"},
		{call: "card", says: resultSays("-18"), state: flows.Checking, again: 10 * time.Second},
		{call: "card", says: resultSays("-19"), state: stop, code: "too_many_checks"},
		{call: "card", says: resultSays("-20"), state: form, code: "identity_code"},
		{call: "card", says: resultSays("-21"), state: card, code: "card_invalid"},
		{call: "card", says: resultSays("-99"), state: stop, code: "refused"},
		suspended("card", tencentSays("UnauthorizedOperation.Arrears"), "arrears"),
		suspended("card", tencentSays("UnauthorizedOperation.Nonactivated"), "supplier"),
		{call: "card", says: broken, state: flows.Checking, again: soon},
		{call: "card", says: noJSON, state: flows.Checking, again: soon},
		{call: "card", says: cutOff, state: flows.Checking, again: soon},
		{call: "card", says: dropped, state: flows.Checking, again: soon},
		// Without a serial number the check is no evidence.
		{call: "card", says: answer{body: `{"Response":{"Result":"0"}}`}, state: flows.Checking, again: soon},
	}
	playFailures(t, append(rows, gatewayOfTencent("card", flows.Checking)...))
}

// TestFailuresOfTheBank: looking up the bank of a card. No failure stops the case: the applicant names the bank.
func TestFailuresOfTheBank(t *testing.T) {
	t.Parallel()
	stays := flows.AwaitingBankCard
	playFailures(t, []failing{
		{call: "bank", says: resultSays("-1"), state: stays}, // no bank, and an empty field for it
		{call: "bank", says: resultSays("-2"), state: stays, again: 10 * time.Second},
		{call: "bank", says: resultSays("-3"), state: stays, code: "card_invalid"},
		{call: "bank", says: resultSays("-4"), state: stays, code: "name_it"},
		{call: "bank", says: resultSays("-99"), state: stays, code: "name_it"},
		{call: "bank", says: tencentSays("UnauthorizedOperation.Nonactivated"), state: stays, code: "name_it"},
		{call: "bank", says: tencentSays("UnauthorizedOperation.Arrears"), state: stays, code: "name_it"},
		{call: "bank", says: tencentSays("AuthFailure.SignatureExpire"), state: stays, code: "name_it"},
		{call: "bank", says: tencentSays("FailedOperation.DbError"), state: stays, again: soon},
		{call: "bank", says: tencentSays("RequestLimitExceeded"), state: stays, again: soon},
		{call: "bank", says: broken, state: stays, again: soon},
		{call: "bank", says: noJSON, state: stays, again: soon},
		{call: "bank", says: dropped, state: stays, again: soon},
	})
}

// TestBankThatStaysBusy: at the last attempt the applicant names the bank, and an answer that comes for another card or
// in another state changes nothing.
func TestBankThatStaysBusy(t *testing.T) {
	t.Parallel()
	w, p := newHarnessOnPlatforms(t)
	c, j := caseForCall(w, "bank", "ou_1")
	p.fail("bank", resultSays("-2"))
	for j.Attempt = 1; ; j.Attempt++ {
		if err := w.Run(t.Context(), j); err == nil {
			break
		} else if j.Attempt > 20 {
			t.Fatalf("attempt %d: got %v, want an end", j.Attempt, err)
		}
		if got := w.CaseNow(c.ID).BankCard.State; got != flows.BankAsking {
			t.Fatalf("attempt %d: got the state %q, want %q", j.Attempt, got, flows.BankAsking)
		}
	}
	if now := w.CaseNow(c.ID); now.BankCard.State != flows.BankUnasked || now.State != flows.AwaitingBankCard {
		t.Errorf("got %s, look-up %q; want the applicant to name the bank", now.State, now.BankCard.State)
	}
	p.fail("bank", answer{status: 502})
	w.Must(w.Run(t.Context(), j)) // answered already
	w.Must(w.Run(t.Context(), flows.LookUpBank(9).Of(c.ID)))
	other := w.PutCase(flows.AwaitingCode, "ou_2")
	w.Must(w.Run(t.Context(), flows.LookUpBank(1).Of(other.ID)))
	if n := p.callCount("bank"); n != 0 {
		t.Errorf("got %d calls, want 0", n)
	}
}
