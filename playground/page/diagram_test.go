package page_test

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shiming/e2e/files"
	static "shiming/playground/page"
)

// TestPageDiagram compares the page's diagram with the bot's table: the same states, and the same transitions with
// the same labels.
func TestPageDiagram(t *testing.T) {
	raw, err := fs.ReadFile(static.Files(), "flow.json")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		States []string
		Edges  [][3]string
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	table := files.Read(t, "flows/testdata/flow.mmd")
	var want [][3]string
	var states []string
	for _, m := range regexp.MustCompile(`(?m)^\s+(\S+) --> (\S+?)(?:: (.+))?$`).FindAllStringSubmatch(table, -1) {
		if m[1] == "[*]" || m[2] == "[*]" {
			continue
		}
		want = append(want, [3]string{m[1], m[2], m[3]})
		states = append(states, m[1], m[2])
	}
	slices.Sort(states)
	slices.Sort(got.States)
	states = slices.Compact(states)
	if !slices.Equal(got.States, states) {
		t.Errorf("got the states %v on the page, want %v as in the table", got.States, states)
	}
	if len(want) < 20 {
		t.Fatalf("only %d transitions were read from the table", len(want))
	}
	if !slices.Equal(got.Edges, want) {
		t.Errorf("playground/page/static/flow.json differs from flows/testdata/flow.mmd:\n%v\n%v", got.Edges, want)
	}
	places, err := fs.ReadFile(static.Files(), "states.js")
	if err != nil {
		t.Fatal(err)
	}
	words, err := fs.ReadFile(static.Files(), "words.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range states {
		if !strings.Contains(string(places), s+": [") {
			t.Errorf("got no place for %s in states.js, want one", s)
		}
		if !strings.Contains(string(words), "'s."+s+"'") {
			t.Errorf("got no name for %s in words.js, want one", s)
		}
	}
}
