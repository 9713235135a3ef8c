package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
)

// weekdaysOnly is harness.WeekdaysOnly.
func weekdaysOnly(t *testing.T) string {
	t.Helper()
	return harness.WeekdaysOnly(t)
}

// cardsThat counts the bot's messages in a chat that contain the words, as they were sent.
func cardsThat(h *harness.Harness, chat, words string) (n int) {
	for _, m := range h.World.Feishu.Messages(chat) {
		if m.FromBot && strings.Contains(string(m.Card), words) {
			n++
		}
	}
	return n
}

// TestOverdue: a case waits from Wednesday 10:00. After four working hours the admins get a card, after eight they are
// called by 加急, after twelve the lead is told, and after the decision nobody hears of it again.
func TestOverdue(t *testing.T) {
	s := withDesks("review.sla", "4h", "review.calendar", weekdaysOnly(t))
	s.Before = func(w *sim.World, values map[string]string) { values["review.leads"] = w.Admins()[1] }
	h := deskTest{harness.Start(t, s)}
	p := h.Hire()
	p.ToReview()
	a, lead := h.Admin(0), h.Admin(1)
	const title = "有超时没处理的"
	desk(a, "next", "都没有超时")
	waitIdle(h.Harness)
	h.Advance(4*time.Hour + 10*time.Minute) // 14:10
	card := h.Find(a.Chat(), "the card about overdue cases", func(s harness.CardView) bool {
		return s.Says(title, "超过 4 小时 的工作时间") || s.Says(title, "工作时间，还没有处理")
	})
	if strings.Contains(string(card.Msg.Card), p.OpenID) {
		t.Error("the card names the applicant, want numbers and times only")
	}
	a.Say("待审")
	desk(a, "next", "已超时", "⏰")
	waitIdle(h.Harness)
	h.Advance(19 * time.Hour) // Thursday 09:10
	h.Until("both admins are called by 加急, with the card of the day", func() bool {
		for _, admin := range []harness.Admin{a, lead} {
			called := 0
			for _, m := range h.World.Feishu.Messages(admin.Chat()) {
				if slices.Contains(m.Urgent, admin.OpenID) {
					called++
				}
			}
			if called != 1 {
				return false
			}
		}
		return true
	})
	waitIdle(h.Harness)
	h.Advance(4*time.Hour + 10*time.Minute) // 13:20
	h.Find(lead.Chat(), "the lead's card", func(s harness.CardView) bool {
		return s.Says(title, "这张卡片只有数量和时间") && !s.Has("next")
	})
	if n := cardsThat(h.Harness, h.World.ReviewChat(), "待处理的实名"); n > 0 {
		t.Error("the review group got a list by another clock, want none beside the SLA")
	}
	// The card leads to the desk.
	newest := h.Find(a.Chat(), "the card of Thursday", func(s harness.CardView) bool {
		return s.Says(title) && s.Has("next")
	})
	presses(a, newest, "next", "desk")
	waitIdle(h.Harness) // the desk is sent again, and the former one points to it
	h.ClickOn(a.OpenID, desk(a, "next", "已超时"), "next", nil)
	h.ClickOn(a.OpenID, desk(a, "approve", "应在此前处理", "已超时"), "approve", nil)
	p.CheckFiled()
	waitIdle(h.Harness)
	before := cardsThat(h.Harness, a.Chat(), title)
	h.Advance(4 * 24 * time.Hour)
	waitIdle(h.Harness)
	if after := cardsThat(h.Harness, a.Chat(), title); after > before {
		t.Errorf("%d cards after the decision, want none", after-before)
	}
}

// TestUrgentWithoutPermission: without the scope the step is left out, the log says so once, and the leads are told.
func TestUrgentWithoutPermission(t *testing.T) {
	s := withDesks("review.sla", "4h", "review.calendar", weekdaysOnly(t))
	s.Before = func(w *sim.World, values map[string]string) { values["review.leads"] = w.Admins()[1] }
	s.Noisy = true
	h := deskTest{harness.Start(t, s)}
	h.World.Feishu.Revoke("im:message.urgent", "im:message.urgent:app_send")
	h.Hire().ToReview()
	for _, by := range []time.Duration{4*time.Hour + 10*time.Minute, 19 * time.Hour, 4*time.Hour + 10*time.Minute} {
		waitIdle(h.Harness)
		h.Advance(by)
	}
	h.Find(h.Admin(1).Chat(), "the lead's card", func(s harness.CardView) bool { return s.Says("这张卡片只有数量和时间") })
	if n := strings.Count(h.Logs.String(), "加急 cannot be used"); n != 1 {
		t.Errorf("the log says %d times that 加急 cannot be used, want once", n)
	}
}

