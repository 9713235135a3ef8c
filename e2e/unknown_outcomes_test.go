package e2e

import (
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/wire"
)

// TestSMSAnswerLost loses the answer of the SMS. The bot does not know whether the code was sent, so it sends no
// second one until the person asks.
func TestSMSAnswerLost(t *testing.T) {
	t.Parallel()
	t.Run("it came", func(t *testing.T) {
		h := harness.Start(t, harness.Setup{HR: harness.Diligent})
		p := h.Hire()
		p.ToForm()
		h.World.Faults.Arm(wire.Fault{
			Upstream:  "tencent",
			Operation: "SendSms",
			Kind:      wire.DropAfter,
			Times:     1,
		})
		p.Press("confirm")
		p.See(sim.StageCode, "不确定验证码有没有发到")
		p.TypeCode()
		p.CheckFiled()
		if n := h.CountCalls("tencent", "SendSms"); n != 1 {
			t.Errorf("%d text messages, want 1", n)
		}
	})
	t.Run("it did not", func(t *testing.T) {
		h := harness.Start(t, harness.Setup{HR: harness.Diligent, Settings: noResendPause()})
		p := h.Hire()
		p.ToForm()
		h.World.Faults.Arm(wire.Fault{
			Upstream:  "tencent",
			Operation: "SendSms",
			Kind:      wire.Error,
			Status:    502,
			Times:     1,
		})
		p.Press("confirm")
		p.See(sim.StageCode, "不确定验证码有没有发到")
		waitIdle(h)
		if n := h.CountCalls("tencent", "SendSms"); n != 1 {
			t.Errorf("%d attempts without being asked, want 1", n)
		}
		p.Press("send_code")
		p.SentCode(0)
		p.See(sim.StageCode, "验证码已在")
		p.TypeCode()
		p.CheckFiled()
	})
}

// TestUnknownIdentity loses the answer of an outside write. The case waits for HR, who is offered both resolutions,
// and each leads to done with one write.
func TestUnknownIdentity(t *testing.T) {
	unknownWrites(t, "feishu", "identities.create", "一、已经有了", "二、还没有", "已经写入", "确认没有写入，再写一次")
}

func TestUnknownEvidence(t *testing.T) {
	unknownWrites(t, "esign", "evidence.psn_realname", "一、查到了", "二、没查到", "已经生成，用这个编号", "确认没有生成，再提交一次")
}

func unknownWrites(t *testing.T, upstream, operation string, words ...string) {
	h := harness.Start(t, harness.Setup{})
	hr := h.Admin(0)
	rows := h.Rows()
	defer rows.Wait()
	for _, w := range []struct {
		fault   wire.Fault
		written bool
	}{
		{wire.Fault{Kind: wire.DropAfter}, true}, {wire.Fault{Kind: wire.ErrorAfter, Status: 502}, true},
		{wire.Fault{Kind: wire.NotJSON}, true}, {wire.Fault{Kind: wire.Truncate}, true},
		{wire.Fault{Kind: wire.DropBefore}, false}, {wire.Fault{Kind: wire.Reset}, false},
		{wire.Fault{Kind: wire.Error, Status: 502}, false},
	} {
		// People reach the fault in sequence, because it applies to the next call whoever makes it.
		p := h.Hire()
		p.ToReview()
		w.fault.Upstream, w.fault.Operation, w.fault.Times = upstream, operation, 1
		h.World.Faults.Arm(w.fault)
		hr.Decides(p, "approve", nil)
		p.See(sim.StageAttention)
		rows.Run(w.fault.Kind, func(h *harness.Harness) {
			p.H = h
			c := h.InState(p.OpenID, flows.NeedsAttention)
			if c.Attention.Code != "unknown_outcome" {
				h.Errorf("got the attention %+v, want an unknown outcome", c.Attention)
			}
			s := harness.Admin{H: h, OpenID: hr.OpenID}.Sees(h.World.ReviewChat(), p, "resolve", words...)
			evidence := upstream == "esign"
			switch {
			case w.written && evidence:
				if a := h.Forge(hr.OpenID, s.Msg, s.Value("resolve"),
					map[string]any{"evi_point_id": "<at id=all>"}); a.Toast != "这一项不对：证据点编号" {
					h.Errorf("toast %q, want %q", a.Toast, "这一项不对：证据点编号")
				}
				h.ClickOn(hr.OpenID, s, "resolve", map[string]any{"evi_point_id": h.World.ESign.PointsFor(c.ID)[0].ID})
			case w.written:
				h.ClickOn(hr.OpenID, s, "resolve", nil)
			default:
				h.ClickOn(hr.OpenID, s, "retry", nil)
			}
			p.CheckFiled()
		})
	}
}
