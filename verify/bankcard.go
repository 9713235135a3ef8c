package verify

import "context"

// BankCardChecker asks whether name, ID number, mobile and bank card belong to one person (银行卡四要素). No supplier in
// this package does so yet; an operator who chooses verification.method bank_card_four plugs one in. The result's
// Serial and At go into the evidence as for three elements; the opening bank is not part of any supplier's answer and
// has to come from the person.
type BankCardChecker interface {
	CheckFourElements(ctx context.Context, name, number, mobile, card string) (CheckResult, error)
}
