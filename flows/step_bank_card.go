package flows

import "strings"

// askBankCard asks for the bank card. What was typed for an earlier submission stays.
func (d *decision) askBankCard() {
	d.goTo(AwaitingBankCard)
	d.c.FormIssues = nil
}

// bankCardTyped takes the number of the card first, and has its bank looked up. With the bank it asks for the code. An
// empty number means the stored one, which the card shows masked.
func bankCardTyped(d *decision) {
	c, p := d.c, &d.c.Personal
	d.goTo(AwaitingBankCard)
	if d.event.Form.BankCard == nil && p.BankCard == "" {
		d.refuse("a field of the form is missing", NewToast("missing_field", map[string]string{"field": "bank_card"}))
		return
	}
	typed := formValue(d.event.Form.BankCard)
	if typed == "" && p.BankCard != "" {
		typed = p.BankCard
	}
	card, problem := ParseBankCard(typed)
	if problem != "" {
		d.cardIssue("bank_card", problem)
		return
	}
	fresh := card != p.BankCard
	if fresh {
		p.BankCard, p.OpeningBank, c.Check = card, "", nil
		c.BankCard = &BankCard{Seq: c.lookUps() + 1, State: BankAsking}
		if !hasCheckDigit(card) { // a slip, most likely; the same number again is taken
			c.BankCard.State, c.BankCard.Doubts = "", true
			d.cardIssue("bank_card", "card_check_digit")
			return
		}
	}
	switch bank := formValue(d.event.Form.OpeningBank); {
	case fresh || c.BankCard.State == "":
		c.FormIssues = nil
		if c.lookUps() > maxLookUps {
			c.BankCard.State = BankUnasked
			d.toast("saved")
			d.redraw(AudienceApplicant)
			return
		}
		c.BankCard.State = BankAsking
		d.job(LookUpBank(c.BankCard.Seq))
		d.toast("bank_asked")
		d.redraw(AudienceApplicant)
	case c.BankCard.State == BankAsking:
		d.refuse("the bank is being looked up", NewToast("bank_asked", nil))
	case c.BankCard.Kind != "" && c.BankCard.Kind != CardDebit:
		d.cardIssue("bank_card", "card_"+string(c.BankCard.Kind))
	case bankNameProblem(ValueOr(bank, p.OpeningBank)) != "":
		d.cardIssue("opening_bank", bankNameProblem(ValueOr(bank, p.OpeningBank)))
	default:
		p.OpeningBank = ValueOr(bank, p.OpeningBank)
		d.askCodeForCard()
	}
}

// askCodeForCard sends the code, unless none may be sent today.
func (d *decision) askCodeForCard() {
	d.c.FormIssues = nil
	if d.codesLeft() == 0 {
		d.c.Mismatch = mismatchCodesUsedUp
		d.goTo(AwaitingConfirmation)
		d.rule(refusalTooManyCodes)
		d.change.Toast = NewToast("codes_used_up", nil)
		return
	}
	d.goTo(AwaitingCode)
	d.toast("saved")
	d.newCode()
}

// cardIssue shows what is wrong with the form of the bank card.
func (d *decision) cardIssue(field, problem string) {
	d.c.FormIssues = map[string]string{field: problem}
	d.detail(field, problem)
	d.rule("form has problems")
	d.change.Toast = NewToast("wrong_field", map[string]string{"field": field})
	d.redraw(AudienceApplicant)
}

// maxLookUps limits the look-ups of one case, each of which the supplier charges. The applicant names the bank of a
// further card.
const maxLookUps = 10

// lookUps is the number of cards that were typed in the case.
func (c *Case) lookUps() int {
	if c.BankCard == nil {
		return 0
	}
	return c.BankCard.Seq
}

// bankKnown notes the answer about the bank. The applicant confirms it, or names the bank.
func bankKnown(d *decision) {
	b, found := d.c.BankCard, d.event.Bank
	if b == nil || int64(b.Seq) != d.event.Seq || b.State != BankAsking {
		d.refuse("another card was typed", nil)
		return
	}
	d.c.Delayed = ""
	d.noteDisclosure("tencent_bank")
	d.detail("kind", string(found.Kind))
	switch found.Problem {
	case "":
		name := strings.TrimSpace(found.Name)
		b.State, b.Kind, b.Found, b.At = BankKnownAs, found.Kind, name != "", found.At
		d.c.Personal.OpeningBank = name
		if found.Kind != "" && found.Kind != CardDebit {
			d.c.FormIssues = map[string]string{"bank_card": "card_" + string(found.Kind)}
		}
	case "unasked":
		b.State = BankUnasked
	default:
		b.State = ""
		d.c.Personal.BankCard = ""
		d.c.FormIssues = map[string]string{"bank_card": found.Problem}
	}
	d.redraw(AudienceApplicant)
}
