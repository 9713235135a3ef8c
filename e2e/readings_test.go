package e2e

import (
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
)

func onlyWarnings() map[string]string { return map[string]string{"review.required": "warnings"} }

// TestBetterPhotoAfterMisread sends the same front again after a misread one. The encounter card/better_photo does so
// at the form.
func TestBetterPhotoAfterMisread(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	for name, how := range map[string]string{"one digit": "digit", "last one lost": "cut_off", "a letter": "letter"} {
		t.Run(name, func(t *testing.T) {
			p := h.Hire()
			p.H = withT(h, t)
			p.ToPhotos()
			misread, _, err := sim.Shot{Side: sim.SideFront, Misread: how}.Take(p.Person)
			if err != nil {
				t.Fatal(err)
			}
			p.SendImage(misread)
			p.See(sim.StagePhotos, "还差一张：国徽面")
			p.Send("front", "tilted")
			h.Until("the second photo is in use", func() bool {
				c := h.CaseOf(p.OpenID)
				return len(c.Photos) == 2 && c.Photos[1].State == flows.PhotoRead
			})
			p.Send("back")
			if s := p.See(sim.StageConfirmation); s.Field("identity_code") != p.Person.Code {
				t.Error("got a form that begins with the misread number, want the right one")
			}
			if c := h.CaseOf(p.OpenID); c.BadPhotos > 0 {
				t.Errorf("got %d bad photos, want none", c.BadPhotos)
			}
		})
	}
}
