package main

import (
	"fmt"
	"strings"
	"testing"

	"shiming/flows"
	"shiming/sim"
)

// sameBirthday is a valid number that differs from another in the person's own digits only, so that birthday and gender stay right.
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
	r := start(t, setup{})
	p, hr := r.hire(), r.admin(0)
	name, number := p.Person.Name+"改", sameBirthday(p.Person.Code)
	r.world.Tencent.Register(name, number, p.Person.Mobile)
	p.toForm()
	p.confirms(map[string]any{"identity_name": name, "identity_code": number})
	p.see(sim.StageReview)

	s := hr.sees(r.world.ReviewChat(), p, "approve", "员工改过", "员工改过识别结果，请看上面的对比")
	for _, clear := range []string{name, number, p.Person.Name, p.Person.Code} {
		if strings.Contains(string(s.msg.Card), clear) {
			t.Error("a change is shown in clear")
		}
	}
	if !s.says("899", "●", "→", number[:3]+"***********"+number[14:]) {
		t.Errorf("the change is not shown: %q", s.text)
	}
	r.clickOn(hr.openID, s, "approve", nil)
	p.see(sim.StageDone)
	if id := r.world.Feishu.Identities()[p.OpenID]; id.Name != name || id.Code != number || id.Writes != 1 {
		t.Errorf("%s", id)
	}
	if point := r.world.ESign.Points()[0]; point.Name != name || point.CardNo != number {
		t.Errorf("%s", point)
	}
	r.noTrace(name, number)
}

// noTrace looks for values that the world does not know as somebody's in log and cards.
func (r *rig) noTrace(values ...string) {
	r.Helper()
	for _, v := range values {
		if strings.Contains(r.logs.String(), v) {
			r.Error("something typed stands in the log")
		}
		for _, chat := range r.world.Feishu.Chats() {
			for _, m := range r.world.Feishu.Messages(chat) {
				for _, h := range m.History {
					if s := readScreen(m); m.FromBot && strings.Contains(string(h.Card), v) && s.stage != sim.StageConfirmation &&
						!strings.Contains(string(h.Card), `"act":"confirm"`) {
						r.Errorf("something typed stands on %q", s.card.Title())
					}
				}
			}
		}
	}
}

func TestSupplierSaysNo(t *testing.T) {
	for result, words := range map[string]string{
		"-4": "姓名、身份证号和手机号没有对上", "-9": "运营商那边查不到这个手机号的实名记录",
	} {
		t.Run(result, func(t *testing.T) {
			r := start(t, setup{settings: again(), hr: diligent})
			p := r.hire()
			if err := r.world.Tencent.ReturnNext(p.Person.Code, result); err != nil {
				t.Fatal(err)
			}
			p.toForm()
			p.confirms()
			p.see(sim.StageConfirmation, words)
			if n := r.calls("feishu", "identities.create") + r.calls("esign", ""); n > 0 {
				t.Errorf("%d writes before a match", n)
			}
			p.confirms()
			p.filed()
			if n := r.calls("tencent", "PhoneVerification"); n != 2 {
				t.Errorf("%d checks", n)
			}
		})
	}
}

// TestRealMismatch has somebody register with a mobile that is another person's, and correct it.
func TestRealMismatch(t *testing.T) {
	r := start(t, setup{settings: again(), hr: diligent})
	p, other := r.hire(), r.hire()
	p.toForm()
	p.press("confirm", map[string]any{"mobile": other.Person.Mobile})
	other.code(0)
	p.see(sim.StageCode, "验证码已在")
	p.press("submit_code", map[string]any{"sms_code": other.code(0)})
	p.see(sim.StageConfirmation, "没有对上")
	p.confirms(map[string]any{"mobile": p.Person.Mobile})
	p.filed()
}

