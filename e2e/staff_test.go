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

// joins tells the bot, by an event, that somebody has joined the company.
func joins(h *harness.Harness, p harness.Person) feishu.Delivery {
	h.Helper()
	d, err := h.World.Feishu.Joined(h.Ctx, p.OpenID)
	if err != nil {
		h.Fatal(err)
	}
	return d
}

// leaves removes somebody from the company.
func leaves(h *harness.Harness, p harness.Person) feishu.Delivery {
	h.Helper()
	d, err := h.World.Feishu.Resign(h.Ctx, p.OpenID)
	if err != nil {
		h.Fatal(err)
	}
	return d
}

func employmentOf(h *harness.Harness, openID string) (e flows.Employment) {
	h.Helper()
	h.ReadStore(func(v flows.View) (err error) {
		e, err = v.Employment(h.Ctx, harness.Tenant, openID)
		return err
	})
	return e
}

// TestJoinerAtNight: who joins at 23:50 on a Wednesday is invited on Thursday at 10:07 and not before, also if the bot
// is restarted in between and the event comes twice; HR has the card of it.
func TestJoinerAtNight(t *testing.T) {
	c := startCampaigns(t, withCampaigns(t, "campaign.joiners", "auto"))
	h := c.Harness
	p := h.Hire()
	waitIdle(h)
	h.Advance(13*time.Hour + 50*time.Minute)
	event := joins(h, p)
	if _, err := h.World.Feishu.Redeliver(h.Ctx, event.EventID); err != nil {
		t.Fatal(err)
	}
	h.Until("the joiner waits", func() bool { return employmentOf(h, p.OpenID).Joiner == flows.JoinerWaiting })
	restartBot(h)
	waitIdle(h)
	h.Advance(10*time.Hour + 15*time.Minute) // 10:05
	waitIdle(h)
	if n := cardsThat(h, h.World.Feishu.P2PChat(p.OpenID), "请你完成实名登记"); n != 0 {
		t.Errorf("got %d invitations before 10:07, want none", n)
	}
	h.Advance(2*time.Minute + 30*time.Second)
	c.invitation(p, "请你完成实名登记")
	c.card("新同事", "自动发起", "已发 1")
	waitIdle(h)
	if n := cardsThat(h, h.World.Feishu.P2PChat(p.OpenID), "请你完成实名登记"); n != 1 {
		t.Errorf("got %d invitations, want one", n)
	}
}

// TestJoinersAreShownToHR: with the rule ask HR has one card with all who joined, and invites them by one tap.
func TestJoinersAreShownToHR(t *testing.T) {
	c := startCampaigns(t, withCampaigns(t, "campaign.joiners", "ask"))
	h := c.Harness
	people := h.HireAll(3)
	for _, p := range people {
		joins(h, p)
	}
	waitIdle(h)
	leaves(h, people[2])
	waitIdle(h)
	h.Advance(10 * time.Minute) // 10:10
	preview := c.card("新同事", "等你确认")
	if toast := c.ClickOn(c.hr.OpenID, preview, "invite", nil); toast != "开始邀请了" {
		t.Errorf("toast %q, want that it begins", toast)
	}
	for _, p := range people[:2] {
		c.invitation(p, "请你完成实名登记")
	}
	if _, list := c.campaign(); len(list) != 2 {
		t.Errorf("got %d people of the campaign, want the two who still work here", len(list))
	}
}

