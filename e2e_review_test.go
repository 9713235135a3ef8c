package main

import (
	"strings"
	"sync"
	"testing"

	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/specimen"
)

// again lets settings be those of a person who submits the form more than once within a minute.
func again() map[string]string { return map[string]string{"timing.code_resend": "1ms"} }

// confirms submits the form and types the code that comes.
func (p person) confirms(form ...map[string]any) {
	p.r.Helper()
	n := p.inbox()
	p.see(sim.StageConfirmation)
	p.press("confirm", form...)
	p.code(n)
	p.see(sim.StageCode, "验证码已在")
	p.typeCode()
}

func TestSendBack(t *testing.T) {
	const note = "请再看一眼<at id=all></at>"
	for side, redo := range map[string]func(person){
		"details": func(p person) {},
		"front":   func(p person) { p.see(sim.StagePhotos, "还差一张：人像面", note); p.send("front", "tilted") },
		"both": func(p person) {
			p.see(sim.StagePhotos, "请把身份证两面的照片发到这个聊天里", note)
			p.sendBoth()
		},
	} {
		t.Run(side, func(t *testing.T) {
			r := start(t, setup{settings: again()})
			p, hr := r.hire(), r.admin(0)
			p.toReview()
			toast := hr.decides(p, "send_back", map[string]any{"reason": "details_wrong", "side": side, "note": note})
			if toast != "已退回给员工" {
				t.Errorf("toast %q", toast)
			}
			redo(p)
			p.see(sim.StageConfirmation, "HR 请你再看一下：信息填得不对", note)
			p.confirms()
			p.see(sim.StageReview)
			s := hr.sees(r.world.ReviewChat(), p, "approve", "第 2 次提交")
			r.clickOn(hr.openID, s, "approve", nil)
			p.filed()
			if n := p.inbox(); n != 2 {
				t.Errorf("%d text messages", n)
			}
		})
	}
}

func TestReject(t *testing.T) {
	r := start(t, setup{settings: again()})
	p, hr := r.hire(), r.admin(0)
	p.toReview()
	s := hr.sees(r.world.ReviewChat(), p, "reject")
	if a := r.forge(hr.openID, s.msg, s.value("reject"), map[string]any{"note": ""}); a.toast != "还差一项：原因" {
		t.Errorf("without a reason: %q", a.toast)
	}
	long := strings.Repeat("样", 10_000)
	for _, act := range []string{"reject", "send_back"} {
		for _, field := range []string{"note", "reason", "side", "evi_point_id"} {
			if a := r.forge(hr.openID, s.msg, s.value(act), map[string]any{"reason": "other", field: long}); a.toast != "没看懂这次点击，请刷新后再试" {
				t.Errorf("%s with a long %s: %q", act, field, a.toast)
			}
		}
	}
	r.clickOn(hr.openID, s, "reject", map[string]any{"reason": "wrong_person", "note": "请找人事部"})
	p.see(sim.StageRejected, "不是本人的身份证", "请找人事部")
	r.in(p.OpenID, flows.Rejected)
	if n := r.calls("feishu", "identities.create") + r.calls("esign", ""); n > 0 {
		t.Errorf("%d writes for somebody who was rejected", n)
	}

	p.press("start")
	p.see(sim.StageConsent)
	p.press("consent")
	p.sendBoth()
	p.confirms()
	p.see(sim.StageReview)
	s = hr.sees(r.world.ReviewChat(), p, "approve")
	r.clickOn(hr.openID, s, "approve", nil)
	p.filed()
	if j := r.world.Journey(p.OpenID); len(j.Cases) != 2 {
		t.Errorf("%d cases", len(j.Cases))
	}
}

// self makes an employee one of the admins.
func self(review bool) func(*sim.World, map[string]string) {
	return func(w *sim.World, settings map[string]string) {
		e := w.Hire(1)[0]
		settings["hr.admins"] += "," + e.OpenID
		if review {
			w.Feishu.AddMembers(w.ReviewChat(), e.OpenID)
		} else {
			settings["hr.review_chat"] = ""
		}
	}
}

func TestNobodyApprovesHimself(t *testing.T) {
	t.Run("review group", func(t *testing.T) {
		r := start(t, setup{before: self(true)})
		p := person{r.world.People()[0], r}
		p.toReview()
		s := r.admin(0).sees(r.world.ReviewChat(), p, "approve")
		if toast := r.clickOn(p.OpenID, s, "approve", nil); toast != "不能审核自己的，请另一位 HR 来" {
			t.Errorf("toast %q", toast)
		}
		r.in(p.OpenID, flows.AwaitingReview)
		// Nor by the queue in private, which does not list the own case.
		p.say("待审")
		p.reads("都处理完了，没有在等的")
		r.admin(0).decides(p, "approve", nil)
		p.filed()
	})
	t.Run("in private", func(t *testing.T) {
		r := start(t, setup{before: self(false)})
		p := person{r.world.People()[0], r}
		p.toReview()
		s := r.admin(0).sees(r.admin(0).chat(), p, "approve")
		r.idle()
		for _, m := range r.world.Feishu.Messages(p.ChatID) {
			if readScreen(m).has("approve") {
				t.Error("the applicant got HR's card about himself")
			}
		}
		if a := r.forge(p.OpenID, s.msg, s.value("approve"), nil); a.toast != "不能审核自己的，请另一位 HR 来" {
			t.Errorf("toast %q", a.toast)
		}
		r.in(p.OpenID, flows.AwaitingReview)
		r.clickOn(r.admin(0).openID, s, "approve", nil)
		p.filed()
	})
}

