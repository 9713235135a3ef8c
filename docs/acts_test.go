package docs

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"shiming/cards"
	"shiming/e2e/files"
	"shiming/flows"
)

// TestActsAreListed compares the table of buttons with what a click may carry, by value and by name, and with the
// fields that a form is read for.
func TestActsAreListed(t *testing.T) {
	const id = "019a1b2c-3d4e-7f50-8a61-0123456789ab"
	want := []string{"start", "remind", "next", "filter", "bulk", "decide", "open", "invite", "pause", "stop",
		"chase", "campaign", "export"} // no event of a case
	for _, acts := range []map[cards.Act]flows.Kind{flows.ApplicantActs, flows.HRActs} {
		for act := range maps.Keys(acts) {
			want = append(want, string(act))
		}
	}
	slices.Sort(want)
	for _, name := range pair("docs/commands.md") {
		t.Run(name, func(t *testing.T) {
			_, text, _ := strings.Cut(files.Read(t, name), "<!-- acts:begin -->")
			text, _, found := strings.Cut(text, "<!-- acts:end -->")
			if !found {
				t.Fatal("got no table of acts, want one")
			}
			var got []string
			for _, row := range rows(text)[1:] {
				got = append(got, codes(row[0])...)
				for _, field := range codes(row[2]) {
					f, err := cards.DecodeForm(map[string]any{field: "x"})
					isField := err == nil && strings.Contains(f.String(), field)
					if !isField && !slices.Contains(slices.Concat(cards.Overrides, cards.PeekReasons), field) {
						t.Errorf("got the field %s, which no form has", field)
					}
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			if a, err := cards.DecodeClick(nil, "confirm.7."+id); err != nil || a.Act != cards.ActConfirm || a.Rev != 7 ||
				a.Case != id {
				t.Errorf("got %+v %v by the name, want confirm of the case", a, err)
			}
		})
	}
}
