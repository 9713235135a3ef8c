package main

import (
	"strings"
	"testing"
	"time"

	"shiming/flows"
	"shiming/sim"
)

func TestWrongCodeThenRight(t *testing.T) {
	r := start(t, setup{})
	p := r.hire()
	p.toCode()
	if toast := p.press("submit_code", map[string]any{"sms_code": wrong(p.code(0))}); toast != "验证码不对，还可以试 4 次" {
		t.Errorf("toast %q", toast)
	}
	p.see(sim.StageCode, "还可以试 4 次")
	p.typeCode()
	p.see(sim.StageReview)
}

func TestCodeExpired(t *testing.T) {
	clock := behind(0)
	r := start(t, setup{clock: clock, settings: map[string]string{"timing.code_resend": "1ms"}})
	p := r.hire()
	p.toCode()
	clock.move(11 * time.Minute)
	if toast := p.typeCode(); toast != "验证码过期了，请重新发送" {
		t.Errorf("toast %q", toast)
	}
	clock.move(-11 * time.Minute)
	p.press("send_code")
	p.code(1)
	p.see(sim.StageCode, "验证码已在")
	p.typeCode()
	p.see(sim.StageReview)
}

func TestFiveWrongCodes(t *testing.T) {
	r := start(t, setup{settings: map[string]string{"timing.code_resend": "1ms"}})
	p := r.hire()
	s := p.toCode()
	bad := map[string]any{"sms_code": wrong(p.code(0))}
	for range 4 {
		if toast := p.press("submit_code", bad); !strings.Contains(toast, "还可以试") {
			t.Errorf("toast %q", toast)
		}
	}
	if toast := p.press("submit_code", bad); toast != "试的次数太多了，请重新发送验证码" {
		t.Errorf("toast %q", toast)
	}
	// The card offers no input any more; a copy of the old one does not help, even with the right code.
	if a := r.forge(p.OpenID, s.msg, s.value("submit_code"), map[string]any{"sms_code": p.code(0)}); a.toast != "试的次数太多了，请重新发送验证码" {
		t.Errorf("toast %q", a.toast)
	}
	r.in(p.OpenID, flows.AwaitingCode)
	p.press("send_code")
	p.code(1)
	p.see(sim.StageCode, "验证码已在")
	p.typeCode()
	p.see(sim.StageReview)
}

func TestResend(t *testing.T) {
	clock := behind(time.Hour)
	r := start(t, setup{clock: clock})
	p := r.hire()
	p.toCode()
	if toast := p.press("send_code"); !strings.HasPrefix(toast, "请等 ") {
		t.Errorf("toast %q", toast)
	}
	if p.inbox() != 1 {
		t.Error("a second code came too early")
	}
	clock.move(61 * time.Second)
	if toast := p.press("send_code"); toast != "新的验证码已在路上" {
		t.Errorf("toast %q", toast)
	}
	second := p.code(1)
	p.see(sim.StageCode, "验证码已在")
	if first := p.code(0); first != second { // one in a million times they are equal
		if toast := p.press("submit_code", map[string]any{"sms_code": first}); !strings.HasPrefix(toast, "验证码不对") {
			t.Errorf("the first code: toast %q", toast)
		}
	}
	p.press("submit_code", map[string]any{"sms_code": second})
	p.see(sim.StageReview)
}

func TestCodeTypedInChat(t *testing.T) {
	r := start(t, setup{})
	p := r.hire()
	p.toCode()
	p.say(wrong(p.code(0)))
	p.see(sim.StageCode, "还可以试 4 次")
	p.say(" " + p.code(0) + " ")
	p.see(sim.StageReview)
}

func TestOtherMobile(t *testing.T) {
	r := start(t, setup{hr: diligent})
	p := r.hire()
	p.toCode()
	other := "16099" + p.Person.Mobile[5:]
	r.world.Tencent.Register(p.Person.Name, p.Person.Code, other)
	p.press("resume") // 改手机号
	p.see(sim.StageConfirmation)
	p.press("confirm", map[string]any{"mobile": other})
	sms, err := r.world.Tencent.WaitSMS(r.ctx, other, 0) // another number need not wait for the pause
	if err != nil {
		t.Fatal(err)
	}
	p.see(sim.StageCode, "验证码已在", other[:3]+"****"+other[7:])
	p.press("submit_code", map[string]any{"sms_code": sms.Code()})
	p.filed()
}

func TestBlockedMobile(t *testing.T) {
	r := start(t, setup{hr: diligent, settings: map[string]string{"timing.code_resend": "1s"}})
	p := r.hire()
	r.world.Tencent.BlockMobile(p.Person.Mobile, true)
	p.toForm()
	p.press("confirm")
	p.see(sim.StageCode, "这个手机号收不了验证码")
	r.world.Tencent.BlockMobile(p.Person.Mobile, false)
	p.press("send_code")
	p.see(sim.StageCode, "验证码已在")
	p.typeCode()
	p.filed()
}
