package e2e

import (
	"strings"
	"sync"
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/specimen"
)

// noResendPause is the setting for a person who submits the form more than once within a minute.
func noResendPause() map[string]string { return map[string]string{"timing.code_resend": "1ms"} }

// submitForm submits the form and enters the code.
func submitForm(p harness.Person, form ...map[string]any) {
	p.H.Helper()
	n := p.SMSCount()
	p.See(sim.StageConfirmation)
	p.Press("confirm", form...)
	p.SentCode(n)
	p.See(sim.StageCode, "验证码已在")
	p.TypeCode()
}

func TestSendBack(t *testing.T) {
	t.Parallel()
	const note = "请再看一眼<at id=all></at>"
	for side, redo := range map[string]func(harness.Person){
		"details": func(p harness.Person) {},
		"front": func(p harness.Person) {
			p.See(sim.StagePhotos, "还差一张：人像面", note)
			p.Send("front", "tilted")
		},
		"both": func(p harness.Person) {
			p.See(sim.StagePhotos, "请把身份证两面的照片发到这个聊天里", note)
			p.SendBoth()
		},
	} {
		t.Run(side, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{Settings: noResendPause()})
			p, hr := h.Hire(), h.Admin(0)
			p.ToReview()
			toast := hr.Decides(p, "send_back", map[string]any{"reason": "details_wrong", "side": side, "note": note})
			if toast != "已退回给员工" {
				t.Errorf("toast %q, want %q", toast, "已退回给员工")
			}
			redo(p)
			p.See(sim.StageConfirmation, "HR 请你再看一下：信息填得不对", note)
			submitForm(p)
			p.See(sim.StageReview)
			since := map[string]string{"details": "照片和信息都没有变", "front": "重拍了人像面", "both": "重拍了国徽面"}[side]
			s := hr.Sees(h.World.ReviewChat(), p, "approve", "第 2 次提交", "上次退回", "信息填得不对", note, since)
			h.ClickOn(hr.OpenID, s, "approve", nil)
			p.CheckFiled()
			if n := p.SMSCount(); n != 2 {
				t.Errorf("%d text messages, want 2", n)
			}
		})
	}
}

// TestPreset: a reason on HR's card sends the case back with one tap, and asks for the side that belongs to it. The
// employee reads the words that were on the button.
func TestPreset(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p, hr := h.Hire(), h.Admin(0)
	p.ToReview()
	s := hr.Sees(h.World.ReviewChat(), p, "send_back", "照片不清楚（重拍国徽面）")
	toast := h.Click(hr.OpenID, s, "the preset", func(b feishu.Button) bool {
		return b.Value["reason"] == "blurred" && b.Value["side"] == "back"
	}, nil)
	if toast != "已退回给员工" {
		t.Errorf("got the toast %q, want %q", toast, "已退回给员工")
	}
	p.See(sim.StagePhotos, "还差一张：国徽面", "照片不清楚")
	if r := h.CaseOf(p.OpenID).Review; r == nil || r.Reason != "blurred" || r.Redo != "back" || r.By != hr.OpenID {
		t.Errorf("got the review %+v, want the preset's reason and side by %s", r, hr.OpenID)
	}
}

// TestFoldedForm: only an admin opens the form for sending back and rejecting, and only while the case waits.
func TestFoldedForm(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p, hr := h.Hire(), h.Admin(0)
	p.ToReview()
	s := hr.Sees(h.World.ReviewChat(), p, "decide")
	if s.Field("note") != "(no such field)" {
		t.Error("got the form on HR's card before anybody wants it, want it folded away")
	}
	if a := h.Forge(p.OpenID, s.Msg, s.Value("decide"), nil); a.Toast != "只有 HR 能做这一步" || a.Card.Text != "" {
		t.Errorf("the employee opens the form: got %q and the card %q, want a refusal", a.Toast, a.Card.Text)
	}
	open := h.OpenForm(hr.OpenID, s, "reject")
	if !open.Has("approve") || open.Field("note") == "(no such field)" {
		t.Errorf("got %q, want the approval and the form", open.Text)
	}
	h.ClickOn(hr.OpenID, open, "approve", nil)
	p.See(sim.StageDone)
	if a := h.Forge(hr.OpenID, s.Msg, s.Value("decide"), nil); a.Card.Has("reject") || a.Toast == "" {
		t.Errorf("after the approval: got %q and %q, want the decided card", a.Toast, a.Card.Text)
	}
}

