package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"html/template"
	"strconv"
)

// A text can have a megabyte, and a slow phone takes it for a minute. So a page is drawn with a mark in place of each
// text, and all readers are sent the same bytes of it.

// markBase begins every mark. No title or other value can contain it, because it is made when the program starts.
var markBase = "text" + rand.Text()

func markOf(i int) string { return markBase + strconv.Itoa(i) + "." }

// inserted returns a page in parts, with the texts in place of their marks, which have the order of the texts.
func inserted(page []byte, texts [][]byte) (parts [][]byte) {
	for i, text := range texts {
		before, after, _ := bytes.Cut(page, []byte(markOf(i)))
		parts, page = append(parts, before, text), after
	}
	return append(parts, page)
}

// escapedOf returns a text as a page shows it.
func (p *Pages) escapedOf(ctx context.Context, sha256 string) ([]byte, error) {
	if text, ok := p.escaped[sha256]; ok {
		return text, nil
	}
	text, err := p.textOf(ctx, sha256)
	return escape(text), err
}

func escape(text []byte) []byte {
	var b bytes.Buffer
	template.HTMLEscape(&b, text)
	return bytes.Clone(b.Bytes()) // without the room to grow
}
