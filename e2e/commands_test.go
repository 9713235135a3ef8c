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

// cardsIn counts the bot's messages in a chat that contain these words now.
func cardsIn(h *harness.Harness, chat string, words ...string) (n int) {
	for _, m := range h.World.Feishu.Messages(chat) {
		if s := harness.ViewCard(m); m.FromBot && s.Says(words...) {
			n++
		}
	}
	return n
}

func enterChat(p harness.Person) {
	p.H.Helper()
	d, err := p.H.World.Feishu.EnterP2P(p.H.Ctx, p.OpenID)
	p.H.Delivered(feishu.Sent{Delivery: d}, err)
}

func clickMenu(p harness.Person, key string) {
	p.H.Helper()
	d, err := p.H.World.Feishu.ClickMenu(p.H.Ctx, p.OpenID, key)
	p.H.Delivered(feishu.Sent{Delivery: d}, err)
}

func TestGreetedOnce(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	enterChat(p)
	p.WaitForCard("你好，我是实名助手")
	enterChat(p)
	p.Say("帮助")
	p.WaitForCard("我能做这些", "删除我的资料")
	enterChat(p)
	waitIdle(h)
	if n := cardsIn(h, p.ChatID, "你好，我是实名助手"); n != 1 {
		t.Errorf("%d greetings, want 1", n)
	}
	p.Press("start")
	p.See(sim.StageConsent)
}

func TestMenuAndWords(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	clickMenu(p, "help")
	s := p.WaitForCard("我能做这些")
	if s.Says("待审") {
		t.Error("got HR's commands in an employee's menu, want none")
	}
	p.Say("进度")
	p.WaitForCard("你现在没有进行中的实名")
	clickMenu(p, "start") // the event names no company, the click on the greeting does
	p.WaitForCard("你好，我是实名助手")
	p.Press("start")
	first := p.See(sim.StageConsent)
	p.Say("今天天气不错")
	p.WaitForCard("没看懂这句话")
	p.Say(" ／ＳＴＡＴＵＳ！")
	h.Until("the card moves to the bottom", func() bool {
		s, ok := p.CaseCard()
		return ok && s.Msg.ID != first.Msg.ID && s.Stage == sim.StageConsent
	})
	h.Find(p.ChatID, "the pointer", func(s harness.CardView) bool {
		return s.Msg.ID == first.Msg.ID && s.Says("这张卡片已移到下面")
	})
	for _, kind := range []string{"audio", "sticker", "location", "share_chat"} {
		sent, err := h.World.Feishu.SendOther(h.Ctx, p.OpenID, kind, map[string]any{"file_key": "x"})
		h.Delivered(sent, err)
	}
	h.Until("every one is answered", func() bool { return cardsIn(h, p.ChatID, "这种消息我看不懂") == 4 })
	p.Say("待审")
	p.WaitForCard("这个功能只有 HR 能用")
	h.InState(p.OpenID, flows.AwaitingConsent)
}

func TestQueue(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"hr.review_chat": ""}})
	hr := h.Admin(0)
	hr.Say("待审")
	h.Find(hr.Chat(), "the empty queue", func(s harness.CardView) bool { return s.Says("都处理完了") })
	all := h.HireAll(3)
	for _, p := range all {
		p.ToReview()
	}
	hr.Say("待审")
	list := h.Find(hr.Chat(), "the queue", func(s harness.CardView) bool { return s.Says("共 3 件在等") })
	for range all {
		h.ClickOn(hr.OpenID, list, "next", nil)
		open := h.Find(hr.Chat(), "a case in the queue's card", func(s harness.CardView) bool {
			return s.Msg.ID == list.Msg.ID && s.Has("approve")
		})
		if toast := h.ClickOn(hr.OpenID, open, "approve", nil); toast != "已通过" {
			t.Errorf("toast %q, want %q", toast, "已通过")
		}
		list = h.Find(hr.Chat(), "the decided case", func(s harness.CardView) bool {
			return s.Msg.ID == list.Msg.ID && s.Has("next") && !s.Has("approve") && s.Says("已通过")
		})
	}
	if toast := h.ClickOn(hr.OpenID, list, "next", nil); toast != "没有下一件了，都处理完了" {
		t.Errorf("toast %q, want %q", toast, "没有下一件了，都处理完了")
	}
	for _, p := range all {
		p.CheckFiled()
	}
	hr.Say("统计")
	h.Find(hr.Chat(), "the figures", func(s harness.CardView) bool {
		return s.Says("今天：开始 3，完成 3", "累计：完成 3，进行中 0")
	})
}