func TestReject(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: noResendPause()})
	p, hr := h.Hire(), h.Admin(0)
	p.ToReview()
	s := h.OpenForm(hr.OpenID, hr.Sees(h.World.ReviewChat(), p, "reject"), "reject")
	if a := h.Forge(hr.OpenID, s.Msg, s.Value("reject"), map[string]any{"note": ""}); a.Toast != "还差一项：原因" {
		t.Errorf("without a reason: %q, want %q", a.Toast, "还差一项：原因")
	}
	long := strings.Repeat("样", 10_000)
	for _, act := range []string{"reject", "send_back"} {
		for _, field := range []string{"note", "reason", "side", "evi_point_id"} {
			if a := h.Forge(hr.OpenID, s.Msg, s.Value(act), map[string]any{"reason": "other",
				field: long}); a.Toast != "没看懂这次点击，请刷新后再试" {
				t.Errorf("%s with a long %s: %q, want %q", act, field, a.Toast, "没看懂这次点击，请刷新后再试")
			}
		}
	}
	h.ClickOn(hr.OpenID, s, "reject", map[string]any{"reason": "wrong_person", "note": "请找人事部"})
	p.See(sim.StageRejected, "不是本人的身份证", "请找人事部")
	h.InState(p.OpenID, flows.Rejected)
	if n := h.CountCalls("feishu", "identities.create") + h.CountCalls("esign", ""); n > 0 {
		t.Errorf("got %d writes for a rejected person, want none", n)
	}

	p.Press("start")
	p.See(sim.StageConsent)
	p.Consent()
	p.SendBoth()
	submitForm(p)
	p.See(sim.StageReview)
	s = hr.Sees(h.World.ReviewChat(), p, "approve", "以前的申请", "已拒绝")
	h.ClickOn(hr.OpenID, s, "approve", nil)
	p.CheckFiled()
	if j := h.World.Journey(p.OpenID); len(j.Cases) != 2 {
		t.Errorf("%d cases, want 2", len(j.Cases))
	}
}

// asAdmin makes an employee an admin.
func asAdmin(review bool) func(*sim.World, map[string]string) {
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
	t.Parallel()
	t.Run("review group", func(t *testing.T) {
		h := harness.Start(t, harness.Setup{Before: asAdmin(true)})
		p := harness.Person{Employee: h.World.People()[0], H: h}
		p.ToReview()
		s := h.Admin(0).Sees(h.World.ReviewChat(), p, "approve")
		if toast := h.ClickOn(p.OpenID, s, "approve", nil); toast != "不能审核自己的，请另一位 HR 来" {
			t.Errorf("toast %q, want %q", toast, "不能审核自己的，请另一位 HR 来")
		}
		h.InState(p.OpenID, flows.AwaitingReview)
		// The private queue does not list the admin's own case.
		p.Say("待审")
		p.WaitForCard("都处理完了，没有在等的")
		h.Admin(0).Decides(p, "approve", nil)
		p.CheckFiled()
	})
	t.Run("in private", func(t *testing.T) {
		h := harness.Start(t, harness.Setup{Before: asAdmin(false)})
		p := harness.Person{Employee: h.World.People()[0], H: h}
		p.ToReview()
		s := h.Admin(0).Sees(h.Admin(0).Chat(), p, "approve")
		waitIdle(h)
		for _, m := range h.World.Feishu.Messages(p.ChatID) {
			if harness.ViewCard(m).Has("approve") {
				t.Error("got HR's card about the applicant in the applicant's chat, want none")
			}
		}
		if a := h.Forge(p.OpenID, s.Msg, s.Value("approve"), nil); a.Toast != "不能审核自己的，请另一位 HR 来" {
			t.Errorf("toast %q, want %q", a.Toast, "不能审核自己的，请另一位 HR 来")
		}
		h.InState(p.OpenID, flows.AwaitingReview)
		h.ClickOn(h.Admin(0).OpenID, s, "approve", nil)
		p.CheckFiled()
	})
}

