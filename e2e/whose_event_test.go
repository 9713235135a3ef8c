package e2e

import (
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

// TestSenderOfAnotherCompany: people of another company get one line and nothing else, whatever they send or press.
func TestSenderOfAnotherCompany(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p, colleague := h.Hire(), h.Hire()
	h.World.Feishu.ChangeUser(p.OpenID, func(u *feishu.User) { u.TenantKey = "tk_other" })
	const refusal = "这里只给本公司员工办理实名"
	p.Say("实名")
	h.Until("the word is refused", func() bool { return cardsIn(h, p.ChatID, refusal) == 1 })
	p.Send("front")
	h.Until("the photo is refused", func() bool { return cardsIn(h, p.ChatID, refusal) == 2 })

	// A group of both companies: the colleague's own card is foreign to the other company's person.
	group := h.World.Feishu.AddGroup("", "两家公司", p.OpenID, colleague.OpenID)
	sent, err := h.World.Feishu.SendGroupText(h.Ctx, colleague.OpenID, group, "你好", true)
	h.Delivered(sent, err)
	greeting := h.Find(group, "the greeting", func(s harness.CardView) bool { return s.Has("start") })
	if toast := h.ClickOn(p.OpenID, greeting, "start", nil); toast != "只给本公司员工用，你的账号属于别的公司" {
		t.Errorf("got the toast %q, want the refusal", toast)
	}
	waitIdle(h)
	if n := cardsIn(h, p.ChatID, ""); n != 2 {
		t.Errorf("got %d cards, want 2", n)
	}
	if c := h.CaseOf(p.OpenID); c != nil {
		t.Errorf("got a case in %s, want none", c.State)
	}
	if n := h.CountCalls("feishu", "resource.get"); n != 0 {
		t.Errorf("got %d downloads, want none", n)
	}
	colleague.ToPhotos()
}

// TestForeignerEntersAndClicksTheMenu: these two events name no company by their pages. In either reading nothing is
// opened for a foreigner, and nothing is kept by which he could be told.
func TestForeignerEntersAndClicksTheMenu(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	h.World.Feishu.ChangeUser(p.OpenID, func(u *feishu.User) { u.TenantKey = "tk_other" })

	h.World.Feishu.Set(func(k *feishu.Behaviour) { k.OperatorTenant = true })
	enterChat(p)
	clickMenu(p, "start")
	p.WaitForCard("这里只给本公司员工办理实名")
	waitIdle(h)
	if n := cardsIn(h, p.ChatID); n != 1 {
		t.Errorf("got %d cards, want the refusal alone", n)
	}

	h.World.Feishu.Set(func(k *feishu.Behaviour) { k.OperatorTenant = false })
	clickMenu(p, "start")
	p.WaitForCard("你好，我是实名助手")
	if toast := p.Press("start"); toast != "只给本公司员工用，你的账号属于别的公司" {
		t.Errorf("got the toast %q, want the refusal", toast)
	}
	enterChat(p)
	h.Until("greeted", func() bool { return cardsIn(h, p.ChatID, "你好，我是实名助手") == 2 })
	waitIdle(h)
	if c := h.CaseOf(p.OpenID); c != nil {
		t.Errorf("got a case in %s, want none", c.State)
	}
	h.ReadStore(func(v flows.View) error {
		if mark, err := v.Setting(h.Ctx, harness.Tenant, "greeted/"+p.OpenID); err != nil || mark != "" {
			t.Errorf("got %q %v under the open_id, want nothing", mark, err)
		}
		return nil
	})
}

// TestAnotherBotIsMentioned: a message that mentions another bot is not for this one.
func TestAnotherBotIsMentioned(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"hr.review_chat": ""}})
	h.World.Feishu.Grant("im:message.group_msg")
	hr := h.Admin(0)
	group := h.World.Feishu.AddGroup("", "人事", h.World.Admins()...)
	for _, word := range []string{"统计", "设为审核群", "设为公告群"} {
		sent, err := h.World.Feishu.SendGroupTextTo(h.Ctx, hr.OpenID, group, word, "ou_another_bot")
		h.Delivered(sent, err)
		if sent.Delivery.EventID == "" {
			t.Fatalf("%s was not delivered", word)
		}
	}
	waitIdle(h)
	if n := cardsIn(h, group, ""); n != 0 {
		t.Errorf("got %d answers to another bot's words, want none", n)
	}
	h.ReadStore(func(v flows.View) error {
		for _, setting := range []string{flows.SettingReviewChat, flows.SettingAnnounceChat} {
			if chosen, err := v.Setting(h.Ctx, harness.Tenant, setting); err != nil || chosen != "" {
				t.Errorf("%s: got %q %v, want none", setting, chosen, err)
			}
		}
		return nil
	})
	sent, err := h.World.Feishu.SendGroupText(h.Ctx, hr.OpenID, group, "设为审核群", true)
	h.Delivered(sent, err)
	h.Find(group, "the answer", func(s harness.CardView) bool { return s.Says("以后待审核的卡片发到这个群") })
}

// TestWrappedRichText: words are read in every wrapping of rich text. Encounters send photos in it.
func TestWrappedRichText(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	for _, wrap := range []feishu.PostWrap{feishu.PostFlat, feishu.PostInLanguage, feishu.PostInPost} {
		h.World.Feishu.Set(func(k *feishu.Behaviour) { k.WrapPosts = wrap })
		p := h.Hire()
		sent, err := h.World.Feishu.SendPost(h.Ctx, p.OpenID, "实名")
		h.Delivered(sent, err)
		p.See(sim.StageConsent)
	}
	p := h.Hire()
	sent, err := h.World.Feishu.SendOther(h.Ctx, p.OpenID, "post", map[string]any{"zh_cn": map[string]any{}})
	h.Delivered(sent, err)
	p.WaitForCard("这种消息我看不懂")
}
