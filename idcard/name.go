package idcard

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Name is a person's name as printed on the card. The zero value is empty. It
// prints as 张* or 欧**; see Reveal.
type Name struct{ secret[nameMask] }

type nameMask struct{}

// mask keeps the first character. A name of one character is hidden whole.
func (nameMask) mask(clear string) string {
	first, size := utf8.DecodeRuneInString(clear)
	rest := utf8.RuneCountInString(clear[size:])
	if rest == 0 {
		return "*"
	}
	return string(first) + strings.Repeat("*", min(rest, 2))
}

// maxName is the longest name in characters; the longest on cards are
// transliterated ones of about 30.
const maxName = 50

// NameReason says why a name was refused. The values are stable.
type NameReason string

const (
	NameEmpty      NameReason = "empty"
	NameTooLong    NameReason = "too_long"   // more than 50 characters
	NameControl    NameReason = "control"    // control, bidirectional or undecodable characters
	NameMarkup     NameReason = "markup"     // < > @ and the like: a mention, a link, a tag
	NameNoLetters  NameReason = "no_letters" // digits or punctuation only
	NameCharacters NameReason = "characters" // characters that no name has
)

// NameError is the error of ParseName. It never carries the name.
type NameError struct{ Reason NameReason }

func (e *NameError) Error() string { return "idcard: name refused: " + string(e.Reason) }

// ParseName tidies a name without correcting it: surrounding space goes, full-width
// Latin letters and signs become plain, spaces between Chinese characters go, every middle
// dot becomes · (U+00B7). Chinese characters stay exactly as they are, rare
// ones and those of the private use area (GB 18030) included, which is why
// Unicode normalisation is not applied. The error is a *NameError.
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
	hanFullDot = regexp.MustCompile(`(\p{Han}) ?\. ?(\p{Han})`)
)

// middleDots are the characters that keyboards and OCR put where the card
// has the dot between the parts of a minority name.
const middleDots = "·•‧∙⋅・･᛫⸱˙●﹒"

func normaliseName(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u200b', r == '\ufeff', r == '\u2060': // zero-width space, byte order mark, word joiner
			return -1
		case r >= '！' && r <= '～': // full-width forms
			return r - '！' + '!'
		case strings.ContainsRune(middleDots, r):
			return '·'
		}
		return r
	}, s)
	// Line breaks inside a name are not space but a sign of something else.
	s = strings.TrimSpace(s)
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) }) {
		return s
	}
	s = spaces.ReplaceAllString(s, " ")
	s = dotSpaces.ReplaceAllString(s, "·")
	// Twice, since matches do not overlap: 张 三 丰.
	for range 2 {
		s = hanFullDot.ReplaceAllString(s, "$1·$2")
		s = hanSpace.ReplaceAllString(s, "$1$2")
	}
	return s
}

// isPrivateUse covers the area to which older GB 18030 editions map rare characters.
func isPrivateUse(r rune) bool { return r >= '\ue000' && r <= '\uf8ff' }

// isInvisible covers the zero-width characters that come along when text is copied.
func isInvisible(r rune) bool {
	return r >= '\u200b' && r <= '\u200f' || r >= '\u202a' && r <= '\u202e' || r >= '\u2060' && r <= '\u2064' ||
		r == '\ufeff'
}
