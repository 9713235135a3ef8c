package main

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

const otherTenant = "tk_other"

// market is one bot and two companies that have it installed.
type market struct {
	a, b *rig // the same bot, seen from each company
	both *feishu.Market
}

// startMarket opens two worlds with one app and a bot between them.
func startMarket(t *testing.T, ocrPerSecond int) *market {
	t.Helper()
	m := &market{}
	m.a = start(t, setup{world: sim.Config{OCRPerSecond: ocrPerSecond}, before: func(w *sim.World, settings map[string]string) {
		other, err := sim.Start(t.Context(), sim.Config{Tenant: otherTenant, Seed: 815, OCRPerSecond: ocrPerSecond, RetryLadder: impatient})
		if err != nil {
			t.Fatal(err)
		}
		m.both = feishu.NewMarket(w.Feishu, other.Feishu)
		front := httptest.NewServer(m.both)
		t.Cleanup(func() {
			cutOff(w)
			cutOff(other)
			m.both.Close()
			front.Close()
		})
		m.b = &rig{T: t, world: other}
		var admins []string
		for _, id := range w.Admins() {
			admins = append(admins, tenant+"/"+id)
		}
		for _, id := range other.Admins() {
			admins = append(admins, otherTenant+"/"+id)
		}
		for key, value := range map[string]string{"feishu.app_type": "marketplace", "feishu.base_url": front.URL, "hr.admins": strings.Join(admins, ","),
			"hr.review_chat": "", "hr.announce_chat": "", "verification.method": "none"} {
			settings[key] = value
		}
	}})
	m.b.ctx, m.b.values, m.b.logs = m.a.ctx, m.a.values, m.a.logs
	m.join()
	if status, err := m.both.PushTicket(m.a.ctx); status != 200 || err != nil {
		t.Fatalf("the app ticket was answered %d, %v", status, err)
	}
	return m
}

// join shows the second company where the bot is now.
func (m *market) join() {
	m.b.app = m.a.app
	m.b.world.SetWebhook(m.a.app.URL() + "/webhook/event")
}

