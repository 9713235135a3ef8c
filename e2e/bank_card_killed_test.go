package e2e

import (
	"testing"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/esign"
	"shiming/sim/wire"
)

// TestBankCardKilled kills the process while each call of a check by bank card is applied and not answered yet.
// Everybody is registered and filed once, by bank card. A kill behind the check brings no further check, which would
// be charged.
func TestBankCardKilled(t *testing.T) {
	s := harness.ServeProgram(t, sim.Config{}, "SHIMING_TIMING_WRITE_QUIET=1s",
		"SHIMING_VERIFICATION_METHOD=bank_card_four")
	hrAtWork(t, s)
	checks := func() int { return s.World.Recorder.Count(sim.UpstreamTencent, "BankCard4EVerification") }
	for _, tt := range []struct {
		at      wire.Fault
		checked bool // before the kill, with an answer
	}{
		{delayed(sim.UpstreamTencent, "CheckBankCardInformation"), false},
		{delayed(sim.UpstreamTencent, "SendSms"), false},
		{delayed(sim.UpstreamTencent, "BankCard4EVerification"), false},
		{delayed(sim.UpstreamFeishu, "identities.create"), true},
		{delayed(sim.UpstreamESign, esign.OpPersonPoint), true},
	} {
		t.Run(tt.at.Operation, func(t *testing.T) {
			before := checks()
			registerKilled(t, s, tt.at, "BANKCARDFOUR")
			if n := checks() - before; tt.checked && n != 1 {
				t.Errorf("got %d checks, want that before the kill only", n)
			}
		})
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
