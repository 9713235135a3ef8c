package e2e

import (
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
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
				return s.Msg.ID == list.Msg.ID && s.Offers("reject")
			})
			if toast := h.ClickOn(hr.OpenID, open, "reject", map[string]any{"reason": "other", "note": "x"}); toast != "已拒绝" {
				t.Errorf("got the toast %q, want %q", toast, "已拒绝")
			}
			p.See(sim.StageRejected)
		})
	}
}

// TestDialogs: a dialog stands only where it is documented to appear, on buttons that submit a form. No card is refused
// for one, and what ends or deletes something works without a value as well.
func TestDialogs(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	h.World.Feishu.Set(func(k *feishu.Behaviour) { k.RefuseIdleConfirm, k.SubmitWithoutValue = true, true })
	p := h.Hire()
	p.Say("实名")
	asks := func(s harness.CardView, act string) {
		t.Helper()
		if b, ok := s.Card.FindAct(act); !ok || !b.Confirm {
			t.Errorf("%s: got no dialog, want one", act)
		}
		p.Press(act)
	}
	asks(p.See(sim.StageConsent), "decline")
	p.See(sim.StageDeclined)
	asks(p.ToForm(), "cancel")
	p.See(sim.StageWithdrawn)
	p.ToReview()
	p.Say("我的资料")
	data := p.WaitForCard("撤回同意，删除我的资料")
	if b, ok := data.Card.FindAct("withdraw"); !ok || !b.Confirm {
		t.Error("withdraw: got no dialog, want one")
	}
	h.ClickOn(p.OpenID, data, "withdraw", nil)
	h.InState(p.OpenID, flows.Withdrawn)
	if !h.CaseOf(p.OpenID).Personal.Empty() {
		t.Error("got personal data, want none")
	}
}
