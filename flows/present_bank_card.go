package flows

import "shiming/cards"

// bankCardCard asks for the bank card and its bank.
func bankCardCard(c *Case, s ViewContext, steps []cards.Step) cards.Card {
	v := cards.BankCard{
		Ref:          CardRef(c),
		Steps:        steps,
		MaskedCard:   MaskedBankCard(c),
		MaskedMobile: MaskedMobile(c),
		Bank:         c.Personal.OpeningBank,
		Problems:     c.FormIssues,
		Delayed:      c.Delayed != "",
		Others:       methodCodes(s.Policy.OtherRungs(c)),
		AskHR:        c.MayAskHR(),
		Expires:      c.ExpiresAt,
	}
	if b := c.BankCard; b != nil {
		v.State, v.Found = string(b.State), b.Found
	}
	return v
}

// methodCodes returns the methods as cards name them.
func methodCodes(all []Method) (codes []string) {
	for _, m := range all {
		codes = append(codes, string(m))
	}
	return codes
}
