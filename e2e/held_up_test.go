package e2e

import (
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
)

// TestHeldUpPhotoIsReadWhenItComesAgain has limits that no photo keeps. The first photo is answered without a call of
// the OCR; it is read when it comes again, and nobody is held up a second time.
func TestHeldUpPhotoIsReadWhenItComesAgain(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"photos.blur_above": "0.1"}})
	p := h.Hire()
	p.ToPhotos()
	sent := p.SendImage(h.Photo(p.Person, "front"))
	h.Find(p.ChatID, "the answer to the photo", func(s harness.CardView) bool {
		return s.Msg.ParentID == sent && s.Says("证件上的字拍糊了") &&
			s.Says("原样再发一次") && s.Says("看起来是人像面")
	})
	if n := h.CountCalls("feishu", "id_card.recognize"); n != 0 {
		t.Fatalf("got %d calls of the OCR, want none", n)
	}
	waitIdle(h)
	c := h.CaseOf(p.OpenID)
	if n := h.CountCalls("feishu", "image.create"); n != 1 {
		t.Errorf("got %d uploaded pictures, want the one of the answer", n)
	}
	err := h.App.Store().View(h.Ctx, func(v flows.View) error {
		_, err := v.Picture(h.Ctx, c.ID, c.Photos[0].ID)
		return err
	})
	if !flows.IsNotFound(err) {
		t.Errorf("got %v, want nothing kept of the photo after the answer", err)
	}
	p.SendImage(h.Photo(p.Person, "front"))
	p.See(sim.StagePhotos, "还差一张：国徽面")
	p.SendImage(h.Photo(p.Person, "back"))
	p.See(sim.StageConfirmation)
	if n := h.CountCalls("feishu", "id_card.recognize"); n != 2 {
		t.Errorf("got %d calls of the OCR, want one for each of the two that came then", n)
	}
}
