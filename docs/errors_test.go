package docs

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"shiming/e2e/files"
	"shiming/flows"
	"shiming/sim/scenario"
)

// TestErrorPagesAreComplete checks that both pages name every code of the three tables.
func TestErrorPagesAreComplete(t *testing.T) {
	for name, every := range map[string]string{"docs/errors.md": "every %d min", "docs/errors.zh.md": "每 %d 分钟"} {
		text := files.Read(t, name)
		if probe := fmt.Sprintf(every, int(flows.ProbeEvery.Minutes())); strings.Count(text, probe) != 3 {
			t.Errorf("%s: got %d times %q, want 3", name, strings.Count(text, probe), probe)
		}
		errorCodes(t, name, text)
	}
}

// errorCodes checks that a page names every code.
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
			t.Errorf("%s: got %d rows, want at least %d", table.file, len(codes), table.least)
		}
		for _, m := range codes {
			if !strings.Contains(text, "`"+m[1]+"`") {
				t.Errorf("%s: got no %s of %s, want every code", name, m[1], table.file)
			}
		}
	}
}

// known is a row of one of the bot's error tables.
type known struct {
	file, code, text string
	class, reason    string
	call             string // the only call whose answer it is; "" = any
}

// tables reads the bot's error tables. It omits the rules for undocumented codes.
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
			t.Fatalf("%s: got %d rows, want at least %d", table.file, len(rows), table.least)
		}
		for _, m := range rows {
			k := table.take(m)
			k.file = table.file
			all = append(all, k)
		}
	}
	return append(all, faceTable(t)...)
}

// is reports whether a row is about the code of a scenario.
func (k known) is(r scenario.Refusal) bool {
	upstream := map[string]string{
		"bot/codes.go":       "feishu",
		"verify/codes.go":    "tencent",
		"verify/elements.go": "tencent",
		"esign/codes.go":     "esign",
		faceFile:             "tencent",
	}[k.file]
	if k.call != "" && k.call != r.Call.Name {
		return false
	}
	code := r.Code
	if _, sub, ok := strings.Cut(code, "/"); ok {
		code = sub // the error of a card
	}
	return r.Call.Upstream == upstream && k.code == code && strings.Contains(r.Message, k.text)
}

// follows returns the outcome of a row when the call is answered with its code.
func (k known) follows(call string) scenario.Outcome {
	switch k.file {
	case "bot/codes.go":
		return k.followsFeishu(call)
	case "esign/codes.go":
		if k.code == "1435002" {
			return scenario.Stops // of the evidence point, whose set-up is wrong then; no other call is refused like this
		}
		switch k.class {
		case "Auth", "Forbidden", "Clock", "Permission", "Quota":
			return scenario.Stops
		case "Parameter", "UploadMismatch":
			return scenario.Decides
		}
		return scenario.Again // Rate, NotFound, UploadExpired
	}
	_, number := strconv.Atoi(k.code)
	switch k.class {
	case "true": // a flow that is not finished
		return scenario.Again
	case "retry", "retrySoon", "ClassRetry":
		return scenario.Again
	case "retryUnsure":
		if call == "tencent.sms" {
			return scenario.Unclear
		}
		return scenario.Again // repeating a check is safe
	case "operator", "operatorDay":
		if k.file == faceFile && number == nil {
			return scenario.Decides // no repair brings the flow back
		}
		return scenario.Stops
	case "unknown":
		return scenario.Decides
	case "Mismatch", "NoRecord": // results
		return scenario.Asks
	}
	if k.file != faceFile && slices.Contains([]string{"Mismatch", "NoRecord", "TooManyChecks"}, k.reason) {
		return scenario.Decides // names no field to correct
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
		case k.class == "Gone" && call != "feishu.send": // a first message cannot be renewed
			return scenario.Renews
		}
		return scenario.Unseen
	}
	switch {
	case operator, k.class == "Credentials":
		return scenario.Stops
	case call == "feishu.download", k.class == "Person":
		return scenario.Asks
	}
	return scenario.Decides
}

