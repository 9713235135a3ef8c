package sheet

import (
	"log/slog"
	"strconv"
	"strings"
)

// Row is a person of a list. At least one of the fields but Line is set. It masks itself when it is printed, logged or
// marshalled: who keeps a list names the fields.
type Row struct {
	Line       int    // as a person counts the lines of the file, from 1
	Name       string // as written, without spaces around it
	Email      string // lower case
	Mobile     string // 11 digits of mainland China, or + and the digits of another number
	OpenID     string
	EmployeeNo string
}

func (r Row) String() string               { return "[line " + strconv.Itoa(r.Line) + "]" }
func (r Row) GoString() string             { return r.String() }
func (r Row) LogValue() slog.Value         { return slog.StringValue(r.String()) }
func (r Row) MarshalJSON() ([]byte, error) { return []byte(strconv.Quote(r.String())), nil }

// set stores a value under a field.
func (r *Row) set(f Field, value string) {
	switch f {
	case FieldName:
		r.Name = value
	case FieldEmail:
		r.Email = value
	case FieldMobile:
		r.Mobile = value
	case FieldOpenID:
		r.OpenID = value
	case FieldEmployeeNo:
		r.EmployeeNo = value
	}
}

// empty reports whether nothing can find the person.
func (r Row) empty() bool { return r == Row{Line: r.Line} }

// List is what was read.
type List struct {
	Rows     []Row
	Fields   []Field // that the list has, in the order of Fields
	Headings bool    // the columns were found by headings, and not by their content
	Lines    int     // with something in them, without the headings
	// Duplicates are the lines that name somebody again: by open_id, e-mail, mobile or number, or with nothing but the
	// same name. Their rows are left out.
	Duplicates []int
	Mistakes   []Mistake
}

// ReadText reads pasted text: a person a line, or several in a line, divided by 、 ； or ;, and by commas if nothing else
// is said of them. A table copied from a spreadsheet is read as one.
func ReadText(text string, limits Limits) (List, error) {
	if len(text) > limits.Bytes {
		return List{}, &Error{Code: CodeTooLarge}
	}
	return readText(text, limits)
}

// ReadFile reads an XLSX or a text file: CSV, divided by commas, semicolons or tabs, or as pasted. The content and not
// the name of the file decides.
func ReadFile(raw []byte, limits Limits) (List, error) {
	if len(raw) > limits.Bytes {
		return List{}, &Error{Code: CodeTooLarge}
	}
	switch {
	case strings.HasPrefix(string(raw[:min(len(raw), 8)]), oldFormat):
		return List{}, &Error{Code: CodeOldFormat}
	case strings.HasPrefix(string(raw[:min(len(raw), 4)]), zipFormat):
		return readXLSX(raw, limits)
	}
	text, err := decodeText(raw)
	if err != nil {
		return List{}, err
	}
	return readText(text, limits)
}

// The first bytes of files: OLE compound files and ZIP.
const (
	oldFormat = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"
	zipFormat = "PK\x03\x04"
)

func readText(text string, limits Limits) (List, error) {
	text = strings.TrimPrefix(text, "\uFEFF")
	comma, ok := delimiter(text)
	if !ok {
		return readEntries(text, limits)
	}
	t, err := csvTable(text, comma, limits)
	if err != nil {
		return List{}, err
	}
	return t.list()
}

// collector puts rows into a List, each person once.
type collector struct {
	list List
	seen map[string]bool
}

func newCollector() *collector { return &collector{seen: map[string]bool{}} }

// mistake notes a line of which nothing is left.
func (c *collector) mistake(line int, code Code) {
	c.list.Mistakes = append(c.list.Mistakes, Mistake{Line: line, Code: code})
}

// found is how many people and mistakes there are so far.
func (c *collector) found() int {
	return len(c.list.Rows) + len(c.list.Duplicates) + len(c.list.Mistakes)
}

// add appends a row unless it names somebody of an earlier one.
func (c *collector) add(r Row) {
	keys := r.keys()
	for _, k := range keys {
		if c.seen[k] {
			c.list.Duplicates = append(c.list.Duplicates, r.Line)
			return
		}
	}
	for _, k := range keys {
		c.seen[k] = true
	}
	c.list.Rows = append(c.list.Rows, r)
}

// keys returns what identifies the person. A name does only if there is nothing else.
func (r Row) keys() []string {
	var keys []string
	for prefix, value := range map[string]string{"o": r.OpenID, "e": r.Email, "m": r.Mobile, "n": r.EmployeeNo} {
		if value != "" {
			keys = append(keys, prefix+value)
		}
	}
	if len(keys) == 0 {
		keys = append(keys, "x"+r.Name)
	}
	return keys
}

// finish returns the list, or why there is none. Callers have read lines.
func (c *collector) finish() (List, error) {
	if c.list.Lines == 0 {
		return List{}, &Error{Code: CodeEmpty}
	}
	has := map[Field]bool{}
	for _, r := range c.list.Rows {
		has[FieldName] = has[FieldName] || r.Name != ""
		has[FieldEmail] = has[FieldEmail] || r.Email != ""
		has[FieldMobile] = has[FieldMobile] || r.Mobile != ""
		has[FieldOpenID] = has[FieldOpenID] || r.OpenID != ""
		has[FieldEmployeeNo] = has[FieldEmployeeNo] || r.EmployeeNo != ""
	}
	for _, f := range Fields() {
		if has[f] {
			c.list.Fields = append(c.list.Fields, f)
		}
	}
	return c.list, nil
}
