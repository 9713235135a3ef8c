package cards

import "fmt"

// chips are the colours of text_tag by level; the sign says the same to those who do not tell them apart.
var chips = map[Level]struct{ colour, sign string }{
	Green: {"green", "✓ "},
	Amber: {"orange", "! "},
	Red:   {"red", "✗ "},
	Grey:  {"neutral", "– "},
}

// finding is the sentence of a check. Grey says that nothing was examined, which is never read as passed.
func finding(c Check) text {
	id := "check." + c.Code + "." + string(c.Level)
	if !HasText(id) {
		return tr("check.other")
	}
	return tr(id, given(c.Args)...)
}

// ink is the colour of a check's sentence.
func ink(l Level) string {
	switch l {
	case Green:
		return inkGreen
	case Amber:
		return inkOrange
	case Red:
		return inkRed
	default:
		return inkGrey
	}
}

// maxChecks bounds the chips of one card.
const maxChecks = 16

// findings draws the checks: a row of chips, the red sentences, the amber ones, and the rest in a closed panel.
func findings(checks []Check) []node {
	if len(checks) == 0 {
		return nil
	}
	checks = checks[:min(len(checks), maxChecks)]
	tags := make([]text, 0, len(checks))
	sentences := map[Level][]node{}
	for _, c := range checks {
		look, known := chips[c.Level]
		if !known {
			c.Level, look = Grey, chips[Grey]
		}
		name := of("chip", c.Code)
		tag := func(s string) string {
			return fmt.Sprintf("<text_tag color='%s'>%s%s</text_tag>", look.colour, look.sign, s)
		}
		tags = append(tags, text{zh: tag(name.zh), en: tag(name.en), ours: true})
		sentences[c.Level] = append(sentences[c.Level], line(prefixed(look.sign, finding(c)), ink(c.Level)))
	}
	e := []node{markdown(joined(same(" "), tags...))}
	e = append(e, sentences[Red]...)
	e = append(e, sentences[Amber]...)
	if rest := append(sentences[Green], sentences[Grey]...); len(rest) > 0 {
		e = append(e, folded(tr("review.rest", num("n", len(rest))), rest...))
	}
	return e
}
