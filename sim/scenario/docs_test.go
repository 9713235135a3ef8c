package scenario_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"shiming/sim/scenario"
)

// page is a document that is generated from the catalogue.
type page struct {
	file, other, title, about                               string
	states, plays, shapes                                   string // titles of the sections
	faults, codes, elsewhere                                string
	stateHead, playHead, faultHead, codeHead, elsewhereHead string // first lines of their tables
	say                                                     func(scenario.Text) string
}

// pages lists the documents, one for each language.
var pages = []page{
	{
		file:  "../../docs/scenarios.md",
		other: "[中文](scenarios.zh.md)",
		title: "Scenarios",
		about: "Everything that the playground can bring about, by name. " +
			"`POST /sim/scenarios/NAME/arm` arms one, the page's drawer does the same. " +
			"This page is made of the catalogue: `go test ./sim/scenario -update`.",
		states:        "Places to bring somebody to",
		plays:         "Somebody runs into something",
		shapes:        "A platform sends it in another form",
		faults:        "A call goes wrong",
		codes:         "A call is answered with a documented error code",
		elsewhere:     "Documented, and no scenario",
		stateHead:     "| name | where the person stands |",
		playHead:      "| name | what is unusual | the right outcome |",
		faultHead:     "| name | what happens | how it goes on |",
		codeHead:      "| name | HTTP | code | what it means | how it goes on | page |",
		elsewhereHead: "| page | codes | why |",
		say:           func(t scenario.Text) string { return t.EN },
	},
	{
		file:  "../../docs/scenarios.zh.md",
		other: "[English](scenarios.md)",
		title: "场景",
		about: "演示能做出来的所有情形，按名字列出。`POST /sim/scenarios/名字/arm` 准备一个，页面上的「场景」也一样。" +
			"本页由目录生成：`go test ./sim/scenario -update`。",
		states:        "把人带到某一步",
		plays:         "有人遇到了什么",
		shapes:        "平台换一种形式发来",
		faults:        "一次调用出错",
		codes:         "一次调用得到文档里的错误码",
		elsewhere:     "文档里有、没有场景的",
		stateHead:     "| 名字 | 员工到了哪里 |",
		playHead:      "| 名字 | 特别之处 | 应该怎样 |",
		faultHead:     "| 名字 | 发生什么 | 怎么继续 |",
		codeHead:      "| 名字 | HTTP | 错误码 | 含义 | 怎么继续 | 出处 |",
		elsewhereHead: "| 出处 | 错误码 | 原因 |",
		say:           func(t scenario.Text) string { return t.ZH },
	},
}

// TestDocuments compares docs/scenarios*.md with the catalogue.
func TestDocuments(t *testing.T) {
	for _, p := range pages {
		t.Run(p.title, func(t *testing.T) {
			want := p.render()
			if *update {
				if err := os.WriteFile(p.file, []byte(want), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := os.ReadFile(p.file); err != nil || string(got) != want {
				t.Errorf("%s differs from the catalogue (-update writes it): %v", p.file, err)
			}
		})
	}
}

func (p page) render() string {
	var b strings.Builder
	row := func(cells ...string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	head := func(title, line string) {
		rule := strings.Repeat("| --- ", strings.Count(line, "|")-1) + "|"
		fmt.Fprintf(&b, "\n## %s\n\n%s\n%s\n", title, line, rule)
	}
	fmt.Fprintf(&b, "%s\n\n# %s\n\n%s\n", p.other, p.title, p.about)
	head(p.states, p.stateHead)
	for _, s := range scenario.States() {
		row("`"+s.Name+"`", p.say(s.Text))
	}
	head(p.plays, p.playHead)
	for _, e := range scenario.Encounters() {
		if e.Shape == nil {
			row("`"+e.Name+"`", p.say(e.Text), p.say(e.End))
		}
	}
	head(p.shapes, p.playHead)
	for _, e := range scenario.Encounters() {
		if e.Shape != nil {
			row("`"+e.Name+"`", p.say(e.Text), p.say(e.End))
		}
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
	return b.String()
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
		// A party that has to act reads the cause.
		told := s.Outcome == scenario.Asks || s.Outcome == scenario.Stops || s.Outcome == scenario.Decides ||
			s.Outcome == scenario.Unclear
		if told != (s.Says != "") {
			t.Errorf("%s: outcome %s does not fit the text %q", s.Name, s.Outcome, s.Says)
		}
		// Unclear is for calls whose repetition has an effect.
		if s.Outcome == scenario.Unclear && s.Call.Repeat == scenario.Harmless {
			t.Errorf("%s: unclear, although a repetition is harmless", s.Name)
		}
	}
}

// TestNoScenario checks that a code of NoScenario appears once, and in no scenario.
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
				t.Errorf("%s of %s appears elsewhere, too", code, e.Page)
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
