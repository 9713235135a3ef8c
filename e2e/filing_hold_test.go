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
	approve := func(h *harness.Harness, people []harness.Person) {
		for _, p := range people {
			h.Admin(0).Decides(p, "approve", nil)
		}
	}
	t.Run("cards", func(t *testing.T) {
		refusedField(t, harness.Setup{}, approve, func(h *harness.Harness, people []harness.Person) {
			for _, p := range people {
				h.Admin(0).Sees(h.World.ReviewChat(), p, "", "实名信息还没有写入")
			}
		})
	})
	t.Run("queue", func(t *testing.T) {
		refusedField(t, withDesks(), func(h *harness.Harness, people []harness.Person) {
			h.ClickOn(h.Admin(0).OpenID, desk(h.Admin(0), "bulk"), "bulk", nil)
			presses(h.Admin(0), desk(h.Admin(0), "bulk", "3 件"), "bulk", "confirm")
		}, func(h *harness.Harness, _ []harness.Person) {
			waitIdle(h) // the drawings are planned
			h.Advance(flows.QueueEvery)
			for _, chat := range []string{h.World.ReviewChat(), h.Admin(0).Chat()} {
				h.Find(chat, "how many wait", func(s harness.CardView) bool { return s.Says("已通过的有 2 件先等着") })
			}
		})
	})
}

// refusedField plays the refusal. approve lets HR approve the people, and told checks that HR's cards tell of those who
// wait.
func refusedField(
	t *testing.T, s harness.Setup, approve, told func(h *harness.Harness, people []harness.Person),
) {
	const field = "certAgreementReadIP"
	h := harness.Start(t, s)
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
	approve(h, people)
	var stopped *flows.Case
	var waiting []harness.Person
	h.Until("one has stopped and the others wait", func() bool {
		stopped, waiting = nil, nil
		for _, p := range people {
			switch c := h.CaseOf(p.OpenID); {
			case c.State == flows.NeedsAttention:
				stopped = c
			case c.State == flows.Recording && c.Hold != nil:
				waiting = append(waiting, p)
			}
		}
		return stopped != nil && len(waiting) == 2
	})
	h.Find(h.World.ReviewChat(), "the card that names the field", func(s harness.CardView) bool {
		return s.Says(field, "后面的件先不写入实名信息") && s.Has("retry")
	})
	told(h, waiting)
	if n := h.CountCalls("feishu", "identities.create"); n != 1 {
		t.Errorf("got %d identities, want 1", n)
	}
	if a := stopped.Attention; a.Field != field || a.Step != flows.StepEvidence {
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
