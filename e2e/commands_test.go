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

// cardsIn counts the bot's messages in a chat that show these words now.
func cardsIn(r *harness.Harness, chat string, words ...string) (n int) {
	for _, m := range r.World.Feishu.Messages(chat) {
		if s := harness.ReadScreen(m); m.FromBot && s.Says(words...) {
			n++
		}
	}
	return n
}

func enterChat(p harness.Person) {
	p.R.Helper()
	d, err := p.R.World.Feishu.EnterP2P(p.R.Ctx, p.OpenID)
	p.R.Delivered(feishu.Sent{Delivery: d}, err)
}

func clickMenu(p harness.Person, key string) {
	p.R.Helper()
	d, err := p.R.World.Feishu.ClickMenu(p.R.Ctx, p.OpenID, key)
	p.R.Delivered(feishu.Sent{Delivery: d}, err)
}

func TestGreetedOnce(t *testing.T) {
	r := harness.Start(t, harness.Setup{})
	p := r.Hire()
	enterChat(p)
	p.Reads("你好，我是实名助手")
	enterChat(p)
	p.Say("帮助")
	p.Reads("我能做这些", "删除我的资料")
	enterChat(p)
	waitIdle(r)
	if n := cardsIn(r, p.ChatID, "你好，我是实名助手"); n != 1 {
		t.Errorf("%d greetings, want 1", n)
	}
	p.Press("start")
	p.See(sim.StageConsent)
}

func TestMenuAndWords(t *testing.T) {
	r := harness.Start(t, harness.Setup{})
	p := r.Hire()
	clickMenu(p, "help")
	s := p.Reads("我能做这些")
	if s.Says("待审") {
		t.Error("an employee is offered HR's words")
	}
	p.Say("进度")
	p.Reads("你现在没有进行中的实名")
	clickMenu(p, "start")
	first := p.See(sim.StageConsent)
	p.Say("今天天气不错")
	p.Reads("没看懂这句话")
	p.Say(" ／ＳＴＡＴＵＳ！")
	r.Until("the card moves to the bottom", func() bool {
		s, ok := p.Now()
		return ok && s.Msg.ID != first.Msg.ID && s.Stage == sim.StageConsent
	})
	r.Find(p.ChatID, "the pointer", func(s harness.Screen) bool { return s.Msg.ID == first.Msg.ID && s.Says("这张卡片已移到下面") })
	for _, kind := range []string{"audio", "sticker", "location", "share_chat"} {
		sent, err := r.World.Feishu.SendOther(r.Ctx, p.OpenID, kind, map[string]any{"file_key": "x"})
		r.Delivered(sent, err)
	}
	r.Until("every one is answered", func() bool { return cardsIn(r, p.ChatID, "这种消息我看不懂") == 4 })
	p.Say("待审")
	p.Reads("这个功能只有 HR 能用")
	r.InState(p.OpenID, flows.AwaitingConsent)
}

func TestQueue(t *testing.T) {
	r := harness.Start(t, harness.Setup{Settings: map[string]string{"hr.review_chat": ""}})
	hr := r.Admin(0)
	hr.Say("待审")
	r.Find(hr.Chat(), "the empty queue", func(s harness.Screen) bool { return s.Says("都处理完了") })
	all := r.HireAll(3)
	for _, p := range all {
		p.ToReview()
	}
	hr.Say("待审")
	list := r.Find(hr.Chat(), "the queue", func(s harness.Screen) bool { return s.Says("共 3 件在等") })
	for range all {
		r.ClickOn(hr.OpenID, list, "next", nil)
		open := r.Find(hr.Chat(), "a case in the queue's card", func(s harness.Screen) bool {
			return s.Msg.ID == list.Msg.ID && s.Has("approve")
		})
		if toast := r.ClickOn(hr.OpenID, open, "approve", nil); toast != "已通过" {
			t.Errorf("toast %q, want %q", toast, "已通过")
		}
		list = r.Find(hr.Chat(), "the decided case", func(s harness.Screen) bool {
			return s.Msg.ID == list.Msg.ID && s.Has("next") && !s.Has("approve") && s.Says("已通过")
		})
	}
	if toast := r.ClickOn(hr.OpenID, list, "next", nil); toast != "没有下一件了，都处理完了" {
		t.Errorf("toast %q, want %q", toast, "没有下一件了，都处理完了")
	}
	for _, p := range all {
		p.Filed()
	}
	hr.Say("统计")
	r.Find(hr.Chat(), "the figures", func(s harness.Screen) bool {
		return s.Says("今天：开始 3，完成 3", "累计：完成 3，进行中 0，未完成 0")
	})
}

