package e2e

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shiming/e2e/harness"
	"shiming/sim/specimen"
)

// leakSearch looks for canaries in what a bot leaves behind.
type leakSearch struct {
	everywhere []canary
	// inText are short or masked forms. Sealed bytes hold some by chance, so that only texts are searched for them:
	// groups, addresses, metrics, jobs and the log.
	inText []canary
}

// add wants a value nowhere, in no encoding.
func (l *leakSearch) add(what, text string) {
	if text != "" {
		l.everywhere = append(l.everywhere, newCanary(what, text))
	}
}

// addPerson wants nothing of a person anywhere, and not even the masked forms in a text.
func (l *leakSearch) addPerson(h *harness.Harness, p specimen.Person) {
	for what, text := range map[string]string{
		"a name": p.Name, "a number": p.Code, "a mobile": p.Mobile, "a bank card": p.BankCard, "an address": p.Address,
		"an issuer": p.IssuedBy, "a birth date": p.Birth, "a name in Latin letters": p.EnglishName(),
		"a passport": p.PageNumber(specimen.Passport),
	} {
		l.add(what, text)
	}
	for what, digits := range map[string]string{ // longer numbers, such as times, hold them by chance
		"the end of a number": p.Code[10:], "the end of a mobile": p.Mobile[3:],
		"digits of a birth date": strings.ReplaceAll(p.Birth, "-", ""),
	} {
		l.everywhere = append(l.everywhere, canary{what: what, whole: []byte(digits)})
	}
	for _, side := range []string{"front", "back"} {
		img := h.Photo(p, side)
		l.everywhere = append(l.everywhere, canary{what: "a photo", forms: [][]byte{img[len(img)/2 : len(img)/2+24]}})
	}
	first := string([]rune(p.Name)[:1])
	l.inText = append(l.inText,
		canary{what: "a masked name", forms: [][]byte{[]byte(first + "*"), []byte(first + "＊")}},
		canary{what: "a masked number", forms: [][]byte{[]byte(p.Code[:3] + "***********" + p.Code[14:])}},
		canary{what: "a masked mobile", forms: [][]byte{[]byte(p.Mobile[:3] + "****" + p.Mobile[7:])}},
		canary{what: "six digits of a number", whole: []byte(p.Code[12:])},
	)
}

// in returns what is found, each kind once. The bytes are read as they are, and what is compressed or written in Base64
// inside of them is read as well.
func (l *leakSearch) in(b []byte, text bool) []string {
	found := map[string]bool{}
	for _, part := range append(unpacked(b, 3), b) {
		wanted := l.everywhere
		if text {
			wanted = append(slices.Clone(wanted), l.inText...)
		}
		for _, c := range wanted {
			if !found[c.what] && c.in(part) {
				found[c.what] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// unpackedLimit bounds one unpacked stream.
const unpackedLimit = 8 << 20

var (
	gzipMagic  = []byte{0x1f, 0x8b, 0x08}
	zipMagic   = []byte{'P', 'K', 3, 4}
	longBase64 = regexp.MustCompile(`[A-Za-z0-9+/_-]{40,}`)
)

// unpacked returns the streams of gzip, zlib and ZIP inside of b, also of those that begin in the middle or lie in
// Base64, down to a depth.
func unpacked(b []byte, depth int) (out [][]byte) {
	if depth == 0 {
		return nil
	}
	keep := func(r io.Reader, err error) {
		if err != nil {
			return
		}
		raw, _ := io.ReadAll(io.LimitReader(r, unpackedLimit)) // what comes before damage counts
		if len(raw) >= 8 {
			out = append(append(out, raw), unpacked(raw, depth-1)...)
		}
	}
	for at := range each(b, gzipMagic) {
		r, err := gzip.NewReader(bytes.NewReader(b[at:]))
		keep(r, err)
	}
	for _, level := range []byte{0x01, 0x5e, 0x9c, 0xda} {
		for at := range each(b, []byte{0x78, level}) {
			r, err := zlib.NewReader(bytes.NewReader(b[at:]))
			keep(r, err)
		}
	}
	for at := range each(b, zipMagic) {
		if len(b) < at+30 {
			continue
		}
		name, extra := binary.LittleEndian.Uint16(b[at+26:]), binary.LittleEndian.Uint16(b[at+28:])
		if from := at + 30 + int(name) + int(extra); from < len(b) {
			keep(flate.NewReader(bytes.NewReader(b[from:])), nil)
		}
	}
	for _, run := range longBase64.FindAll(b, -1) {
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			raw, err := enc.DecodeString(string(run[:len(run)/4*4]))
			if err == nil && (bytes.HasPrefix(raw, gzipMagic) || bytes.HasPrefix(raw, zipMagic)) {
				out = append(out, unpacked(raw, depth-1)...)
			}
		}
	}
	return out
}

// each yields where a part stands in b.
func each(b, part []byte) func(func(int) bool) {
	return func(yield func(int) bool) {
		for at := 0; ; at++ {
			i := bytes.Index(b[at:], part)
			if i < 0 {
				return
			}
			if at += i; !yield(at) {
				return
			}
		}
	}
}

// TestLeakSearch: the search finds a value in each encoding, and inside of what is compressed.
func TestLeakSearch(t *testing.T) {
	t.Parallel()
	var l leakSearch
	l.add("name", "样甲明")
	l.add("number", "899001198801020123")
	packed := func(w func(io.Writer) io.WriteCloser, text string) []byte {
		var b bytes.Buffer
		c := w(&b)
		_, _ = io.WriteString(c, text)
		_ = c.Close()
		return b.Bytes()
	}
	zipped := packed(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, `{"name":"样甲明"}`)
	deflated := packed(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, "899001198801020123")
	escaped, err := json.Marshal(map[string]string{"name": "样甲明"})
	if err != nil {
		t.Fatal(err)
	}
	for what, in := range map[string][]byte{
		"clear":           []byte("x样甲明y"),
		"JSON":            escaped,
		"escaped":         []byte(`\u6837\u7532\u660E`),
		"gzip":            append([]byte("before"), zipped...),
		"gzip in Base64":  []byte(`"` + base64.StdEncoding.EncodeToString(zipped) + `"`),
		"gzip of gzip":    packed(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, string(zipped)),
		"zlib":            append(bytes.Repeat([]byte{0x78}, 9), deflated...),
		"hexadecimal":     fmt.Appendf(nil, "%x", "899001198801020123"),
		"words of memory": []byte("main.f(0xc000123000, 0x3931313030393938)"),
	} {
		if got := l.in(in, false); len(got) != 1 {
			t.Errorf("%s: got %v, want one", what, got)
		}
	}
	for _, in := range []string{"", "样甲", "89900119880102", "0x3931313030393939"} {
		if got := l.in([]byte(in), true); len(got) != 0 {
			t.Errorf("got %v in %q, want none", got, in)
		}
	}
}
