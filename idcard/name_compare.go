package idcard

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Results of CompareNames. The values are codes of Issue.
const (
	CodeNameScript  = "name_script"  // one name is in traditional, the other in simplified characters
	CodeNameOrder   = "name_order"   // the words of a Latin name in another order
	CodeNameRare    = "name_rare"    // another character, or a sign for it, stands where one name has a rare character
	CodeNameClose   = "name_close"   // one of several Chinese characters differs
	CodeNamePart    = "name_part"    // the typed name holds that of the card and other words, such as a nickname
	CodeNameDiffers = "name_differs" // anything else
)

// CompareNames says how a name that somebody typed elsewhere, such as in a directory, differs from that of a card; ""
// if it is the same by SameName, or differs only in compatibility forms of characters.
func CompareNames(typed, card string) string {
	if SameName(typed, card) {
		return ""
	}
	a, b := []rune(comparedForm(typed)), []rune(comparedForm(card))
	if slices.Equal(a, b) {
		return ""
	}
	if len(a) == len(b) {
		if code := compareCharacters(a, b); code != "" {
			return code
		}
	}
	typedWords, cardWords := nameWords(typed), nameWords(card)
	switch {
	case isLatin(a) && isLatin(b) && sameWords(typedWords, cardWords):
		return CodeNameOrder
	case len(b) >= 2 && slices.Contains(typedWords, string(b)):
		return CodeNamePart
	}
	return CodeNameDiffers
}

// compareCharacters compares names of the same length, and returns "" if more than one character is another one.
func compareCharacters(a, b []rune) string {
	script, rare, others := false, false, 0
	for i := range a {
		switch {
		case a[i] == b[i]:
		case isVariant(a[i], b[i]):
			script = true
		case isRare(a[i]) || isRare(b[i]):
			rare = true
			others++
		default:
			others++
		}
	}
	switch {
	case others == 0 && script:
		return CodeNameScript
	case others != 1 || len(a) < 2:
		return ""
	case rare:
		return CodeNameRare
	case isHan(a) && isHan(b):
		return CodeNameClose
	}
	return ""
}

// comparedForm is the form in which the characters of two names are compared.
func comparedForm(name string) string { return strings.ToLower(bareName(norm.NFKC.String(name))) }

// nameWords splits a name into its parts: at blanks, dots, brackets and other signs.
func nameWords(name string) []string {
	return strings.FieldsFunc(strings.ToLower(norm.NFKC.String(name)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !isRare(r)
	})
}

func sameWords(a, b []string) bool {
	return len(a) > 1 && slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func isHan(name []rune) bool {
	return !slices.ContainsFunc(name, func(r rune) bool { return !unicode.Is(unicode.Han, r) })
}

func isLatin(name []rune) bool {
	return !slices.ContainsFunc(name, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) })
}

// isRare reports whether r is a Chinese character that older fonts, keyboards and readers do not have (outside the
// first block of Unicode), or a sign that people and programs write in its place.
func isRare(r rune) bool {
	const firstBlock, firstBlockEnd = '\u4e00', '\u9fff'
	if unicode.Is(unicode.Han, r) && (r < firstBlock || r > firstBlockEnd) && r != '々' && r != '〇' {
		return true
	}
	return isPrivateUse(r) || strings.ContainsRune("?*□〓■", r)
}

//go:embed simplified.txt
var simplifiedFile string

// simplifiedOf gives the simplified characters of each traditional one.
var simplifiedOf = sync.OnceValue(func() map[rune]string {
	out := map[rune]string{}
	for line := range strings.Lines(simplifiedFile) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			chars := []rune(line)
			out[chars[0]] = string(chars[1:])
		}
	}
	return out
})

// isVariant reports whether one character is the simplified form of the other. Two traditional characters that share a
// simplified one are different characters.
func isVariant(a, b rune) bool {
	return strings.ContainsRune(simplifiedOf()[a], b) || strings.ContainsRune(simplifiedOf()[b], a)
}
