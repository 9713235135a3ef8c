package idcard

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Date is a calendar day without a time zone. The zero value means no date. Its text and JSON are 2006-01-02, or "" for
// the zero value.
type Date struct{ Y, M, D int }

// DateError is the error of ParseDate. It does not contain the text.
type DateError struct{}

func (*DateError) Error() string { return "idcard: no such date" }

// datePattern matches a year of four digits, then month and day, either with separators (one or two digits each) or
// without (two digits each). The tail is the time zone that Feishu's date_picker appends.
var datePattern = regexp.MustCompile(
	`^(\d{4})(?:[年.\-/](\d{1,2})[月.\-/](\d{1,2})日?|(\d{2})(\d{2}))(?:[+-]\d{4})?$`)

// ParseDate parses a day in the forms of the card, of Feishu's OCR and of Feishu's date_picker: 1990年1月1日, 19900101,
// 1990.01.01, 1990-1-1, 1990/1/1, full-width digits, "2024-04-01 +0800". 长期 gives longTerm and the zero Date. Days that
// do not exist and years outside 1800..2999 are a *DateError.
func ParseDate(s string) (d Date, longTerm bool, err error) {
	s = tidyDate(s)
	if s == "长期" || s == "長期" || s == "长期有效" {
		return Date{}, true, nil
	}
	m := datePattern.FindStringSubmatch(s)
	if m == nil {
		return Date{}, false, &DateError{}
	}
	// Exactly one of the two alternatives matched, and \d is digits only.
	y, _ := strconv.Atoi(m[1])
	mo, _ := strconv.Atoi(m[2] + m[4])
	day, _ := strconv.Atoi(m[3] + m[5])
	d = Date{y, mo, day}
	if !d.valid() {
		return Date{}, false, &DateError{}
	}
	return d, false, nil
}

// tidyDate removes spaces and gives separators in the ASCII form.
func tidyDate(s string) string {
	s = strings.Join(strings.Fields(norm.NFKC.String(s)), "")
	return strings.NewReplacer("。", ".", "·", ".", "—", "-", "–", "-", "−", "-").Replace(s)
}

// termPattern splits the line of a card's validity at the separator between its begin and its end. A date with hyphens
// inside is tried as a whole first.
var termPattern = regexp.MustCompile(`^(.*?)(?:至|到|~|〜|-+)(长期|長期|长期有效|\d{4}(?:[年.\-/]\d.*|\d{4}))?$`)

// parseTerm parses the line of a card's validity or a part of it: 2040.01.01, 至2040.01.01, 2020.01.01-2040.01.01,
// 2020.01.01-长期, 2020.01.01-. A single date is the end if end is set, and the begin otherwise. The error is a
// *DateError.
func parseTerm(s string, end bool) (from, to Date, longTerm bool, err error) {
	d, longTerm, err := ParseDate(s)
	switch {
	case err == nil && end:
		return Date{}, d, longTerm, nil
	case err == nil:
		return d, Date{}, longTerm, nil
	}
	m := termPattern.FindStringSubmatch(tidyDate(s))
	if m == nil {
		return Date{}, Date{}, false, &DateError{}
	}
	if m[1] != "" {
		var beginless bool
		if from, beginless, err = ParseDate(m[1]); err != nil || beginless {
			return Date{}, Date{}, false, &DateError{}
		}
	}
	if m[2] != "" {
		if to, longTerm, err = ParseDate(m[2]); err != nil {
			return Date{}, Date{}, false, err
		}
	}
	return from, to, longTerm && m[2] != "", nil
}

// DateOf returns the day in China at the time t.
func DateOf(t time.Time) Date {
	y, m, d := t.In(chinaTime).Date()
	return Date{y, int(m), d}
}

// dateOfUTC is the inverse of Date.Time.
func dateOfUTC(t time.Time) Date {
	y, m, d := t.UTC().Date()
	return Date{y, int(m), d}
}

func (d Date) valid() bool {
	return d.Y >= 1800 && d.Y <= 2999 && dateOfUTC(d.Time()) == d
}

// Time returns midnight UTC of the day; the zero time for the zero Date.
func (d Date) Time() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Date(d.Y, time.Month(d.M), d.D, 0, 0, 0, 0, time.UTC)
}

// IsZero reports whether d is the zero value.
func (d Date) IsZero() bool { return d == Date{} }

// Before reports whether d is an earlier day than o.
func (d Date) Before(o Date) bool { return d.Time().Before(o.Time()) }

// DaysUntil returns the number of days from d to o. It is negative if o is earlier.
func (d Date) DaysUntil(o Date) int {
	return int(o.Time().Sub(d.Time()) / (24 * time.Hour))
}

// AgeOn returns the age in full years (周岁), on the day o, of a person born on d.
func (d Date) AgeOn(o Date) int {
	age := o.Y - d.Y
	if o.M < d.M || o.M == d.M && o.D < d.D {
		age--
	}
	return age
}

// String returns 2006-01-02, or "".
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Y, d.M, d.D)
}

// MarshalText returns 2006-01-02, or "".
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText accepts all forms of ParseDate except 长期, which a Date cannot represent.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	parsed, longTerm, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	if longTerm {
		return &DateError{}
	}
	*d = parsed
	return nil
}
