package flows

import (
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"shiming/idcard"
)

// maxCardPart is the most digits that people write without a blank or a hyphen when they part the number of a card.
const maxCardPart = 6

// idWithLetters is a word of letters, digits and what ids have between them, such as an open_id or an evidence point.
var idWithLetters = regexp.MustCompile(`[0-9A-Za-z_-]*[A-Za-z_][0-9A-Za-z_-]*`)

// HoldsBankCard reports whether a text contains the number of a bank card, which nobody should write into a chat:
// blanks and hyphens may stand in it, and anything around it. expected says that the sender is asked for a card. Then
// the check digit may be wrong; otherwise it tells a card's number from others, and short ones are not looked at. A
// valid ID number and a mobile number with the country's prefix are no cards, and digits of an open_id or, where no card
// is expected, of another id with letters in it.
func HoldsBankCard(text string, expected bool, now time.Time) bool {
	ids := idWithLetters
	if expected {
		ids = openIDIn
	}
	text = ids.ReplaceAllString(norm.NFKC.String(text), ",")
	for _, line := range strings.FieldsFunc(text, isLineBreak) {
		for _, runs := range digitGroups(line) {
			for _, n := range cardNumbersIn(runs) {
				_, err := idcard.ParseNumber(n, now)
				switch {
				case err == nil, len(n) == len("8613800138000") && strings.HasPrefix(n, "86"):
				case expected, len(n) > minCardDigits+1 && hasCheckDigit(n):
					return true
				}
			}
		}
	}
	return false
}

// cardNumbersIn returns what may be the number of a card in runs between which only blanks and hyphens stand: each run
// that is long enough, and neighbours that are parts of a number.
func cardNumbersIn(runs []digitRun) (out []string) {
	joined := ""
	take := func(n string) {
		if len(n) >= minCardDigits && len(n) <= maxCardDigits {
			out = append(out, n)
		}
	}
	for _, r := range runs {
		if len(r.digits) > maxCardPart {
			take(joined)
			take(r.digits)
			joined = ""
			continue
		}
		joined += r.digits
	}
	take(joined)
	return out
}
