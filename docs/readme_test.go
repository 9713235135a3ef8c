// Package docs holds the pages, and the tests that hold them, CONTRIBUTING.md and both READMEs to the code: the rooms and their walls
// (architecture_test.go, architecture_page_test.go), error codes (errors_test.go), settings, words, scopes and links (readme_test.go).
package docs

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"

	"shiming/config"
	"shiming/e2e/files"
	"shiming/flows"
)

var readmes = []string{"README.md", "README.zh.md"}

// TestReadmesShowTheTable holds the diagram of both READMEs equal to the one that the table prints.
func TestReadmesShowTheTable(t *testing.T) {
	want := files.Read(t, "flows/testdata/flow.mmd")
	for _, name := range readmes {
		got := files.Between(t, files.Read(t, name), "<!-- flow:begin -->\n```mermaid\n", "```\n<!-- flow:end -->")
		if got != want {
			t.Errorf("%s: copy flows/testdata/flow.mmd between the flow markers", name)
		}
	}
}

// TestConfigYAMLHasEveryKey: the file that people edit names every key and no other, and with its default.
func TestConfigYAMLHasEveryKey(t *testing.T) {
	k := koanf.New(".")
	if err := k.Load(file.Provider(files.Path(t, "config.yaml")), yaml.Parser()); err != nil {
		t.Fatal(err)
	}
	for _, s := range config.Settings {
		t.Run(s.Path, func(t *testing.T) {
			if !k.Exists(s.Path) {
				t.Fatal("config.yaml lacks it")
			}
			shown := fmt.Sprint(k.Get(s.Path))
			if _, ok := k.Get(s.Path).([]any); ok {
				shown = strings.Join(k.Strings(s.Path), ",")
			}
			if !sameValue(shown, s.Default) {
				t.Errorf("config.yaml: got %q, want the default %q", shown, s.Default)
			}
		})
		k.Delete(s.Path)
	}
	if left := k.Keys(); len(left) > 0 {
		t.Errorf("config.yaml: got %v, which are no keys", left)
	}
}

// sameValue reports whether two values of a key mean the same: 60s is 1m.
func sameValue(a, b string) bool {
	long, err := time.ParseDuration(a)
	other, err2 := time.ParseDuration(b)
	return a == b || err == nil && err2 == nil && long == other
}

// TestReadmesListEveryKey holds the configuration tables against the settings, defaults included.
func TestReadmesListEveryKey(t *testing.T) {
	for _, name := range readmes {
		text := files.Read(t, name)
		for _, s := range config.Settings {
			t.Run(name+"/"+s.Path, func(t *testing.T) {
				_, row, ok := strings.Cut(text, "\n| `"+s.Path+"` | ")
				if !ok {
					t.Fatal("there is no row")
				}
				shown, _, _ := strings.Cut(row, " |")
				if shown == "–" && s.Default == "" {
					return
				}
				if value := strings.Trim(shown, "`"); !sameValue(value, s.Default) || "`"+value+"`" != shown {
					t.Errorf("got %q, want the default `%s`", shown, s.Default)
				}
			})
		}
	}
}

// TestSetupNamesScopesAndEvents: what is imported and subscribed is also explained.
func TestSetupNamesScopesAndEvents(t *testing.T) {
	var list struct {
		Scopes struct {
			Tenant []string `json:"tenant"`
			User   []string `json:"user"`
		} `json:"scopes"`
	}
	if err := json.Unmarshal([]byte(files.Read(t, "bot/scopes.json")), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Scopes.Tenant) == 0 || list.Scopes.User == nil || len(list.Scopes.User) > 0 {
		t.Errorf("want tenant scopes and an empty list of user scopes, got %+v", list.Scopes)
	}
	var events []string
	for _, m := range regexp.MustCompile(`(?m)^\tevent\w+ += "([^"]+)"$`).FindAllStringSubmatch(files.Read(t, "bot/dispatch.go"), -1) {
		events = append(events, m[1])
	}
	if len(events) < 5 {
		t.Fatalf("bot/dispatch.go: found only the events %v", events)
	}
	for _, name := range []string{"docs/feishu-setup.md", "docs/feishu-setup.zh.md"} {
		text := files.Read(t, name)
		for _, scope := range list.Scopes.Tenant {
			if !strings.Contains(text, "| `"+scope+"` |") {
				t.Errorf("%s has no row for the scope %s", name, scope)
			}
		}
	}
	for _, name := range append([]string{"docs/feishu-setup.md", "docs/feishu-setup.zh.md"}, readmes...) {
		text := files.Read(t, name)
		for _, event := range events {
			if !strings.Contains(text, "`"+event+"`") {
				t.Errorf("%s does not name %s", name, event)
			}
		}
	}
}

