package flows

import (
	"testing"
	"time"

	"shiming/cards"
)

// ladder is a policy with two rungs, to which the sample cases have consented.
func ladder(c *Case) *Policy {
	p := SamplePolicy()
	p.Ladder = []Method{ThreeElements, BankCardFour}
	c.Consent.Hash = p.Agreement.Hash()
	return p
}

// cardForm is the form of the bank card; "" leaves an input out.
func cardForm(number, bank string) (f cards.Form) {
	if number != "-" {
		f.BankCard = &number
	}
	if bank != "" {
		f.OpeningBank = &bank
	}
	return f
}

func TestParseBankCard(t *testing.T) {
	for _, tt := range []struct{ typed, card, problem string }{
		{"6200000000000050005", "6200000000000050005", ""},
		{" 6200 0000-0000 0050 005\n", "6200000000000050005", ""},
		{"６２００００００００００００５０００５", "6200000000000050005", ""},
		{"4000000000000", "4000000000000", ""}, // 13 digits
		{"", "", "required"},
		{"   ", "", "required"},
		{"400000000000", "", "card_length"},
		{"62000000000000500050", "", "card_length"},
		{"招行 6200000000000050005", "", "card_characters"},
		{"6200O00000000000005", "", "card_characters"},
	} {
		t.Run(tt.typed, func(t *testing.T) {
			card, problem := ParseBankCard(tt.typed)
			if card != tt.card || problem != tt.problem {
				t.Errorf("got %q %q, want %q %q", card, problem, tt.card, tt.problem)
			}
		})
	}
}

func TestCheckDigitOfACard(t *testing.T) {
	for card, want := range map[string]bool{
		"4242424242424242": true, "4242424242424241": false, SampleBankCard: true, "79927398713": true, "79927398710": false,
	} {
		if got := hasCheckDigit(card); got != want {
			t.Errorf("%s: got %v, want %v", card, got, want)
		}
	}
}

// TestBankCardTyped walks the form: the number, its bank, the code.
func TestBankCardTyped(t *testing.T) {
	c := SampleCase(AwaitingBankCard)
	c.BankCard, c.Personal.BankCard, c.Personal.OpeningBank = nil, "", ""
	typed := Event{Kind: BankCardTyped, Form: cardForm("6200 0000 0000 0050 005", "")}
	d := decide(t, c, typed).wantStay().wantToast("bank_asked")
	if j := d.wantJobs(JobBank)[0]; j.BankSeq() != 1 || d.Case.Personal.BankCard != SampleBankCard {
		t.Errorf("asked for look-up %d with the card %q", j.BankSeq(), MaskedBankCard(d.Case))
	}
	c = d.Case
	decide(t, c, Event{Kind: BankCardTyped, Form: cardForm("", "")}).wantRefused("the bank is being looked up", "bank_asked")
	found := BankFound{Name: "样本银行", Kind: CardDebit, At: SampleTime}
	decide(t, c, Event{Kind: BankKnown, Seq: 2, Bank: &found}).wantRefused("another card was typed", "")
	c = decide(t, c, Event{Kind: BankKnown, Seq: 1, Bank: &found}).wantStay().wantDetail("kind", "debit").Case
	if c.Personal.OpeningBank != "样本银行" || len(c.Sent) == 0 || c.Sent[len(c.Sent)-1].To != "tencent_bank" {
		t.Errorf("got the bank %q, disclosed %+v", c.Personal.OpeningBank, c.Sent)
	}
	decide(t, c, Event{Kind: BankKnown, Seq: 1, Bank: &found}).wantRefused("another card was typed", "")
	d = decide(t, c, Event{Kind: BankCardTyped, Form: cardForm("", "样本银行 城东支行")}).wantState(AwaitingCode).wantToast("saved")
	d.wantJobs(JobSendCode)
	if d.Case.Personal.OpeningBank != "样本银行 城东支行" || d.Case.Personal.BankCard != SampleBankCard {
		t.Errorf("got the bank %q, want the corrected one", d.Case.Personal.OpeningBank)
	}
}

