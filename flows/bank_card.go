package flows

import (
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// BankCard is what is known of the bank card of a case. Its number and its bank are personal: Personal.BankCard,
// Personal.OpeningBank.
type BankCard struct {
	Seq    int       `json:"seq"` // number of the look-up within the case, from 1
	State  BankState `json:"state"`
	Kind   CardKind  `json:"kind,omitempty"`   // as the supplier says
	Found  bool      `json:"found,omitempty"`  // the supplier has named the bank
	At     time.Time `json:"at,omitzero"`      // of the supplier's answer
	Doubts bool      `json:"doubts,omitempty"` // the check digit is wrong, and the applicant was told so
}

// BankState is the progress of the look-up of a bank.
type BankState string

// States of a look-up.
const (
	BankAsking  BankState = "asking"  // a job is queued or under way
	BankKnownAs BankState = "known"   // answered, with or without a bank
	BankUnasked BankState = "unasked" // the supplier cannot be asked: the applicant names the bank
)

// CardKind is the kind of a bank card, as package verify names it.
type CardKind string

// CardDebit is the kind that the check takes.
const CardDebit CardKind = "debit"

// BankFound is the supplier's answer about a bank card (BankKnown).
type BankFound struct {
	Name    string // of the bank; "" if the supplier knows none
	Kind    CardKind
	Problem string // "card_invalid": no card has the number; "unasked": no answer is to be had
	At      time.Time
}

// Lengths of a bank card's number (ISO/IEC 7812).
const (
	minCardDigits = 13
	maxCardDigits = 19
)

// ParseBankCard returns the digits of a typed card number: without blanks and hyphens, of any width. problem is the
// code of the text for an entry that is none ("field.<code>"); "" for a number.
func ParseBankCard(typed string) (card, problem string) {
	var b strings.Builder
	for _, r := range norm.NFKC.String(typed) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == ' ' || r == '-' || r == '\t' || r == '\n' || r == '\u00a0':
		default:
			return "", "card_characters"
		}
	}
	switch card = b.String(); {
	case card == "":
		return "", "required"
	case len(card) < minCardDigits || len(card) > maxCardDigits:
		return "", "card_length"
	}
	return card, ""
}

// hasCheckDigit reports whether the last digit of a card number is the right one (Luhn, ISO/IEC 7812-1). Some old cards
// of China have a wrong one.
func hasCheckDigit(card string) bool {
	sum := 0
	for i := range len(card) {
		d := int(card[len(card)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// MaskedBankCard returns the last four digits of the bank card behind stars; "" without one.
func MaskedBankCard(c *Case) string {
	card := c.Personal.BankCard
	if len(card) < minCardDigits {
		return ""
	}
	return "**** **** " + card[len(card)-4:]
}

// maxBankName limits the name of a bank, in characters.
const maxBankName = 40

// bankNameProblem returns the code of the text for a typed bank that is no name; "" for a name.
func bankNameProblem(name string) string {
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "required"
	case n > maxBankName || strings.ContainsAny(name, "0123456789"):
		return "bank_name"
	}
	return ""
}
