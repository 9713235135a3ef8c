package flows

import (
	"slices"
	"strings"

	"shiming/cards"
	"shiming/idcard"
)

// addAsked adds to HR's card what HR asked for when the case was sent back last, and what has changed since.
func addAsked(v *cards.Review, c *Case) {
	r := c.Asked
	if r == nil || c.State != AwaitingReview {
		return
	}
	a := &cards.Asked{By: r.By, At: r.At, Reason: r.Reason, Redo: r.Redo, Note: c.Personal.AskedNote}
	for _, s := range []idcard.Side{idcard.Front, idcard.Back} {
		if p := c.PhotoOf(s); p != nil && p.At.After(r.At) {
			a.Photos = append(a.Photos, string(s))
		}
	}
	number := "identity_code"
	if c.Personal.Document != "" {
		number = "document_number"
	}
	p := &c.Personal
	for _, f := range []struct {
		field, before, after string
		limit                func(int) int
	}{
		{"identity_name", p.AskedName, p.Name, nameLimit},
		{number, p.AskedNumber, p.Number, numberLimit},
		{"mobile", p.AskedMobile, p.Mobile, numberLimit},
	} {
		if f.before == f.after || f.before == "" {
			continue // nothing to compare with: the form had not asked for it
		}
		change := compareValues(f.field, f.before, f.after, f.limit)
		if beside := append(slices.Clone(v.Changes), change); legible(beside, f.field) > f.limit(len([]rune(f.after))) {
			change.Before, change.After = maskAll(change.Before), maskAll(change.After)
		}
		a.Changes = append(a.Changes, change)
	}
	v.Asked = a
}

// addOthers adds the person's earlier cases and who else has the number.
func addOthers(v *cards.Review, s ViewContext) {
	for _, c := range s.Earlier {
		what := c.Outcome
		switch {
		case c.State == Done:
			what = "finished"
		case what == "":
			what = string(c.State)
		}
		v.Earlier = append(v.Earlier, cards.EarlierCase{At: c.EnteredAt, What: what})
	}
	v.SameNumber = s.SameNumber
}

// legible counts the characters of the last value of a field that the changes show together.
func legible(changes []cards.Change, field string) int {
	n := 0
	for _, shown := range shownOf(changes, field) {
		if shown {
			n++
		}
	}
	return n
}

// shownOf tells of each character of the last value of a field whether one of the changes shows it.
func shownOf(changes []cards.Change, field string) (shown []bool) {
	for _, ch := range changes {
		if ch.Field != field {
			continue
		}
		for i, r := range []rune(strings.ReplaceAll(ch.After, string(gap), "")) {
			if i == len(shown) {
				shown = append(shown, false)
			}
			shown[i] = shown[i] || r != '*'
		}
	}
	return shown
}

// maskAll masks every character of one side of a change.
func maskAll(s string) string { return strings.Repeat("*", len([]rune(s))) }
