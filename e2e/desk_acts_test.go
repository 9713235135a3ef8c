package e2e

import (
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

// opens presses the button of a part of the card at the desk, and returns the desk with it.
func opens(a harness.Admin, s harness.CardView, part, act string) harness.CardView {
	a.H.Helper()
	presses(a, s, "open", part)
	return desk(a, act)
}

// asks puts a question in own words.
func asks(a harness.Admin, s harness.CardView, words string) {
	a.H.Helper()
	a.H.Click(a.OpenID, s, "the question in own words", func(b feishu.Button) bool {
		return b.Act == "ask" && b.Value["reason"] == nil
	}, map[string]any{"question": words})
}

// begins opens the next case at the desk.
func begins(a harness.Admin, words ...string) harness.CardView {
	a.H.Helper()
	a.H.ClickOn(a.OpenID, desk(a, "next", append(words, "开始审核")...), "next", nil)
	return desk(a, "approve")
}

// TestAskTheEmployee: HR asks by a preset and in own words; the employee reads these words, answers by words and by a
// photo, and loses nothing. The answer rings at the desk of the admin who asked and stands beside the question.
func TestAskTheEmployee(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks())}
	p, a := h.Hire(), h.Admin(0)
	p.ToReview()
	before := h.CaseOf(p.OpenID)
	s := opens(a, begins(a), "ask", "ask")
	toast := h.Click(a.OpenID, s, "the preset", func(b feishu.Button) bool { return b.Value["reason"] == "name_differs" }, nil)
	if !strings.Contains(toast, "已发给员工") {
		t.Errorf("toast %q, want that the employee is asked", toast)
	}
	p.WaitForCard("HR 想问你", "飞书上的名字和身份证上的不一样", "已经提交的都在")
	s = opens(a, desk(a, "approve", "还没有回答"), "ask", "ask")
	asks(a, s, "是哪一年改的名？")
	p.WaitForCard("HR 想问你", "是哪一年改的名？")

	// A word of the bot is no answer.
	p.Say("进度")
	waitIdle(h.Harness)
	if q := h.CaseOf(p.OpenID).Question; !q.Open() {
		t.Error("the word for the progress counts as the answer, want no answer yet")
	}
	n := len(h.World.Feishu.Messages(a.Chat()))
	p.Say(p.Person.Name + "，去年改的，手机 13912345678")
	p.WaitForCard("已转给 HR")
	h.Until("the desk at the bottom of the chat", func() bool { return len(h.World.Feishu.Messages(a.Chat())) > n })
	s = desk(a, "approve", "员工：", "去年改的", "是哪一年改的名？")
	if s.Says("还没有回答") || s.Says(p.Person.Name) || s.Says("13912345678") {
		t.Errorf("got %q, want the answer, with name and number masked", s.Text)
	}
	p.Send("front")
	s = desk(a, "approve", "点“查看原件”看")
	waitIdle(h.Harness)
	c := h.CaseOf(p.OpenID)
	if c.State != flows.AwaitingReview || c.Rev != before.Rev || len(c.Photos) != len(before.Photos)+1 ||
		c.PhotoOf("front").ID != before.PhotoOf("front").ID || c.Personal.Number != before.Personal.Number {
		t.Errorf("the answers cost something of what was submitted: revision %d, %d photos", c.Rev, len(c.Photos))
	}
	h.ClickOn(a.OpenID, s, "peek", map[string]any{"peek_reason": "name_check"})
	if keys := images(seesOriginals(a).Card); len(keys) != 3 {
		t.Errorf("%d originals, want both sides and the photo of the answer", len(keys))
	}
	p.Say("我的资料")
	p.WaitForCard("HR 问你的问题和你的回答：4 条")
	h.ClickOn(a.OpenID, desk(a, "approve"), "approve", nil)
	p.CheckFiled()
}

