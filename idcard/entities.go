package idcard

import (
	"slices"
	"strings"
	"time"
)

// ReadingReason says why no reading came out. The values are stable.
type ReadingReason string

const (
	ReadingNothing    ReadingReason = "nothing"            // no field at all
	ReadingNoKeyField ReadingReason = "no_key_field"       // a front without name and number
	ReadingUnclear    ReadingReason = "both_sides_unclear" // a field or two of each side and no side given
)

// ReadingError is the error of ParseEntities.
type ReadingError struct{ Reason ReadingReason }

func (e *ReadingError) Error() string { return "idcard: no reading: " + string(e.Reason) }

var (
	frontFields = []string{FieldName, FieldNumber, FieldGender, FieldRace, FieldBirth, FieldAddress}
	backFields  = []string{FieldIssuedBy, FieldValidFrom, FieldValidTo}
)

// maxValue bounds a value in bytes: the longest address on a card is far shorter.
const maxValue = 1000

// ParseEntities turns the answer of Feishu's id_card/recognize into one reading,
// or two (front first) when both sides lie in one picture. side is OCR's own
// opinion (1 front, 0 back, nil unknown); the vendor's sample contradicts itself, so the
// fields that came decide and side settles only what they leave open. corners
// are the eight numbers of `conners`, anything else is ignored. now is the
// present moment.
//
// A field that was read but is not valid does not fail the reading: it becomes an
// Issue and, for name and number, stays as raw text. The error is a *ReadingError.
func ParseEntities(side *int, entities []Entity, corners []int, now time.Time) ([]Reading, error) {
	fields, twice := collect(entities)
	front, back := count(fields, frontFields), count(fields, backFields)
	said := sideOf(side)

	var sides []Side
	var stray Issue
	switch {
	case front == 0 && back == 0:
		return nil, &ReadingError{ReadingNothing}
	case back == 0:
		sides = []Side{Front}
	case front == 0:
		sides = []Side{Back}
	case back == 1 && said == Front, said == "" && back == 1 && front > 2:
		sides, stray = []Side{Front}, Issue{CodeStrayField, Warn, firstOf(fields, backFields)}
	case front == 1 && said == Back, said == "" && front == 1 && back > 2:
		sides, stray = []Side{Back}, Issue{CodeStrayField, Warn, firstOf(fields, frontFields)}
	case said == "" && (front == 1 || back == 1):
		return nil, &ReadingError{ReadingUnclear}
	default:
		sides = []Side{Front, Back}
	}

	var readings []Reading
	for _, s := range sides {
		r := Reading{Side: s}
		if s == Front {
			r.readFront(fields, now)
		} else {
			r.readBack(fields)
		}
		for _, f := range fieldsOf(s) {
			if twice[f] {
				r.warn(CodeFieldTwice, f)
			}
		}
		if stray.Code != "" {
			r.Issues = append(r.Issues, stray)
		}
		if len(sides) == 1 && said != "" && said != s {
			r.warn(CodeSideDisagrees, "")
		}
		if len(corners) == 8 && (len(sides) == 1 || said == s) {
			r.Corners = slices.Clone(corners)
		}
		readings = append(readings, r)
	}
	if readings[0].Side == Front && readings[0].RawName() == "" && readings[0].RawNumber() == "" {
		// The back beside it, if any, is still good.
		if readings = readings[1:]; len(readings) == 0 {
			return nil, &ReadingError{ReadingNoKeyField}
		}
	}
	return readings, nil
}

func sideOf(side *int) Side {
	switch {
	case side == nil:
		return ""
	case *side == 1:
		return Front
	case *side == 0:
		return Back
	}
	return ""
}

func fieldsOf(s Side) []string {
	if s == Front {
		return frontFields
	}
	return backFields
}

// collect keeps the first value of each known field and notes fields that came
// twice with different values.
func collect(entities []Entity) (fields map[string]string, twice map[string]bool) {
	fields, twice = map[string]string{}, map[string]bool{}
	for _, e := range entities {
		t, v := strings.TrimSpace(e.Type), strings.TrimSpace(strings.ToValidUTF8(e.Value, ""))
		if v == "" || len(v) > maxValue || !slices.Contains(frontFields, t) && !slices.Contains(backFields, t) {
			continue
		}
		if old, ok := fields[t]; !ok {
			fields[t] = v
		} else if old != v {
			twice[t] = true
		}
	}
	return fields, twice
}

func count(fields map[string]string, names []string) (n int) {
	for _, f := range names {
		if fields[f] != "" {
			n++
		}
	}
	return n
}

func firstOf(fields map[string]string, names []string) string {
	for _, f := range names {
		if fields[f] != "" {
			return f
		}
	}
	return ""
}

func (r *Reading) readFront(fields map[string]string, now time.Time) {
	var err error
	if v := fields[FieldName]; v != "" {
		r.rawName = conceal[hidden](tidyText(v))
		if r.Name, err = ParseName(v); err != nil {
			r.warn(CodeNameUnreadable, FieldName)
		}
	}
	if v := fields[FieldNumber]; v != "" {
		r.rawNumber = conceal[hidden](tidyText(v))
		if r.Number, err = ParseNumber(v, now); err != nil {
			r.warn(CodeNumberUnreadable, FieldNumber)
		}
	}
	if v := fields[FieldGender]; v != "" {
		if r.Gender = ParseGender(v); r.Gender == "" {
			r.warn(CodeGenderUnreadable, FieldGender)
		}
	}
	r.Birth, _ = r.date(fields, FieldBirth)
	r.Race = strings.TrimSuffix(tidyText(fields[FieldRace]), "族")
	r.Address = tidyText(fields[FieldAddress])
	r.missing(fields, frontFields)
}

func (r *Reading) readBack(fields map[string]string) {
	r.IssuedBy = tidyText(fields[FieldIssuedBy])
	r.ValidFrom, _ = r.date(fields, FieldValidFrom)
	r.ValidTo, r.LongTerm = r.date(fields, FieldValidTo)
	r.missing(fields, backFields)
}

// date reads a date field; only the end of validity may be 长期.
func (r *Reading) date(fields map[string]string, field string) (Date, bool) {
	v := fields[field]
	if v == "" {
		return Date{}, false
	}
	d, longTerm, err := ParseDate(v)
	if err != nil || longTerm && field != FieldValidTo {
		r.warn(CodeDateUnreadable, field)
		return Date{}, false
	}
	return d, longTerm
}

func (r *Reading) missing(fields map[string]string, names []string) {
	for _, f := range names {
		if f == FieldRace && r.Number.Permit() {
			continue
		}
		if fields[f] == "" {
			r.Missing = append(r.Missing, f)
		}
	}
}

func (r *Reading) warn(code, field string) {
	r.Issues = append(r.Issues, Issue{code, Warn, field})
}

// tidyText turns control characters and runs of spaces into one space, since
// printed lines may come joined by either. Characters are kept as read.
func tidyText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || isInvisible(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
