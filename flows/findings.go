package flows

import (
	"slices"
	"strconv"
	"time"

	"shiming/cards"
	"shiming/idcard"
)

// Findings are the checks that HR sees as chips, and that the policy judges. They are
// worked out anew from what is on record; nothing is green that was not examined.
func Findings(c *Case, now time.Time) []cards.Check {
	p := c.Personal
	if p.Front == nil || p.Back == nil {
		return nil
	}
	front, back := p.Front.Open(), p.Back.Open()
	add := func(list []cards.Check, code string, level cards.Level, args ...string) []cards.Check {
		check := cards.Check{Code: code, Level: level}
		for i := 0; i+1 < len(args); i += 2 {
			if check.Args == nil {
				check.Args = map[string]string{}
			}
			check.Args[args[i]] = args[i+1]
		}
		return append(list, check)
	}
	var out []cards.Check

	_, err := idcard.ParseNumber(p.Number, now)
	out = add(out, "number_valid", levelIf(err == nil, cards.Red))

	switch {
	case c.Method == MethodNone:
		out = add(out, "three_elements", cards.Grey)
	case c.Check == nil:
		out = add(out, "three_elements", cards.Grey)
	default:
		out = add(out, "three_elements", levelIf(c.Check.Outcome == "match", cards.Red))
	}

	status, days := idcard.Validity(back, now)
	switch status {
	case idcard.StatusValid, idcard.StatusLongTerm:
		out = add(out, "validity", cards.Green)
	case idcard.StatusExpiring:
		out = add(out, "validity", cards.Amber, "days", strconv.Itoa(days))
	case idcard.StatusExpired:
		out = add(out, "validity", cards.Red)
	default:
		out = add(out, "validity", cards.Grey)
	}

	out = add(out, "sides_match", worst(idcard.SidesMatch(front, back, now)))

	// The number that counts is the confirmed one; birth and gender are what the card shows.
	confirmed := front
	if n, err := idcard.ParseNumber(p.Number, now); err == nil {
		sealed := *p.Front
		sealed.Number, sealed.RawNumber = n.Reveal(), n.Reveal()
		confirmed = sealed.Open()
	}
	out = add(out, "ocr_consistency", worst(idcard.Consistency(confirmed)))

	if len(c.Changed) > 0 {
		out = add(out, "edited", cards.Amber)
	} else {
		out = add(out, "edited", cards.Green)
	}

	if len(c.Duplicates) > 0 {
		out = add(out, "duplicate_number", cards.Red, "n", strconv.Itoa(len(c.Duplicates)))
	} else {
		out = add(out, "duplicate_number", cards.Green)
	}

	switch p.ContactName {
	case "":
		out = add(out, "name_vs_feishu", cards.Grey)
	case p.Name:
		out = add(out, "name_vs_feishu", cards.Green)
	default:
		out = add(out, "name_vs_feishu", cards.Amber)
	}

	return add(out, "quality", quality(c, front, back))
}

// quality judges the photos. Where the OCR read every field, a photo was good enough, and the
// local measures of blur and glare have nothing to add; a photocopy is worth a look in any case.
func quality(c *Case, front, back idcard.Reading) cards.Level {
	complete := len(front.Missing) == 0 && len(back.Missing) == 0
	for _, p := range c.Photos {
		if p.State != PhotoRead {
			continue
		}
		if !complete && len(p.Warnings) > 0 || slices.Contains(p.Warnings, idcard.CodePhotoGrey) {
			return cards.Amber
		}
	}
	return cards.Green
}

// AllGreen reports whether nothing needs a person's eye. What was not examined does not
// count against the case, but a verification that did not happen does.
func AllGreen(checks []cards.Check) bool {
	if len(checks) == 0 {
		return false
	}
	for _, c := range checks {
		switch c.Level {
		case cards.Amber, cards.Red:
			return false
		case cards.Grey:
			if c.Code == "three_elements" {
				return false
			}
		}
	}
	return true
}

// Worst is the worst level among the checks.
func Worst(checks []cards.Check) cards.Level {
	out := cards.Green
	for _, c := range checks {
		switch {
		case c.Level == cards.Red:
			return cards.Red
		case c.Level == cards.Amber:
			out = cards.Amber
		}
	}
	return out
}

func levelIf(good bool, bad cards.Level) cards.Level {
	if good {
		return cards.Green
	}
	return bad
}

func worst(issues []idcard.Issue) cards.Level {
	level := cards.Green
	for _, i := range issues {
		if i.Level == idcard.Error {
			return cards.Red
		}
		level = cards.Amber
	}
	return level
}
