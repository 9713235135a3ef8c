package idcard

import (
	"strings"
	"time"
)

// Consistency compares the number with the printed birth and gender of a front. If one of the two differs, it is
// probably misread, because the number has a check digit. If both differ, the number is wrong (CodeNumberMismatch, an
// error): the number of another person has a valid check digit as well. Without a valid number there is no issue.
func Consistency(r Reading) []Issue {
	if r.Number.Empty() {
		return nil
	}
	birth := !r.Birth.IsZero() && r.Birth != r.Number.BirthDate()
	gender := r.Gender != "" && r.Gender != r.Number.Gender()
	switch {
	case birth && gender:
		return []Issue{{CodeNumberMismatch, Error, FieldNumber}}
	case birth:
		return []Issue{{CodeBirthMismatch, Warn, FieldBirth}}
	case gender:
		return []Issue{{CodeGenderMismatch, Warn, FieldGender}}
	}
	return nil
}

// SuggestNumber proposes a correction of an invalid number. It replaces letters by similar digits, and the date of
// birth by the printed one. It proposes a number only if exactly one agrees with check digit, printed birth and printed
// gender. It does not replace single wrong digits, because several replacements usually satisfy the check digit. The
// person has to confirm a proposal.
func SuggestNumber(r Reading, now time.Time) (Number, bool) {
	if !r.Number.Empty() || r.RawNumber() == "" || r.Birth.IsZero() {
		return Number{}, false
	}
	raw := []rune(normaliseNumber(r.RawNumber()))
	if len(raw) != 18 {
		return Number{}, false
	}
	found := map[Number]bool{}
	try := func(candidate []rune) {
		n, err := ParseNumber(string(candidate), now)
		if err == nil && n.BirthDate() == r.Birth && (r.Gender == "" || n.Gender() == r.Gender) {
			found[n] = true
		}
	}
	// Only the last character may be a letter, so other letters are misread digits.
	for i, c := range raw {
		if d, ok := digitFor[c]; ok && i < 17 {
			raw[i] = d
		}
	}
	try(raw)
	dated := append([]rune{}, raw...)
	copy(dated[6:14], []rune(strings.ReplaceAll(r.Birth.String(), "-", "")))
	try(dated)
	if len(found) != 1 {
		return Number{}, false
	}
	for n := range found {
		return n, true
	}
	return Number{}, false
}

// digitFor maps letters to the digits that OCR confuses them with.
var digitFor = map[rune]rune{
	'O': '0', 'o': '0', 'D': '0', 'Q': '0', 'I': '1', 'l': '1', '|': '1', 'i': '1', 'Z': '2', 'z': '2',
	'A': '4', 'S': '5', 's': '5', 'b': '6', 'G': '6', 'T': '7', 'B': '8', 'g': '9', 'q': '9',
}
