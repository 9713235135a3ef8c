package docs

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"shiming/cards"
	"shiming/e2e/files"
	"shiming/flows"
)

var updateChecks = flag.Bool("update-checks", false, "rewrite the table of docs/checks.md and docs/checks.zh.md")

// cardTexts returns the texts of the cards in English and in Chinese.
func cardTexts(t *testing.T) [2]map[string]string {
	t.Helper()
	var all map[string]struct{ ZH, EN string }
	if err := json.Unmarshal([]byte(files.Read(t, "cards/texts.json")), &all); err != nil {
		t.Fatal(err)
	}
	out := [2]map[string]string{{}, {}}
	for id, text := range all {
		out[0][id], out[1][id] = text.EN, text.ZH
	}
	return out
}

// checkTable is the table of all checks, from flows.Checks and the texts of one language.
func checkTable(text map[string]string, chinese bool) string {
	head := "| id | on HR's card | default | may be | HR reads | the employee reads |\n|---|---|---|---|---|---|\n"
	if chinese {
		head = "| 检查 | HR 卡片上的标签 | 默认 | 可以设成 | HR 看到 | 员工看到 |\n|---|---|---|---|---|---|\n"
	}
	var b strings.Builder
	b.WriteString(head)
	for _, rule := range flows.Checks {
		var levels []string
		for _, l := range flows.AllowedLevels(rule.ID) {
			levels = append(levels, "`"+string(l)+"`")
		}
		told := "–"
		if rule.Told {
			told = text["issue."+string(rule.ID)]
			if cards.HasText("advice." + string(rule.ID)) {
				told = text["advice."+string(rule.ID)]
			}
		}
		b.WriteString("| `" + string(rule.ID) + "` | " + text["chip."+string(rule.Finding)] + " | `" + string(rule.Default) +
			"` | " + strings.Join(levels, " ") + " | " + text["issue."+string(rule.ID)] + " | " + told + " |\n")
	}
	return b.String()
}

// TestChecksPagesListEveryCheck compares both pages with the list that the program executes.
func TestChecksPagesListEveryCheck(t *testing.T) {
	const begin, end = "<!-- checks:begin -->\n", "<!-- checks:end -->"
	texts := cardTexts(t)
	for i, page := range pair("docs/checks.md") {
		t.Run(page, func(t *testing.T) {
			before, rest, found := strings.Cut(files.Read(t, page), begin)
			got, after, ended := strings.Cut(rest, end)
			if !found || !ended {
				t.Fatal("got no markers, want a table")
			}
			want := checkTable(texts[i], i == 1)
			if *updateChecks {
				if err := os.WriteFile(files.Path(t, page), []byte(before+begin+want+end+after), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("differs from flows.Checks (go test ./docs -run TestChecksPages -update-checks):\n%s\nwant\n%s", got, want)
			}
		})
	}
}
