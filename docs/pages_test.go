package docs

import (
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"shiming/e2e/files"
)

// pair returns the names of an English page and its Chinese version.
func pair(english string) [2]string {
	return [2]string{english, strings.TrimSuffix(english, ".md") + ".zh.md"}
}

// pages returns all pages in pairs, including the READMEs.
func pages(t *testing.T) (all [][2]string) {
	t.Helper()
	for _, name := range append([]string{"README.md"}, files.Glob(t, "docs/*.md")...) {
		if !strings.HasSuffix(name, ".zh.md") {
			all = append(all, pair(name))
		}
	}
	return all
}

// rows returns the cells of all tables of a text, including heads.
func rows(text string) (all [][]string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|--") {
			continue
		}
		line = strings.ReplaceAll(strings.Trim(line, "|"), `\|`, "\x00")
		cells := strings.Split(line, "|")
		for i, cell := range cells {
			cells[i] = strings.TrimSpace(strings.ReplaceAll(cell, "\x00", "|"))
		}
		all = append(all, cells)
	}
	return all
}

// onlyCode returns the content of a cell that holds exactly one piece of code.
func onlyCode(cell string) (string, bool) {
	code, ok := strings.CutPrefix(cell, "`")
	code, closed := strings.CutSuffix(code, "`")
	return code, ok && closed && !strings.Contains(code, "`")
}

// section returns the n-th section of the second level, counted from 1.
func section(t *testing.T, text string, n int) string {
	t.Helper()
	parts := strings.Split(text, "\n## ")
	if len(parts) <= n {
		t.Fatalf("got %d sections, want %d at least", len(parts)-1, n)
	}
	return parts[n]
}

// prose removes the content of fenced code blocks, and the parts that exist in one language only.
func prose(text string) string {
	return englishOnly.ReplaceAllString(fenced.ReplaceAllString(text, "```"), "")
}

var (
	fenced      = regexp.MustCompile("(?ms)^```.*?^```$")
	englishOnly = regexp.MustCompile(`(?s)<!-- not in Chinese:begin -->.*?<!-- not in Chinese:end -->`)
)

// pieceOfPage matches the beginning of a heading, a table row, a list entry, a code block, a code line or a
// quotation.
var pieceOfPage = regexp.MustCompile("^(#+ |\\| ?-?|- |\\d+\\. |```|> | {4,}\\S)")

// outline lists the kinds of a page's pieces in order. A quotation of several lines is one piece.
func outline(text string) (kinds []string) {
	for line := range strings.Lines(prose(text)) {
		kind := pieceOfPage.FindString(line)
		switch {
		case kind == "":
			continue
		case strings.HasPrefix(kind, "    "):
			kind = "code"
		}
		kind = strings.TrimRight(kind, " -")
		if kind == ">" && len(kinds) > 0 && kinds[len(kinds)-1] == kind {
			continue
		}
		kinds = append(kinds, kind)
	}
	return kinds
}

// TestPagesAreInBothLanguages checks that each page has its pair, begins with a link to it, and has the same
// headings, tables, lists and code blocks.
func TestPagesAreInBothLanguages(t *testing.T) {
	for _, p := range pages(t) {
		t.Run(p[0], func(t *testing.T) {
			english, chinese := files.Read(t, p[0]), files.Read(t, p[1])
			for i, text := range []string{english, chinese} {
				first, _, _ := strings.Cut(text, "\n")
				if want := "](" + path.Base(p[1-i]) + ")"; !strings.HasSuffix(first, want) {
					t.Errorf("%s: got the first line %q, want a link to %s", p[i], first, p[1-i])
				}
			}
			got, want := outline(chinese), outline(english)
			if !slices.Equal(got, want) {
				i := 0
				for i < min(len(got), len(want)) && got[i] == want[i] {
					i++
				}
				t.Errorf("got %d pieces in Chinese, want %d as in English; from number %d on:\ngot  %q\nwant %q",
					len(got), len(want), i+1, got[i:min(i+5, len(got))], want[i:min(i+5, len(want))])
			}
		})
	}
}

// anchors returns the anchors of a page's headings.
func anchors(text string) map[string]bool {
	names := map[string]bool{}
	for line := range strings.Lines(prose(text)) {
		heading, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
		if !ok || !strings.HasPrefix(line, "#") {
			continue
		}
		var name strings.Builder
		for _, r := range strings.ToLower(strings.TrimSpace(heading)) {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				name.WriteRune(r)
			case r == ' ':
				name.WriteByte('-')
			}
		}
		names[name.String()] = true
	}
	return names
}

// TestLinksOfThePages checks that each link leads to an existing file and heading, in the same language.
func TestLinksOfThePages(t *testing.T) {
	var all []string
	for _, p := range pages(t) {
		all = append(all, p[:]...)
	}
	if len(all) < 20 {
		t.Fatalf("got %v, want all pages", all)
	}
	link := regexp.MustCompile(`(?:\]\(|src=")([^)#\s"]*)(#[^)\s"]+)?[)"]`)
	for _, name := range append(all, "CONTRIBUTING.md") {
		t.Run(name, func(t *testing.T) {
			text := files.Read(t, name)
			for i, m := range link.FindAllStringSubmatch(prose(text), -1) {
				if strings.Contains(m[1], "://") {
					continue
				}
				target := path.Join(path.Dir(name), m[1])
				if m[1] == "" {
					target = name
				}
				if _, err := os.Stat(files.Path(t, target)); err != nil {
					t.Errorf("got a link to %s, want one to a file that exists", m[0])
					continue
				}
				if m[2] != "" && !anchors(files.Read(t, target))[strings.TrimPrefix(m[2], "#")] {
					t.Errorf("got a link to %s, want one to a heading of %s", m[0], target)
				}
				if i == 0 || name == "CONTRIBUTING.md" || !slices.Contains(all, target) {
					continue // the first link leads to the other language
				}
				if strings.HasSuffix(target, ".zh.md") != strings.HasSuffix(name, ".zh.md") {
					t.Errorf("got a link to %s, want the page in the same language", m[0])
				}
			}
		})
	}
}