func TestRemindAll(t *testing.T) {
	clock, settings := daysAgo()
	r := harness.Start(t, harness.Setup{Clock: clock, Settings: settings})
	p, busy, hr := r.Hire(), r.Hire(), r.Admin(0)
	busy.ToReview()
	p.ToPhotos()
	nudge := func(words ...string) {
		t.Helper()
		before := len(r.World.Feishu.Messages(hr.Chat()))
		hr.Say("催办")
		r.Find(hr.Chat(), strings.Join(words, " "), func(s harness.Screen) bool {
			return len(r.World.Feishu.Messages(hr.Chat())) > before+1 &&
				r.World.Feishu.Messages(hr.Chat())[before+1].ID == s.Msg.ID && s.Says(words...)
		})
	}
	reminders := func(n int) {
		t.Helper()
		r.Until("reminders", func() bool { return cardsIn(r, p.ChatID, "还差身份证照片") == n })
	}
	nudge("已提醒 1 人")
	reminders(1)
	nudge("1 人刚提醒过，这次没打扰")
	clock.Move(10*24*time.Hour + 11*time.Hour) // 23:00 of a day to come, so that the morning after is to come as well
	nudge("现在是休息时间", "09:00", "会提醒 1 人")
	waitIdle(r)
	reminders(1)
	clock.Move(13 * time.Hour)
	nudge("已提醒 1 人") // the third
	reminders(2)
	clock.Move(24 * time.Hour)
	nudge("1 人已提醒多次")
	waitIdle(r)
	if n := cardsIn(r, busy.ChatID, "还差"); n != 0 {
		t.Error("somebody was reminded although it is HR's turn")
	}
	// The reminder leads back to the card.
	if toast := p.Press("resume"); toast == "" {
		t.Error("no toast")
	}
}

func TestGroups(t *testing.T) {
	r := harness.Start(t, harness.Setup{Settings: map[string]string{"hr.review_chat": "", "hr.announce_chat": ""}})
	p, hr := r.Hire(), r.Admin(0)
	review := r.World.Feishu.AddGroup("", "人事", r.World.Admins()...)
	public := r.World.Feishu.AddGroup("", "大家", append(r.World.Admins(), p.OpenID)...)
	said := func(openID, chat, text string, words ...string) harness.Screen {
		t.Helper()
		sent, err := r.World.Feishu.SendGroupText(r.Ctx, openID, chat, text, true)
		r.Delivered(sent, err)
		return r.Find(chat, text, func(s harness.Screen) bool { return s.Msg.ParentID == sent.MessageID && s.Says(words...) })
	}
	hr.Say("设为审核群")
	r.Find(hr.Chat(), "not here", func(s harness.Screen) bool { return s.Says("请在要设置的群里 @我 发这句话") })
	said(p.OpenID, public, "设为审核群", "这个功能只有 HR 能用")
	said(hr.OpenID, review, "设为审核群", "以后待审核的卡片发到这个群")
	said(hr.OpenID, public, "设为公告群", "以后进展公告发到这个群")
	said(p.OpenID, public, "你好", "我是实名助手")

	// What concerns one person is answered to that person.
	sent, err := r.World.Feishu.SendGroupText(r.Ctx, p.OpenID, public, "实名", true)
	r.Delivered(sent, err)
	p.See(sim.StageConsent)
	p.Press("consent")
	p.SendBoth()
	confirms(p)
	p.See(sim.StageReview)
	s := hr.Sees(review, p, "approve")
	r.ClickOn(hr.OpenID, s, "approve", nil)
	p.Filed()
	r.Find(public, "the board", func(s harness.Screen) bool {
		return s.Says("累计完成 1 人") && strings.Contains(string(s.Msg.Card), p.OpenID)
	})
	if n := cardsIn(r, r.World.ReviewChat(), ""); n > 0 {
		t.Error("the group of the configuration got cards as well")
	}
}

// TestPhotoInGroup: a rich text with a picture that mentions the bot is not read, and its sender is warned.
func TestPhotoInGroup(t *testing.T) {
	r := harness.Start(t, harness.Setup{})
	p := r.Hire()
	text, err := r.World.Feishu.SendGroupText(r.Ctx, p.OpenID, r.World.AnnounceChat(), "看看", false)
	if err != nil {
		t.Fatal(err)
	}
	status, _, err := r.World.Feishu.Forge(r.Ctx, feishu.Genuine, "im.message.receive_v1", map[string]any{
		"sender": map[string]any{"sender_id": map[string]any{"open_id": p.OpenID}, "sender_type": "user",
			"tenant_key": harness.Tenant},
		"message": map[string]any{"message_id": text.MessageID, "create_time": "1790000000000",
			"chat_id": r.World.AnnounceChat(), "chat_type": "group",
			"message_type": "post", "content": `{"title":"","content":[[{"tag":"at","user_id":"@_user_1"},{"tag":"img","image_key":"img_x"}]]}`,
			"mentions": []any{map[string]any{"key": "@_user_1", "id": map[string]any{"open_id": r.World.Feishu.BotOpenID()},
				"mentioned_type": "bot", "name": "bot"}}},
	})
	if err != nil || status != 200 {
		t.Fatal(status, err)
	}
	r.Find(r.World.AnnounceChat(), "the warning", func(s harness.Screen) bool {
		return s.Says("请不要把身份证照片发到群里") && s.Msg.ParentID == text.MessageID
	})
	waitIdle(r)
	if n := countLooks(p); n > 0 || r.CaseOf(p.OpenID) != nil {
		t.Errorf("%d calls for a picture in a group", n)
	}
}
