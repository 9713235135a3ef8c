package idcard

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Number is a valid citizen number 公民身份号码 of 18 characters (GB 11643). The zero value is empty. It prints as
// 110***********0123; see Reveal.
type Number struct{ secret[numberMask] }

type numberMask struct{}

func (numberMask) mask(clear string) string {
	return clear[:3] + strings.Repeat("*", len(clear)-7) + clear[len(clear)-4:]
}

// NumberReason is the reason for refusing a number. The values are stable.
type NumberReason string

// Reasons of NumberError.
const (
	NumberEmpty       NumberReason = "empty"
	NumberLength      NumberReason = "length"       // not 18 characters, e.g. the 15-digit numbers of old cards
	NumberCharacters  NumberReason = "characters"   // not 17 digits and a digit or X
	NumberRegionDigit NumberReason = "region_digit" // the first digit is 0
	NumberDate        NumberReason = "date"         // no such day, or before 1900
	NumberFuture      NumberReason = "future"       // born after today
	NumberCheckDigit  NumberReason = "check_digit"  // wrong by ISO 7064 MOD 11-2
)

// NumberError is the error of ParseNumber. It does not contain the number.
type NumberError struct{ Reason NumberReason }

func (e *NumberError) Error() string { return "idcard: number refused: " + string(e.Reason) }

// ParseNumber parses a typed or recognised number. It accepts full-width digits, spaces, hyphens and a small x. It
// checks length, date of birth (1900 to today in China) and check digit. It does not check the address code, because
// valid numbers have codes that no table lists (810000 on Hong Kong residence permits, abolished counties, 9… on
// permanent residence cards of foreigners). now is the present time. The error is a *NumberError.
func ParseNumber(s string, now time.Time) (Number, error) {
	fail := func(r NumberReason) (Number, error) { return Number{}, &NumberError{r} }

	s = normaliseNumber(s)
	if s == "" {
		return fail(NumberEmpty)
	}
	for i, r := range s {
		if (r < '0' || r > '9') && !(r == 'X' && i == 17) {
			return fail(NumberCharacters)
		}
	}
	if len(s) != 18 {
		return fail(NumberLength)
	}
	if s[0] == '0' {
		return fail(NumberRegionDigit)
	}
	birth, err := time.Parse("20060102", s[6:14])
	if err != nil || birth.Year() < 1900 {
		return fail(NumberDate)
	}
	if DateOf(now).Before(dateOfUTC(birth)) {
		return fail(NumberFuture)
	}
	if checkCharacter(s[:17]) != s[17] {
		return fail(NumberCheckDigit)
	}
	return Number{newSecret[numberMask](s)}, nil
}

// TidyNumber normalises the spelling of a number as ParseNumber does, and keeps numbers that ParseNumber refuses.
func TidyNumber(s string) string { return normaliseNumber(strings.ToValidUTF8(s, "")) }

// normaliseNumber removes spaces, hyphens and invisible characters, and replaces similar characters by X.
func normaliseNumber(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Pd, r), isInvisible(r), r == '\u2212': // minus sign
			return -1
		case r == 'x', r == '×', r == 'Х', r == 'х': // the last two are Cyrillic; the check digit excludes errors
			return 'X'
		}
		return r
	}, norm.NFKC.String(s))
}

// checkCharacter computes the 18th character from the first 17 digits (ISO 7064 MOD 11-2).
func checkCharacter(body string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(body[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// Birth returns the date of birth as midnight UTC; the zero time for the zero value.
func (n Number) Birth() time.Time {
	if n.Empty() {
		return time.Time{}
	}
	// ParseNumber has checked the date.
	t, _ := time.Parse("20060102", n.Reveal()[6:14])
	return t
}

// BirthDate returns the date of birth; the zero Date for the zero value.
func (n Number) BirthDate() Date {
	if n.Empty() {
		return Date{}
	}
	return dateOfUTC(n.Birth())
}

// Gender returns the gender, which the 17th digit encodes; "" for the zero value.
func (n Number) Gender() Gender {
	if n.Empty() {
		return ""
	}
	if (n.Reveal()[16]-'0')%2 == 1 {
		return Male
	}
	return Female
}

// Gender is Male, Female or, if it is not known, "".
type Gender string

// Genders.
const (
	Male   Gender = "male"
	Female Gender = "female"
)

// ParseGender parses 男 or 女 as printed on the card; "" for any other text.
func ParseGender(s string) Gender {
	switch strings.ToLower(strings.TrimSpace(norm.NFKC.String(s))) {
	case "男", "男性", "male", "m":
		return Male
	case "女", "女性", "female", "f":
		return Female
	}
	return ""
}

// wellFormed reports whether s is a number that is valid at some date. Birth, Gender and the mask rely on its format.
func wellFormed(s string) bool {
	_, err := parseAnyDate(s)
	return err == nil
}

// parseAnyDate is ParseNumber for a number that may be valid at any date.
func parseAnyDate(s string) (Number, error) {
	return ParseNumber(s, time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC))
}
