package e2e

import (
	"context"
	"strings"
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
)

// sameBirthday returns another valid number with the same birthday and gender.
func sameBirthday(code string) string {
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	digits := []byte(code[:17])
	digits[14] = '0' + (digits[14]-'0'+5)%10
	sum := 0
	for i, w := range weights {
		sum += w * int(digits[i]-'0')
	}
	return string(digits) + string("10X98765432"[sum%11])
}

func TestCorrectedDetails(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p, hr := h.Hire(), h.Admin(0)
	name, number := p.Person.Name+"改", sameBirthday(p.Person.Code)
	h.World.Tencent.Register(name, number, p.Person.Mobile)
	p.ToForm()
	submitForm(p, map[string]any{"identity_name": name, "identity_code": number})
	p.See(sim.StageReview)

	s := hr.Sees(h.World.ReviewChat(), p, "approve", "员工改过", "员工改过识别结果，请看上面的对比")
	for _, clear := range []string{name, number, p.Person.Name, p.Person.Code} {
		if strings.Contains(string(s.Msg.Card), clear) {
			t.Error("got a changed value in clear on HR's card, want it masked")
		}
	}
	// Only the day's sequence and the check digit of the number differ, and the name has one character more.
	if !s.Says("→ "+strings.Repeat("*", len([]rune(p.Person.Name)))+"改", number[:3]+"***********"+number[14:],
		"→ "+strings.Repeat("*", 14)+number[14:15]+"**"+number[17:]) {
		t.Errorf("got the card %q, want the change on it", s.Text)
	}
	hr.Decides(p, "approve", nil) // by two admins
	p.See(sim.StageDone)
	if id := h.World.Feishu.Identities()[p.OpenID]; id.Name != name || id.Code != number || id.Writes != 1 {
		t.Errorf("got the identity %s, want the corrected one, written once", id)
	}
	if point := h.World.ESign.Points()[0]; point.Name != name || point.CardNo != number {
		t.Errorf("got the evidence %s, want the corrected identity", point)
	}
	checkNoTrace(h, name, number)
}

// checkNoTrace searches the log and the cards for values that the world does not know as a person's.
func checkNoTrace(h *harness.Harness, values ...string) {
	h.Helper()
	for _, v := range values {
		if strings.Contains(h.Logs.String(), v) {
			h.Error("got a typed value in the log, want none")
		}
		for _, chat := range h.World.Feishu.Chats() {
			for _, m := range h.World.Feishu.Messages(chat) {
				for _, version := range m.History {
					s := harness.ViewCard(m)
					if m.FromBot && strings.Contains(string(version.Card), v) && s.Stage != sim.StageConfirmation &&
						!strings.Contains(string(version.Card), `"act":"confirm"`) {
						h.Errorf("got a typed value on the card %q, want none", s.Card.Title())
					}
				}
			}
		}
	}
}

func TestSupplierSaysNo(t *testing.T) {
	t.Parallel()
	for result, words := range map[string]string{
		"-4": "姓名、身份证号和手机号没有对上", "-9": "运营商那边查不到这个手机号的实名记录",
	} {
		t.Run(result, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{Settings: noResendPause(), HR: harness.Diligent})
			p := h.Hire()
			if err := h.World.Tencent.ReturnNext(p.Person.Code, result); err != nil {
				t.Fatal(err)
			}
			p.ToForm()
			submitForm(p)
			p.See(sim.StageConfirmation, words)
			if n := h.CountCalls("feishu", "identities.create") + h.CountCalls("esign", ""); n > 0 {
				t.Errorf("got %d writes before a match, want none", n)
			}
			submitForm(p)
			p.CheckFiled()
			if n := h.CountCalls("tencent", "PhoneVerification"); n != 2 {
				t.Errorf("%d checks, want 2", n)
			}
		})
	}
}

// TestRealMismatch registers with a mobile that belongs to another person, and then corrects it.
func TestRealMismatch(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: noResendPause(), HR: harness.Diligent})
	p, other := h.Hire(), h.Hire()
	p.ToForm()
	p.Press("confirm", map[string]any{"mobile": other.Person.Mobile})
	other.SentCode(0)
	p.See(sim.StageCode, "验证码已在")
	p.Press("submit_code", map[string]any{"sms_code": other.SentCode(0)})
	p.See(sim.StageConfirmation, "没有对上")
	submitForm(p, map[string]any{"mobile": p.Person.Mobile})
	p.CheckFiled()
}

// works has an admin decide as the robot does, until the returned function is called.
func works(h *harness.Harness, admin int) (stop func()) {
	ctx, cancel := context.WithCancel(h.Ctx)
	done := make(chan error, 1)
	hr := h.World.HR(admin)
	go func() { done <- hr.Work(ctx, hr.Diligent) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			h.Error(err)
		}
	}
}