// TestReadmeWordsAreUnderstood says every word of the tables to the bot.
func TestReadmeWordsAreUnderstood(t *testing.T) {
	var lists [][]string
	for _, name := range readmes {
		var words []string
		for line := range strings.Lines(files.Between(t, files.Read(t, name), "<!-- words:begin -->", "<!-- words:end -->")) {
			cell, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), "|")
			for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
				words = append(words, m[1])
				if flows.ParseWord(m[1]) == flows.WordNone {
					t.Errorf("%s offers %q, which the bot does not understand", name, m[1])
				}
			}
		}
		lists = append(lists, words)
	}
	if len(lists[0]) < 20 || !slices.Equal(lists[0], lists[1]) {
		t.Errorf("the READMEs offer different words:\n%v\n%v", lists[0], lists[1])
	}
}

// TestErrorPagesAreComplete: both pages name every code of the three tables, and as many rows of tables as each other.
func TestErrorPagesAreComplete(t *testing.T) {
	var rows []int
	for name, every := range map[string]string{"docs/errors.md": "every %d min", "docs/errors.zh.md": "每 %d 分钟"} {
		text := files.Read(t, name)
		rows = append(rows, strings.Count(text, "\n| "))
		if probe := fmt.Sprintf(every, int(flows.ProbeEvery.Minutes())); strings.Count(text, probe) != 3 {
			t.Errorf("%s does not say three times that a stopped step tries again %s", name, probe)
		}
		errorCodes(t, name, text)
	}
	if rows[0] != rows[1] {
		t.Errorf("one page has %d rows of tables, the other %d", rows[0], rows[1])
	}
}

// errorCodes looks for every code in a page.
func errorCodes(t *testing.T, name, text string) {
	t.Helper()
	for _, table := range []struct {
		file, row string
		least     int
	}{
		{"bot/codes.go", `(?m)^\t(\d+): +\{class:`, 100},
		{"esign/codes.go", `(?m)^\t\{"(\w+)", "`, 20},
		{"verify/codes.go", `(?m)^\t"([A-Z][A-Za-z.]+)": +(?:retry|operator|person|unknown)`, 100},
	} {
		codes := regexp.MustCompile(table.row).FindAllStringSubmatch(files.Read(t, table.file), -1)
		if len(codes) < table.least {
			t.Errorf("%s: only %d rows were found", table.file, len(codes))
		}
		for _, m := range codes {
			if !strings.Contains(text, "`"+m[1]+"`") {
				t.Errorf("%s lacks %s of %s", name, m[1], table.file)
			}
		}
	}
}

// TestLinksOfThePages: relative links lead to files that exist, each page links to its other language.
func TestLinksOfThePages(t *testing.T) {
	docs := files.Glob(t, "docs/*.md")
	if len(docs) < 5 {
		t.Fatal(docs)
	}
	link := regexp.MustCompile(`\]\(([^)#\s]+)(#[^)\s]+)?\)`)
	for _, name := range append(docs, readmes...) {
		text := files.Read(t, name)
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(files.Path(t, filepath.Join(filepath.Dir(name), m[1]))); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if first, _, _ := strings.Cut(files.Read(t, "README.md"), "\n"); first != "[中文说明](README.zh.md)" {
		t.Errorf("README.md begins with %q, want the way to the Chinese one", first)
	}
}
