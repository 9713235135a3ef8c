package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// locate compares a file with what was signed, written again, and says where the first difference is: its place in the
// file, counted from 1, and findings about it. There are none if the file is as it was written.
func locate(file []byte, s signed, record *Record) (at int, findings []Finding) {
	if !isPage(file) {
		return difference(file, s.file(), 0, s)
	}
	bundle := s.file()
	var nearest []byte
	for _, lang := range Languages {
		page, err := record.page(lang, bundle)
		if err != nil {
			continue
		}
		rest, _, _ := withoutBundle(page)
		if hexSum(rest) != record.Pages[lang] {
			continue // another version of the program has made the page
		}
		if nearest == nil || inCommon(file, page) > inCommon(file, nearest) {
			nearest = page
		}
	}
	if nearest != nil {
		return difference(file, nearest, bytes.Index(nearest, bundle), s)
	}
	// The page itself cannot be written again. Its hash still says whether it was altered.
	rest, carried, ok := withoutBundle(file)
	switch {
	case !ok:
		return 0, []Finding{found("page_unknown")}
	case !bytes.Equal(carried, bundle):
		start := bytes.Index(file, carried)
		at, findings := difference(carried, bundle, 0, s)
		return start + at, findings
	case hexSum(rest) != record.Pages["zh"] && hexSum(rest) != record.Pages["en"]:
		return 0, []Finding{found("page_unknown")}
	}
	return 0, nil
}

// isPage reports whether a file is a page. A bundle has no < in it, because its JSON escapes them.
func isPage(file []byte) bool { return bytes.Count(file, []byte("<")) > 8 }

// inCommon returns how many bytes two files share at the beginning and at the end.
func inCommon(a, b []byte) int {
	n := min(len(a), len(b))
	front, back := 0, 0
	for front < n && a[front] == b[front] {
		front++
	}
	for back < n-front && a[len(a)-1-back] == b[len(b)-1-back] {
		back++
	}
	return front + back
}

// difference says where a file differs first from what it should be. bundleAt is where the bundle begins in want.
func difference(file, want []byte, bundleAt int, s signed) (at int, findings []Finding) {
	i := firstDifference(file, want)
	if i < 0 {
		return 0, nil
	}
	line := arg("line", 1+bytes.Count(file[:i], []byte("\n")))
	switch {
	case i == len(file):
		findings = []Finding{found("shorter", arg("byte", i))}
	case i == len(want):
		findings = []Finding{found("longer", arg("byte", i+1), line)}
	default:
		findings = []Finding{found("byte", arg("byte", i+1), line, arg("is", shown(file[i])), arg("was", shown(want[i])))}
	}
	return i + 1, append(findings, s.place(i-bundleAt)...)
}

// place names the part of a bundle that has the offset and, in the content, the field.
func (s signed) place(i int) []Finding {
	const quarter, triple = 4, 3 // base64: four characters for three bytes
	evidence := len(bundleStart)
	payload := evidence + len(s.payload) + len(toPayload)
	coded := (len(s.payload)*quarter + triple - 1) / triple
	protected := payload + coded + len(toProtected)
	in := func(from, size int) bool { return i >= from && i < from+size }
	switch {
	case i < 0 || i >= len(s.file()):
		return []Finding{found("part_page")}
	case in(evidence, len(s.payload)):
		return []Finding{found("field", arg("field", fieldAt(s.payload, i-evidence))), found("part_evidence")}
	case in(payload, coded):
		at := (i - payload) * triple / quarter
		return []Finding{found("field", arg("field", fieldAt(s.payload, at))), found("part_payload")}
	case in(protected, len(s.protected)):
		return []Finding{found("part_protected")}
	}
	return []Finding{found("part_frame")}
}

// shown writes a byte: as a character if it is one of ASCII, and in hexadecimal.
func shown(b byte) string {
	if b > ' ' && b < 0x7f {
		return fmt.Sprintf("%c (0x%02x)", b, b)
	}
	return fmt.Sprintf("0x%02x", b)
}

// firstDifference returns the first offset at which a and b differ, -1 if they are equal.
func firstDifference(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) == len(b) {
		return -1
	}
	return n
}

// fieldAt returns the path of the value or name that has the offset in a JSON text, such as filed.fields[3].value.
func fieldAt(text []byte, offset int) string {
	type level struct {
		array bool
		key   string
		index int
		named bool // the key was read, and its value is next
	}
	var stack []level
	path := func() string {
		var b strings.Builder
		for _, l := range stack {
			switch {
			case l.array:
				fmt.Fprintf(&b, "[%d]", l.index)
			case l.key != "":
				if b.Len() > 0 {
					b.WriteString(".")
				}
				b.WriteString(l.key)
			}
		}
		return b.String()
	}
	d := json.NewDecoder(bytes.NewReader(text))
	for {
		token, err := d.Token()
		if err != nil {
			if err == io.EOF {
				return "."
			}
			return path()
		}
		top := len(stack) - 1
		if delim, ok := token.(json.Delim); !ok || delim == '{' || delim == '[' {
			// A key, a value, or the beginning of one.
			switch {
			case top < 0:
			case stack[top].array:
				stack[top].index++
			case !stack[top].named:
				stack[top].key, stack[top].named = token.(string), true
			default:
				stack[top].named = false
			}
		}
		if int(d.InputOffset()) > offset {
			return path()
		}
		switch token {
		case json.Delim('{'):
			stack = append(stack, level{})
		case json.Delim('['):
			stack = append(stack, level{array: true, index: -1})
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:top]
		}
	}
}