func TestTwoAdminsAtOnce(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.ToReview()
	s := h.Admin(0).Sees(h.World.ReviewChat(), p, "approve")
	h.Until("the admins' names are known", func() bool { return h.CountCalls("feishu", "contact.user.get") >= 3 })
	toasts := make([]string, 2)
	var both sync.WaitGroup
	for i := range toasts {
		both.Go(func() { toasts[i] = h.Forge(h.World.Admins()[i], s.Msg, s.Value("approve"), nil).Toast })
	}
	both.Wait()
	first := 0
	if toasts[1] == "已通过" {
		first = 1
	}
	u, _ := h.World.Feishu.User(h.World.Admins()[first])
	late := toasts[1-first]
	if toasts[first] != "已通过" || !strings.HasSuffix(late, " "+u.Name+"已通过，卡片已更新") ||
		len(late) < len("11-22 10:00 ") {
		t.Errorf("got the toasts %q, want one approval and one notice of it", toasts)
	}
	p.CheckFiled()
}

func TestReviewOnlyForWarnings(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"review.required": "warnings"}})
	green, amber := h.Hire(), h.Hire()
	green.ToCode()
	green.TypeCode()
	green.CheckFiled()
	if c := h.CaseOf(green.OpenID); c.Review == nil || c.Review.By != "" {
		t.Errorf("got the review %+v, want an approval by the policy", c.Review)
	}
	for _, m := range h.World.Feishu.Messages(h.World.ReviewChat()) {
		if strings.Contains(string(m.Card), green.OpenID) {
			t.Error("got a card about an all-green case, want none")
		}
	}
	h.World.Feishu.ChangeUser(amber.OpenID, func(u *feishu.User) { u.Name = "花名" })
	amber.ToReview()
	h.Admin(0).Sees(h.World.ReviewChat(), amber, "approve", "和飞书上的名字不同")
	h.Admin(0).Decides(amber, "approve", nil)
	amber.CheckFiled()
}

func TestMethodNone(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"verification.method": "none"}, HR: harness.Diligent})
	p := h.Hire()
	p.ToForm()
	p.Press("confirm")
	p.See(sim.StageDone, "没有存证")
	c := h.InState(p.OpenID, flows.Done)
	if n := h.CountCalls("tencent", "") + h.CountCalls("esign", ""); n > 0 || c.Evidence != nil {
		t.Errorf("got %d calls to suppliers that are not used, want none", n)
	}
	if id := h.World.Feishu.Identities()[p.OpenID]; id.Writes != 1 || id.Code != p.Person.Code {
		t.Errorf("got the identity %s, want the person's", id)
	}
	h.Admin(0).Sees(h.World.ReviewChat(), p, "", "没有存证")
}

func TestWithoutReviewChat(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"hr.review_chat": ""}})
	p := h.Hire()
	p.ToReview()
	one, two := h.Admin(0), h.Admin(1)
	s := one.Sees(one.Chat(), p, "approve")
	two.Sees(two.Chat(), p, "approve")
	h.ClickOn(one.OpenID, s, "approve", nil)
	p.CheckFiled()
	for _, a := range []harness.Admin{one, two} {
		card := a.Sees(a.Chat(), p, "", "已通过", "已登记，已存证")
		if card.Has("approve") {
			t.Error("got buttons on a decided card, want none")
		}
	}
}

// TestOpenIDLikeANumber uses ids that contain digits like a mobile or an ID number, as one in some hundred
// hexadecimal ids does. Masking them would make Feishu refuse the card.
func TestOpenIDLikeANumber(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"announce.people": "avatars"}})
	id := "ou_a13900001234b89900119900101123xf"
	who := specimen.NewPerson(99)
	h.World.Feishu.AddUser(feishu.User{OpenID: id, Name: who.Name, Mobile: "+86" + who.Mobile})
	h.World.Feishu.AddMembers(h.World.AnnounceChat(), id)
	h.World.Tencent.Register(who.Name, who.Code, who.Mobile)
	p, hr := harness.Person{Employee: &sim.Employee{OpenID: id, ChatID: h.World.Feishu.P2PChat(id), Person: who}, H: h},
		h.Admin(0)
	p.ToReview()
	hr.Say("待审")
	h.Find(hr.Chat(), "the queue", func(s harness.CardView) bool {
		return s.Says("共 1 件在等") && strings.Contains(string(s.Msg.Card), id)
	})
	hr.Decides(p, "approve", nil)
	p.See(sim.StageDone)
	h.Find(h.World.AnnounceChat(), "the board", func(s harness.CardView) bool {
		return strings.Contains(string(s.Msg.Card), id)
	})
}
