package idcard

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Name is a person's name as printed on the card. The zero value is empty. It prints as 张* or 欧**; see Reveal.
type Name struct{ secret[nameMask] }

type nameMask struct{}

// mask keeps the first character. It hides a name of one character completely.
func (nameMask) mask(clear string) string {
	first, size := utf8.DecodeRuneInString(clear)
	rest := utf8.RuneCountInString(clear[size:])
	if rest == 0 {
		return "*"
	}
	return string(first) + strings.Repeat("*", min(rest, 2))
}

// maxName is the longest name in characters. The longest names on cards, transliterated ones, have about 30.
const maxName = 50

// NameReason is the reason for refusing a name. The values are stable.
type NameReason string

// Reasons of NameError.
const (
	NameEmpty      NameReason = "empty"
	NameTooLong    NameReason = "too_long"   // more than 50 characters
	NameControl    NameReason = "control"    // control, bidirectional or undecodable characters
	NameMarkup     NameReason = "markup"     // characters of mentions, links and tags, such as < > @
	NameNoLetters  NameReason = "no_letters" // digits or punctuation only
	NameCharacters NameReason = "characters" // other characters that no name has
)

// NameError is the error of ParseName. It does not contain the name.
type NameError struct{ Reason NameReason }

func (e *NameError) Error() string { return "idcard: name refused: " + string(e.Reason) }

// ParseName parses a name and normalises its spelling. It removes surrounding spaces, and spaces and line breaks
// between Chinese characters. It replaces full-width Latin letters and signs by ASCII ones, and every middle dot, and a
// full stop between Chinese characters, by · (U+00B7). It does not change Chinese characters, including rare ones and
// those of the private use area (GB 18030), so it does not apply Unicode normalisation. The error is a *NameError.
func ParseName(s string) (Name, error) {
	fail := func(r NameReason) (Name, error) { return Name{}, &NameError{r} }

	if !utf8.ValidString(s) {
		return fail(NameControl)
	}
	s = normaliseName(s)
	if s == "" {
		return fail(NameEmpty)
	}
	if utf8.RuneCountInString(s) > maxName {
		return fail(NameTooLong)
	}
	letters := false
	for _, r := range s {
		switch {
		case unicode.IsLetter(r), r == '〇', isPrivateUse(r):
			letters = true
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == utf8.RuneError,
			r == '\u2028', r == '\u2029':
			return fail(NameControl)
		case strings.ContainsRune("<>@&[]{}*_~`#|\\/:=", r):
			return fail(NameMarkup)
		case unicode.IsMark(r), unicode.IsDigit(r), strings.ContainsRune(" ·-'’.,()", r):
		default:
			return fail(NameCharacters)
		}
	}
	if !letters {
		return fail(NameNoLetters)
	}
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	if first == '·' || last == '·' || unicode.IsMark(first) {
		return fail(NameCharacters)
	}
	return Name{newSecret[nameMask](s)}, nil
}

var (
	spaces     = regexp.MustCompile(`[\s\p{Zs}]+`)
	dotSpaces  = regexp.MustCompile(`(?: ?·)+ ?`)
	hanSpace   = regexp.MustCompile(`([\p{Han}〇\x{E000}-\x{F8FF}]) ([\p{Han}〇\x{E000}-\x{F8FF}])`)
	hanFullDot = regexp.MustCompile(`([\p{Han}〇\x{E000}-\x{F8FF}]) ?[.。｡] ?([\p{Han}〇\x{E000}-\x{F8FF}])`)
)

// middleDots are the characters that keyboards and OCR use for the dot between the parts of a minority name.
const middleDots = "·•‧∙⋅・･᛫⸱˙●﹒\u0387◦․ᐧ⦁⸳ꞏ"

// TidyName normalises the spelling of a name as ParseName does, and keeps names that ParseName refuses. Two spellings
// of one name are equal afterwards.
func TidyName(s string) string { return normaliseName(strings.ToValidUTF8(s, "")) }

// SameName reports whether a name that somebody typed elsewhere, such as in a directory, is the name of a card. Dots
// and blanks are left out there by habit, and Latin letters written in any case.
func SameName(typed, card string) bool { return strings.EqualFold(bareName(typed), bareName(card)) }

// NameKey returns the same text for names that are the same by SameName, "" for none. It is for keyed hashes.
func NameKey(s string) string { return strings.ToLower(bareName(s)) }

func bareName(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ·,", r) {
			return -1
		}
		return r
	}, TidyName(s))
}

func normaliseName(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u200b', r == '\ufeff', r == '\u2060': // zero-width space, byte order mark, word joiner
			return -1
		case r >= '\t' && r <= '\r', r == '\u0085', r == '\u2028', r == '\u2029': // the OCR joins lines by a break
			return ' '
		case r >= '！' && r <= '～': // full-width forms
			return r - '！' + '!'
		case strings.ContainsRune(middleDots, r):
			return '·'
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	s = spaces.ReplaceAllString(s, " ")
	s = dotSpaces.ReplaceAllString(s, "·")
	// Matches do not overlap, so 张 三 丰 needs a second pass.
	for range 2 {
		s = hanFullDot.ReplaceAllString(s, "$1·$2")
		s = hanSpace.ReplaceAllString(s, "$1$2")
	}
	return s
}

// isPrivateUse reports whether r is in the area to which older editions of GB 18030 map rare characters.
func isPrivateUse(r rune) bool { return r >= '\ue000' && r <= '\uf8ff' }

// isInvisible reports whether r is a zero-width or direction character, which copied text can contain.
func isInvisible(r rune) bool {
	return r >= '\u200b' && r <= '\u200f' || r >= '\u202a' && r <= '\u202e' || r >= '\u2060' && r <= '\u2064' ||
		r == '\ufeff'
}