// TestRebinding: what Feishu has bound is replaced only when two admins have the write tried again.
func TestRebinding(t *testing.T) {
	t.Parallel()
	for _, style := range []string{"cards", "queue"} {
		t.Run(style, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{Settings: map[string]string{"review.style": style}})
			p, a, b := h.Hire(), h.Admin(0), h.Admin(1)
			chats := [2]string{h.World.ReviewChat(), h.World.ReviewChat()}
			if style == "queue" {
				chats = [2]string{a.Chat(), b.Chat()}
			}
			opens := func(who harness.Admin, words string) {
				if style == "queue" {
					h.ClickOn(who.OpenID, desk(who, "next", "开始审核", words), "next", nil)
				}
			}
			h.World.Feishu.BindIdentity(p.OpenID, "", "", "16099999999")
			p.ToReview()
			opens(a, "全部 1")
			h.ClickOn(a.OpenID, a.Sees(chats[0], p, "approve"), "approve", nil)
			h.InState(p.OpenID, flows.NeedsAttention)
			h.World.Feishu.BindIdentity(p.OpenID, "", "", "")
			opens(a, "卡住 1")
			s := a.Sees(chats[0], p, "retry", "重试要两位 HR 都点")
			if toast := h.ClickOn(a.OpenID, s, "retry", nil); toast != "记下了，还要另一位 HR 也通过" {
				t.Errorf("toast %q, want that another admin has to as well", toast)
			}
			waitIdle(h)
			if n := h.CountCalls("feishu", "identities.create"); n != 1 {
				t.Errorf("%d writes attempted after the first admin's retry, want the refused one only", n)
			}
			opens(b, "卡住 1")
			h.ClickOn(b.OpenID, b.Sees(chats[1], p, "retry", "等另一位"), "retry", nil)
			p.CheckFiled()
		})
	}
}

func TestFeishuKnowsOtherDetails(t *testing.T) {
	t.Parallel()
	for field, bind := range map[string]func(p harness.Person){
		"姓名":  func(p harness.Person) { p.H.World.Feishu.BindIdentity(p.OpenID, "别人", "", "") },
		"证件号": func(p harness.Person) { p.H.World.Feishu.BindIdentity(p.OpenID, "", sameBirthday(p.Person.Code), "") },
		"手机号": func(p harness.Person) { p.H.World.Feishu.BindIdentity(p.OpenID, "", "", "16099999999") },
	} {
		t.Run(field, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{Settings: noResendPause(), HR: harness.Diligent})
			p := h.Hire()
			bind(p)
			p.ToForm()
			submitForm(p)
			defer works(h, 1)() // the same values again take two admins
			form := p.See(sim.StageConfirmation, "和飞书里已绑定的信息不一致", "飞书里给你绑定的是另一个"+field)
			if form.Says("别人") || form.Says("16099999999") {
				t.Error("the applicant sees what is bound, want the field only")
			}
			if n := len(h.World.ESign.Points()); n > 0 {
				t.Error("got evidence for an identity that Feishu refused, want none")
			}
			h.World.Feishu.BindIdentity(p.OpenID, "", "", "")
			submitForm(p)
			p.CheckFiled()
			if n := h.CountCalls("feishu", "identities.create"); n != 2 {
				t.Errorf("%d writes attempted, want 2", n)
			}
		})
	}
}

// TestBoundMobileIsCorrected: HR sends the form back with what the employee has to change; with the bound mobile it
// goes on to the end.
func TestBoundMobileIsCorrected(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: noResendPause()})
	p, hr := h.Hire(), h.Admin(0)
	const bound, note = "16000001234", "请用尾号 1234 的手机号"
	h.World.Tencent.Register(p.Person.Name, p.Person.Code, bound)
	h.World.Feishu.BindIdentity(p.OpenID, "", "", bound)
	p.ToReview()
	hr.Decides(p, "approve", nil)
	stopped := hr.Sees(h.World.ReviewChat(), p, "send_back", "飞书里这位员工已经绑定了另一个手机号", "1291004")
	h.ClickOn(hr.OpenID, stopped, "send_back", map[string]any{"note": note})
	p.See(sim.StageConfirmation, "飞书里给你绑定的是另一个手机号", note)
	p.Press("confirm", map[string]any{"mobile": bound})
	sms, err := h.World.Tencent.WaitSMS(h.Ctx, bound, 0)
	if err != nil {
		t.Fatal(err)
	}
	p.See(sim.StageCode, "验证码已在")
	p.Press("submit_code", map[string]any{"sms_code": sms.Code()})
	p.See(sim.StageReview)
	hr.Decides(p, "approve", nil)
	p.See(sim.StageDone)
	if id := h.World.Feishu.Identities()[p.OpenID]; id.Writes != 1 || id.Refused != 1 || id.Mobile != bound {
		t.Errorf("got %d writes, %d refused, want 1 and 1 with the bound mobile", id.Writes, id.Refused)
	}
}

