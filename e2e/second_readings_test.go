package e2e

import (
	"testing"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/esign"
	"shiming/sim/feishu"
	"shiming/sim/wire"
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

// TestSignatureTimes: pushes are taken whatever the unit or form of their signature's time.
func TestSignatureTimes(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	for _, form := range []feishu.SignTime{feishu.SignMilliseconds, feishu.SignRFC3339, feishu.SignSeconds} {
		h.World.Feishu.SignWith(form)
		h.Hire().ToForm()
	}
}

// TestTooFrequentWithoutHeader: a 429 without a body and without a header that says how long to wait is waited out by
// every call, and no write is made twice.
func TestTooFrequentWithoutHeader(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent})
	for _, call := range []struct{ upstream, operation string }{
		{"feishu", "message.create"},
		{"feishu", "resource.get"},
		{"feishu", "id_card.recognize"},
		{"feishu", "identities.create"},
		{"tencent", "SendSms"},
		{"tencent", "PhoneVerification"},
		{"esign", esign.OpUploadURL},
		{"esign", esign.OpPut},
		{"esign", esign.OpPersonPoint},
	} {
		h.World.Faults.Arm(wire.Fault{
			Upstream:  call.upstream,
			Operation: call.operation,
			Kind:      wire.Error,
			Times:     1,
			Status:    429,
			Body:      "",
		})
	}
	p := h.Hire()
	p.ToCode()
	p.TypeCode()
	p.CheckFiled()
	if j := h.World.Journey(p.OpenID); j.SMS != 1 || j.Identities != 1 || len(j.Points) != 1 {
		t.Errorf("got the journey %+v, want everything once", j)
	}
	if open := h.World.Faults.List(); len(open) > 0 {
		t.Errorf("got faults that were not met: %+v", open)
	}
}
