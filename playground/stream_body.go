package playground

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"shiming/sim/wire"
)

// maxBodyShown bounds one body on the page, in bytes.
const maxBodyShown = 8 << 10

// body converts a body for the page: masked JSON of at most maxBodyShown bytes. A picture becomes its format and
// size. An empty body becomes nil.
func (m *masker) body(s wire.Sample) json.RawMessage {
	if s.Size == 0 {
		return nil
	}
	return shrink(m.open(s))
}

func (m *masker) open(s wire.Sample) any {
	kind, params, _ := mime.ParseMediaType(s.ContentType)
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		return m.multipart(s, params["boundary"])
	case kind == "application/x-www-form-urlencoded" && s.Whole():
		if form, err := url.ParseQuery(string(s.Head)); err == nil {
			out := map[string]any{}
			for k := range form {
				out[k] = form.Get(k)
			}
			return m.value(out, kindPlain)
		}
	}
	if v, ok := decodeJSON(s.Head); ok && s.Whole() {
		return m.value(v, kindPlain)
	}
	if !s.Whole() || !utf8.Valid(s.Head) || strings.HasPrefix(kind, "image/") || kind == "application/octet-stream" {
		return formatOf(s.Head) + sizeOf(s.Size) + ")"
	}
	return m.text(string(s.Head))
}

// formatOf returns the beginning of a binary's description, such as "(JPEG, ".
func formatOf(head []byte) string {
	kind := http.DetectContentType(head)
	switch {
	case strings.HasPrefix(kind, "image/"):
		return "(" + strings.ToUpper(strings.TrimPrefix(kind, "image/")) + ", "
	case strings.HasPrefix(kind, "text/"):
		return "(text, "
	}
	return "(binary, "
}

func sizeOf(n int64) string {
	switch {
	case n >= 1_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1000:
		return fmt.Sprintf("%d KB", n/1000)
	}
	return fmt.Sprintf("%d B", n)
}

// multipart lists the parts of a form. s.Head holds only the beginning of the body, so the size of a part that is cut
// off is computed from the total size.
func (m *masker) multipart(s wire.Sample, boundary string) any {
	out := map[string]any{}
	r := multipart.NewReader(bytes.NewReader(s.Head), boundary)
	for {
		part, err := r.NextPart()
		if err != nil {
			break
		}
		data, err := io.ReadAll(part)
		size := int64(len(data))
		if errors.Is(err, io.ErrUnexpectedEOF) {
			size += s.Size - int64(len(s.Head))
		}
		if part.FileName() != "" {
			out[part.FormName()] = formatOf(data) + sizeOf(size) + ")"
			continue
		}
		out[part.FormName()] = m.value(string(data), fieldKinds[part.FormName()])
	}
	return out
}

// decodeJSON decodes one JSON object or list. Numbers keep their digits.
func decodeJSON(raw []byte) (any, bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '{' && raw[0] != '[' {
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil || dec.More() {
		return nil, false
	}
	return v, true
}

// shrink cuts long texts and lists step by step until the value fits into maxBodyShown.
func shrink(v any) json.RawMessage {
	var raw []byte
	for texts, lists := 2000, 60; lists > 2; texts, lists = texts/3, lists/2 {
		raw = encode(v)
		if len(raw) <= maxBodyShown {
			return raw
		}
		v = cut(v, max(texts, 40), lists)
	}
	return encode(fmt.Sprintf("(JSON, %s)", sizeOf(int64(len(raw)))))
}

func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return []byte(`"?"`) // impossible: every value comes from a decoder
	}
	return bytes.TrimSpace(b.Bytes())
}

func cut(v any, texts, lists int) any {
	switch v := v.(type) {
	case string:
		if r := []rune(v); len(r) > texts {
			return string(r[:texts]) + "…"
		}
	case []any:
		rest := len(v) - lists
		if rest > 0 {
			v = append(v[:lists:lists], fmt.Sprintf("… +%d", rest))
		}
		for i := range v {
			v[i] = cut(v[i], texts, lists)
		}
		return v
	case map[string]any:
		for k := range v {
			v[k] = cut(v[k], texts, lists)
		}
	}
	return v
}