// TestSameNumberTwice checks that HR sees a second account with the same ID card as a red finding, and that the
// second account is not told.
func TestSameNumberTwice(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: noResendPause()})
	p, q := h.Hire(), h.Hire()
	p.ToReview()
	h.Admin(0).Decides(p, "approve", nil)
	p.CheckFiled()
	q.ToPhotos()
	q.SendImage(h.Photo(p.Person, "front"))
	q.SendImage(h.Photo(p.Person, "back"))
	n := p.SMSCount()
	q.See(sim.StageConfirmation)
	q.Press("confirm", map[string]any{"mobile": p.Person.Mobile})
	code := p.SentCode(n)
	q.See(sim.StageCode, "验证码已在")
	q.Press("submit_code", map[string]any{"sms_code": code})
	q.See(sim.StageReview)
	s := h.Admin(0).Sees(h.World.ReviewChat(), q, "approve", "这个证件号还登记在另外 1 个账号名下", "还有这些人在用",
		"有红色提示，仍然通过")
	if !strings.Contains(string(s.Msg.Card), p.OpenID) {
		t.Error("got a card without the other person who has the number, want the person on it")
	}
	for _, m := range h.World.Feishu.Messages(q.ChatID) {
		if s := harness.ViewCard(m); s.Says("另外") || s.Says("账号") {
			t.Error("got a notice of the first account for the second person, want none")
		}
	}
}

func TestMyData(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: noResendPause()})
	p := h.Hire()
	p.Say("我的资料")
	p.WaitForCard("我们没有保存你的实名资料")
	p.ToReview()
	p.Say("我的资料")
	masked := p.Person.Code[:3] + "***********" + p.Person.Code[14:]
	p.WaitForCard("我的资料", "身份证照片：2 张，加密保存", "飞书文字识别", "腾讯云短信", "腾讯云实名核验", masked)
	c := h.CaseOf(p.OpenID)

	p.Say("删除我的资料")
	if toast := p.Press("withdraw"); toast != "已删除" {
		t.Errorf("toast %q, want %q", toast, "已删除")
	}
	p.See(sim.StageWithdrawn)
	p.WaitForCard("我们保存的照片、姓名、号码都已删除")
	checkWiped(h, c.ID)
	if err := h.App.Store().VerifyChain(h.Ctx, c.ID); err != nil {
		t.Error(err)
	}
	// HR's card about the case has no buttons any more.
	if s := h.Admin(0).Sees(h.World.ReviewChat(), p, "", "已取消"); s.Has("approve") {
		t.Error("got an approve button, want none")
	}
	// The person registers again up to the end and deletes the data again. The answer names the data that e签宝 keeps.
	p.Say("实名")
	p.See(sim.StageConsent)
	p.Consent()
	p.SendBoth()
	submitForm(p)
	p.See(sim.StageReview)
	s := h.Admin(0).Sees(h.World.ReviewChat(), p, "approve")
	h.ClickOn(h.Admin(0).OpenID, s, "approve", nil)
	p.See(sim.StageDone)
	p.Say("删除我的资料")
	s = h.Find(p.ChatID, "the data of the second case", func(s harness.CardView) bool {
		return s.Has("withdraw") && s.Says("已在 e签宝存证")
	})
	h.ClickOn(p.OpenID, s, "withdraw", nil)
	p.WaitForCard("已在 e签宝的存证由对方依法保管")
	checkWiped(h, h.CaseOf(p.OpenID).ID)
}

// checkWiped checks that a case holds no personal data.
func checkWiped(h *harness.Harness, id string) {
	h.Helper()
	h.ReadStore(func(v flows.View) error {
		c, err := v.Case(h.Ctx, id)
		if err != nil {
			return err
		}
		if !c.Personal.Empty() || c.Erased.IsZero() || c.PhotosGoneAt.IsZero() {
			h.Errorf("got fields left, erased %v, photos gone %v, want all erased", c.Erased, c.PhotosGoneAt)
		}
		for _, p := range c.Photos {
			if _, err := v.Picture(h.Ctx, id, p.ID); err == nil {
				h.Error("got a picture, want none")
			}
		}
		return nil
	})
}