// TestLeaverWithAnOpenCase: the case ends with the leaving, once however often and in whatever order it is told, HR's
// card says so, and after the retention nothing of the person is kept.
func TestLeaverWithAnOpenCase(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"timing.leaver_retention": "48h"}})
	h.World.Feishu.Grant("contact:user.employee:readonly")
	p, q := h.Hire(), h.Hire()
	p.ToReview()
	q.ToReview()
	h.Admin(0).Decides(q, "approve", nil)
	h.InState(q.OpenID, flows.Done)
	h.World.Feishu.Set(func(b *feishu.Behaviour) { b.Reorder = 2 })
	joins(h, p)
	event := leaves(h, p)
	for range 2 {
		if _, err := h.World.Feishu.Redeliver(h.Ctx, event.EventID); err != nil {
			t.Fatal(err)
		}
	}
	ended := h.InState(p.OpenID, flows.Withdrawn)
	if ended.Outcome != flows.OutcomeLeft {
		t.Errorf("got the outcome %q, want %q", ended.Outcome, flows.OutcomeLeft)
	}
	h.Admin(0).Sees(h.World.ReviewChat(), p, "", "已离职，自动结束")
	h.Admin(0).Say(p.OpenID)
	h.Find(h.Admin(0).Chat(), "the answer about a leaver", func(s harness.CardView) bool {
		return s.Says("你问的人", "已离职", "已取消")
	})
	leaves(h, q)
	h.Until("the leaving is known", func() bool { return !employmentOf(h, q.OpenID).LeftAt.IsZero() })
	waitIdle(h)
	h.Advance(49 * time.Hour)
	for _, who := range []harness.Person{p, q} {
		h.Until("what is kept of a leaver goes", func() bool { return !h.CaseOf(who.OpenID).Erased.IsZero() })
		checkWiped(h, h.CaseOf(who.OpenID).ID)
	}
}

// TestLeavingWhileAway: what has happened while the bot was away is found at its start.
func TestLeavingWhileAway(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	h.World.Feishu.Grant("contact:user.employee:readonly")
	p, q := h.Hire(), h.Hire()
	p.ToPhotos()
	q.ToPhotos()
	h.StopBot()
	h.World.Feishu.ChangeUser(p.OpenID, func(u *feishu.User) { u.Resigned = true })
	h.World.Feishu.ChangeUser(q.OpenID, func(u *feishu.User) { u.Frozen = true })
	h.StartBot()
	h.InState(p.OpenID, flows.Withdrawn)
	h.Until("the suspension is known", func() bool { return !employmentOf(h, q.OpenID).SuspendedAt.IsZero() })
	if c := h.CaseOf(q.OpenID); c.State != flows.AwaitingPhotos {
		t.Errorf("got the case of a suspended person in %s, want it open", c.State)
	}
}

// TestRenamedAfterwards: another name in the directory is a question to HR. Nothing changes by itself, no name is on
// the card, and the person registers again if HR says so.
func TestRenamedAfterwards(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent})
	p := h.Hire()
	p.ToCode()
	p.TypeCode()
	p.CheckFiled()
	_, err := h.World.Feishu.Edit(h.Ctx, p.OpenID, func(u *feishu.User) { u.Name, u.Mobile = "欧阳改名", "+8613900009999" })
	if err != nil {
		t.Fatal(err)
	}
	hr := h.Admin(0)
	card := hr.Sees(hr.Chat(), p, "renamed", "通讯录里的姓名变了")
	if strings.Contains(card.Text, "欧阳") || strings.Contains(card.Text, p.Person.Name) {
		t.Errorf("got a name on the card: %q", card.Text)
	}
	toast := h.Click(hr.OpenID, card, "renamed/again", func(b feishu.Button) bool {
		return b.Act == "renamed" && b.Value["to"] == "again"
	}, nil)
	if toast != "已请本人重新登记" {
		t.Errorf("toast %q", toast)
	}
	p.WaitForCard("请用现在的证件重新登记")
	if c := h.InState(p.OpenID, flows.Done); c.Personal.Name != p.Person.Name {
		t.Error("got another recorded name, want it unchanged")
	}
	p.Press("start")
	p.See(sim.StageConsent)
}

