package evidence

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
)

//go:embed page.html
var pageFile string

var pageTemplate = template.Must(template.New("page").Parse(pageFile))

// The page carries the bundle between these two. The bundle has no < in it, because its JSON escapes them.
const (
	pageBundleStart  = `<script type="application/jose+json" id="bundle">` + "\n"
	pageBundleFinish = "</script>"
)

// Page returns the bundle of a record as a page for people: one HTML file without any other resource, which carries the
// bundle and can be verified like it. lang is one of Languages.
func Page(r *Record, lang string, bundle []byte) ([]byte, error) { return r.page(lang, bundle) }

// page renders the record. Its bytes depend on nothing but the record, without Pages, and the language.
func (r *Record) page(lang string, bundle []byte) ([]byte, error) {
	w := words{lang}
	tag := "en"
	if lang == "zh" {
		tag = "zh-CN"
	}
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, map[string]any{
		"Tag":      tag,
		"Title":    w.t("title"),
		"Subtitle": w.t("subtitle"),
		"Case":     r.Case.ID,
		"Sections": r.sections(lang),
		"Verify":   w.t("how_title"),
		"How":      strings.Split(w.t("how"), "\n"),
	})
	if err != nil {
		return nil, fmt.Errorf("evidence: page: %w", err)
	}
	return bytes.Replace(b.Bytes(), []byte(pageBundleStart), append([]byte(pageBundleStart), bundle...), 1), nil
}

// withoutBundle cuts the bundle out of a page. ok is false if the page has no place for one.
func withoutBundle(page []byte) (rest, bundle []byte, ok bool) {
	before, after, found := bytes.Cut(page, []byte(pageBundleStart))
	bundle, after, finished := bytes.Cut(after, []byte(pageBundleFinish))
	if !found || !finished {
		return nil, nil, false
	}
	rest = append(bytes.Clone(before), pageBundleStart...)
	return append(append(rest, pageBundleFinish...), after...), bundle, true
}

// Text returns the record as plain text for a terminal. lang is one of Languages.
func Text(r *Record, lang string) string {
	var b strings.Builder
	for i, s := range r.sections(lang) {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(s.Title + "\n")
		for _, row := range s.Rows {
			cells := row
			if len(s.Head) > 0 {
				cells = nonEmpty(row)
			}
			b.WriteString("  " + strings.Join(cells, "  ") + "\n")
		}
	}
	return b.String()
}

func nonEmpty(cells []string) (out []string) {
	for _, c := range cells {
		if c != "" {
			out = append(out, c)
		}
	}
	return out
}
