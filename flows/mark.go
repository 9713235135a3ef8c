package flows

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// MarkPlaceholders lists what a template of the evidence's remark may contain. None of them is personal: the id of the
// case, the day on which the applicant confirmed the details (in China), and the company's name.
var MarkPlaceholders = []string{"{case}", "{date}", "{company}"}

// MaxMark is the longest template, in characters. e签宝's page states no limit of mark.
const MaxMark = 200

var inBraces = regexp.MustCompile(`\{[^{}]*\}|[{}]`)

// UnknownInMark returns the first part in braces that is no placeholder, or a single brace; "" if there is none.
func UnknownInMark(template string) string {
	for _, found := range inBraces.FindAllString(template, -1) {
		if !slices.Contains(MarkPlaceholders, found) {
			return found
		}
	}
	return ""
}

// MarkTooLong reports whether the template has more than MaxMark characters.
func MarkTooLong(template string) bool { return utf8.RuneCountInString(template) > MaxMark }

// MarkOf fills the template of the evidence's remark for a case; "" without a template.
func (p *Policy) MarkOf(c *Case) string {
	return strings.NewReplacer(
		"{case}", c.ID,
		"{date}", c.Confirmed.In(ChinaTime).Format(time.DateOnly),
		"{company}", p.Agreement.Company,
	).Replace(p.EvidenceMark)
}
