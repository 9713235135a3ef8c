package cards

import (
	"strings"
	"testing"
)

// TestAgreementPartsAreTheText checks that a page made of the parts shows the hashed text and nothing else.
func TestAgreementPartsAreTheText(t *testing.T) {
	var sides []string
	for _, english := range []bool{false, true} {
		p := agreement.Parts(english)
		all := []string{p.Title, p.Version, p.Intro}
		for _, s := range p.Sections {
			all = append(all, s.Title+"\n"+s.Body)
		}
		sides = append(sides, strings.Join(all, "\n\n"))
	}
	if got, want := strings.Join(sides, "\n\n———\n\n")+"\n", agreement.Text(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
