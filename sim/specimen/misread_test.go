package specimen

import (
	"slices"
	"testing"
)

// TestMisreadings checks that each misreading changes what is read of its photo, and of that photo only.
func TestMisreadings(t *testing.T) {
	p := NewPerson(5)
	p.Name, p.Code = "样甲·样本江", withCheckDigit("89900019900307019")
	for name := range misreadings {
		t.Run(name, func(t *testing.T) {
			changed := 0
			for _, side := range []int{SideName, SideEmblem} {
				plain := found{payload: mustParse(t, payloadOf(p, side, ""))}.entities()
				if !slices.Equal(plain, found{payload: mustParse(t, payloadOf(p, side, name))}.entities()) {
					changed++
				}
			}
			page := payload{Side: sidePage, Kind: HKMPermit, Name: p.Name, To: "20340506", Code: p.PageNumber(HKMPermit)}
			misread := page
			misread.Misread = name
			if !slices.Equal(page.pageEntities(), misread.pageEntities()) {
				changed++
			}
			if changed != 1 {
				t.Errorf("got %d changed sides and pages, want 1", changed)
			}
		})
	}
	if _, err := Front(p, Variant{Misread: "digit no_such"}); err == nil {
		t.Error("got a photo with an unknown misreading, want an error")
	}
}

func mustParse(t *testing.T, text string) payload {
	t.Helper()
	p, ok := parsePayload(text)
	if !ok {
		t.Fatalf("got no payload from %q", text)
	}
	return p
}