func TestTwoAdminsAtOnce(t *testing.T) {
	r := start(t, setup{})
	p := r.hire()
	p.toReview()
	s := r.admin(0).sees(r.world.ReviewChat(), p, "approve")
	r.until("the admins' names are known", func() bool { return r.calls("feishu", "contact.user.get") >= 3 })
	toasts := make([]string, 2)
	var both sync.WaitGroup
	for i := range toasts {
		both.Go(func() { toasts[i] = r.forge(r.world.Admins()[i], s.msg, s.value("approve"), nil).toast })
	}
	both.Wait()
	first := 0
	if toasts[1] == "已通过" {
		first = 1
	}
	u, _ := r.world.Feishu.User(r.world.Admins()[first])
	if late := toasts[1-first]; toasts[first] != "已通过" || !strings.HasSuffix(late, " "+u.Name+"已通过，卡片已更新") || len(late) < len("11-22 10:00 ") {
		t.Errorf("toasts %q", toasts)
	}
	p.filed()
}

func TestReviewOnlyForWarnings(t *testing.T) {
	r := start(t, setup{settings: map[string]string{"review.required": "warnings"}})
	green, amber := r.hire(), r.hire()
	green.toCode()
	green.typeCode()
	green.filed()
	if c := r.caseOf(green.OpenID); c.Review == nil || c.Review.By != "" {
		t.Errorf("review %+v", c.Review)
	}
	for _, m := range r.world.Feishu.Messages(r.world.ReviewChat()) {
		if strings.Contains(string(m.Card), green.OpenID) {
			t.Error("HR was bothered with an all-green case")
		}
	}
	r.world.Feishu.ChangeUser(amber.OpenID, func(u *feishu.User) { u.Name = "花名" })
	amber.toReview()
	r.admin(0).sees(r.world.ReviewChat(), amber, "approve", "和飞书上的名字不同")
	r.admin(0).decides(amber, "approve", nil)
	amber.filed()
}

func TestMethodNone(t *testing.T) {
	r := start(t, setup{settings: map[string]string{"verification.method": "none"}, hr: diligent})
	p := r.hire()
	p.toForm()
	p.press("confirm")
	p.see(sim.StageDone, "没有存证")
	c := r.in(p.OpenID, flows.Done)
	if n := r.calls("tencent", "") + r.calls("esign", ""); n > 0 || c.Evidence != nil {
		t.Errorf("%d calls to suppliers that are not used", n)
	}
	if id := r.world.Feishu.Identities()[p.OpenID]; id.Writes != 1 || id.Code != p.Person.Code {
		t.Errorf("%s", id)
	}
	r.admin(0).sees(r.world.ReviewChat(), p, "", "没有存证")
}

func TestWithoutReviewChat(t *testing.T) {
	r := start(t, setup{settings: map[string]string{"hr.review_chat": ""}})
	p := r.hire()
	p.toReview()
	one, two := r.admin(0), r.admin(1)
	s := one.sees(one.chat(), p, "approve")
	two.sees(two.chat(), p, "approve")
	r.clickOn(one.openID, s, "approve", nil)
	p.filed()
	for _, a := range []admin{one, two} {
		card := a.sees(a.chat(), p, "", "已通过", "已登记，已存证")
		if card.has("approve") {
			t.Error("a decided card still has its buttons")
		}
	}
}

// TestOpenIDLikeANumber: ids are hexadecimal, so that one in some hundreds looks like a mobile or an ID number in the middle.
// They must not be masked, or Feishu refuses the card.
func TestOpenIDLikeANumber(t *testing.T) {
	r := start(t, setup{})
	id := "ou_a13900001234b89900119900101123xf"
	who := specimen.NewPerson(99)
	r.world.Feishu.AddUser(feishu.User{OpenID: id, Name: who.Name, Mobile: "+86" + who.Mobile})
	r.world.Feishu.AddMembers(r.world.AnnounceChat(), id)
	r.world.Tencent.Register(who.Name, who.Code, who.Mobile)
	p, hr := person{&sim.Employee{OpenID: id, ChatID: r.world.Feishu.P2PChat(id), Person: who}, r}, r.admin(0)
	p.toReview()
	hr.say("待审")
	r.find(hr.chat(), "the queue", func(s screen) bool { return s.says("共 1 件在等") && strings.Contains(string(s.msg.Card), id) })
	hr.decides(p, "approve", nil)
	p.see(sim.StageDone)
	r.find(r.world.AnnounceChat(), "the board", func(s screen) bool { return strings.Contains(string(s.msg.Card), id) })
}
