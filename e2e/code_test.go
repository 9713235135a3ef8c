package e2e

import (
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
)

func TestWrongCodeThenRight(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.ToCode()
	wrong := map[string]any{"sms_code": harness.WrongCode(p.SentCode(0))}
	const want = "验证码不对，还可以试 4 次"
	if got := p.Press("submit_code", wrong); got != want {
		t.Errorf("got the toast %q, want %q", got, want)
	}
	p.See(sim.StageCode, "还可以试 4 次")
	p.TypeCode()
	p.See(sim.StageReview)
}

func TestCodeExpired(t *testing.T) {
	clock := harness.ClockBehind(0)
	h := harness.Start(t, harness.Setup{Clock: clock, Settings: map[string]string{"timing.code_resend": "1ms"}})
	p := h.Hire()
	p.ToCode()
	clock.Move(11 * time.Minute)
	if toast := p.TypeCode(); toast != "验证码过期了，请重新发送" {
		t.Errorf("toast %q, want %q", toast, "验证码过期了，请重新发送")
	}
	clock.Move(-11 * time.Minute)
	p.Press("send_code")
	p.SentCode(1)
	p.See(sim.StageCode, "验证码已在")
	p.TypeCode()
	p.See(sim.StageReview)
}

func TestFiveWrongCodes(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"timing.code_resend": "1ms"}})
	p := h.Hire()
	s := p.ToCode()
	bad := map[string]any{"sms_code": harness.WrongCode(p.SentCode(0))}
	for range 4 {
		if toast := p.Press("submit_code", bad); !strings.Contains(toast, "还可以试") {
			t.Errorf("toast %q, want %q in it", toast, "还可以试")
		}
	}
	if toast := p.Press("submit_code", bad); toast != "试的次数太多了，请重新发送验证码" {
		t.Errorf("toast %q, want %q", toast, "试的次数太多了，请重新发送验证码")
	}
	// The present card has no input for a code. A click on an old copy is refused, even with the right code.
	if a := h.Forge(p.OpenID, s.Msg, s.Value("submit_code"),
		map[string]any{"sms_code": p.SentCode(0)}); a.Toast != "试的次数太多了，请重新发送验证码" {
		t.Errorf("toast %q, want %q", a.Toast, "试的次数太多了，请重新发送验证码")
	}
	h.InState(p.OpenID, flows.AwaitingCode)
	p.Press("send_code")
	p.SentCode(1)
	p.See(sim.StageCode, "验证码已在")
	p.TypeCode()
	p.See(sim.StageReview)
}

func TestResend(t *testing.T) {
	clock := harness.ClockBehind(time.Hour)
	h := harness.Start(t, harness.Setup{Clock: clock})
	p := h.Hire()
	p.ToCode()
	if toast := p.Press("send_code"); !strings.HasPrefix(toast, "请等 ") {
		t.Errorf("toast %q, want %q at its beginning", toast, "请等 ")
	}
	if p.SMSCount() != 1 {
		t.Error("got a second code before the pause was over, want none")
	}
	clock.Move(61 * time.Second)
	if toast := p.Press("send_code"); toast != "新的验证码已在路上" {
		t.Errorf("toast %q, want %q", toast, "新的验证码已在路上")
	}
	second := p.SentCode(1)
	p.See(sim.StageCode, "验证码已在")
	if first := p.SentCode(0); first != second { // two codes are equal once in a million
		if toast := p.Press("submit_code", map[string]any{"sms_code": first}); !strings.HasPrefix(toast, "验证码不对") {
			t.Errorf("the first code: toast %q, want %q at its beginning", toast, "验证码不对")
		}
	}
	p.Press("submit_code", map[string]any{"sms_code": second})
	p.See(sim.StageReview)
}

func TestCodeTypedInChat(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.ToCode()
	p.Say(harness.WrongCode(p.SentCode(0)))
	p.See(sim.StageCode, "还可以试 4 次")
	p.Say(" " + p.SentCode(0) + " ")
	p.See(sim.StageReview)
}

// TestCodeAsPeopleTypeIt: what cannot be the code costs no try, and the code counts inside the whole text message.
func TestCodeAsPeopleTypeIt(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.ToCode()
	code := p.SentCode(0)
	p.Say("怎么还没收到")
	p.WaitForCard("现在等的是短信里的 6 位验证码")
	if got, want := p.Press("submit_code", map[string]any{"sms_code": code[:5]}), "请填短信里的 6 位数字，这次不算次数"; got != want {
		t.Errorf("got the toast %q, want %q", got, want)
	}
	p.Say("進度？")
	p.See(sim.StageCode)
	if got := h.CaseOf(p.OpenID).Code.Tries; got != 0 {
		t.Errorf("got %d tries, want 0", got)
	}
	p.Say("【实名】您的实名验证码是" + code[:3] + " " + code[3:] + "，10分钟内有效，请勿告诉他人。")
	p.See(sim.StageReview)
}

func TestOtherMobile(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent, Settings: noResendPause()})
	p := h.Hire()
	p.ToCode()
	other := "16099" + p.Person.Mobile[5:]
	h.World.Tencent.Register(p.Person.Name, p.Person.Code, other)
	p.Press("resume") // 改手机号
	p.See(sim.StageConfirmation)
	p.Press("confirm", map[string]any{"mobile": other})
	sms, err := h.World.Tencent.WaitSMS(h.Ctx, other, 0) // the settings leave no pause
	if err != nil {
		t.Fatal(err)
	}
	p.See(sim.StageCode, "验证码已在", other[:3]+"****"+other[7:])
	p.Press("submit_code", map[string]any{"sms_code": sms.Code()})
	p.CheckFiled()
}

func TestBlockedMobile(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent, Settings: map[string]string{"timing.code_resend": "1s"}})
	p := h.Hire()
	h.World.Tencent.BlockMobile(p.Person.Mobile, true)
	p.ToForm()
	p.Press("confirm")
	p.See(sim.StageCode, "这个手机号收不了验证码")
	h.World.Tencent.BlockMobile(p.Person.Mobile, false)
	p.Press("send_code")
	p.See(sim.StageCode, "验证码已在")
	p.TypeCode()
	p.CheckFiled()
}
