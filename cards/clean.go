package cards

import (
	"regexp"
	"strings"
	"unicode"
)

// Lengths in characters. They keep a card under 30 KB for any input.
const (
	maxArg  = 60  // a value inside a sentence
	maxName = 50  // a name in a field
	maxNote = 300 // a note of HR to the applicant
)

// cleanText prepares a text of people or of other systems for a card. The result has no control, formatting or
// direction characters and at most max characters, and clear ID and mobile numbers are masked. A cut text ends in "…".
func cleanText(s string, max int) string {
	// The first cut limits the work for very long texts. It leaves longestNumber characters more, so that maskNumbers
	// recognises a number that crosses the final cut.
	return truncate(maskNumbers(visible(s, max+longestNumber)), max)
}

// longestNumber exceeds the length of a clear number with separators.
const longestNumber = 40

// visible removes control and formatting characters (also bidirectional overrides), private use characters and broken
// UTF-8. A run of white space becomes one space, or one line break if it contains one. It cuts the rest to max
// characters and reads no more of s than it needs.
func visible(s string, max int) string {
	var b strings.Builder
	var space rune // pending white space: ' ' or '\n'
	n := 0         // characters in b
	for _, r := range s {
		if n > max {
			break
		}
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
				n++
			}
			space = 0
			b.WriteRune(r)
			n++
		}
	}
	return truncate(b.String(), max)
}

// oneLine replaces line breaks by spaces, for values in a list of lines.
func oneLine(s string) string { return strings.ReplaceAll(s, "\n", " ") }

// truncate cuts s to max characters, the last of which is then "…".
func truncate(s string, max int) string {
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

// Clear numbers as people write them: 18 characters of an ID number or 11 digits of a mobile number, with or without
// spaces or hyphens between groups. The first and last group require another character around the number, so that
// longer serial numbers do not match.
var (
	clearNumber = regexp.MustCompile(`(^|[^0-9])` +
		`([1-9][0-9]{2})[0-9][ -]?[0-9]{2}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?([0-9]{3}[0-9Xx])` +
		`($|[^0-9])`)
	clearMobile = regexp.MustCompile(`(^|[^0-9])(\+?86[ -]?)?(1[3-9][0-9])[ -]?[0-9]{4}[ -]?([0-9]{4})($|[^0-9])`)
)

// maskNumbers masks clear numbers in a text. Callers mask values themselves; this covers what they miss.
func maskNumbers(s string) string {
	if strings.ContainsAny(s, "0123456789０１２３４５６７８９") {
		s = strings.Map(asciiDigit, s)
		// Two adjacent numbers share the character between them, and matches do not overlap, so one pass is not enough.
		for range 2 {
			s = clearNumber.ReplaceAllString(s, "${1}${2}***********${3}${4}")
			s = clearMobile.ReplaceAllString(s, "${1}${2}${3}****${4}${5}")
		}
	}
	return s
}

// asciiDigit returns the ASCII form of a full-width digit.
func asciiDigit(r rune) rune {
	if r >= '０' && r <= '９' {
		return r - '０' + '0'
	}
	return r
}

// machineID shows an identifier of another system (serial, log id, evidence point). It keeps at most 64 characters, and
// only those that identifiers consist of. It masks nothing, because a serial can look like an ID number.
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