// TestBankCardProblems: what is typed wrong stays at the form, with the reason beside the field.
func TestBankCardProblems(t *testing.T) {
	known := func(c *Case) {}
	for _, tt := range []struct {
		name           string
		before         func(*Case)
		form           cards.Form
		field, problem string
	}{
		{"letters", known, cardForm("招行储蓄卡", ""), "bank_card", "card_characters"},
		{"too short", known, cardForm("622", ""), "bank_card", "card_length"},
		{"nothing typed at all", func(c *Case) { c.Personal.BankCard, c.BankCard = "", nil }, cardForm("", ""), "bank_card",
			"required"},
		{"a slip in the number", known, cardForm("6200000000000000006", ""), "bank_card", "card_check_digit"},
		{"a credit card", func(c *Case) { c.BankCard.Kind = "credit" }, cardForm("", "样本银行"), "bank_card", "card_credit"},
		{"no bank", func(c *Case) { c.Personal.OpeningBank = "" }, cardForm("", ""), "opening_bank", "required"},
		{"a number as the bank", known, cardForm("", "622200"), "opening_bank", "bank_name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := SampleCase(AwaitingBankCard)
			tt.before(c)
			d := decide(t, c, Event{Kind: BankCardTyped, Form: tt.form}).wantStay().wantToast("wrong_field", "field", tt.field)
			d.wantJobs()
			if got := d.Case.FormIssues[tt.field]; got != tt.problem || len(d.Case.FormIssues) != 1 {
				t.Errorf("got the problems %v, want %s of %s", d.Case.FormIssues, tt.problem, tt.field)
			}
		})
	}
	c := SampleCase(AwaitingBankCard)
	c.Personal.BankCard = ""
	decide(t, c, Event{Kind: BankCardTyped, Form: cardForm("-", "")}).
		wantRefused("a field of the form is missing", "missing_field", "field", "bank_card")
}

// TestDoubtfulBankCard: old cards of China may have a wrong check digit, so that the same number again is taken.
func TestDoubtfulBankCard(t *testing.T) {
	c := SampleCase(AwaitingBankCard)
	const odd = "6200000000000000006"
	c = decide(t, c, Event{Kind: BankCardTyped, Form: cardForm(odd, "")}).wantStay().Case
	d := decide(t, c, Event{Kind: BankCardTyped, Form: cardForm("", "")}).wantStay().wantToast("bank_asked")
	if j := d.wantJobs(JobBank)[0]; j.BankSeq() != 2 || d.Case.Personal.BankCard != odd {
		t.Errorf("asked for look-up %d, want the second one", j.BankSeq())
	}
}

// TestBankLookUpsEnd: the supplier charges each look-up, so that a case has ten of them.
func TestBankLookUpsEnd(t *testing.T) {
	c := SampleCase(AwaitingBankCard)
	c.BankCard.Seq = 9
	d := decide(t, c, Event{Kind: BankCardTyped, Form: cardForm("4242424242424242", "")}).wantStay().wantToast("bank_asked")
	d.wantJobs(JobBank)
	c = d.Case
	d = decide(t, c, Event{Kind: BankCardTyped, Form: cardForm(SampleBankCard, "")}).wantStay().wantToast("saved")
	d.wantJobs()
	if d.Case.BankCard.State != BankUnasked {
		t.Errorf("got the state %q, want the applicant to name the bank", d.Case.BankCard.State)
	}
}

// TestBankAnswers: what follows each answer about the bank.
func TestBankAnswers(t *testing.T) {
	asking := func() *Case {
		c := SampleCase(AwaitingBankCard)
		c.BankCard, c.Personal.OpeningBank = &BankCard{Seq: 1, State: BankAsking}, ""
		return c
	}
	for _, tt := range []struct {
		name  string
		found BankFound
		state BankState
		issue string
		keeps bool // the number
	}{
		{"not found", BankFound{At: SampleTime}, BankKnownAs, "", true},
		{"a credit card", BankFound{Name: "样本银行", Kind: "credit", At: SampleTime}, BankKnownAs, "card_credit", true},
		{"no such card", BankFound{Problem: "card_invalid"}, "", "card_invalid", false},
		{"nobody can be asked", BankFound{Problem: "unasked"}, BankUnasked, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := decide(t, asking(), Event{Kind: BankKnown, Seq: 1, Bank: &tt.found}).wantStay().Case
			if c.BankCard.State != tt.state || c.FormIssues["bank_card"] != tt.issue || (c.Personal.BankCard != "") != tt.keeps {
				t.Errorf("got %+v with %v, number kept: %v", c.BankCard, c.FormIssues, c.Personal.BankCard != "")
			}
		})
	}
}

// TestLadder: a check that does not match takes the next rung, and the applicant may take another one.
func TestLadder(t *testing.T) {
	for _, outcome := range []CheckOutcome{CheckMismatch, CheckNoRecord} {
		c := SampleCase(Checking)
		p := ladder(c)
		check := &Check{Method: ThreeElements, Outcome: outcome, Serial: "r", At: SampleTime}
		ch := Decide(p, c, Event{Kind: PersonChecked, Role: Bot, At: SampleTime, Check: check})
		if ch.Case == nil || ch.Case.State != AwaitingConfirmation || ch.Case.Method != BankCardFour || ch.Case.Check != nil ||
			ch.Case.Mismatch == "" || ch.Detail["next_method"] != string(BankCardFour) {
			t.Fatalf("%s: got %+v by %q, want the form for the bank card", outcome, ch.Case, ch.Rule)
		}
		back := Decide(p, ch.Case, Event{
			Kind: MethodChosen, Role: Applicant, Actor: c.OpenID, At: SampleTime, Method: ThreeElements,
		})
		if back.Case == nil || back.Case.Method != ThreeElements || back.Case.Rev == ch.Case.Rev {
			t.Errorf("%s: got %+v by %q, want the first rung again, at a new revision", outcome, back.Case, back.Rule)
		}
		last := ch.Case.clone()
		last.State, last.Code, last.Personal.SMSCode = Checking, SampleCase(Checking).Code, "123456"
		end := Decide(p, last, Event{Kind: PersonChecked, Role: Bot, At: SampleTime, Check: check})
		if end.Case == nil || end.Case.Method != BankCardFour || end.Case.State != AwaitingConfirmation {
			t.Errorf("%s: got %+v, want the last rung to stay", outcome, end.Case)
		}
	}
}

