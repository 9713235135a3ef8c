package main

import (
	"strings"
	"testing"
	"time"

	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

// cardsIn counts the bot's messages in a chat that show these words now.
func (r *rig) cardsIn(chat string, words ...string) (n int) {
	for _, m := range r.world.Feishu.Messages(chat) {
		if s := readScreen(m); m.FromBot && s.says(words...) {
			n++
		}
	}
	return n
}

func (p person) enter() {
	p.r.Helper()
	d, err := p.r.world.Feishu.EnterP2P(p.r.ctx, p.OpenID)
	p.r.delivered(feishu.Sent{Delivery: d}, err)
}

func (p person) menu(key string) {
	p.r.Helper()
	d, err := p.r.world.Feishu.ClickMenu(p.r.ctx, p.OpenID, key)
	p.r.delivered(feishu.Sent{Delivery: d}, err)
}

func TestGreetedOnce(t *testing.T) {
	r := start(t, setup{})
	p := r.hire()
	p.enter()
	p.reads("你好，我是实名助手")
	p.enter()
	p.say("帮助")
	p.reads("我能做这些", "删除我的资料")
	p.enter()
	r.idle()
	if n := r.cardsIn(p.ChatID, "你好，我是实名助手"); n != 1 {
		t.Errorf("%d greetings", n)
	}
	p.press("start")
	p.see(sim.StageConsent)
}

func TestMenuAndWords(t *testing.T) {
	r := start(t, setup{})
	p := r.hire()
	p.menu("help")
	s := p.reads("我能做这些")
	if s.says("待审") {
		t.Error("an employee is offered HR's words")
	}
	p.say("进度")
	p.reads("你现在没有进行中的实名")
	p.menu("start")
	first := p.see(sim.StageConsent)
	p.say("今天天气不错")
	p.reads("没看懂这句话")
	p.say(" ／ＳＴＡＴＵＳ！")
	r.until("the card moves to the bottom", func() bool { s, ok := p.now(); return ok && s.msg.ID != first.msg.ID && s.stage == sim.StageConsent })
	r.find(p.ChatID, "the pointer", func(s screen) bool { return s.msg.ID == first.msg.ID && s.says("这张卡片已移到下面") })
	for _, kind := range []string{"audio", "sticker", "location", "share_chat"} {
		sent, err := r.world.Feishu.SendOther(r.ctx, p.OpenID, kind, map[string]any{"file_key": "x"})
		r.delivered(sent, err)
	}
	r.until("every one is answered", func() bool { return r.cardsIn(p.ChatID, "这种消息我看不懂") == 4 })
	p.say("待审")
	p.reads("这个功能只有 HR 能用")
	r.in(p.OpenID, flows.AwaitingConsent)
}

func TestQueue(t *testing.T) {
	r := start(t, setup{settings: map[string]string{"hr.review_chat": ""}})
	hr := r.admin(0)
	hr.say("待审")
	r.find(hr.chat(), "the empty queue", func(s screen) bool { return s.says("都处理完了") })
	all := r.hireAll(3)
	for _, p := range all {
		p.toReview()
	}
	hr.say("待审")
	list := r.find(hr.chat(), "the queue", func(s screen) bool { return s.says("共 3 件在等") })
	for range all {
		r.clickOn(hr.openID, list, "next", nil)
		open := r.find(hr.chat(), "a case in the queue's card", func(s screen) bool { return s.msg.ID == list.msg.ID && s.has("approve") })
		if toast := r.clickOn(hr.openID, open, "approve", nil); toast != "已通过" {
			t.Errorf("toast %q", toast)
		}
		list = r.find(hr.chat(), "the decided case", func(s screen) bool {
			return s.msg.ID == list.msg.ID && s.has("next") && !s.has("approve") && s.says("已通过")
		})
	}
	if toast := r.clickOn(hr.openID, list, "next", nil); toast != "没有下一件了，都处理完了" {
		t.Errorf("toast %q", toast)
	}
	for _, p := range all {
		p.filed()
	}
	hr.say("统计")
	r.find(hr.chat(), "the figures", func(s screen) bool {
		return s.says("今天：开始 3，完成 3", "累计：完成 3，进行中 0，未完成 0")
	})
}

func TestRemindAll(t *testing.T) {
	// Noon in China some days ago: what the bot does at once is due at once, what it plans is due after the test.
	clock := behind(0)
	noon := time.Now().In(time.FixedZone("", 8*3600)).AddDate(0, 0, -8)
	noon = time.Date(noon.Year(), noon.Month(), noon.Day(), 12, 0, 0, 0, noon.Location())
	clock.move(time.Until(noon))
	r := start(t, setup{clock: clock, settings: map[string]string{"timing.reminder_after": "300h", "timing.expire_after": "312h"}})
	p, busy, hr := r.hire(), r.hire(), r.admin(0)
	busy.toReview()
	p.toPhotos()
	nudge := func(words ...string) {
		t.Helper()
		before := len(r.world.Feishu.Messages(hr.chat()))
		hr.say("催办")
		r.find(hr.chat(), strings.Join(words, " "), func(s screen) bool {
			return len(r.world.Feishu.Messages(hr.chat())) > before+1 && r.world.Feishu.Messages(hr.chat())[before+1].ID == s.msg.ID && s.says(words...)
		})
	}
	reminders := func(n int) {
		t.Helper()
		r.until("reminders", func() bool { return r.cardsIn(p.ChatID, "还差身份证照片") == n })
	}
	nudge("已提醒 1 人")
	reminders(1)
	nudge("1 人刚提醒过，这次没打扰")
	clock.move(10*24*time.Hour + 11*time.Hour) // 23:00 of a day to come, so that the morning after is to come as well
	nudge("现在是休息时间", "09:00", "会提醒 1 人")
	r.idle()
	reminders(1)
	clock.move(13 * time.Hour)
	nudge("已提醒 1 人") // the third
	reminders(2)
	clock.move(24 * time.Hour)
	nudge("1 人已提醒多次")
	r.idle()
	if n := r.cardsIn(busy.ChatID, "还差"); n != 0 {
		t.Error("somebody was reminded although it is HR's turn")
	}
	// The reminder leads back to the card.
	if toast := p.press("resume"); toast == "" {
		t.Error("no toast")
	}
}

func TestGroups(t *testing.T) {
	r := start(t, setup{settings: map[string]string{"hr.review_chat": "", "hr.announce_chat": ""}})
	p, hr := r.hire(), r.admin(0)
	review := r.world.Feishu.AddGroup("", "人事", r.world.Admins()...)
	public := r.world.Feishu.AddGroup("", "大家", append(r.world.Admins(), p.OpenID)...)
	said := func(openID, chat, text string, words ...string) screen {
		t.Helper()
		sent, err := r.world.Feishu.SendGroupText(r.ctx, openID, chat, text, true)
		r.delivered(sent, err)
		return r.find(chat, text, func(s screen) bool { return s.msg.ParentID == sent.MessageID && s.says(words...) })
	}
	hr.say("设为审核群")
	r.find(hr.chat(), "not here", func(s screen) bool { return s.says("请在要设置的群里 @我 发这句话") })
	said(p.OpenID, public, "设为审核群", "这个功能只有 HR 能用")
	said(hr.openID, review, "设为审核群", "以后待审核的卡片发到这个群")
	said(hr.openID, public, "设为公告群", "以后进展公告发到这个群")
	said(p.OpenID, public, "你好", "我是实名助手")

	// What concerns one person is answered to that person.
	sent, err := r.world.Feishu.SendGroupText(r.ctx, p.OpenID, public, "实名", true)
	r.delivered(sent, err)
	p.see(sim.StageConsent)
	p.press("consent")
	p.sendBoth()
	p.confirms()
	p.see(sim.StageReview)
	s := hr.sees(review, p, "approve")
	r.clickOn(hr.openID, s, "approve", nil)
	p.filed()
	r.find(public, "the board", func(s screen) bool {
		return s.says("累计完成 1 人") && strings.Contains(string(s.msg.Card), p.OpenID)
	})
	if n := r.cardsIn(r.world.ReviewChat(), ""); n > 0 {
		t.Error("the group of the configuration got cards as well")
	}
}

// TestPhotoInGroup: a rich text with a picture that mentions the bot is not read, and its sender is warned.
func TestPhotoInGroup(t *testing.T) {
	r := start(t, setup{})
	p := r.hire()
	text, err := r.world.Feishu.SendGroupText(r.ctx, p.OpenID, r.world.AnnounceChat(), "看看", false)
	if err != nil {
		t.Fatal(err)
	}
	status, _, err := r.world.Feishu.Forge(r.ctx, feishu.Genuine, "im.message.receive_v1", map[string]any{
		"sender": map[string]any{"sender_id": map[string]any{"open_id": p.OpenID}, "sender_type": "user", "tenant_key": tenant},
		"message": map[string]any{"message_id": text.MessageID, "create_time": "1790000000000", "chat_id": r.world.AnnounceChat(), "chat_type": "group",
			"message_type": "post", "content": `{"title":"","content":[[{"tag":"at","user_id":"@_user_1"},{"tag":"img","image_key":"img_x"}]]}`,
			"mentions": []any{map[string]any{"key": "@_user_1", "id": map[string]any{"open_id": r.world.Feishu.BotOpenID()}, "mentioned_type": "bot", "name": "bot"}}},
	})
	if err != nil || status != 200 {
		t.Fatal(status, err)
	}
	r.find(r.world.AnnounceChat(), "the warning", func(s screen) bool {
		return s.says("请不要把身份证照片发到群里") && s.msg.ParentID == text.MessageID
	})
	r.idle()
	if n := p.looked(); n > 0 || r.caseOf(p.OpenID) != nil {
		t.Errorf("%d calls for a picture in a group", n)
	}
}