// TestScenariosAndTables checks that the catalogue's documented codes and the codes of the bot's tables are the same,
// and that both give the same outcome. Codes that the catalogue lists without a scenario may be missing in the
// tables.
func TestScenariosAndTables(t *testing.T) {
	all := tables(t)
	for _, r := range scenario.Refusals() {
		i := slices.IndexFunc(all, func(k known) bool { return k.call != "" && k.is(r) })
		if i < 0 {
			i = slices.IndexFunc(all, func(k known) bool { return k.is(r) })
		}
		switch {
		case strings.HasPrefix(r.Code, "fileStatus "): // a state instead of a code, see esign.FileStatus
		case i < 0:
			t.Errorf("%s: got no row in the bot's tables, want one", r.Name)
		case r.Name == "feishu.patch/11310": // distinguished by its message, see TestSubCodes
		case all[i].follows(r.Call.Name) != r.Outcome:
			t.Errorf("%s: got %q by %s, want %q as in the catalogue", r.Name, all[i].follows(r.Call.Name), all[i].file,
				r.Outcome)
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

// said are the words of docs/errors*.md for the outcomes.
var said = map[scenario.Outcome]*regexp.Regexp{
	scenario.Again:   regexp.MustCompile(`\*\*(repeat|重试)\*\*|once more|再调一次|new upload address|换一个上传地址`),
	scenario.Asks:    regexp.MustCompile(`\*\*(tell|form|告诉员工|退回表单)\*\*`),
	scenario.Stops:   regexp.MustCompile(`\*\*(stop|停下)\*\*`),
	scenario.Decides: regexp.MustCompile(`\*\*(ask HR|HR 处理)\*\*`),
	scenario.Unclear: regexp.MustCompile(`\*\*(unknown code|可能已发出)\*\*`),
	scenario.Later:   regexp.MustCompile(`\*\*(wait|稍后再发)\*\*`),
	scenario.Unseen:  regexp.MustCompile(`\*\*(drop|不发|renew|发新卡)\*\*`), // without an earlier message renew means drop
	scenario.Renews:  regexp.MustCompile(`\*\*(renew|发新卡)\*\*`),
	scenario.Without: regexp.MustCompile(`form starts empty|表单空着`),
}

// TestErrorPagesAgree checks that docs/errors*.md give the catalogue's outcome for each code and name the codes
// without a scenario.
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
			continue // described with the uploads
		}
		about := func(l line) bool { return strings.Contains(r.Message, l.text) }
		first := slices.IndexFunc(lines[code], about)
		agreed := slices.IndexFunc(lines[code], func(l line) bool {
			return about(l) && said[r.Outcome].MatchString(l.bot)
		})
		if agreed < 0 || r.Call.Upstream == "esign" && agreed != first {
			t.Errorf("%s: got %v, want a line that says %q", r.Name, lines[code], r.Outcome)
		}
	}
	for _, e := range scenario.NoScenario() {
		for _, code := range e.Codes {
			if !strings.Contains(text, "`"+code+"`") {
				t.Errorf("got no %s of %s in the page, want it named", code, e.Page)
			}
		}
	}
}

// TestErrorPagesListTheResultsOfBankCards compares the results of the two checks of a bank card with the tables of both
// pages.
func TestErrorPagesListTheResultsOfBankCards(t *testing.T) {
	for section, source := range map[string]string{"bank_card": "verify/bankcard.go", "bank": "verify/bank.go"} {
		var want []string
		result := regexp.MustCompile(`(?m)^\t+(?:case )?"(0|-\d+)":`)
		for _, m := range result.FindAllStringSubmatch(files.Read(t, source), -1) {
			want = append(want, m[1])
		}
		slices.Sort(want)
		for _, page := range pair("docs/errors.md") {
			var got []string
			table := files.Between(t, files.Read(t, page), "<!-- "+section+":begin -->\n", "<!-- "+section+":end -->")
			for row := range strings.Lines(table) {
				first, _, _ := strings.Cut(strings.TrimPrefix(row, "| "), " |")
				for _, m := range regexp.MustCompile("`(0|-[0-9]+)`").FindAllStringSubmatch(first, -1) {
					got = append(got, m[1])
				}
			}
			slices.Sort(got)
			if len(want) < 5 || !slices.Equal(got, want) {
				t.Errorf("%s, %s: got %v, want %v as in %s", page, section, got, want, source)
			}
		}
	}
}

// TestScenariosCoverTheStates checks that every state has a scenario. The decided one lasts seconds, and looks to the
// person like the review.
func TestScenariosCoverTheStates(t *testing.T) {
	for _, s := range flows.States {
		if s == flows.Decided {
			continue
		}
		if _, ok := scenario.StateNamed("state/" + string(s)); !ok {
			t.Errorf("got no scenario for the state %s, want one", s)
		}
	}
}
