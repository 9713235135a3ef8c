package e2e

import (
	"context"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/wire"
)

// TestBankCardKilled kills the process while each call of a check by bank card is applied and not answered yet.
// Everybody is registered and filed once, by bank card. A kill behind the check brings no further check, which would
// be charged.
func TestBankCardKilled(t *testing.T) {
	s := harness.ServeProgram(t, sim.Config{}, "SHIMING_TIMING_WRITE_QUIET=1s",
		"SHIMING_VERIFICATION_METHOD=bank_card_four")
	hr := s.World.HR(0)
	hrCtx, stopHR := context.WithCancel(s.Ctx)
	hrDone := make(chan error, 1)
	go func() { hrDone <- hr.Work(hrCtx, hr.Diligent) }()
	checks := func() int { return s.World.Recorder.Count("tencent", "BankCard4EVerification") }
	for _, at := range []struct {
		upstream, operation string
		checked             bool // before the kill, with an answer
	}{
		{"tencent", "CheckBankCardInformation", false},
		{"tencent", "SendSms", false},
		{"tencent", "BankCard4EVerification", false},
		{"feishu", "identities.create", true},
		{"esign", "evidence.psn_realname", true},
	} {
		s.World.Faults.Arm(wire.Fault{
			Upstream:  at.upstream,
			Operation: at.operation,
			Kind:      wire.Delay,
			Delay:     20 * time.Second,
			Times:     1,
		})
		e, before := s.World.Hire(1)[0], checks()
		done := make(chan error, 1)
		go func() {
			_, err := e.Register(s.Ctx, sim.Script{SMSPatience: 3 * time.Second}, nil)
			done <- err
		}()
		waitFor(t, s.Ctx, "the call that is cut off", func() bool { return len(s.World.Faults.List()) == 0 })
		s.Kill()
		s.Start()
		if err := <-done; err != nil {
			t.Fatalf("killed at %s: %v", at.operation, err)
		}
		j, points := s.World.Journey(e.OpenID), s.World.ESign.Points()
		if !j.Filed() || j.Identities != 1 || len(j.Points) != 1 || points[len(points)-1].Method != "BANKCARDFOUR" {
			t.Errorf("killed at %s: got the journey %+v, want it filed once by bank card", at.operation, j)
		}
		if n := checks() - before; at.checked && n != 1 {
			t.Errorf("killed at %s: got %d checks, want that before the kill only", at.operation, n)
		}
	}
	stopHR()
	if err := <-hrDone; err != nil {
		t.Error(err)
	}
}

// TestBankCardRestarted stops and starts the bot after each step between the check by bank card and the filing: nothing
// is checked, recorded or filed again.
func TestBankCardRestarted(t *testing.T) {
	h := harness.Start(t, withLadder("verification.method", "bank_card_four", "verification.ladder", ""))
	p := h.Hire()
	p.ToForm()
	p.Press("confirm")
	p.See(sim.StageBankCard)
	p.Press("submit_card", map[string]any{"bank_card": p.Person.BankCard})
	restartBot(h)
	p.See(sim.StageBankCard, "按卡号查到了开户银行")
	p.Press("submit_card")
	p.SentCode(0)
	restartBot(h)
	p.See(sim.StageCode, "验证码已在")
	p.TypeCode()
	p.See(sim.StageReview)
	restartBot(h)
	h.Admin(0).Decides(p, "approve", nil)
	restartBot(h)
	p.CheckFiled()
	for call, want := range map[[2]string]int{
		{"tencent", "CheckBankCardInformation"}: 1,
		{"tencent", "SendSms"}:                  1,
		{"tencent", "BankCard4EVerification"}:   1,
		{"feishu", "identities.create"}:         1,
		{"esign", "evidence.psn_realname"}:      1,
	} {
		if n := h.CountCalls(call[0], call[1]); n != want {
			t.Errorf("%s: got %d calls, want %d", call[1], n, want)
		}
	}
}
