package docs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shiming/e2e/files"
	"shiming/flows"
	"shiming/sim/scenario"
)

// TestErrorPagesAreComplete: both pages name every code of the three tables.
func TestErrorPagesAreComplete(t *testing.T) {
	for name, every := range map[string]string{"docs/errors.md": "every %d min", "docs/errors.zh.md": "每 %d 分钟"} {
		text := files.Read(t, name)
		if probe := fmt.Sprintf(every, int(flows.ProbeEvery.Minutes())); strings.Count(text, probe) != 3 {
			t.Errorf("%s does not say three times that a stopped step tries again %s", name, probe)
		}
		errorCodes(t, name, text)
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

// known is a row of one of the bot's tables.
type known struct {
	file, code, text string
	class, reason    string
}

// tables reads the bot's tables of codes. What they guess about codes that nobody has documented is left out.
func tables(t *testing.T) (all []known) {
	t.Helper()
	for _, table := range []struct {
		file, row string
		least     int
		take      func(m []string) known
	}{
		{"bot/codes.go", `(?m)^\t(\d+):\s+\{class: Class(\w+)`, 110, func(m []string) known {
			return known{code: m[1], class: m[2]}
		}},
		{"verify/codes.go", `(?m)^\t"([A-Z][A-Za-z.]*)":\s+(\w+)(?:\(Reason(\w+))?`, 105, func(m []string) known {
			return known{code: m[1], class: m[2], reason: m[3]}
		}},
		{"verify/elements.go", `(?m)^\t"(-\d+)":\s+(?:\{class: )?(\w+)(?:\(Reason(\w+))?`, 13, func(m []string) known {
			return known{code: m[1], class: m[2], reason: m[3]}
		}},
		{"esign/codes.go", `(?m)^\t\{"(\w+)", "([^"]*)", Kind(\w+)`, 24, func(m []string) known {
			return known{code: m[1], text: m[2], class: m[3]}
		}},
	} {
		text, _, _ := strings.Cut(files.Read(t, table.file), "var families")
		rows := regexp.MustCompile(table.row).FindAllStringSubmatch(text, -1)
		if len(rows) < table.least {
			t.Fatalf("%s: %d rows were read", table.file, len(rows))
		}
		for _, m := range rows {
			k := table.take(m)
			k.file = table.file
			all = append(all, k)
		}
	}
	return all
}

// is reports whether a row is about the code that a platform answers in the scenario.
func (k known) is(r scenario.Refusal) bool {
	upstream := map[string]string{"bot/codes.go": "feishu", "verify/codes.go": "tencent", "verify/elements.go": "tencent",
		"esign/codes.go": "esign"}[k.file]
	code := r.Code
	if _, sub, ok := strings.Cut(code, "/"); ok {
		code = sub // the error of a card
	}
	return r.Call.Upstream == upstream && k.code == code && strings.Contains(r.Message, k.text)
}

// follows is what a row of the bot's tables leads to when the call is answered with the code.
func (k known) follows(call string) scenario.Outcome {
	switch k.file {
	case "bot/codes.go":
		return k.followsFeishu(call)
	case "esign/codes.go":
		switch k.class {
		case "Auth", "Forbidden", "Clock", "Permission", "Quota":
			return scenario.Stops
		case "Parameter", "UploadMismatch":
			return scenario.Decides
		}
		return scenario.Again // Rate, NotFound, UploadExpired
	}
	switch k.class {
	case "retry", "retrySoon", "ClassRetry":
		return scenario.Again
	case "retryUnsure":
		if call == "tencent.sms" {
			return scenario.Unclear
		}
		return scenario.Again // a check that is made twice does no harm
	case "operator", "operatorDay":
		return scenario.Stops
	case "unknown":
		return scenario.Decides
	case "Mismatch", "NoRecord": // results
		return scenario.Asks
	}
	if slices.Contains([]string{"Mismatch", "NoRecord", "TooManyChecks"}, k.reason) {
		return scenario.Decides // names no field to put right
	}
	return scenario.Asks
}

func (k known) followsFeishu(call string) scenario.Outcome {
	operator := slices.Contains([]string{"Permission", "Quota", "Config"}, k.class)
	switch {
	case k.class == "Retry", k.class == "Credentials" && call != "feishu.token":
		return scenario.Again
	case call == "feishu.contact":
		return scenario.Without
	}
	switch call {
	case "feishu.send", "feishu.reply", "feishu.patch":
		switch {
		case operator:
			return scenario.Later
		case k.class == "Gone" && call != "feishu.send": // of a first message there is none to renew
			return scenario.Renews
		}
		return scenario.Unseen
	}
	switch {
	case operator, k.class == "Credentials":
		return scenario.Stops
	case call == "feishu.download", k.class == "Person", k.class == "Mismatch":
		return scenario.Asks
	}
	return scenario.Decides
}

// TestScenariosAndTables: the codes that the catalogue has from the platforms' pages and those in the bot's tables
// are the same, and both agree about what follows. What the catalogue names elsewhere is not asked of the tables.
func TestScenariosAndTables(t *testing.T) {
	all := tables(t)
	for _, r := range scenario.Refusals() {
		i := slices.IndexFunc(all, func(k known) bool { return k.is(r) })
		switch {
		case strings.HasPrefix(r.Code, "fileStatus "): // no code but a state, see esign.FileStatus
		case i < 0:
			t.Errorf("%s: no table of the bot has it", r.Name)
		case r.Name == "feishu.patch/11310": // told apart from the other by its words, see TestSubCodes
		case all[i].follows(r.Call.Name) != r.Outcome:
			t.Errorf("%s: the scenario says %q, %s makes it %q", r.Name, r.Outcome, all[i].file, all[i].follows(r.Call.Name))
		}
	}
	var elsewhere []string
	for _, e := range scenario.NoScenario() {
		elsewhere = append(elsewhere, e.Codes...)
	}
	for _, k := range all {
		here := slices.ContainsFunc(scenario.Refusals(), k.is)
		if there := slices.Contains(elsewhere, k.code); here == there {
			t.Errorf("%s: %s %s has a scenario: %t, is elsewhere: %t", k.file, k.code, k.text, here, there)
		}
	}
}

// said are the words of docs/errors*.md for what follows.
var said = map[scenario.Outcome]*regexp.Regexp{
	scenario.Again:   regexp.MustCompile(`\*\*(repeat|重试)\*\*|once more|再调一次|new upload address|换一个上传地址`),
	scenario.Asks:    regexp.MustCompile(`\*\*(tell|form|告诉员工|退回表单)\*\*`),
	scenario.Stops:   regexp.MustCompile(`\*\*(stop|停下)\*\*`),
	scenario.Decides: regexp.MustCompile(`\*\*(ask HR|HR 处理)\*\*`),
	scenario.Unclear: regexp.MustCompile(`\*\*(unknown code|可能已发出)\*\*`),
	scenario.Later:   regexp.MustCompile(`\*\*(wait|稍后再发)\*\*`),
	scenario.Unseen:  regexp.MustCompile(`\*\*(drop|不发|renew|发新卡)\*\*`), // renew is drop where there was no message yet
	scenario.Renews:  regexp.MustCompile(`\*\*(renew|发新卡)\*\*`),
	scenario.Without: regexp.MustCompile(`form starts empty|表单空着`),
}

// TestErrorPagesAgree: docs/errors*.md say of each code what the catalogue says, and name the codes that are elsewhere.
func TestErrorPagesAgree(t *testing.T) {
	for _, file := range []string{"docs/errors.md", "docs/errors.zh.md"} {
		t.Run(file, func(t *testing.T) { errorPageAgrees(t, file) })
	}
}

func errorPageAgrees(t *testing.T, file string) {
	type line struct{ text, bot string }
	lines := map[string][]line{} // by code
	ticked := regexp.MustCompile("`([^`]+)`")
	text := files.Read(t, file)
	for row := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(row), "|"), "|")
		if !strings.HasPrefix(row, "| `") || len(cells) < 2 {
			continue
		}
		l := line{bot: cells[len(cells)-1]}
		if len(cells) == 4 { // e签宝: the message
			l.text = strings.Trim(cells[1], " `")
		}
		for _, m := range ticked.FindAllStringSubmatch(cells[0], -1) {
			lines[m[1]] = append(lines[m[1]], l)
		}
	}
	for _, r := range scenario.Refusals() {
		code := r.Code
		if _, sub, ok := strings.Cut(code, "/"); ok {
			code = sub
		}
		if strings.HasPrefix(code, "fileStatus ") {
			continue // with the uploads, in words
		}
		i := slices.IndexFunc(lines[code], func(l line) bool {
			return strings.Contains(r.Message, l.text) && said[r.Outcome].MatchString(l.bot)
		})
		if first := slices.IndexFunc(lines[code], func(l line) bool {
			return strings.Contains(r.Message, l.text)
		}); i < 0 || r.Call.Upstream == "esign" && i != first {
			t.Errorf("%s: the page does not say %q: %v", r.Name, r.Outcome, lines[code])
		}
	}
	for _, e := range scenario.NoScenario() {
		for _, code := range e.Codes {
			if !strings.Contains(text, "`"+code+"`") {
				t.Errorf("the page lacks %s of %s", code, e.Page)
			}
		}
	}
}

// TestScenariosCoverTheStates: somebody can be brought to every state.
func TestScenariosCoverTheStates(t *testing.T) {
	for _, s := range flows.States {
		if _, ok := scenario.StateNamed("state/" + string(s)); !ok {
			t.Errorf("nobody can be brought to %s", s)
		}
	}
}