func TestFeishuKnowsOtherDetails(t *testing.T) {
	for field, bind := range map[string]func(p person){
		"姓名":   func(p person) { p.r.world.Feishu.BindIdentity(p.OpenID, "别人", "", "") },
		"身份证号": func(p person) { p.r.world.Feishu.BindIdentity(p.OpenID, "", sameBirthday(p.Person.Code), "") },
		"手机号":  func(p person) { p.r.world.Feishu.BindIdentity(p.OpenID, "", "", "16099999999") },
	} {
		t.Run(field, func(t *testing.T) {
			r := start(t, setup{settings: again(), hr: diligent})
			p := r.hire()
			bind(p)
			p.toForm()
			p.confirms()
			p.see(sim.StageConfirmation, fmt.Sprintf("✗ %s和登记的对不上", field))
			if n := len(r.world.ESign.Points()); n > 0 {
				t.Error("evidence was filed for an identity that Feishu refused")
			}
			r.world.Feishu.BindIdentity(p.OpenID, "", "", "")
			p.confirms()
			p.filed()
			if n := r.calls("feishu", "identities.create"); n != 2 {
				t.Errorf("%d writes attempted", n)
			}
		})
	}
}

// TestSameNumberTwice: a second account with the same card is shown to HR in red, and told nothing.
func TestSameNumberTwice(t *testing.T) {
	r := start(t, setup{})
	p, q := r.hire(), r.hire()
	p.toReview()
	r.admin(0).decides(p, "approve", nil)
	p.filed()
	q.toPhotos()
	q.sendImage(r.shot(p.Person, "front"))
	q.sendImage(r.shot(p.Person, "back"))
	n := p.inbox()
	q.see(sim.StageConfirmation)
	q.press("confirm", map[string]any{"mobile": p.Person.Mobile})
	code := p.code(n)
	q.see(sim.StageCode, "验证码已在")
	q.press("submit_code", map[string]any{"sms_code": code})
	q.see(sim.StageReview)
	r.admin(0).sees(r.world.ReviewChat(), q, "approve", "这个证件号还登记在另外 1 个账号名下", "有红色提示，仍然通过")
	for _, m := range r.world.Feishu.Messages(q.ChatID) {
		if s := readScreen(m); s.says("另外") || s.says("账号") {
			t.Error("the second person is told of the first")
		}
	}
}

func TestMyData(t *testing.T) {
	r := start(t, setup{settings: again()})
	p := r.hire()
	p.say("我的资料")
	p.reads("我们没有保存你的实名资料")
	p.toReview()
	p.say("我的资料")
	p.reads("我的资料", "身份证照片：2 张，加密保存", "飞书文字识别", "腾讯云短信", "腾讯云实名核验", p.Person.Code[:3]+"***********"+p.Person.Code[14:])
	c := r.caseOf(p.OpenID)

	p.say("删除我的资料")
	if toast := p.press("withdraw"); toast != "已删除" {
		t.Errorf("toast %q", toast)
	}
	p.see(sim.StageWithdrawn)
	p.reads("我们保存的照片、姓名、号码都已删除")
	r.wiped(c.ID)
	if err := r.app.Store().VerifyChain(r.ctx, c.ID); err != nil {
		t.Error(err)
	}
	// HR's card about the case has nothing left to decide on.
	if s := r.admin(0).sees(r.world.ReviewChat(), p, "", "已撤回"); s.has("approve") {
		t.Error("HR may still approve")
	}
	// Once more, to the end; then everything goes again, and what e签宝 keeps is said.
	p.say("实名")
	p.see(sim.StageConsent)
	p.press("consent")
	p.sendBoth()
	p.confirms()
	p.see(sim.StageReview)
	s := r.admin(0).sees(r.world.ReviewChat(), p, "approve")
	r.clickOn(r.admin(0).openID, s, "approve", nil)
	p.see(sim.StageDone)
	p.say("删除我的资料")
	s = r.find(p.ChatID, "the data of the second case", func(s screen) bool { return s.has("withdraw") && s.says("已在 e签宝存证") })
	r.clickOn(p.OpenID, s, "withdraw", nil)
	p.reads("已在 e签宝的存证由对方依法保管")
	r.wiped(r.caseOf(p.OpenID).ID)
}

// wiped checks that nothing personal is held of a case.
func (r *rig) wiped(id string) {
	r.Helper()
	r.view(func(v flows.View) error {
		c, err := v.Case(r.ctx, id)
		if err != nil {
			return err
		}
		if !c.Personal.Empty() || c.Erased.IsZero() || c.PhotosGoneAt.IsZero() {
			r.Errorf("fields are left, erased %v, photos gone %v", c.Erased, c.PhotosGoneAt)
		}
		for _, p := range c.Photos {
			if _, err := v.Picture(r.ctx, id, p.ID); err == nil {
				r.Error("a picture is left")
			}
		}
		return nil
	})
}
