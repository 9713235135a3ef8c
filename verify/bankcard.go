package verify

import "context"

// BankCardChecker checks whether name, ID number, mobile and bank card belong to one person (银行卡四要素). No supplier in
// this package implements it yet; verification.method bank_card_four needs one. Serial and At of the result become part
// of the evidence, as for three elements. The applicant has to name the opening bank, which no supplier returns.
type BankCardChecker interface {
	CheckFourElements(ctx context.Context, name, number, mobile, card string) (CheckResult, error)
}
