package verify

import (
	"context"
	"time"
	"unicode/utf8"

	"shiming/shape"
)

// bankCardInformation is CheckBankCardInformation (银行卡基础信息查询). 20 requests per second.
var bankCardInformation = action{
	service: "faceid",
	version: "2018-03-01",
	name:    "CheckBankCardInformation",
	codes:   faceidCodes,
	answer: shape.Needed(shape.Object(shape.Fields{
		"Result":      shape.Needed(shape.Text),
		"Description": shape.Text,
		"AccountBank": shape.Text,
		"AccountType": shape.Number,
		"RequestId":   shape.Needed(shape.Text),
	})),
}

// CardKind is the kind of a bank card.
type CardKind string

// Kinds of bank cards (AccountType).
const (
	CardDebit       CardKind = "debit"
	CardCredit      CardKind = "credit"
	CardPrepaid     CardKind = "prepaid"
	CardQuasiCredit CardKind = "quasi_credit"
	CardKindUnknown CardKind = ""
)

var cardKinds = map[int64]CardKind{1: CardDebit, 2: CardCredit, 3: CardPrepaid, 4: CardQuasiCredit}

// Bank is what the supplier knows of a bank card.
type Bank struct {
	Name   string // of the issuing bank, e.g. 招商银行; "" if the supplier knows none
	Kind   CardKind
	Detail string    // the supplier's result code
	At     time.Time // local clock at the response
}

// bankRefusals maps the results without a bank.
var bankRefusals = map[string]row{
	"-2": {class: ClassRetry, wait: wait{after: 10 * time.Second}}, // the centre is busy
	"-3": person(ReasonCardInvalid),                                // no such card
	"-4": personTomorrow(ReasonTooManyChecks),
}

// maxBank limits the name of a bank, in runes.
const maxBank = 60

// LookUpBank asks which bank has issued a card (13 to 19 digits). The supplier charges a result, also that it knows no
// bank, for which Name is "".
func (t *Tencent) LookUpBank(ctx context.Context, card string) (Bank, error) {
	if !cardForm.MatchString(card) {
		return Bank{}, &Error{
			Op:           bankCardInformation.name,
			Code:         CodeBadArgument,
			Class:        ClassPerson,
			PersonReason: ReasonCardInvalid,
		}
	}
	var answer struct {
		Result, AccountBank, RequestId string
		AccountType                    int64
	}
	if err := t.call(ctx, t.faceid, bankCardInformation, map[string]any{"BankCard": card}, &answer); err != nil {
		return Bank{}, err
	}
	if !resultForm.MatchString(answer.Result) {
		return Bank{}, badAnswer(bankCardInformation, 200, answer.RequestId)
	}
	at := t.now()
	b := Bank{Detail: answer.Result, At: at}
	switch answer.Result {
	case "0":
		if !utf8.ValidString(answer.AccountBank) || utf8.RuneCountInString(answer.AccountBank) > maxBank {
			return Bank{}, badAnswer(bankCardInformation, 200, answer.RequestId)
		}
		b.Name, b.Kind = answer.AccountBank, cardKinds[answer.AccountType]
		return b, nil
	case "-1": // nothing found
		return b, nil
	}
	_, err := t.judge(bankCardInformation, answer.Result, cleanID(answer.RequestId), at, nil, bankRefusals)
	return Bank{}, err
}
