package e2e

import (
	"fmt"
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/wire"
)

// TestRefusedFieldHoldsTheOthers: e签宝 refuses a field of the first filing. One person's identity is written at most;
// the card to HR names the field; the others wait before theirs, and all go on by themselves when e签宝 takes it.
func TestRefusedFieldHoldsTheOthers(t *testing.T) {
	const field = "certAgreementReadIP"
	h := harness.Start(t, harness.Setup{})
	people := h.HireAll(3)
	for _, p := range people {
		p.ToReview()
	}
	h.World.Faults.Arm(wire.Fault{
		Upstream:  "esign",
		Operation: "evidence.psn_realname",
		Kind:      wire.Error,
		Status:    200,
		Body:      fmt.Sprintf(`{"code":1435002,"message":"参数错误：%s 不正确","data":null}`, field),
	})
	for _, p := range people {
		h.Admin(0).Decides(p, "approve", nil)
	}
	stopped := func() (cases []*flows.Case) {
		for _, p := range people {
			if c := h.CaseOf(p.OpenID); c.State == flows.NeedsAttention {
				cases = append(cases, c)
			}
		}
		return cases
	}
	h.Until("one has stopped", func() bool { return len(stopped()) == 1 })
	waiting := func() (n int) {
		for _, p := range people {
			if c := h.CaseOf(p.OpenID); c.State == flows.Recording && c.Hold != nil {
				n++
			}
		}
		return n
	}
	h.Until("the others wait", func() bool { return waiting() == 2 })
	h.Find(h.World.ReviewChat(), "the card that names the field", func(s harness.CardView) bool {
		return s.Says(field) && s.Has("retry")
	})
	if n := h.CountCalls("feishu", "identities.create"); n != 1 {
		t.Errorf("got %d identities, want 1", n)
	}
	if a := stopped()[0].Attention; a.Field != field || a.Step != flows.StepEvidence {
		t.Errorf("got the stop %+v, want one that names %s", a, field)
	}
	waitIdle(h) // the next attempt is planned
	h.World.Faults.Clear()
	h.Advance(flows.ProbeEvery)
	for _, p := range people {
		p.See(sim.StageDone)
		p.CheckFiled()
	}
	if n := h.CountCalls("feishu", "identities.create"); n != 3 {
		t.Errorf("got %d identities, want 3", n)
	}
}
