package e2e

import (
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
)

// TestTalkWithHR: the employee asks for a person, both talk in the chat of the bot, which keeps quiet, and the
// registration goes on where it was.
func TestTalkWithHR(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p, a, b := h.Hire(), h.Admin(0), h.Admin(1)
	p.ToPhotos()
	p.Say("人工")
	p.WaitForCard("已经请 HR 来帮你")
	b.Sees(b.Chat(), p, "reply_talk", "员工找人工", "想和你说话")
	p.Say(p.Person.Name + "的身份证在补办，手机 13912345678")
	p.WaitForCard("已转给 HR")
	s := a.Sees(a.Chat(), p, "reply_talk", "员工找人工", "身份证在补办")
	if s.Says(p.Person.Name) || s.Says("13912345678") {
		t.Errorf("got %q, want name and number masked", s.Text)
	}
	if toast := h.ClickOn(a.OpenID, s, "reply_talk", map[string]any{"note": "不着急，补好了再发"}); toast != "已发给员工" {
		t.Errorf("toast %q, want that it is sent", toast)
	}
	answer := p.WaitForCard("HR 的回复", "补好了再发")
	waitIdle(h)

	// While they talk, only the one who answers is told, and the bot neither answers nor reminds.
	others, own := len(h.World.Feishu.Messages(b.Chat())), len(h.World.Feishu.Messages(p.ChatID))
	p.Say("好的")
	a.Sees(a.Chat(), p, "reply_talk", "员工找人工", "员工：好的")
	waitIdle(h)
	if n := len(h.World.Feishu.Messages(b.Chat())); n != others {
		t.Errorf("the other admin got %d cards more, want none", n-others)
	}
	if n := len(h.World.Feishu.Messages(p.ChatID)); n != own+1 { // the person's own words
		t.Errorf("the chat got %d messages more, want the person's own words only", n-own)
	}
	if toast := h.ClickOn(p.OpenID, answer, "leave_talk", nil); toast != "好的，回到机器人" {
		t.Errorf("toast %q, want that the bot is back", toast)
	}
	p.WaitForCard("回到我这里")
	if toast := h.ClickOn(a.OpenID, s, "reply_talk", map[string]any{"note": "晚了"}); toast != "这次对话已经结束了" {
		t.Errorf("toast %q for late words, want a refusal", toast)
	}
	p.SendBoth()
	p.See(sim.StageConfirmation)
}

// TestTalkEndsBySilence: nobody answers for an hour, and the bot takes over.
func TestTalkEndsBySilence(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.ToPhotos()
	p.Say("转人工")
	p.WaitForCard("已经请 HR 来帮你")
	waitIdle(h)
	h.Advance(flows.ConversationQuiet - time.Minute)
	waitIdle(h)
	if !h.CaseOf(p.OpenID).Talks() {
		t.Fatal("the conversation is over before its time")
	}
	h.Advance(time.Minute)
	p.WaitForCard("HR 这会儿可能不在")
	p.Say("那我再等等")
	p.WaitForCard("没看懂")
}

// TestPhotoSentWhileHRDecides: HR sees it among the originals, and approval goes on as usual.
func TestPhotoSentWhileHRDecides(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.ToReview()
	before := h.CaseOf(p.OpenID)
	p.Send("front")
	p.WaitForCard("照片收到，已经留给 HR 看")
	h.Until("the photo on HR's side", func() bool {
		c := h.CaseOf(p.OpenID)
		return len(c.Photos) == len(before.Photos)+1 && c.Photos[len(c.Photos)-1].State == flows.PhotoAnswer
	})
	if c := h.CaseOf(p.OpenID); c.Rev != before.Rev || c.PhotoOf("front").ID != before.PhotoOf("front").ID {
		t.Errorf("got revision %d, want what was submitted as it was", c.Rev)
	}
	h.Admin(0).Decides(p, "approve", nil)
	p.CheckFiled()
}
