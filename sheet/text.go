package sheet

import (
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode"
)

// delimiter returns what divides the columns of a text: tab, comma or semicolon. ok is false for a text that is no
// table: its first lines have no headings, and not the same number of columns.
func delimiter(text string) (comma rune, ok bool) {
	head := firstLines(text, maxTitleLines)
	for _, d := range []rune{'\t', ',', ';'} {
		for _, l := range head {
			for cell := range strings.SplitSeq(l, string(d)) {
				if _, ok := fieldOf(strings.Trim(cell, `"' `)); ok {
					return d, true
				}
			}
		}
	}
	for _, d := range []rune{'\t', ',', ';'} {
		if columns, same := evenly(head, d); same && columns > 1 && (d == '\t' || len(head) > 1) {
			return d, true
		}
	}
	return 0, false
}

// firstLines returns up to n lines that are not empty.
func firstLines(text string, n int) []string {
	var head []string
	for l := range strings.Lines(text) {
		if l = clean(l); l != "" {
			head = append(head, l)
		}
		if len(head) == n {
			break
		}
	}
	return head
}

// evenly reports whether all lines have the same number of columns.
func evenly(lines []string, comma rune) (columns int, same bool) {
	for i, l := range lines {
		n := strings.Count(l, string(comma)) + 1
		if i > 0 && n != columns {
			return 0, false
		}
		columns = n
	}
	return columns, len(lines) > 0
}

// csvTable reads a text of columns. A quote where none belongs is a character like others.
func csvTable(text string, comma rune, limits Limits) (table, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, true, -1
	var t table
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, &Error{Code: CodeUnreadable, Line: errorLine(err)}
		}
		number, _ := r.FieldPos(0)
		if err := t.append(number, cells, limits); err != nil {
			return nil, err
		}
	}
}

func errorLine(err error) int {
	var e *csv.ParseError
	if errors.As(err, &e) {
		return e.StartLine
	}
	return 0
}

// readEntries reads a text without columns.
func readEntries(text string, limits Limits) (List, error) {
	c := newCollector()
	number := 0
	for l := range strings.Lines(text) {
		if number++; clean(l) == "" {
			continue
		}
		if c.list.Lines++; c.list.Lines > limits.Lines {
			return List{}, &Error{Code: CodeTooManyLines, Line: number}
		}
		before := c.found()
		for entry := range strings.FieldsFuncSeq(l, func(r rune) bool { return strings.ContainsRune("、；;", r) }) {
			if c.found() >= limits.Lines {
				return List{}, &Error{Code: CodeTooManyLines, Line: number}
			}
			c.entry(number, entry)
		}
		if c.found() == before {
			c.mistake(number, CodeNobody)
		}
	}
	if c.list.Lines > 0 && len(c.list.Rows) == 0 {
		return List{}, &Error{Code: CodeNoColumn}
	}
	return c.finish()
}

// entry reads a piece of a line: one person with everything that is said of them, or several of whom one thing is said.
func (c *collector) entry(number int, text string) {
	if clean(text) == "" {
		return
	}
	values, rest := map[Field][]string{}, []string{}
	for piece := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(",，<>《》|\t\r\n", r) }) {
		c.piece(clean(piece), values, &rest)
	}
	for _, s := range rest {
		v, ok := name(s)
		if !ok || !shortName(v) {
			c.mistake(number, codeOfEntry(s))
			return
		}
		values[FieldName] = append(values[FieldName], v)
	}
	kinds, most := 0, 0
	for _, v := range values {
		kinds++
		most = max(most, len(v))
	}
	switch {
	case kinds == 0:
		c.mistake(number, CodeNobody)
	case kinds > 1 && most > 1:
		c.mistake(number, CodeMixed)
	case most == 1:
		r := Row{Line: number}
		for f, v := range values {
			r.set(f, strings.Clone(v[0]))
		}
		c.add(r)
	default:
		for f, v := range values {
			for _, value := range v {
				r := Row{Line: number}
				r.set(f, strings.Clone(value))
				c.add(r)
			}
		}
	}
}

func codeOfEntry(s string) Code {
	if isFormula(s) {
		return CodeFormula
	}
	return CodeNobody
}

// piece sorts what stands between commas. Words that show what they are go to values; the others, together, are a name.
func (c *collector) piece(s string, values map[Field][]string, rest *[]string) {
	if s == "" {
		return
	}
	if f, v, ok := recognise(s); ok {
		values[f] = append(values[f], v)
		return
	}
	var words []string
	for word := range strings.FieldsSeq(joinNumbers(s)) {
		word = strings.Trim(word, `"'()（）`)
		if f, v, ok := recognise(word); ok {
			values[f] = append(values[f], v)
		} else if word != "" {
			words = append(words, word)
		}
	}
	if len(words) > 1 && allNames(words) {
		*rest = append(*rest, words...)
	} else if len(words) > 0 {
		*rest = append(*rest, strings.Join(words, " "))
	}
}

var (
	countryPattern = regexp.MustCompile(`((?:\+|\b00)\d{1,3})[ -]+(\d)`)
	groupsPattern  = regexp.MustCompile(`\b(1[3-9]\d)[ -](\d{4})[ -](\d{4})\b`)
)

// joinNumbers takes the spaces out of mobile numbers: +86 138 0013 8000.
func joinNumbers(s string) string {
	return countryPattern.ReplaceAllString(groupsPattern.ReplaceAllString(s, "$1$2$3"), "$1$2")
}

// allNames reports whether each word is a whole Chinese name.
func allNames(words []string) bool {
	for _, w := range words {
		if _, ok := name(w); !ok || !hasHan(w) || !shortName(w) {
			return false
		}
	}
	return true
}

func hasHan(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0
}
