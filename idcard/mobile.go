package idcard

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Mobile is a mainland mobile number of 11 digits, without country code. The zero value is empty. It prints as
// 138****5678; see Reveal.
type Mobile struct{ secret[mobileMask] }

type mobileMask struct{}

func (mobileMask) mask(clear string) string { return clear[:3] + "****" + clear[7:] }

// MobileReason is the reason for refusing a mobile number. The values are stable.
type MobileReason string

// Reasons of MobileError.
const (
	MobileEmpty      MobileReason = "empty"
	MobileCharacters MobileReason = "characters" // characters other than digits
	MobileForeign    MobileReason = "foreign"    // a country code other than 86
	MobileLength     MobileReason = "length"     // not 11 digits
	MobilePrefix     MobileReason = "prefix"     // does not begin with 13 to 19
)

// MobileError is the error of ParseMobile. It does not contain the number.
type MobileError struct{ Reason MobileReason }

func (e *MobileError) Error() string { return "idcard: mobile refused: " + string(e.Reason) }

var mobilePattern = regexp.MustCompile(`^1[3-9]\d{9}$`)

// ParseMobile parses a mainland mobile number. It accepts full-width digits, and removes spaces, hyphens, brackets and
// the country code (+86, 0086, 86). The error is a *MobileError.
func ParseMobile(s string) (Mobile, error) {
	fail := func(r MobileReason) (Mobile, error) { return Mobile{}, &MobileError{r} }

	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || isInvisible(r) || r == '(' || r == ')' || r == '\u2212' {
			return -1
		}
		return r
	}, norm.NFKC.String(s))
	if s == "" {
		return fail(MobileEmpty)
	}
	digits, plus := strings.CutPrefix(s, "+")
	if !plus {
		digits, plus = strings.CutPrefix(s, "00")
	}
	if strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) {
		return fail(MobileCharacters)
	}
	if rest, ok := strings.CutPrefix(digits, "86"); ok && (plus || len(rest) == 11) {
		digits = rest
	} else if plus {
		return fail(MobileForeign)
	}
	switch {
	case len(digits) != 11:
		return fail(MobileLength)
	case !mobilePattern.MatchString(digits):
		return fail(MobilePrefix)
	}
	return Mobile{newSecret[mobileMask](digits)}, nil
}