// TestUnansweredQuestion: the question comes back to the bottom of the employee's chat, and HR sees that no answer came.
func TestUnansweredQuestion(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks("timing.reminder_after", "30m"))}
	p, a := h.Hire(), h.Admin(0)
	p.ToReview()
	s := opens(a, begins(a), "ask", "ask")
	asks(a, s, "这是谁的手机号？")
	s = opens(a, desk(a, "approve", "还没有回答"), "hold", "hold")
	if toast := presses(a, s, "hold", "answer"); !strings.Contains(toast, "搁置到") {
		t.Errorf("toast %q, want until when it is put aside", toast)
	}
	desk(a, "filter", "搁置 1")
	waitIdle(h.Harness)
	sent := func() (n int) {
		for _, m := range h.World.Feishu.Messages(p.ChatID) {
			if m.FromBot {
				n++
			}
		}
		return n
	}
	n := sent()
	for i := range flows.MaxReminders {
		h.Advance(30 * time.Minute << i)
		h.Until("the question at the bottom of the chat", func() bool { return sent() > n })
		p.WaitForCard("这是谁的手机号？")
		waitIdle(h.Harness)
		n = sent()
	}
	h.Advance(30 * time.Minute << flows.MaxReminders)
	desk(a, "next", "全部 1")
	h.ClickOn(a.OpenID, desk(a, "next", "全部 1"), "next", nil)
	desk(a, "approve", "还没有回答，已经提醒 3 次")
}

// TestHold: a case that is put aside is off the list, has a filter of its own and comes back by itself.
func TestHold(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks())}
	people := h.HireAll(2)
	for _, p := range people {
		p.ToReview()
	}
	a, b := h.Admin(0), h.Admin(1)
	s := opens(a, begins(a, "全部 2"), "hold", "hold")
	if shows(desk(a, "approve")) != h.caseID(people[0]) {
		t.Fatal("got another case than the oldest")
	}
	presses(a, s, "hold", "hour")
	if got := shows(desk(a, "approve")); got != h.caseID(people[1]) {
		t.Errorf("opened %q, want the other case", got)
	}
	waitIdle(h.Harness)
	h.Advance(flows.DeskEvery)
	h.ClickOn(b.OpenID, desk(b, "filter", "全部 1", "搁置 1"), "filter", nil)
	held := desk(b, "filter", "搁置 1")
	presses(b, held, "filter", "held")
	h.ClickOn(b.OpenID, desk(b, "next", "搁置 1", "开始审核"), "next", nil)
	if s := desk(b, "approve", "搁置到"); shows(s) != h.caseID(people[0]) {
		t.Errorf("the filter opened %q, want the case that is put aside", shows(s))
	}
	presses(b, desk(b, "next"), "next", "list")
	n := len(h.World.Feishu.Messages(a.Chat()))
	h.Advance(time.Hour)
	h.Until("the desk at the bottom of the chat", func() bool { return len(h.World.Feishu.Messages(a.Chat())) > n })
	presses(a, desk(a, "next"), "next", "list")
	desk(a, "next", "全部 2")
	if s := desk(a, "next"); s.Says("搁置") {
		t.Errorf("got %q, want nothing put aside any more", s.Text)
	}
}