// TestMethodThatIsNotOffered: a method outside the ladder, or one that the consent does not name, is refused.
func TestMethodThatIsNotOffered(t *testing.T) {
	c := SampleCase(AwaitingConfirmation)
	p := ladder(c)
	choose := func(m Method) Change {
		return Decide(p, c, Event{Kind: MethodChosen, Role: Applicant, Actor: c.OpenID, At: SampleTime, Method: m})
	}
	for _, m := range []Method{ThreeElements, Face, MethodNone, ""} {
		if ch := choose(m); ch.Case != nil {
			t.Errorf("%q: got it, want a refusal", m)
		}
	}
	if ch := choose(BankCardFour); ch.Case == nil {
		t.Error("the second rung was refused")
	}
	c.Consent.Hash = "of an agreement without a bank card"
	if ch := choose(BankCardFour); ch.Case != nil {
		t.Error("got a method that the consent does not name, want a refusal")
	}
}

// TestRefusedBankCard: a card that the supplier does not take comes back to its own form, with the reason.
func TestRefusedBankCard(t *testing.T) {
	c := SampleCase(Checking)
	c.Method, c.Personal.BankCard, c.Personal.OpeningBank = BankCardFour, SampleBankCard, "样本银行"
	c.BankCard = &BankCard{Seq: 1, State: BankKnownAs, Kind: CardDebit}
	d := decide(t, c, Event{Kind: CheckRefused, Field: "bank_card", Problem: "card_unusable"}).wantState(AwaitingBankCard)
	if d.Case.FormIssues["bank_card"] != "card_unusable" || d.Case.Code != nil || d.Case.FailedChecks != 1 {
		t.Errorf("got %v after %d failed checks, code %+v", d.Case.FormIssues, d.Case.FailedChecks, d.Case.Code)
	}
	card := ApplicantCard(d.Case, ViewContext{Now: SampleTime, Policy: SamplePolicy()}).(cards.BankCard)
	if card.MaskedCard != "**** **** 0005" || card.Problems["bank_card"] != "card_unusable" {
		t.Errorf("got the card %q with %v", card.MaskedCard, card.Problems)
	}
}

// TestFiledBankCardIsDeleted: number, bank and code are needed until the evidence is filed, and no longer.
func TestFiledBankCardIsDeleted(t *testing.T) {
	c := SampleCase(Filing)
	c.Method, c.Personal.BankCard, c.Personal.OpeningBank = BankCardFour, SampleBankCard, "样本银行"
	c.Evidence = &Write{State: WriteStarted, Attempt: 1, Started: SampleTime, Job: "j"}
	d := decide(t, c, Event{Kind: EvidenceFiled, ID: "P1"}).wantState(Done)
	if p := d.Case.Personal; p.BankCard != "" || p.OpeningBank != "" || p.SMSCode != "" {
		t.Error("number, bank or code are kept after the filing")
	}
	if last := d.Case.Sent[len(d.Case.Sent)-1]; last.To != "esign_bank" || !last.At.Equal(SampleTime) {
		t.Errorf("got the disclosure %+v at %s", last, SampleTime.Format(time.RFC3339))
	}
}

// TestHelpNamesTheMethodThatFailed: HR reads that the three elements do not match, although the ladder has gone on to the
// bank card, which nobody has checked.
func TestHelpNamesTheMethodThatFailed(t *testing.T) {
	c := SampleCase(AwaitingReview)
	c.Method, c.Check = BankCardFour, nil
	c.Help = &Help{Checks: 2, Method: ThreeElements, Answer: string(ThreeElements)}
	got := map[FindingCode]Level{}
	for _, f := range Findings(c, SamplePolicy(), SampleTime) {
		got[f.Code] = f.Level
	}
	if got[FindingThreeElements] != LevelFailed {
		t.Errorf("three elements: got %v, want %v", got[FindingThreeElements], LevelFailed)
	}
	if level, there := got[FindingFourElements]; there {
		t.Errorf("four elements: got %v, want nothing about a check that was not made", level)
	}
}
