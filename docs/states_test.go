package docs

import (
	"slices"
	"strings"
	"testing"

	"shiming/e2e/files"
	"shiming/flows"
)

// TestStatePagesShowTheTable compares the diagram of both pages with the diagram of the table.
func TestStatePagesShowTheTable(t *testing.T) {
	want := flows.Diagram()
	for _, name := range pair("docs/states.md") {
		t.Run(name, func(t *testing.T) {
			got := files.Between(t, files.Read(t, name), "<!-- flow:begin -->\n```mermaid\n", "```\n<!-- flow:end -->")
			if got != want {
				t.Errorf("got\n%s\nwant flows/testdata/flow.mmd between the flow markers\n%s", got, want)
			}
		})
	}
}

// turnsOf are the words of a page for whose turn it is.
var turnsOf = map[string]map[flows.Role]string{
	"docs/states.md":    {flows.Applicant: "applicant", flows.HR: "HR", flows.Bot: "bot", flows.Nobody: "nobody"},
	"docs/states.zh.md": {flows.Applicant: "员工", flows.HR: "HR", flows.Bot: "机器人", flows.Nobody: "–"},
}

// TestStatePagesListEveryState: in the order of the program, with whose turn it is.
func TestStatePagesListEveryState(t *testing.T) {
	for name, words := range turnsOf {
		t.Run(name, func(t *testing.T) {
			var got, want []string
			for _, row := range rows(files.Read(t, name)) {
				if state, ok := onlyCode(row[0]); ok {
					got = append(got, state+" "+row[1])
				}
			}
			for _, s := range flows.States {
				want = append(want, string(s)+" "+words[s.Turn()])
			}
			if !slices.Equal(got, want) {
				t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), strings.Join(want, ", "))
			}
		})
	}
}
