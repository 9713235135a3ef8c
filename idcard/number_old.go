package idcard

import (
	"strings"
	"time"
)

// UpgradeNumber returns the number of 18 characters to which one of 15 digits was changed (GB 11643-1999): the century
// stands before the year, a check digit at the end. Cards with 15 digits are void since 1 January 2013 (居民身份证法
// art. 23), their numbers are not. ok is false for any other text.
func UpgradeNumber(s string, now time.Time) (n Number, ok bool) {
	s = TidyNumber(s)
	if len(s) != 15 || strings.Trim(s, "0123456789") != "" {
		return Number{}, false
	}
	body := s[:6] + "19" + s[6:]
	n, err := ParseNumber(body+string(checkCharacter(body)), now)
	return n, err == nil
}

// OldCard reports whether a front is that of a first-generation card: its number has 15 digits, which fit the printed
// birth and gender as far as these were read.
func (r Reading) OldCard(now time.Time) bool {
	n, ok := UpgradeNumber(r.RawNumber(), now)
	return ok && r.Side == Front && r.Number.Empty() && (r.Birth.IsZero() || r.Birth == n.BirthDate()) &&
		(r.Gender == "" || r.Gender == n.Gender())
}
