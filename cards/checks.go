package cards

import (
	"fmt"
	"slices"
)

// tagLooks gives the colour of the text_tag of each level, and a sign for readers who cannot tell the colours apart.
var tagLooks = map[Level]struct{ colour, sign string }{
	Green: {"green", "✓ "},
	Amber: {"orange", "! "},
	Red:   {"red", "✗ "},
	Grey:  {"neutral", "– "},
}

// checkSentence returns the sentence of a check for HR. The sentence of a grey one says that nothing was examined.
// It names the issues one by one if there are any.
func checkSentence(c Check) text {
	if len(c.Issues) > 0 {
		causes := make([]text, 0, len(c.Issues))
		for _, i := range c.Issues[:min(len(c.Issues), maxIssues)] {
			if cause := issueText("issue", i); !slices.Contains(causes, cause) {
				causes = append(causes, cause)
			}
		}
		return join(text{zh: "；", en: "; ", trusted: true}, causes...)
	}
	id := "check." + c.Code + "." + string(c.Level)
	if !HasText(id) {
		return tr("check.other")
	}
	return tr(id, argsFrom(c.Args)...)
}

// issueText is the text of an issue in a family.
func issueText(family string, i CheckIssue) text {
	side, field := codeText("side", i.Side), codeText("card_field", i.Field)
	return codeText(family, i.Code, textArg("side", side), textArg("field", field))
}

// adviceNodes draws a check for the applicant: what to do about each issue (texts "advice.<code>"), and in one line the
// issues for which there is nothing more to say.
func adviceNodes(c Check) (e []node) {
	colour := levelColour(c.Level)
	rest := c
	rest.Issues = nil
	var told []text
	for _, i := range c.Issues[:min(len(c.Issues), maxIssues)] {
		if !HasText("advice." + i.Code) {
			rest.Issues = append(rest.Issues, i)
			continue
		}
		if advice := issueText("advice", i); !slices.Contains(told, advice) {
			told = append(told, advice)
			e = append(e, line(advice, colour))
		}
	}
	if len(rest.Issues) > 0 || len(c.Issues) == 0 {
		e = append(e, line(checkSentence(rest), colour))
	}
	return e
}

// levelColour returns the colour of a check's sentence.
func levelColour(l Level) string {
	switch l {
	case Green:
		return colourGreen
	case Amber:
		return colourOrange
	case Red:
		return colourRed
	default:
		return colourGrey
	}
}

// maxIssues is the largest number of causes in one sentence.
const maxIssues = 8

// chipText returns the words of a check's tag. They say the state, because a sign before the name of a check may be
// read either way.
func chipText(c Check) text {
	if id := "chip." + c.Code + "." + string(c.Level); HasText(id) {
		return tr(id)
	}
	return codeText("chip", c.Code)
}

// maxChecks is the largest number of checks on one card.
const maxChecks = 16

// checkNodes draws a row of tags, then the red sentences and the amber ones. One tag stands for all that is green; a
// collapsed panel has the green tags and the other sentences, and ends with more.
func checkNodes(checks []Check, more ...node) []node {
	if len(checks) == 0 {
		return more
	}
	checks = checks[:min(len(checks), maxChecks)]
	var tags, green []text
	sentences := map[Level][]node{}
	for _, c := range checks {
		look, known := tagLooks[c.Level]
		if !known {
			c.Level, look = Grey, tagLooks[Grey]
		}
		if t := tagText(c.Level, chipText(c)); c.Level == Green {
			green = append(green, t)
		} else {
			tags = append(tags, t)
		}
		sentences[c.Level] = append(sentences[c.Level], line(prefix(look.sign, checkSentence(c)), levelColour(c.Level)))
	}
	switch n := intArg("n", len(green)); {
	case len(tags) == 0:
		tags = append(tags, tagText(Green, tr("review.all_fine", n)))
	case len(green) > 0:
		tags = append(tags, tagText(Green, tr("review.fine", n)))
	}
	e := []node{tagRow(tags)}
	e = append(e, sentences[Red]...)
	e = append(e, sentences[Amber]...)
	rest := append(sentences[Grey], sentences[Green]...)
	if len(rest) == 0 {
		return append(e, more...)
	}
	title := tr("review.rest", intArg("n", len(rest)))
	if len(green) > 0 {
		rest = append([]node{tagRow(green)}, rest...)
	}
	return append(e, collapsed(title, append(rest, more...)...))
}

// tagText is a tag in the colour of a level, with its sign. name is trusted.
func tagText(l Level, name text) text {
	look := tagLooks[l]
	tag := func(s string) string {
		return fmt.Sprintf("<text_tag color='%s'>%s%s</text_tag>", look.colour, look.sign, s)
	}
	return text{zh: tag(name.zh), en: tag(name.en), trusted: true}
}

func tagRow(tags []text) node { return markdown(join(sameText(" "), tags...)) }
