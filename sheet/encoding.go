package sheet

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	xunicode "golang.org/x/text/encoding/unicode"
)

// decodeText returns a text file as UTF-8. A byte order mark decides; without one the text is UTF-8 if it can be, then
// UTF-16 if every second byte is mostly zero, then GB18030, of which GBK is a part.
func decodeText(raw []byte) (string, error) {
	switch {
	case bytes.HasPrefix(raw, []byte("\xEF\xBB\xBF")):
		return checked(string(raw[3:]))
	case bytes.HasPrefix(raw, []byte("\xFF\xFE")):
		return decodeBy(xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM), raw[2:])
	case bytes.HasPrefix(raw, []byte("\xFE\xFF")):
		return decodeBy(xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM), raw[2:])
	case bytes.IndexByte(raw, 0) >= 0:
		if zero := zeros(raw); zero[1] > 4*zero[0] {
			return decodeBy(xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM), raw)
		} else if zero[0] > 4*zero[1] {
			return decodeBy(xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM), raw)
		}
		return "", &Error{Code: CodeUnreadable}
	case utf8.Valid(raw):
		return checked(string(raw))
	}
	return decodeBy(simplifiedchinese.GB18030, raw)
}

// zeros counts the zero bytes at even and at odd places.
func zeros(raw []byte) (n [2]int) {
	for i, b := range raw {
		if b == 0 {
			n[i%2]++
		}
	}
	return n
}

func decodeBy(e encoding.Encoding, raw []byte) (string, error) {
	out, err := e.NewDecoder().Bytes(raw)
	if err != nil {
		return "", &Error{Code: CodeBadCharacter}
	}
	return checked(string(out))
}

// checked refuses a text with characters that could not be decoded, and one with control characters, which is no text.
func checked(s string) (string, error) {
	if !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) {
		return "", &Error{Code: CodeBadCharacter}
	}
	control := strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune("\t\r\n\v\f", r)
	})
	if control >= 0 {
		return "", &Error{Code: CodeUnreadable}
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"), nil
}