// TestTransfer: a case is handed to another admin, whose desk says by whom and why, and is kept for that admin. The
// employee and admins who could not decide cannot get it.
func TestTransfer(t *testing.T) {
	s := withDesks()
	s.Before = asAdmin(true) // a third admin
	h := deskTest{harness.Start(t, s)}
	p, a, b := h.Hire(), h.Admin(0), h.Admin(1)
	c := harness.Admin{H: h.Harness, OpenID: h.World.People()[0].OpenID}
	p.ToReview()
	form := opens(a, begins(a), "transfer", "transfer")
	for _, to := range []string{a.OpenID, p.OpenID, "ou_nobody"} {
		answer := h.Forge(a.OpenID, form.Msg, form.Value("transfer"), map[string]any{"admin": to})
		if !strings.Contains(answer.Toast, "只能转给另一位 HR") {
			t.Errorf("handed to %s: toast %q, want a refusal", to, answer.Toast)
		}
	}
	n := len(h.World.Feishu.Messages(b.Chat()))
	h.ClickOn(a.OpenID, form, "transfer", map[string]any{"admin": b.OpenID, "internal_note": "我认识他，请你看"})
	h.Until("the colleague's desk at the bottom of the chat", func() bool { return len(h.World.Feishu.Messages(b.Chat())) > n })
	got := desk(b, "next", "转给你", "我认识他，请你看")
	if !strings.Contains(string(got.Msg.Card), a.OpenID) {
		t.Error("the desk does not say who has handed the case over")
	}
	h.Advance(2 * flows.AssignedFor)
	waitIdle(h.Harness)
	h.ClickOn(c.OpenID, desk(c, "next", "全部 1"), "next", nil)
	desk(c, "next", "别的 HR 正在看")
	presses(b, desk(b, "next", "转给你"), "next", "open")
	h.ClickOn(b.OpenID, desk(b, "approve", "我认识他，请你看", "转给"), "approve", nil)
	p.CheckFiled()
	p.Say("我的资料")
	if data := p.WaitForCard("HR 的内部备注：1 条"); data.Says("我认识他") {
		t.Error("the employee reads the internal note, want the number of notes only")
	}
	for _, words := range []string{"我认识他", p.Person.Name} {
		if strings.Contains(h.Logs.String(), words) {
			t.Errorf("the log holds %q", words)
		}
	}
}

// TestTransferWithFourEyes: who has given the first of two approvals cannot get the case as the second.
func TestTransferWithFourEyes(t *testing.T) {
	setup := withDesks()
	setup.Before = asAdmin(true) // a third admin
	h := deskTest{harness.Start(t, setup)}
	p, a, b := h.Hire(), h.Admin(0), h.Admin(1)
	name := "改" + p.Person.Name
	h.World.Tencent.Register(name, p.Person.Code, p.Person.Mobile)
	p.ToForm()
	submitForm(p, map[string]any{"identity_name": name})
	p.See(sim.StageReview)
	h.ClickOn(a.OpenID, begins(a), "approve", nil)
	s := opens(b, begins(b), "transfer", "transfer")
	answer := h.Forge(b.OpenID, s.Msg, s.Value("transfer"), map[string]any{"admin": a.OpenID})
	if !strings.Contains(answer.Toast, "第二位要换一个人") {
		t.Errorf("toast %q, want that the second has to be another", answer.Toast)
	}
}

// TestInternalNote: a note stays with the case, and HR reads it on the person's next case as long as it is kept. The
// employee does not.
func TestInternalNote(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks("timing.code_resend", "1ms", "timing.unfinished_retention", "1h"))}
	p, a := h.Hire(), h.Admin(0)
	p.ToReview()
	s := opens(a, begins(a), "note", "note")
	h.ClickOn(a.OpenID, s, "note", map[string]any{"internal_note": "材料已在线下看过"})
	s = desk(a, "approve", "内部备注", "材料已在线下看过")
	h.ClickOn(a.OpenID, s, "reject", map[string]any{"reason": "details_wrong", "internal_note": "下月入职再来"})
	p.See(sim.StageRejected)
	p.Press("start")
	p.See(sim.StageConsent)
	p.Consent()
	p.SendBoth()
	submitForm(p)
	p.See(sim.StageReview)
	begins(a)
	desk(a, "approve", "材料已在线下看过", "下月入职再来", "以前的申请")
	for _, m := range h.World.Feishu.Messages(p.ChatID) {
		if card := string(m.Card); strings.Contains(card, "材料已在线下看过") || strings.Contains(card, "下月入职") {
			t.Error("the employee reads the internal note")
		}
	}
	h.Advance(25 * time.Hour) // the photos and fields of the rejected case are deleted
	waitIdle(h.Harness)
	presses(a, desk(a, "next"), "next", "list")
	begins(a)
	if s := desk(a, "approve"); s.Says("下月入职再来") {
		t.Error("the note outlives the fields of its case")
	}
}
