package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// canary is a personal value that must not appear anywhere, in any encoding.
type canary struct {
	what  string
	forms [][]byte
	whole []byte // a short digit string, which matches as a whole number only
}

func newCanary(what, text string) canary {
	c := canary{what: what}
	if len(text) == 6 && strings.Trim(text, "0123456789") == "" {
		c.whole = []byte(text)
		return c
	}
	add := func(b ...byte) { c.forms = append(c.forms, b) }
	add([]byte(text)...)
	add([]byte(url.QueryEscape(text))...)
	add([]byte(strings.ToLower(url.QueryEscape(text)))...)
	escaped := strings.Trim(fmt.Sprintf("%+q", text), `"`) // \u6837…
	add([]byte(escaped)...)
	if strings.Contains(escaped, `\u`) {
		add([]byte(strings.ReplaceAll(strings.ToUpper(escaped), `\U`, `\u`))...)
	}
	if national, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text)); err == nil && len(national) >= 6 {
		add(national...)
	}
	for at := 0; at+8 <= len(text); at += 8 { // the words that a stack trace shows of a value
		add(fmt.Appendf(nil, "%#x", binary.LittleEndian.Uint64([]byte(text[at:])))...)
	}
	add([]byte(hex.EncodeToString([]byte(text)))...)
	add([]byte(strings.ToUpper(hex.EncodeToString([]byte(text))))...)
	var little, big []byte
	for _, u := range utf16.Encode([]rune(text)) {
		little, big = binary.LittleEndian.AppendUint16(little, u), binary.BigEndian.AppendUint16(big, u)
	}
	if len(little) >= 6 { // sealed bytes contain shorter strings by chance
		add(little...)
		add(big...)
	}
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for shift := range 3 { // the three alignments of Base64
			b := enc.EncodeToString(append(make([]byte, shift), text...))
			from, to := (shift*8+5)/6, (shift+len(text))*8/6
			if to-from >= 8 {
				add([]byte(b[from:to])...)
			}
		}
	}
	return c
}

func (c canary) in(b []byte) bool {
	if c.whole != nil {
		return hasWhole(b, c.whole)
	}
	for _, f := range c.forms {
		if bytes.Contains(b, f) {
			return true
		}
	}
	return false
}

// hasWhole reports whether b contains digits that are no part of a longer word or number.
func hasWhole(b, digits []byte) bool {
	word := func(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }
	for at := 0; ; at++ {
		i := bytes.Index(b[at:], digits)
		if i < 0 {
			return false
		}
		at += i
		end := at + len(digits)
		if (at == 0 || !word(b[at-1]) && b[at-1] != '.') && (end == len(b) || !word(b[end])) {
			return true
		}
	}
}

func TestCanaries(t *testing.T) {
	t.Parallel()
	c := newCanary("name", "样甲明")
	for _, in := range []string{"x样甲明y", "%E6%A0%B7%E7%94%B2%E6%98%8E", `\u6837\u7532\u660e`,
		hex.EncodeToString([]byte("ab样甲明")),
		base64.StdEncoding.EncodeToString([]byte("a样甲明")), base64.URLEncoding.EncodeToString([]byte("ab样甲明c"))} {
		if !c.in([]byte(in)) {
			t.Errorf("got no match in %q, want one", in)
		}
	}
	code := newCanary("code", "123456")
	for in, want := range map[string]bool{`"123456"`: true, "123456": true, "码123456，": true, "123456.": true,
		"1234567 123456": true, "1123456": false, "1234567": false, "0.123456": false, "a123456": false, "123456Z": false} {
		if got := code.in([]byte(in)); got != want {
			t.Errorf("got %t for %q, want %t", got, in, want)
		}
	}
}
