package docs

import (
	"encoding/json"
	"strings"
	"testing"

	"shiming/e2e/files"
	"shiming/sim/scenario"
)

// chineseTexts returns the Chinese texts of the cards by id.
func chineseTexts(t *testing.T) map[string]string {
	t.Helper()
	var texts map[string]struct{ ZH string }
	if err := json.Unmarshal([]byte(files.Read(t, "cards/texts.json")), &texts); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for id, text := range texts {
		out[id] = text.ZH
	}
	return out
}

// TestScenariosNameCauseAndStep: for each documented code after which somebody has to act, one text names the cause and
// the next step. The tests of e2e see it on the card.
func TestScenariosNameCauseAndStep(t *testing.T) {
	texts := chineseTexts(t)
	for _, r := range scenario.Refusals() {
		switch r.Outcome {
		case scenario.Asks, scenario.Unclear, scenario.Stops, scenario.Decides:
		default:
			continue
		}
		t.Run(r.Name, func(t *testing.T) {
			if r.Says == "" || r.Next() == "" {
				t.Fatalf("got the cause %q and the step %q, want both", r.Says, r.Next())
			}
			for _, text := range texts {
				if strings.Contains(text, r.Says) && strings.Contains(text, r.Next()) {
					return
				}
			}
			t.Errorf("got no text with %q and %q, want one", r.Says, r.Next())
		})
	}
	for _, s := range scenario.All() {
		if s.End.By == scenario.Itself || s.End.By == "" {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			for _, sight := range s.Sees {
				if sight.Who == s.End.By && leadsOn(strings.Join(sight.Words, "\n")) {
					return
				}
			}
			t.Errorf("got %+v, want what %s reads with a next step", s.Sees, s.End.By)
		})
	}
}

// TestTextsOfProblemsLeadOn: whoever reads that something went wrong reads what to do as well.
func TestTextsOfProblemsLeadOn(t *testing.T) {
	for id, text := range chineseTexts(t) {
		family, _, _ := strings.Cut(id, ".")
		switch family {
		case "trouble", "photo", "code", "mismatch":
		default:
			continue
		}
		if id == "trouble.unknown_outcome" || id == "code.wrong" { // the card has the choices, and the input
			continue
		}
		if !leadsOn(text) {
			t.Errorf("%s: got %q, want a next step", id, text)
		}
	}
}

// leadsOn reports whether a text contains words of a next step.
func leadsOn(text string) bool {
	for _, step := range []string{"请", "重试", "找 HR", "再发", "重新发", "再点", "直接填", "再查", "一、", "先点", "只要两张", "手机号要是"} {
		if strings.Contains(text, step) {
			return true
		}
	}
	return false
}
