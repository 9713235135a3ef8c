package idcard

import (
	"slices"
	"strings"
	"time"
)

// ReadingReason is the reason for a missing reading. The values are stable.
type ReadingReason string

// Reasons of ReadingError.
const (
	ReadingNothing    ReadingReason = "nothing"            // no field at all
	ReadingNoKeyField ReadingReason = "no_key_field"       // a front without name and number
	ReadingUnclear    ReadingReason = "both_sides_unclear" // few fields of each side, and the OCR named no side
)

// ReadingError is the error of ParseEntities.
type ReadingError struct{ Reason ReadingReason }

func (e *ReadingError) Error() string { return "idcard: no reading: " + string(e.Reason) }

var (
	frontFields = []string{FieldName, FieldNumber, FieldGender, FieldRace, FieldBirth, FieldAddress}
	backFields  = []string{FieldIssuedBy, FieldValidFrom, FieldValidTo}
)

// maxValue is the longest accepted value in bytes. The longest address on a card is far shorter.
const maxValue = 1000

// ParseEntities converts the answer of Feishu's id_card/recognize into one reading, or into two (front first) if the
// picture shows both sides. side is the side according to the OCR: 1 front, 0 back, nil unknown. The sample in Feishu's
// documentation contradicts itself, so the fields decide, and side counts only where they leave the side open. corners
// are the eight numbers of the key `conners`; another number of values is ignored. now is the present time.
//
// An invalid field does not fail the reading. It becomes an Issue and, for name and number, is kept as raw text. The
// error is a *ReadingError.
func ParseEntities(side *int, entities []Entity, corners []int, now time.Time) ([]Reading, error) {
	fields, twice := collectFields(entities)
	front, back := countRead(fields, frontFields), countRead(fields, backFields)
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
		sides, stray = []Side{Front}, Issue{CodeStrayField, Warn, firstRead(fields, backFields)}
	case front == 1 && said == Back, said == "" && front == 1 && back > 2:
		sides, stray = []Side{Back}, Issue{CodeStrayField, Warn, firstRead(fields, frontFields)}
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
		// The front has neither name nor number. A back in the same picture can still be used.
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

// collectFields returns the first value of each known field, and the fields that have two different values.
func collectFields(entities []Entity) (fields map[string]string, twice map[string]bool) {
	fields, twice = map[string]string{}, map[string]bool{}
	for _, e := range entities {
		t, v := strings.TrimSpace(e.Type), strings.TrimSpace(strings.ToValidUTF8(e.Value, ""))
		if v == "" || len(v) > maxValue || !slices.Contains(frontFields, t) && !slices.Contains(backFields, t) {
			continue
		}
		if old, ok := fields[t]; !ok {
			fields[t] = v
		} else if tidyValue(t, old) != tidyValue(t, v) {
			twice[t] = true
		}
	}
	return fields, twice
}

// tidyValue gives a value in the form in which two spellings of it are equal.
func tidyValue(field, v string) string {
	switch field {
	case FieldName:
		return TidyName(v)
	case FieldNumber:
		return TidyNumber(v)
	case FieldBirth, FieldValidFrom, FieldValidTo:
		if d, longTerm, err := ParseDate(v); err == nil && !longTerm {
			return d.String()
		}
	}
	return withoutSpaces(normaliseText(v))
}

func countRead(fields map[string]string, names []string) (n int) {
	for _, f := range names {
		if fields[f] != "" {
			n++
		}
	}
	return n
}

func firstRead(fields map[string]string, names []string) string {
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
		r.rawName = newSecret[fullMask](normaliseText(v))
		if r.Name, err = ParseName(v); err != nil {
			r.warn(CodeNameUnreadable, FieldName)
		}
	}
	if v := fields[FieldNumber]; v != "" {
		r.rawNumber = newSecret[fullMask](normaliseText(v))
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
	r.Race = strings.TrimSuffix(normaliseText(fields[FieldRace]), "族")
	r.Address = normaliseText(fields[FieldAddress])
	r.missing(fields, frontFields)
}

func (r *Reading) readBack(fields map[string]string) {
	r.IssuedBy = normaliseText(fields[FieldIssuedBy])
	r.readTerm(fields)
	r.missing(fields, backFields)
}

// readTerm reads the begin and the end of validity. Either value may be the whole printed line, 2020.01.01-2040.01.01.
func (r *Reading) readTerm(fields map[string]string) {
	if v := fields[FieldValidFrom]; v != "" {
		from, _, _, err := parseTerm(v, false)
		if r.ValidFrom = from; err != nil || from.IsZero() {
			r.warn(CodeDateUnreadable, FieldValidFrom)
		}
	}
	v := fields[FieldValidTo]
	if v == "" {
		return
	}
	from, to, longTerm, err := parseTerm(v, true)
	if err != nil || to.IsZero() && !longTerm {
		r.warn(CodeDateUnreadable, FieldValidTo)
		return
	}
	r.ValidTo, r.LongTerm = to, longTerm
	switch {
	case from.IsZero():
	case fields[FieldValidFrom] == "":
		r.ValidFrom = from
	case r.ValidFrom != from && !r.ValidFrom.IsZero(): // the two values contradict each other, and neither is proved
		r.ValidFrom = Date{}
		r.warn(CodeDateUnreadable, FieldValidFrom)
	}
}

// date parses a date field.
func (r *Reading) date(fields map[string]string, field string) (Date, bool) {
	v := fields[field]
	if v == "" {
		return Date{}, false
	}
	d, longTerm, err := ParseDate(v)
	if err != nil || longTerm {
		r.warn(CodeDateUnreadable, field)
		return Date{}, false
	}
	return d, true
}

func (r *Reading) missing(fields map[string]string, names []string) {
	for _, f := range names {
		// Permits show no 民族. The line of the end may contain the begin.
		if f == FieldRace && r.Number.Permit() || f == FieldValidFrom && !r.ValidFrom.IsZero() {
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

// normaliseText replaces control characters and runs of spaces by one space, because the OCR joins printed lines by
// either. Other characters stay as read.
func normaliseText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || isInvisible(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