// TestTwoTenants: two companies side by side, of which neither sees anything of the other.
func TestTwoTenants(t *testing.T) {
	m := startMarket(t, 50)
	p, q := m.a.hire(), m.b.hire()
	hrA, hrB := m.a.admin(0), m.b.admin(0)
	// Each company chooses groups of its own: one for the announcements here, one for the reviews there.
	choose := func(hr admin, chat, word, answer string) {
		t.Helper()
		sent, err := hr.r.world.Feishu.SendGroupText(hr.r.ctx, hr.openID, chat, word, true)
		hr.r.delivered(sent, err)
		hr.r.find(chat, word, func(s screen) bool { return s.msg.ParentID == sent.MessageID && s.says(answer) })
	}
	choose(hrA, m.a.world.AnnounceChat(), "设为公告群", "以后进展公告发到这个群")
	choose(hrB, m.b.world.ReviewChat(), "设为审核群", "以后待审核的卡片发到这个群")
	for _, x := range []person{p, q} {
		x.toForm()
		x.press("confirm")
		x.see(sim.StageReview)
	}
	sA := hrA.sees(hrA.chat(), p, "approve")
	sB := hrB.sees(m.b.world.ReviewChat(), q, "approve")

	// Lists and figures hold the own people only, and a case of the others is none.
	for _, x := range []struct {
		hr          admin
		mine, other person
	}{{hrA, p, q}, {hrB, q, p}} {
		x.hr.say("待审")
		s := x.hr.r.find(x.hr.chat(), "the queue", func(s screen) bool { return s.says("共 1 件在等") })
		if card := string(s.msg.Card); !strings.Contains(card, x.mine.OpenID) || strings.Contains(card, x.other.OpenID) {
			t.Error("the list is not that of the own company")
		}
		for _, word := range []string{"统计", "催办", "对账"} {
			x.hr.say(word)
		}
		x.hr.r.find(x.hr.chat(), "the figures of the own company", func(s screen) bool { return s.says("今天：开始 1，完成 0", "进行中 1") })
	}
	before := m.b.caseIn(otherTenant, q.OpenID)
	for _, act := range []string{"approve", "reject", "send_back", "retry", "resolve", "close", "peek"} {
		value := with(with(sA.value("approve"), "act", act), "case", before.ID)
		if f := m.a.forge(hrA.openID, sA.msg, value, map[string]any{"reason": "other"}); strings.Contains(f.card.text, q.OpenID) || f.toast == "" {
			t.Errorf("%s on the other company's case: %q", act, f.toast)
		}
	}
	if f := m.a.forge(hrA.openID, sA.msg, with(with(sA.value("approve"), "act", "next"), "case", before.ID), nil); !f.card.has("approve") || f.card.value("approve")["case"] == before.ID {
		t.Errorf("the queue of one company shows the other's case, or none: %d %q %q", f.status, f.toast, f.card.text)
	}
	if now := m.b.caseIn(otherTenant, q.OpenID); now.State != flows.AwaitingReview || now.Version != before.Version {
		t.Errorf("the other company's case went from version %d to %d, %s", before.Version, now.Version, now.State)
	}
	// An admin of one company is nobody in the other, even under the same open_id.
	m.b.world.Feishu.AddUser(feishu.User{OpenID: hrA.openID, Name: "同号"})
	if f := m.b.forge(hrA.openID, sB.msg, sB.value("approve"), nil); !strings.Contains(f.toast, "HR") {
		t.Errorf("an admin of another company: %q", f.toast)
	}

	// Restarted, the bot still has the app's ticket, and asks for no new one.
	asked := m.both.Resends()
	m.a.stop()
	m.a.run()
	m.join()
	m.a.clickOn(hrA.openID, sA, "approve", nil)
	m.b.clickOn(hrB.openID, sB, "approve", nil)
	p.see(sim.StageDone)
	q.see(sim.StageDone)
	if n := m.both.Resends(); n != asked {
		t.Errorf("the ticket was asked for %d times after the restart", n-asked)
	}
	m.a.find(m.a.world.AnnounceChat(), "the board of one company", func(s screen) bool {
		return s.says("累计完成 1 人，还有 0 人进行中") && strings.Contains(string(s.msg.Card), p.OpenID)
	})
	if n := m.b.cardsIn(m.b.world.AnnounceChat()); n > 0 {
		t.Errorf("%d cards in a group that nobody has chosen", n)
	}
	// Somebody of one company has no data in the other, even under the same open_id.
	m.b.world.Feishu.AddUser(feishu.User{OpenID: p.OpenID, Name: "同号"})
	sent, err := m.b.world.Feishu.SendText(m.b.ctx, p.OpenID, "我的资料")
	m.b.delivered(sent, err)
	m.b.find(m.b.world.Feishu.P2PChat(p.OpenID), "no data", func(s screen) bool { return s.says("我们没有保存你的实名资料") })
	for _, x := range []struct{ mine, other person }{{p, q}, {q, p}} {
		ids := x.mine.r.world.Feishu.Identities()
		if len(ids) != 1 || ids[x.mine.OpenID].Writes != 1 || ids[x.mine.OpenID].Code != x.mine.Person.Code {
			t.Errorf("%d identities in a company", len(ids))
		}
		for _, chat := range x.mine.r.world.Feishu.Chats() {
			for _, msg := range x.mine.r.world.Feishu.Messages(chat) {
				for _, v := range msg.History {
					if strings.Contains(string(v.Card), x.other.OpenID) {
						t.Error("a card of one company names somebody of the other")
					}
				}
			}
		}
	}

	// Without a ticket that is good the bot asks for one, and goes on by itself.
	m.both.KillTickets()
	m.a.world.Feishu.KillTokens()
	p.say("帮助")
	m.a.until("a ticket was asked for", func() bool { return m.both.Resends() > asked })
	p.reads("实名")
}

// TestTenantsHaveLimitsOfTheirOwn: while one company's photos queue up at its OCR limit, another's are read.
func TestTenantsHaveLimitsOfTheirOwn(t *testing.T) {
	m := startMarket(t, 1)
	q, crowd := m.b.hire(), m.a.hireAll(12)
	for _, p := range append([]person{q}, crowd...) {
		p.toPhotos()
		for _, side := range []string{"front", "back"} {
			p.r.shot(p.Person, side) // taken beforehand: drawing them may take longer than having them read
		}
	}
	for _, p := range crowd {
		p.sendBoth()
	}
	q.sendBoth()
	q.see(sim.StageConfirmation)
	if read := len(m.a.world.Feishu.OCRCalls()); read >= 2*len(crowd) {
		t.Errorf("the other company's person was served after all %d photos", read)
	}
	// Each company's calls keep the limit; how exactly is bench/ocr's business, since here many tests share the machine.
	for _, r := range []*rig{m.a, m.b} {
		calls := r.world.Feishu.OCRCalls()
		for i := 2; i < len(calls); i++ {
			if within := calls[i].At.Sub(calls[i-2].At); within < time.Second {
				t.Errorf("three calls within %s", within)
			}
		}
	}
}

// caseIn is the latest case of somebody in a company.
func (r *rig) caseIn(tenantKey, openID string) (c *flows.Case) {
	r.Helper()
	r.view(func(v flows.View) (err error) {
		c, err = v.LatestCase(r.ctx, tenantKey, openID)
		return err
	})
	return c
}
