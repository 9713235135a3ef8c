package flows

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// codeLength is the number of digits of a code.
const codeLength = 6

// NotCode stands for an entry that cannot be the code. It costs no try.
const NotCode = "-"

// FindCode returns the code that a text contains: exactly one group of six digits. Blanks and hyphens may stand inside
// the group, and anything around it: people type "123 456", and paste the whole text message, which names further
// numbers. It returns "" if there is no such group or more than one. Full-width digits count.
func FindCode(text string) string {
	var found []string
	for _, line := range strings.FieldsFunc(norm.NFKC.String(text), isLineBreak) {
		for _, runs := range digitGroups(line) {
			found = append(found, codesIn(runs)...)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

func isLineBreak(r rune) bool { return r == '\n' || r == '\r' }

// digitRun is a run of digits, and whether a hyphen stands between it and the run before.
type digitRun struct {
	digits   string
	hyphened bool
}

// codesIn returns the codes in runs between which only blanks and hyphens stand. Six digits by themselves are one, also
// beside another number ("123456 10分钟内有效"), unless a hyphen makes them part of a longer number. Several runs are one
// if they have six digits in all.
func codesIn(runs []digitRun) (out []string) {
	all := ""
	for i, r := range runs {
		all += r.digits
		partOfLonger := r.hyphened || i+1 < len(runs) && runs[i+1].hyphened
		if len(r.digits) == codeLength && !partOfLonger {
			out = append(out, r.digits)
		}
	}
	if len(out) == 0 && len(all) == codeLength {
		out = append(out, all)
	}
	return out
}

// digitGroups splits a line into groups of runs between which only blanks and hyphens stand.
func digitGroups(line string) (groups [][]digitRun) {
	var (
		runs             []digitRun
		inRun, afterMark bool // the character before was a digit; a hyphen was seen since the last digit
	)
	for _, r := range line {
		switch {
		case r >= '0' && r <= '9' && inRun:
			runs[len(runs)-1].digits += string(r)
		case r >= '0' && r <= '9':
			runs = append(runs, digitRun{string(r), afterMark && len(runs) > 0})
			inRun, afterMark = true, false
		case strings.ContainsRune(" \t", r):
			inRun = false
		case strings.ContainsRune("-‐‒–—−", r):
			inRun, afterMark = false, true
		default:
			if len(runs) > 0 {
				groups = append(groups, runs)
			}
			runs, inRun, afterMark = nil, false, false
		}
	}
	if len(runs) > 0 {
		groups = append(groups, runs)
	}
	return groups
}
