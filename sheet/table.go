package sheet

import "strings"

// line is one line of a table. number is what a person sees beside it.
type line struct {
	number int
	cells  []string
}

// table holds the lines with something in them.
type table []line

// append adds a line unless it is empty, within the limits.
func (t *table) append(number int, cells []string, limits Limits) error {
	if len(cells) > limits.Columns {
		return &Error{Code: CodeTooWide, Line: number}
	}
	some := false
	for i, c := range cells {
		cells[i] = clean(c)
		some = some || cells[i] != ""
	}
	if !some {
		return nil
	}
	if len(*t) >= limits.Lines {
		return &Error{Code: CodeTooManyLines, Line: number}
	}
	*t = append(*t, line{number: number, cells: cells})
	return nil
}

// clean returns a cell without the spaces and marks around it that copying leaves behind.
func clean(s string) string {
	return strings.Trim(s, " \t\r\n\u00A0\u200B\u200E\u200F\u202A\u202C\u2060\u3000\uFEFF")
}

// list reads a table by its headings, or by its content if it has none.
func (t table) list() (List, error) {
	if len(t) == 0 {
		return List{}, &Error{Code: CodeEmpty}
	}
	columns, at, err := t.findHeadings()
	if err != nil {
		return List{}, err
	}
	if columns != nil {
		return t[at+1:].byHeadings(columns)
	}
	return t.byContent()
}

func (t table) byHeadings(columns map[Field]int) (List, error) {
	c := newCollector()
	c.list.Headings = true
	for _, l := range t {
		c.list.Lines++
		r, wrong := Row{Line: l.number}, Code("")
		for _, f := range Fields() {
			column, ok := columns[f]
			if !ok || column >= len(l.cells) || l.cells[column] == "" {
				continue
			}
			if value, ok := parse(f, l.cells[column]); ok {
				r.set(f, strings.Clone(value))
			} else if wrong == "" {
				wrong = codeOf(f, l.cells[column])
			}
		}
		if r.empty() && wrong == "" {
			wrong = CodeNobody
		}
		if wrong != "" {
			c.list.Mistakes = append(c.list.Mistakes, Mistake{Line: l.number, Code: wrong, Kept: !r.empty()})
		}
		if !r.empty() {
			c.add(r)
		}
	}
	return c.finish()
}

// byContent reads a table without headings: addresses and numbers show what they are, and names are the column of the
// most different ones.
func (t table) byContent() (List, error) {
	names, found := t.nameColumn(), false
	c := newCollector()
	for _, l := range t {
		c.list.Lines++
		r, formula := Row{Line: l.number}, false
		for i, value := range l.cells {
			if f, v, ok := recognise(value); ok {
				r.set(f, strings.Clone(v))
			} else if i == names {
				r.Name, _ = name(value)
				r.Name = strings.Clone(r.Name)
			}
			formula = formula || isFormula(value)
		}
		switch {
		case !r.empty():
			found = true
			c.add(r)
		case formula:
			c.mistake(l.number, CodeFormula)
		default:
			c.mistake(l.number, CodeNobody)
		}
	}
	if !found {
		return List{}, &Error{Code: CodeNoColumn}
	}
	return c.finish()
}

// nameColumn returns the column whose values are names and differ most from each other, -1 if there is none.
func (t table) nameColumn() int {
	best, most := -1, 0
	for column := range t.width() {
		filled, named, different := 0, 0, map[string]bool{}
		for _, l := range t {
			if column >= len(l.cells) || l.cells[column] == "" {
				continue
			}
			filled++
			_, _, known := recognise(l.cells[column])
			if v, ok := name(l.cells[column]); ok && !known && shortName(v) {
				named++
				different[v] = true
			}
		}
		if named*2 > filled && len(different) > most {
			best, most = column, len(different)
		}
	}
	return best
}

// shortName reports whether a text without a heading is a name rather than a remark: a Chinese one has two to four
// characters, or a dot in it, and another one at most four words.
func shortName(s string) bool {
	if !hasHan(s) {
		return len(strings.Fields(s)) <= 4 && !strings.ContainsAny(s, "0123456789")
	}
	n := len([]rune(s))
	return n <= 4 || strings.ContainsAny(s, "·•（(") && n <= 20
}

func (t table) width() int {
	width := 0
	for _, l := range t {
		width = max(width, len(l.cells))
	}
	return width
}
