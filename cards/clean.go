package cards

import (
	"regexp"
	"strings"
	"unicode"
)

// Lengths in characters that keep a card under 30 KB whatever people write.
const (
	maxArg  = 60  // a value inside a sentence
	maxName = 50  // a name in a field
	maxNote = 300 // HR's words to the applicant
)

// clean makes a stranger's text fit for a card: one line unless it is a note, no control, formatting or direction
// characters, at most max characters, clear ID and mobile numbers masked. What is cut ends in "…".
func clean(s string, max int) string {
	// Cut to little more than needed first, so that a flood costs little; the rest shows a number that the end cuts whole.
	return shorten(mask(shorten(printable(s), max+longestNumber)), max)
}

// longestNumber is the length of a clear number with everything that may stand between and around its digits.
const longestNumber = 40

// printable drops what cannot be seen: control and formatting characters (also bidirectional overrides), line and
// paragraph separators, private use and broken UTF-8. White space becomes a single space, line breaks survive once.
func printable(s string) string {
	var b strings.Builder
	var space rune // pending white space: ' ' or '\n'
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			space = '\n'
		case unicode.IsSpace(r):
			if space == 0 {
				space = ' '
			}
		case r == unicode.ReplacementChar, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
		default:
			if space != 0 && b.Len() > 0 {
				b.WriteRune(space)
			}
			space = 0
			b.WriteRune(r)
		}
	}
	return b.String()
}

// oneLine replaces line breaks, for values that stand in a list of lines.
func oneLine(s string) string { return strings.ReplaceAll(s, "\n", " ") }

func shorten(s string, max int) string {
	n := 0
	for i := range s {
		if n++; n == max {
			if rest := []rune(s[i:]); len(rest) > 1 {
				return s[:i] + "…"
			}
		}
	}
	return s
}

// Clear numbers as they are written by hand: 18 characters of a citizen's number, 11 digits of a mobile number, either
// with blanks or hyphens between groups. The surrounding group keeps longer serial numbers whole.
var (
	clearNumber = regexp.MustCompile(`(^|[^0-9])([1-9][0-9]{2})[0-9][ -]?[0-9]{2}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?([0-9]{3}[0-9Xx])($|[^0-9])`)
	clearMobile = regexp.MustCompile(`(^|[^0-9])(\+?86[ -]?)?(1[3-9][0-9])[ -]?[0-9]{4}[ -]?([0-9]{4})($|[^0-9])`)
)

// mask hides clear numbers that slipped into a text. It is the second line: callers mask by themselves.
func mask(s string) string {
	if strings.ContainsAny(s, "0123456789０１２３４５６７８９") {
		s = strings.Map(narrowDigit, s)
		// Twice, since neighbours share the character between them.
		for range 2 {
			s = clearNumber.ReplaceAllString(s, "${1}${2}***********${3}${4}")
			s = clearMobile.ReplaceAllString(s, "${1}${2}${3}****${4}${5}")
		}
	}
	return s
}

func narrowDigit(r rune) rune {
	if r >= '０' && r <= '９' {
		return r - '０' + '0'
	}
	return r
}

// machineID shows an identifier of another system (serial, log id, evidence point): only the characters that such
// identifiers consist of, at most 64. It is not masked, since a serial may look like a number of a person.
func machineID(s string) text {
	var b strings.Builder
	for _, r := range s {
		if b.Len() == 64 {
			break
		}
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' || r == '_' || r == '.' ||
			r == ':' {
			b.WriteRune(r)
		}
	}
	return text{zh: b.String(), en: b.String()}
}
