package evidence

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var placeholders = regexp.MustCompile(`\{[a-z]+\}`)

// TestTexts: every text is there in both languages with the same placeholders, every id that the program names has a
// text, and every text is named.
func TestTexts(t *testing.T) {
	var source strings.Builder
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(raw)
	}
	code := source.String()
	for id, text := range texts {
		var found [2][]string
		for i, lang := range Languages {
			if text[lang] == "" {
				t.Errorf("%s: got no text in %s", id, lang)
			}
			found[i] = placeholders.FindAllString(text[lang], -1)
			slices.Sort(found[i])
		}
		if !slices.Equal(found[0], found[1]) {
			t.Errorf("%s: got the placeholders %v and %v", id, found[0], found[1])
		}
		family, rest, nested := strings.Cut(id, ".")
		byCode := slices.Contains([]string{"side", "outcome", "read_type", "read_login", "who", "verdict", "advice"}, family)
		if !strings.Contains(code, `"`+id+`"`) && !(nested && (byCode || strings.Contains(code, `"`+rest+`"`))) {
			t.Errorf("%s: got no use of the text", id)
		}
	}
	for family, call := range map[string]string{
		"found.":   `found\("([a-z_]+)"`,
		"label.":   `w\.pair\("([a-z_0-9]+)"`,
		"section.": `add\("([a-z]+)"`,
		"head.":    `"head\.([a-z]+)"`,
	} {
		all := regexp.MustCompile(call).FindAllStringSubmatch(code, -1)
		if len(all) == 0 {
			t.Errorf("%s: got no ids", family)
		}
		for _, m := range all {
			if texts[family+m[1]] == nil {
				t.Errorf("got no text %s%s", family, m[1])
			}
		}
	}
}
