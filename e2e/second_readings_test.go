package e2e

import (
	"testing"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/feishu"
)

// TestFormsWithoutValue: every form works although clients send no value with it, or numbers as text.
func TestFormsWithoutValue(t *testing.T) {
	for name, set := range map[string]func(*feishu.Behaviour){
		"no value":        func(k *feishu.Behaviour) { k.SubmitWithoutValue = true },
		"numbers as text": func(k *feishu.Behaviour) { k.NumbersAsText = true },
	} {
		t.Run(name, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{Settings: noResendPause()})
			h.World.Feishu.Set(set)
			p, hr := h.Hire(), h.Admin(0)
			p.ToReview() // the form and the code
			back := map[string]any{"reason": "blurred", "side": "details"}
			if toast := hr.Decides(p, "send_back", back); toast != "已退回给员工" {
				t.Errorf("got the toast %q, want %q", toast, "已退回给员工")
			}
			p.See(sim.StageConfirmation)
			submitForm(p)
			p.See(sim.StageReview)

			// The card of HR's queue belongs to no case of its own.
			hr.Say("待审")
			list := h.Find(hr.Chat(), "the queue", func(s harness.CardView) bool { return s.Has("next") })
			h.ClickOn(hr.OpenID, list, "next", nil)
			open := h.Find(hr.Chat(), "the case in the queue's card", func(s harness.CardView) bool {
				return s.Msg.ID == list.Msg.ID && s.Has("reject")
			})
			if toast := h.ClickOn(hr.OpenID, open, "reject", map[string]any{"reason": "other", "note": "x"}); toast != "已拒绝" {
				t.Errorf("got the toast %q, want %q", toast, "已拒绝")
			}
			p.See(sim.StageRejected)
		})
	}
}