// TestLeave: an admin goes away, a stand-in decides, and the desks follow when the admin is back.
func TestLeave(t *testing.T) {
	s := withDesks()
	s.Before = func(w *sim.World, values map[string]string) {
		values["hr.admins"], values["review.stand_ins"] = w.Admins()[0], w.Admins()[1]
	}
	h := deskTest{harness.Start(t, s)}
	a, standIn := h.Admin(0), h.Admin(1)
	says := func(who harness.Admin, words ...string) {
		t.Helper()
		h.Find(who.Chat(), strings.Join(words, " "), func(s harness.CardView) bool {
			return s.Msg.FromBot && s.Says(words...)
		})
	}
	standIn.Say("待审")
	says(standIn, "这个功能只有 HR 能用")
	a.Say("请假到2020年1月1日")
	says(a, "这一天已经过去了")
	a.Say("请假到2月30日")
	says(a, "没看懂请假到哪天")
	a.Say("请假3天")
	card := h.Find(a.Chat(), "the confirmation", func(s harness.CardView) bool {
		return s.Says("请假到", "这期间由这些同事审核")
	})
	if !strings.Contains(string(card.Msg.Card), standIn.OpenID) {
		t.Errorf("the card does not name the stand-in: %s", card.Text)
	}
	standIn.Say("请假1天")
	says(standIn, "就没有人审核了")

	p := h.Hire()
	p.ToReview()
	h.ClickOn(standIn.OpenID, desk(standIn, "next", "全部 1"), "next", nil)
	h.ClickOn(standIn.OpenID, desk(standIn, "approve"), "approve", nil)
	p.CheckFiled()
	if n := cardsThat(h.Harness, a.Chat(), "审核台"); n > 0 {
		t.Errorf("%d desks to the admin who is away, want none", n)
	}
	if by := h.CaseOf(p.OpenID).Review.By; by != standIn.OpenID {
		t.Errorf("decided by %q, want the stand-in", by)
	}
	if n := len(auditOf(h.Harness, p, string(flows.Approved))); n != 1 {
		t.Errorf("%d approvals on record, want the stand-in's", n)
	}

	a.Say("销假")
	says(a, "欢迎回来")
	waitIdle(h.Harness)
	h.Advance(2 * time.Second)
	says(standIn, "现在不需要你代为审核了")
	a.Say("销假")
	says(a, "你没有在请假")
	q := h.Hire()
	q.ToReview()
	desk(a, "next", "全部 1")

	// An absence ends by itself.
	a.Say("请假今天")
	h.Find(a.Chat(), "the second confirmation", func(s harness.CardView) bool {
		return s.Says("请假到") && s.Msg.ID != card.Msg.ID
	})
	waitIdle(h.Harness)
	h.Advance(15 * time.Hour) // after midnight
	standIn.Say("催办")
	h.Until("the stand-in is refused again", func() bool {
		return cardsThat(h.Harness, standIn.Chat(), "这个功能只有 HR 能用") == 2
	})
}

// TestSampleOnSingleCards: without desks HR gets the card of a sampled case once it is done, and answers on it.
func TestSampleOnSingleCards(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{
		"review.style": "cards", "review.required": "warnings", "review.sample": "100", "review.calendar": weekdaysOnly(t),
	}})
	p, a := h.Hire(), h.Admin(0)
	p.ToCode()
	p.TypeCode()
	p.CheckFiled()
	s := h.Find(h.World.ReviewChat(), "the sampled case", func(s harness.CardView) bool {
		return s.Has("sample_fine") && s.Says("免审抽查", "被抽中")
	})
	if strings.Contains(s.Text, p.Person.Name) {
		t.Error("the card has a name in clear, want it masked")
	}
	toast := h.ClickOn(a.OpenID, s, "sample_fault", map[string]any{"fault_note": "照片和本人不像"})
	if !strings.Contains(toast, "记下了") {
		t.Errorf("toast %q, want that it is noted", toast)
	}
	h.Find(h.Admin(1).Chat(), "the fault", func(s harness.CardView) bool { return s.Says("抽查发现有问题", "照片和本人不像") })
	h.Find(h.World.ReviewChat(), "the card without a question", func(now harness.CardView) bool {
		return now.Msg.ID == s.Msg.ID && !now.Has("sample_fine")
	})
}

// TestSample: what the policy lets through is drawn, somebody looks at it afterwards, and a fault is told and counted.
func TestSample(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks("review.required", "warnings", "review.sample", "100",
		"review.calendar", weekdaysOnly(t)))}
	people := h.HireAll(2)
	for _, p := range people {
		p.ToCode()
		p.TypeCode()
		p.CheckFiled()
	}
	a, b := h.Admin(0), h.Admin(1)
	a.Say("待审")
	presses(a, desk(a, "filter", "抽查 2"), "filter", "sample")
	h.ClickOn(a.OpenID, desk(a, "next", "开始审核"), "next", nil)
	s := desk(a, "sample_fine", "免审抽查", "被抽中")
	if strings.Contains(s.Text, people[0].Person.Name) {
		t.Error("the card has a name in clear, want it masked")
	}
	h.ClickOn(a.OpenID, s, "peek", map[string]any{"peek_reason": "name_check"})
	seesOriginals(a)
	if toast := h.ClickOn(a.OpenID, s, "sample_fine", nil); toast != "记下了：没问题" {
		t.Errorf("toast %q", toast)
	}
	gone(a) // with the answer
	s = desk(a, "sample_fault", "被抽中")
	toast := h.ClickOn(a.OpenID, s, "sample_fault", map[string]any{"fault_note": " "})
	if !strings.Contains(toast, "哪里有问题") {
		t.Errorf("toast %q, want that words are missing", toast)
	}
	h.ClickOn(a.OpenID, desk(a, "sample_fault"), "sample_fault", map[string]any{"fault_note": "照片和本人不像"})
	for _, admin := range []harness.Admin{a, b} {
		h.Find(admin.Chat(), "the fault", func(s harness.CardView) bool { return s.Says("抽查发现有问题", "照片和本人不像") })
	}
	a.Say("统计")
	h.Find(a.Chat(), "the figures", func(s harness.CardView) bool {
		return s.Says("免审通过 2，抽查 2，已看 2，有问题 1")
	})
	if n := len(auditOf(h.Harness, people[1], string(flows.SampleFault))); n != 1 {
		t.Errorf("%d faults on record, want 1", n)
	}
}
