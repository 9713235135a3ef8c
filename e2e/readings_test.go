package e2e

import (
	"strings"
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
	rows := h.Rows()
	defer rows.Wait()
	for name, how := range map[string]string{"one digit": "digit", "last one lost": "cut_off", "a letter": "letter"} {
		rows.Run(name, func(h *harness.Harness) {
			p := h.Hire()
			p.ToPhotos()
			misread, _, err := sim.Shot{Side: sim.SideFront, Misread: how}.Take(p.Person)
			if err != nil {
				h.Fatal(err)
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
				h.Error("got a form that begins with the misread number, want the right one")
			}
			if c := h.CaseOf(p.OpenID); c.BadPhotos > 0 {
				h.Errorf("got %d bad photos, want none", c.BadPhotos)
			}
		})
	}
}

// TestLatinName: the supplier takes no Latin name. The card names the cause at once and the way to HR, instead of a
// circle of codes.
func TestLatinName(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p, hr := h.Hire(), h.Admin(0)
	p.Person.Name = "SAMPLE, JANE"
	p.ToCode()
	p.TypeCode()
	p.See(sim.StageConfirmation, "核验机构不接受这个姓名", "请 HR 帮忙")
	p.Press("ask_hr")
	p.See(sim.StageAttention)
	asked := hr.Sees(h.World.ReviewChat(), p, "reject", "员工请你帮忙", "核验机构不认这个姓名")
	if asked.Has("approve") {
		t.Error("HR's card offers to approve what was not verified, want no such button")
	}
	if n := p.SMSCount(); n != 1 {
		t.Errorf("got %d codes, want 1", n)
	}
}

// TestApprovingUnderSixteen: one tap is not enough despite a red check. It takes a reason, which HR's card shows.
func TestApprovingUnderSixteen(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p, hr := h.Hire(), h.Admin(0)
	p.Person = p.Person.Child(h.World.Now())
	h.World.Tencent.Register(p.Person.Name, p.Person.Code, p.Person.Mobile)
	p.ToReview()
	s := hr.Sees(h.World.ReviewChat(), p, "approve", "未满 16 周岁", "有红色提示，仍然通过")
	if toast := h.Forge(hr.OpenID, s.Msg, s.Value("approve"), nil).Toast; !strings.Contains(toast, "有红色提示") {
		t.Errorf("one tap: got the toast %q, want a refusal", toast)
	}
	h.InState(p.OpenID, flows.AwaitingReview)
	form := map[string]any{"override": "exception_permitted"}
	if toast := h.ClickOn(hr.OpenID, s, "approve", form); toast != "记下了，还要另一位 HR 也通过" {
		t.Errorf("the first approval: got the toast %q, want that another one is missing", toast)
	}
	s = hr.Sees(h.World.ReviewChat(), p, "approve", "等另一位")
	if toast := h.ClickOn(hr.OpenID, s, "approve", form); toast != "你已经通过了，这一件要另一位 HR 来" {
		t.Errorf("the same admin again: got the toast %q, want a refusal", toast)
	}
	h.InState(p.OpenID, flows.AwaitingReview)
	h.ClickOn(h.Admin(1).OpenID, s, "approve", form)
	h.Find(h.World.ReviewChat(), "the decision", func(s harness.CardView) bool {
		return s.Says("已通过", "依法批准的例外")
	})
	p.See(sim.StageDone)
}
