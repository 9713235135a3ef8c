package flows

import (
	"slices"
	"strings"
	"testing"

	"shiming/cards"
)

// TestExportStates: each state of a case is in exactly one of the parts, and everybody is all of them.
func TestExportStates(t *testing.T) {
	all := ExportFilter{People: cards.ExportAll}.States()
	if !slices.Equal(all, States) {
		t.Errorf("got %v, want every state", all)
	}
	var parts []State
	for _, p := range []string{cards.ExportOpen, cards.ExportDone, cards.ExportEnded} {
		parts = append(parts, ExportFilter{People: p}.States()...)
	}
	slices.Sort(parts)
	want := slices.Sorted(slices.Values(States))
	if !slices.Equal(parts, want) {
		t.Errorf("got %v, want each state once", parts)
	}
	if hr := (ExportFilter{People: cards.ExportHR}).States(); !slices.Equal(hr, []State{AwaitingReview, NeedsAttention}) {
		t.Errorf("got %v, want those whose turn is HR's", hr)
	}
}

// TestParseExport: what was not touched has a meaning, and what the card does not offer is refused.
func TestParseExport(t *testing.T) {
	for name, c := range map[string]struct {
		form   map[string]any
		word   string
		filter ExportFilter
		lang   string
		ok     bool
	}{
		"untouched":   {nil, "", ExportFilter{People: "all"}, "zh", true},
		"by the word": {nil, "en", ExportFilter{People: "all"}, "en", true},
		"empty values": {map[string]any{"export_people": "", "export_department": ""}, "zh",
			ExportFilter{People: "all"}, "zh", true},
		"everywhere": {map[string]any{"export_department": "all"}, "zh", ExportFilter{People: "all"}, "zh", true},
		"all chosen": {map[string]any{"export_people": "done", "export_department": "od-1", "export_language": "en"},
			"zh", ExportFilter{People: "done", Department: "od-1"}, "en", true},
		"other people":   {map[string]any{"export_people": "boss"}, "zh", ExportFilter{People: "boss"}, "zh", false},
		"other language": {map[string]any{"export_language": "fr"}, "zh", ExportFilter{People: "all"}, "fr", false},
		"no id": {map[string]any{"export_department": "od 1"}, "zh",
			ExportFilter{People: "all", Department: "od 1"}, "zh", false},
		"long id": {map[string]any{"export_department": strings.Repeat("a", 65)}, "zh",
			ExportFilter{People: "all", Department: strings.Repeat("a", 65)}, "zh", false},
	} {
		t.Run(name, func(t *testing.T) {
			form, err := cards.DecodeForm(c.form)
			if err != nil {
				t.Fatal(err)
			}
			filter, lang, ok := ParseExport(form, c.word)
			if filter != c.filter || lang != c.lang || ok != c.ok {
				t.Errorf("got %+v %s %v, want %+v %s %v", filter, lang, ok, c.filter, c.lang, c.ok)
			}
		})
	}
}
