package idcard

import "time"

// TidyName returns the name for comparison and for forms: the valid one, or what was read in the usual spelling.
func (r Reading) TidyName() string {
	if !r.Name.Empty() {
		return r.Name.Reveal()
	}
	return TidyName(r.RawName())
}

// TidyNumber returns the number for comparison: the valid one, or what was read in the usual spelling.
func (r Reading) TidyNumber() string {
	if !r.Number.Empty() {
		return r.Number.Reveal()
	}
	return TidyNumber(r.RawNumber())
}

// FormNumber returns the number with which the confirmation form begins: TidyNumber, or the proposal of SuggestNumber
// for an invalid one. suggested tells that the person has to compare a proposal with the card.
func (r Reading) FormNumber(now time.Time) (number string, suggested bool) {
	if n, ok := SuggestNumber(r, now); ok {
		return n.Reveal(), true
	}
	return r.TidyNumber(), false
}

// TwoCards reports whether the picture shows more than one card: a field that tells cards apart has two values.
func (r Reading) TwoCards() bool {
	for _, i := range r.Issues {
		if i.Code != CodeFieldTwice {
			continue
		}
		switch i.Field {
		case FieldName, FieldNumber, FieldIssuedBy, FieldValidFrom, FieldValidTo:
			return true
		}
	}
	return false
}