func TestRemindAll(t *testing.T) {
	clock, settings := daysAgo()
	h := harness.Start(t, harness.Setup{Clock: clock, Settings: settings})
	p, busy, hr := h.Hire(), h.Hire(), h.Admin(0)
	busy.ToReview()
	p.ToPhotos()
	nudge := func(words ...string) {
		t.Helper()
		before := len(h.World.Feishu.Messages(hr.Chat()))
		hr.Say("催办")
		h.Find(hr.Chat(), strings.Join(words, " "), func(s harness.CardView) bool {
			return len(h.World.Feishu.Messages(hr.Chat())) > before+1 &&
				h.World.Feishu.Messages(hr.Chat())[before+1].ID == s.Msg.ID && s.Says(words...)
		})
	}
	reminders := func(n int) {
		t.Helper()
		h.Until("reminders", func() bool { return cardsIn(h, p.ChatID, "还差身份证照片") == n })
	}
	nudge("已提醒 1 人")
	reminders(1)
	nudge("1 人刚提醒过，这次没打扰")
	clock.Move(10*24*time.Hour + 11*time.Hour) // 23:00 of a future day, so that the next morning is in the future too
	nudge("现在是休息时间", "09:00", "会提醒 1 人")
	waitIdle(h)
	reminders(1)
	clock.Move(13 * time.Hour)
	nudge("已提醒 1 人") // the third
	reminders(2)
	clock.Move(24 * time.Hour)
	nudge("1 人已提醒多次")
	waitIdle(h)
	if n := cardsIn(h, busy.ChatID, "还差"); n != 0 {
		t.Error("got a reminder while HR has to act, want none")
	}
	// The button of the reminder leads to the card.
	if toast := p.Press("resume"); toast == "" {
		t.Error("got no toast, want one")
	}
}

func TestGroups(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"hr.review_chat": "", "hr.announce_chat": "",
		"announce.people": "avatars"}})
	p, hr := h.Hire(), h.Admin(0)
	review := h.World.Feishu.AddGroup("", "人事", h.World.Admins()...)
	public := h.World.Feishu.AddGroup("", "大家", append(h.World.Admins(), p.OpenID)...)
	said := func(openID, chat, text string, words ...string) harness.CardView {
		t.Helper()
		sent, err := h.World.Feishu.SendGroupText(h.Ctx, openID, chat, text, true)
		h.Delivered(sent, err)
		return h.Find(chat, text, func(s harness.CardView) bool {
			return s.Msg.ParentID == sent.MessageID && s.Says(words...)
		})
	}
	hr.Say("设为审核群")
	h.Find(hr.Chat(), "not here", func(s harness.CardView) bool { return s.Says("请在要设置的群里 @我 发这句话") })
	said(p.OpenID, public, "设为审核群", "这个功能只有 HR 能用")
	said(hr.OpenID, review, "设为审核群", "以后待审核的卡片发到这个群")
	said(hr.OpenID, public, "设为公告群", "以后进展公告发到这个群")
	said(p.OpenID, public, "你好", "我是实名助手")

	// An answer about one person is sent to that person only.
	sent, err := h.World.Feishu.SendGroupText(h.Ctx, p.OpenID, public, "实名", true)
	h.Delivered(sent, err)
	p.See(sim.StageConsent)
	p.Consent()
	p.SendBoth()
	submitForm(p)
	p.See(sim.StageReview)
	s := hr.Sees(review, p, "approve")
	h.ClickOn(hr.OpenID, s, "approve", nil)
	p.CheckFiled()
	h.Find(public, "the board", func(s harness.CardView) bool {
		return s.Says("累计完成 1 人") && strings.Contains(string(s.Msg.Card), p.OpenID)
	})
	if n := cardsIn(h, h.World.ReviewChat(), ""); n > 0 {
		t.Error("got cards in the configured group, want them in the chosen group only")
	}
}

// TestPhotoInGroup checks that a picture in a group message is not read, and that its sender is warned.
func TestPhotoInGroup(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	text, err := h.World.Feishu.SendGroupText(h.Ctx, p.OpenID, h.World.AnnounceChat(), "看看", false)
	if err != nil {
		t.Fatal(err)
	}
	status, _, err := h.World.Feishu.Forge(h.Ctx, feishu.Genuine, "im.message.receive_v1", map[string]any{
		"sender": map[string]any{
			"sender_id":   map[string]any{"open_id": p.OpenID},
			"sender_type": "user",
			"tenant_key":  harness.Tenant,
		},
		"message": map[string]any{
			"message_id":   text.MessageID,
			"create_time":  "1790000000000",
			"chat_id":      h.World.AnnounceChat(),
			"chat_type":    "group",
			"message_type": "post",
			"content": `{"title":"","content":[[{"tag":"at","user_id":"@_user_1"},` +
				`{"tag":"img","image_key":"img_x"}]]}`,
			"mentions": []any{map[string]any{
				"key":            "@_user_1",
				"id":             map[string]any{"open_id": h.World.Feishu.BotOpenID()},
				"mentioned_type": "bot",
				"name":           "bot",
			}},
		},
	})
	if err != nil || status != 200 {
		t.Fatal(status, err)
	}
	h.Find(h.World.AnnounceChat(), "the warning", func(s harness.CardView) bool {
		return s.Says("请不要把身份证照片发到群里") && s.Msg.ParentID == text.MessageID
	})
	waitIdle(h)
	if n := countReads(p); n > 0 || h.CaseOf(p.OpenID) != nil {
		t.Errorf("got %d calls for a picture in a group, want none", n)
	}
}
