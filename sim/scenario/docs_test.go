package scenario_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"shiming/sim/scenario"
)

// pages are the documents that are made of the catalogue, by language.
var pages = []struct {
	file, other, title, about, states, faults, codes, elsewhere string
	stateHead, faultHead, codeHead, elsewhereHead               string
	say                                                         func(scenario.Text) string
}{
	{"../../docs/scenarios.md", "[中文](scenarios.zh.md)", "Scenarios",
		"Everything that the playground can bring about, by name. `POST /sim/scenarios/NAME/arm` arms one, the page's drawer does the same. " +
			"This page is made of the catalogue: `go test ./sim/scenario -update`.",
		"Places to bring somebody to", "A call goes wrong", "A call is answered with a documented error code",
		"Documented, and no scenario",
		"| name | where the person stands |", "| name | what happens | how it goes on |",
		"| name | HTTP | code | what it means | how it goes on | page |", "| page | codes | why |",
		func(t scenario.Text) string { return t.EN }},
	{"../../docs/scenarios.zh.md", "[English](scenarios.md)", "场景",
		"演示能做出来的所有情形，按名字列出。`POST /sim/scenarios/名字/arm` 准备一个，页面上的「场景」也一样。本页由目录生成：`go test ./sim/scenario -update`。",
		"把人带到某一步", "一次调用出错", "一次调用得到文档里的错误码", "文档里有、没有场景的",
		"| 名字 | 员工到了哪里 |", "| 名字 | 发生什么 | 怎么继续 |", "| 名字 | HTTP | 错误码 | 含义 | 怎么继续 | 出处 |", "| 出处 | 错误码 | 原因 |",
		func(t scenario.Text) string { return t.ZH }},
}

// TestDocuments holds docs/scenarios*.md to the catalogue.
func TestDocuments(t *testing.T) {
	for _, p := range pages {
		var b strings.Builder
		row := func(cells ...string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
		head := func(title, line string) {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n%s\n", title, line, strings.Repeat("| --- ", strings.Count(line, "|")-1)+"|")
		}
		fmt.Fprintf(&b, "%s\n\n# %s\n\n%s\n", p.other, p.title, p.about)
		head(p.states, p.stateHead)
		for _, s := range scenario.States() {
			row("`"+s.Name+"`", p.say(s.Text))
		}
		head(p.faults, p.faultHead)
		for _, s := range scenario.All() {
			row("`"+s.Name+"`", p.say(s.Text), p.say(s.End.Text))
		}
		head(p.codes, p.codeHead)
		for _, s := range scenario.Refusals() {
			row("`"+s.Name+"`", fmt.Sprint(s.Status), "`"+s.Code+"`", p.say(s.Text), p.say(s.End()), s.Page)
		}
		head(p.elsewhere, p.elsewhereHead)
		for _, e := range scenario.NoScenario() {
			row(e.Page, "`"+strings.Join(e.Codes, "` `")+"`", p.say(e.Why))
		}
		if *update {
			if err := os.WriteFile(p.file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(p.file); err != nil || string(got) != b.String() {
			t.Errorf("%s is not what the catalogue says (-update writes it): %v", p.file, err)
		}
	}
}

func TestRefusalsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range scenario.All() {
		seen[s.Name] = true
	}
	for _, s := range scenario.Refusals() {
		if seen[s.Name] || strings.Count(s.Name, "/") != 1 || strings.ContainsAny(s.Name, " ?#%") {
			t.Errorf("name %q", s.Name)
		}
		seen[s.Name] = true
		if s.Text.ZH == "" || s.Text.EN == "" || s.End().ZH == "" || s.Page == "" || s.Body == "" || s.Status < 200 ||
			s.Call.Operation == "" {
			t.Errorf("%s: %+v", s.Name, s)
		}
		if got, ok := scenario.RefusalNamed(s.Name); !ok || got.Code != s.Code {
			t.Errorf("%s is not found", s.Name)
		}
		// Whoever has to do something reads why.
		told := s.Outcome == scenario.Asks || s.Outcome == scenario.Stops || s.Outcome == scenario.Decides ||
			s.Outcome == scenario.Unclear
		if told != (s.Says != "") {
			t.Errorf("%s: %s, and reads %q", s.Name, s.Outcome, s.Says)
		}
		// Nobody repeats by itself what must not be done twice and may have been done.
		if s.Outcome == scenario.Unclear && s.Call.Repeat == scenario.Harmless {
			t.Errorf("%s: a repetition does no harm", s.Name)
		}
	}
}

// TestNoScenario: a code that the catalogue names elsewhere is named once, and is in no scenario.
func TestNoScenario(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range scenario.Refusals() {
		seen[s.Code] = true
	}
	for _, e := range scenario.NoScenario() {
		if e.Page == "" || e.Why.ZH == "" || e.Why.EN == "" || len(e.Codes) == 0 {
			t.Errorf("%+v", e)
		}
		for _, code := range e.Codes {
			if seen[code] {
				t.Errorf("%s of %s stands somewhere else as well", code, e.Page)
			}
			seen[code] = true
		}
	}
}

func TestStatesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range scenario.States() {
		if seen[s.Name] || !strings.HasPrefix(s.Name, "state/") || s.Text.ZH == "" || s.Text.EN == "" || s.Stage == "" {
			t.Errorf("%+v", s)
		}
		seen[s.Name] = true
		if _, ok := scenario.Named(s.Fault); s.Fault != "" && !ok {
			t.Errorf("%s: no fault %q", s.Name, s.Fault)
		}
		if got, ok := scenario.StateNamed(s.Name); !ok || got != s {
			t.Errorf("%s is not found", s.Name)
		}
	}
}
