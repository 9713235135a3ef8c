package docs

import (
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"shiming/e2e/files"
)

// extensions are the extensions of files that CONTRIBUTING.md may name without a directory.
var extensions = []string{".go", ".md", ".yaml", ".json", ".mmd", ".txt"}

// pathIn returns the repository path that a word of a page means, "" for none. NAME is a placeholder.
func pathIn(word string) string {
	word = strings.TrimSuffix(strings.TrimPrefix(word, "./"), "/...")
	if !regexp.MustCompile(`^[A-Za-z0-9_.*-]+(/[A-Za-z0-9_.*-]+)*$`).MatchString(word) {
		return ""
	}
	known := strings.Contains(word, "/")
	for _, ext := range extensions {
		known = known || strings.HasSuffix(word, ext) && len(word) > len(ext)
	}
	if !known || regexp.MustCompile(`^(CALL|state|feishu\.|tencent\.|esign\.)`).MatchString(word) {
		return "" // a scenario is no path
	}
	return strings.ReplaceAll(word, "NAME", "*")
}

// TestContributingNamesWhatExists checks that every path, test and variable in CONTRIBUTING.md exists.
func TestContributingNamesWhatExists(t *testing.T) {
	text := files.Read(t, "CONTRIBUTING.md")
	seen := map[string]bool{}
	first := func(word string) bool {
		was := seen[word]
		seen[word] = true
		return !was
	}
	paths := 0
	for _, code := range codes(text) {
		for word := range strings.FieldsSeq(code) {
			pattern := pathIn(word)
			if pattern == "" || !first(word) {
				continue
			}
			paths++
			t.Run(strings.ReplaceAll(word, "/", " "), func(t *testing.T) {
				if got := files.Glob(t, filepath.FromSlash(pattern)); len(got) == 0 {
					t.Errorf("got no file %s, want one", word)
				}
				if ext := path.Ext(word); strings.Contains(word, "NAME") && ext != ".go" {
					t.Errorf("got %s, want the name of a Go file", word)
				}
			})
		}
	}
	if paths < 100 {
		t.Errorf("got %d paths in CONTRIBUTING.md, want all that it names", paths)
	}

	var tests, variables strings.Builder
	for _, s := range goFiles(t) {
		source := files.Read(t, s.path)
		variables.WriteString(source)
		if s.test {
			tests.WriteString(source)
		}
	}
	for _, name := range regexp.MustCompile(`\bTest[A-Z]\w*`).FindAllString(text, -1) {
		if first(name) && !strings.Contains(tests.String(), "\nfunc "+name+"(t *testing.T)") {
			t.Errorf("got the test %s, want one that exists", name)
		}
	}
	for _, name := range regexp.MustCompile("`((?:SHIMING|SPECIMEN)_[A-Z0-9_]*[A-Z0-9])`").FindAllStringSubmatch(text,
		-1) {
		if first(name[1]) && !strings.Contains(variables.String(), `"`+name[1]+`"`) {
			t.Errorf("got the variable %s, want one that the code reads", name[1])
		}
	}
}
