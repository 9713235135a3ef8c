package flows

import (
	"slices"
	"strings"
	"unicode"

	"shiming/cards"
)

// maxCompared is the longest value that is compared. The OCR decides how long a value is that was read.
const maxCompared = 64

// gap stands where the other value has a character more.
const gap = '–'

// compareValues masks the read and the typed value of a field so that only the characters are legible in which they
// differ. If more than limit of them differ, none is legible: that would show the value.
func compareValues(field, read, typed string, limit func(length int) int) cards.Change {
	out := cards.Change{Field: field}
	a, b := []rune(read), []rune(typed)
	length := max(len(a), len(b))
	if length > maxCompared {
		out.Different = true
		return out
	}
	if len(a) == 0 || len(b) == 0 {
		out.Before, out.After = strings.Repeat("*", len(a)), strings.Repeat("*", len(b))
		return out
	}
	before, after, differing := align(a, b)
	if differing > limit(length) {
		out.Different = true
		return out
	}
	out.Before, out.After = string(before), string(after)
	return out
}

// nameLimit is how many characters of a name may be legible: never all of them.
func nameLimit(length int) int { return min(length-1, max(2, length/2)) }

// numberLimit is the same of a number.
func numberLimit(length int) int { return length / 3 }

// align lays one value over the other with as few differences as possible (Levenshtein), and masks what is equal.
func align(a, b []rune) (before, after []rune, differing int) {
	// cost[i][j] is the number of differences between the ends a[i:] and b[j:].
	cost := make([][]int, len(a)+1)
	for i := len(a); i >= 0; i-- {
		cost[i] = make([]int, len(b)+1)
		for j := len(b); j >= 0; j-- {
			switch {
			case i == len(a):
				cost[i][j] = len(b) - j
			case j == len(b):
				cost[i][j] = len(a) - i
			case a[i] == b[j]:
				cost[i][j] = cost[i+1][j+1]
			default:
				cost[i][j] = 1 + min(cost[i+1][j+1], cost[i+1][j], cost[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			before, after = append(before, '*'), append(after, '*')
			i, j = i+1, j+1
		case i < len(a) && j < len(b) && cost[i][j] == 1+cost[i+1][j+1]:
			before, after = append(before, printed(a[i])), append(after, printed(b[j]))
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && cost[i][j] == 1+cost[i+1][j]:
			before, after = append(before, printed(a[i])), append(after, gap)
			i++
		default:
			before, after = append(before, gap), append(after, printed(b[j]))
			j++
		}
	}
	return before, after, cost[0][0]
}

// printed replaces what has no sign of its own on a card: a character of the private use area, to which older editions
// of GB 18030 map rare characters, and whatever the OCR returns besides letters and figures.
func printed(r rune) rune {
	if r == '*' || r == gap || unicode.In(r, unicode.Co) || !unicode.IsPrint(r) {
		return '〓'
	}
	return r
}

// nameBeside masks the confirmed name for a card that shows changes of it. Its first character is masked as well where
// the changed ones would complete the name.
func nameBeside(masked string, changes []cards.Change) string {
	completes := func(shown []bool) bool { return len(shown) > 1 && !slices.Contains(shown[1:], false) }
	for _, ch := range changes {
		before := cards.Change{Field: ch.Field, After: ch.Before}
		if completes(shownOf([]cards.Change{before}, "identity_name")) {
			return maskAll(masked)
		}
	}
	if completes(shownOf(changes, "identity_name")) {
		return maskAll(masked)
	}
	return masked
}
