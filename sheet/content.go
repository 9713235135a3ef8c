package sheet

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	openIDPattern = regexp.MustCompile(`^ou_[0-9A-Za-z_-]{1,64}$`)
	emailPattern  = regexp.MustCompile(`^[\pL\pN._%+'-]{1,64}@[\pL\pN-]+(\.[\pL\pN-]+)+$`)
	numberPattern = regexp.MustCompile(`^[A-Za-z0-9._/-]{1,32}$`)
	digitsPattern = regexp.MustCompile(`^\d+$`)
)

// Lengths that a value may have, in bytes of UTF-8.
const (
	maxEmail = 254
	maxName  = 120
)

// openID returns an open_id.
func openID(s string) (string, bool) { return s, openIDPattern.MatchString(s) }

// email returns an address in lower case.
func email(s string) (string, bool) {
	s = strings.ToLower(strings.TrimPrefix(s, "mailto:"))
	return s, len(s) <= maxEmail && emailPattern.MatchString(s)
}

// mobile returns a number without what people put between digits: 11 digits of mainland China, or + with the digits of
// another country's number. A number that a spreadsheet has made 1.3800138E+10 is read back.
func mobile(s string) (string, bool) {
	if strings.ContainsAny(s, "eE") {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || f < 1e10 || f >= 2e10 || f != float64(int64(f)) {
			return "", false
		}
		s = strconv.FormatInt(int64(f), 10)
	}
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '＋':
			return '+'
		case strings.ContainsRune(" -–—()（）.\u00A0\u202A\u202C", r):
			return -1
		}
		return r
	}, s)
	plus := strings.HasPrefix(digits, "+") || strings.HasPrefix(digits, "00")
	digits = strings.TrimPrefix(strings.TrimPrefix(digits, "+"), "00")
	if !digitsPattern.MatchString(digits) {
		return "", false
	}
	if national := strings.TrimPrefix(digits, "86"); len(national) == 11 && national[0] == '1' && national[1] >= '3' {
		return national, true
	}
	if plus && len(digits) >= 7 && len(digits) <= 15 && !strings.HasPrefix(digits, "86") {
		return "+" + digits, true
	}
	return "", false
}

// name returns the name of a person: letters of any script, and what stands between them.
func name(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxName || utf8.RuneCountInString(s) < 2 {
		return "", false
	}
	letters := 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.Is(unicode.M, r):
			letters++
		case strings.ContainsRune(" ·•.．'’-（）()", r), unicode.IsDigit(r): // 张三2, 李四（外包）
		default:
			return "", false
		}
	}
	first, _ := utf8.DecodeRuneInString(s)
	return s, letters >= 2 && unicode.IsLetter(first)
}

// employeeNo returns a number as a company gives it to its people.
func employeeNo(s string) (string, bool) {
	s = strings.TrimSuffix(s, ".0")
	return s, numberPattern.MatchString(s)
}

// parse returns a cell as a field has it.
func parse(f Field, s string) (string, bool) {
	switch f {
	case FieldName:
		return name(s)
	case FieldEmail:
		return email(s)
	case FieldMobile:
		return mobile(s)
	case FieldOpenID:
		return openID(s)
	}
	return employeeNo(s)
}

// codeOf returns the mistake of a cell that parse refused.
func codeOf(f Field, s string) Code {
	if isFormula(s) {
		return CodeFormula
	}
	switch f {
	case FieldName:
		return CodeName
	case FieldEmail:
		return CodeEmail
	case FieldMobile:
		return CodeMobile
	case FieldOpenID:
		return CodeOpenID
	}
	return CodeNobody
}

// isFormula reports whether a spreadsheet program would evaluate a text. Read here, it stays a text.
func isFormula(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune("=+@-＝＋＠－", r) && r != utf8.RuneError
}

// recognise returns the field of a value that shows by itself what it is. Names and employee numbers do not.
func recognise(s string) (Field, string, bool) {
	if v, ok := openID(s); ok {
		return FieldOpenID, v, true
	}
	if v, ok := email(s); ok {
		return FieldEmail, v, true
	}
	if v, ok := mobile(s); ok {
		return FieldMobile, v, true
	}
	return "", "", false
}
