package e2e

import (
	"image/color"
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

// TestCodesByStartingAgain: cancelling and starting again does not send a stranger more codes than MaxCodesPerDay.
func TestCodesByStartingAgain(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: noResendPause()})
	p, colleague := h.Hire(), h.Hire()
	wrong := map[string]any{"mobile": colleague.Person.Mobile}
	for n := range flows.MaxCodesPerDay {
		p.ToForm()
		p.Press("confirm", wrong)
		colleague.SentCode(n)
		p.See(sim.StageCode, "验证码已在")
		p.Press("cancel")
		p.See(sim.StageWithdrawn)
	}
	p.ToForm()
	const want = "今天发的验证码太多了，请明天再来，或者找 HR 帮忙"
	if got := p.Press("confirm", wrong); got != want {
		t.Errorf("the eleventh code: toast %q, want %q", got, want)
	}
	// Nor does a case of somebody else.
	colleague.ToForm()
	if got := colleague.Press("confirm"); got != want {
		t.Errorf("the eleventh code to this phone: toast %q, want %q", got, want)
	}
	h.InState(p.OpenID, flows.AwaitingConfirmation)
	if n := colleague.SMSCount(); n != flows.MaxCodesPerDay {
		t.Errorf("%d codes on the phone, want %d", n, flows.MaxCodesPerDay)
	}
}

// TestMaskedFormAsItIs: whether untouched optional inputs arrive as "" or not at all, the form means the values that
// were read.
func TestMaskedFormAsItIs(t *testing.T) {
	h := harness.Start(t, harness.Setup{Noisy: true})
	h.World.Feishu.Set(func(k *feishu.Behaviour) { k.DLP, k.OmitEmptyFields = true, true })
	for _, tt := range []struct {
		name   string
		form   any
		mobile string // "" for that of the directory
	}{
		{"empty form", map[string]any{}, ""},
		{"no form", nil, ""},
		{"only the mobile", map[string]any{"mobile": "16000001234"}, "16000001234"},
		{"all empty", map[string]any{"identity_name": "", "identity_code": "", "mobile": ""}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := h.Hire()
			p.ToPhotos()
			p.SendBoth()
			s := p.See(sim.StageConfirmation, "这里打了码")
			h.Until("the directory's mobile is known", func() bool { return h.CaseOf(p.OpenID).Personal.ContactMobile != "" })
			h.Forge(p.OpenID, s.Msg, s.Value("confirm"), tt.form)
			p.See(sim.StageCode)
			c, want := h.CaseOf(p.OpenID).Personal, p.Person
			if tt.mobile != "" {
				want.Mobile = tt.mobile
			}
			if c.Name != want.Name || c.Number != want.Code || c.Mobile != want.Mobile {
				t.Error("got other values than the card's and the directory's, want these")
			}
		})
	}
	t.Run("client without empty fields", func(t *testing.T) {
		p := h.Hire()
		p.ToPhotos()
		p.SendBoth()
		p.See(sim.StageConfirmation, "这里打了码")
		h.Until("the directory's mobile is known", func() bool { return h.CaseOf(p.OpenID).Personal.ContactMobile != "" })
		p.Press("confirm")
		p.See(sim.StageCode)
	})
}

// TestNeverMatches: the mobile is a relative's. The applicant is led to HR, who sees what happened and can only send
// the case back or reject it. With a mobile of the applicant's own it then goes on.
func TestNeverMatches(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: noResendPause()})
	p, relative, hr := h.Hire(), h.Hire(), h.Admin(0)
	p.ToForm()
	for n := range 3 {
		p.Press("confirm", map[string]any{"mobile": relative.Person.Mobile})
		code := relative.SentCode(n)
		p.See(sim.StageCode, "验证码已在")
		p.Press("submit_code", map[string]any{"sms_code": code})
		s := p.See(sim.StageConfirmation, "没有对上")
		if got, want := s.Has("ask_hr"), n+1 >= flows.HelpAfterChecks; got != want {
			t.Errorf("after %d checks the way to HR is offered: %v, want %v", n+1, got, want)
		}
	}
	p.See(sim.StageConfirmation, "已经 3 次没有通过核验", "请 HR 帮忙")
	if got := p.Press("ask_hr"); got != "已经告诉 HR 了" {
		t.Errorf("toast %q, want %q", got, "已经告诉 HR 了")
	}
	p.See(sim.StageAttention, "已经请 HR 帮忙")
	asked := hr.Sees(h.World.ReviewChat(), p, "send_back",
		"员工请你帮忙", "核验 3 次没有通过，最近一次：姓名、证件号、手机号不一致", "-4")
	if asked.Has("approve") {
		t.Error("HR's card offers to approve, want no such button")
	}
	hr.Say("待审")
	h.Find(hr.Chat(), "the list of waiting cases", func(s harness.CardView) bool { return s.Says("1 件") })

	// Not even a forged click approves it.
	c := h.CaseOf(p.OpenID)
	value := map[string]any{"v": 1, "act": "approve", "case": c.ID, "rev": c.Rev}
	const refused = "核验没有通过，不能批准。请退回修改或者拒绝"
	if got := h.Forge(hr.OpenID, asked.Msg, value, nil).Toast; got != refused {
		t.Errorf("approved by force: toast %q, want %q", got, refused)
	}
	if n := h.CountCalls("feishu", "identities.create") + h.CountCalls("esign", ""); n > 0 {
		t.Errorf("got %d writes without a match, want none", n)
	}
	h.ClickOn(hr.OpenID, asked, "send_back", map[string]any{"reason": "own_mobile"})
	p.See(sim.StageConfirmation, "请换成自己名下的手机号")
	submitForm(p, map[string]any{"mobile": p.Person.Mobile})
	p.See(sim.StageReview)
	hr.Decides(p, "approve", nil)
	p.CheckFiled()
}

// TestManyPhotosByStartingAgain: starting again does not raise the number of OCR readings a day. The cause and the way
// out are told, also for good photos, and those of the next day are taken. The encounter card/many_photos stays in one
// case.
func TestManyPhotosByStartingAgain(t *testing.T) {
	h := harness.Start(t, harness.Setup{World: sim.Config{OCRPerSecond: 50}})
	p := h.Hire()
	p.ToPhotos()
	unreadable := flat(t, 400, 300, color.White)
	const most, answer = flows.MaxPhotos, "24 小时里收到的照片已经到 40 张"
	bad := func(n int) func() bool { return func() bool { return h.CaseOf(p.OpenID).BadPhotos == n } }
	for n := range most {
		p.SendImage(unreadable)
		if n == most/2 {
			h.Until("half of them were read", bad(n+1))
			p.Press("cancel")
			p.See(sim.StageWithdrawn)
			p.ToPhotos()
		}
	}
	h.Until("the others were read", bad(most/2-1))
	for _, side := range []string{"front", "back"} { // the good ones as well
		p.Send(side)
	}
	h.Until("both are refused", func() bool { return cardsIn(h, p.ChatID, answer, "请明天再发") == 2 })
	if n := len(h.World.Feishu.OCRCalls()); n != most {
		t.Errorf("got %d OCR calls, want %d", n, most)
	}
	p.See(sim.StagePhotos, "请 HR 帮忙")

	h.Advance(flows.PhotoWindow)
	p.SendBoth()
	p.See(sim.StageConfirmation)
}