// TestAskAboutAMention: an admin asks about a colleague by a mention; the answer says whose turn it is and offers the
// one thing that HR can do.
func TestAskAboutAMention(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p, stranger := h.Hire(), h.Hire()
	p.ToPhotos()
	hr := h.Admin(0)
	ask := func(who harness.Person, words ...string) harness.CardView {
		t.Helper()
		sent, err := h.World.Feishu.SendTextAbout(h.Ctx, hr.OpenID, who.OpenID, "办完了吗")
		h.Delivered(sent, err)
		return h.Find(hr.Chat(), "the answer", func(s harness.CardView) bool {
			return strings.Contains(string(s.Msg.Card), who.OpenID) && s.Says(words...)
		})
	}
	card := ask(p, "待发照片", "等本人")
	if strings.Contains(card.Text, p.Person.Name) {
		t.Error("got a name in clear on the card")
	}
	if toast := h.ClickOn(hr.OpenID, card, "remind", nil); toast != "已提醒" {
		t.Errorf("toast %q, want 已提醒", toast)
	}
	p.WaitForCard("实名登记还没办完")
	invite := ask(stranger, "还没有开始", "邀请")
	if toast := h.ClickOn(hr.OpenID, invite, "invite", nil); toast != "好的，正在清点，结果在下面的卡片上" {
		t.Errorf("toast %q, want that the people are counted", toast)
	}
	preview := h.Find(hr.Chat(), "the preview", func(s harness.CardView) bool { return s.Says("实名邀请", "等你确认") })
	h.ClickOn(hr.OpenID, preview, "invite", nil)
	stranger.WaitForCard("请你完成实名登记")
	h.Until("the campaign is offered", func() bool {
		sent, err := h.World.Feishu.SendTextAbout(h.Ctx, hr.OpenID, stranger.OpenID, "办完了吗")
		h.Delivered(sent, err)
		return cardsThat(h, hr.Chat(), "看进度") > 0
	})
	p.Press("cancel")
	h.InState(p.OpenID, flows.Withdrawn)
	ask(p, "已取消", "邀请")
}

// TestUninstalledByACompany: one company uninstalls the app and comes back; the other's work goes on. What is kept of a
// company that stays away is deleted.
func TestUninstalledByACompany(t *testing.T) {
	m := startMarket(t, 50)
	p, q := m.a.Hire(), m.b.Hire()
	p.ToPhotos()
	q.ToPhotos()
	state := func(what string, status int, err error) {
		t.Helper()
		if status != 200 || err != nil {
			t.Fatalf("%s was answered %d, %v, want 200", what, status, err)
		}
	}
	waitIdle(m.a) // a call that is under way would be refused
	status, err := m.both.SetStatus(m.a.Ctx, otherTenant, "stop_by_tenant")
	state("stopping", status, err)
	status, err = m.both.SetStatus(m.a.Ctx, otherTenant, "start_by_tenant")
	state("starting", status, err)
	if c := caseIn(m.b, otherTenant, q.OpenID); c.State != flows.AwaitingPhotos {
		t.Errorf("got the case in %s after a pause, want it as it was", c.State)
	}
	waitIdle(m.a)
	for range 2 {
		status, err = m.both.Uninstall(m.a.Ctx, otherTenant)
		state("uninstalling", status, err)
	}
	m.a.Until("the other company's case ends", func() bool {
		return caseIn(m.b, otherTenant, q.OpenID).State == flows.Withdrawn
	})
	if c := caseIn(m.b, otherTenant, q.OpenID); c.Outcome != flows.OutcomeUninstalled {
		t.Errorf("got the outcome %q, want %q", c.Outcome, flows.OutcomeUninstalled)
	}
	p.SendBoth()
	p.See(sim.StageConfirmation)
	m.a.StopBot()
	m.a.StartBot()
	m.join()
	m.a.Advance(2 * time.Hour)
	m.a.Until("what the company left behind goes", func() bool {
		return !caseIn(m.b, otherTenant, q.OpenID).Erased.IsZero()
	})
	if c := caseIn(m.a, harness.Tenant, p.OpenID); c.State != flows.AwaitingConfirmation || c.Personal.Empty() {
		t.Errorf("got the first company's case in %s, want it untouched", c.State)
	}
}
