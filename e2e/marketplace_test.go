package e2e

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

const otherTenant = "tk_other"

// market is one bot that two companies have installed.
type market struct {
	a, b *harness.Harness // the same bot in the world of each company
	both *feishu.Market
	// asked counts the calls of the bot that ask for its own open_id in a company.
	asked atomic.Int32
}

// startMarket starts two worlds with one app, and a bot for both.
func startMarket(t *testing.T, ocrPerSecond int) *market {
	t.Helper()
	m := &market{}
	m.a = harness.Start(t, harness.Setup{World: sim.Config{OCRPerSecond: ocrPerSecond},
		Settings: map[string]string{"timing.unfinished_retention": "1h"},
		Before: func(w *sim.World, settings map[string]string) {
			other, err := sim.Start(t.Context(), sim.Config{
				Tenant:        otherTenant,
				Seed:          815,
				OCRPerSecond:  ocrPerSecond,
				RetrySchedule: harness.FastRetries,
				AnswerWithin:  harness.AnswerWithin,
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := other.Advance(t.Context(), w.Ahead(), nil); err != nil {
				t.Fatal(err)
			}
			// The app has one list of redirect URLs, and the bot one public address, in front of which the first world stands.
			other.Feishu.SetRedirectURLs(w.GatewayURL + sim.AgreementLogin)
			m.both = feishu.NewMarket(w.Feishu, other.Feishu)
			front := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				m.both.ServeHTTP(rw, r)
				if strings.HasSuffix(r.URL.Path, "/bot/v3/info") {
					m.asked.Add(1)
				}
			}))
			t.Cleanup(func() {
				harness.CutOff(w)
				harness.CutOff(other)
				m.both.Close()
				front.Close()
			})
			m.b = &harness.Harness{T: t, World: other}
			var admins []string
			for _, id := range w.Admins() {
				admins = append(admins, harness.Tenant+"/"+id)
			}
			for _, id := range other.Admins() {
				admins = append(admins, otherTenant+"/"+id)
			}
			for key, value := range map[string]string{
				"feishu.app_type":     "marketplace",
				"feishu.base_url":     front.URL,
				"hr.admins":           strings.Join(admins, ","),
				"hr.review_chat":      "",
				"hr.announce_chat":    "",
				"verification.method": "none",
			} {
				settings[key] = value
			}
		}})
	m.b.Ctx, m.b.Values, m.b.Logs = m.a.Ctx, m.a.Values, m.a.Logs
	m.join()
	if status, err := m.both.PushTicket(m.a.Ctx); status != 200 || err != nil {
		t.Fatalf("the app ticket was answered %d, %v, want 200", status, err)
	}
	return m
}

// join sets the webhook of the second company.
func (m *market) join() {
	m.b.App = m.a.App
	m.b.World.SetWebhook(m.a.App.URL() + "/webhook/event")
}

// TestTwoTenants checks that neither of two companies sees data of the other.
func TestTwoTenants(t *testing.T) {
	m := startMarket(t, 50)
	p, q := m.a.Hire(), m.b.Hire()
	hrA, hrB := m.a.Admin(0), m.b.Admin(0)
	// Each company has its own groups: an announcement group in one, a review group in the other.
	choose := func(hr harness.Admin, chat, word, answer string) {
		t.Helper()
		// A marketplace app asks for its own open_id at the first message to it in a group of a company. The word is not
		// repeated before it asked: equal answers in a few seconds are merged.
		before := m.asked.Load()
		for done := false; !done; {
			sent, err := hr.H.World.Feishu.SendGroupText(hr.H.Ctx, hr.OpenID, chat, word, true)
			hr.H.Delivered(sent, err)
			hr.H.Find(chat, word, func(s harness.CardView) bool {
				done = s.Says(answer)
				return s.Msg.ParentID == sent.MessageID && (done || s.Says("请过一分钟再"))
			})
			if !done {
				hr.H.Until("the own open_id is answered", func() bool { return m.asked.Load() > before })
			}
		}
	}
	choose(hrA, m.a.World.AnnounceChat(), "设为公告群", "以后进展公告发到这个群")
	choose(hrB, m.b.World.ReviewChat(), "设为审核群", "以后待审核的卡片发到这个群")
	for _, x := range []harness.Person{p, q} {
		x.ToForm()
		x.Press("confirm")
		x.See(sim.StageReview)
	}
	sA := hrA.Sees(hrA.Chat(), p, "approve")
	sB := hrB.Sees(m.b.World.ReviewChat(), q, "approve")

	// Lists and statistics cover the own company only, and the id of another company's case is unknown.
	for _, x := range []struct {
		hr          harness.Admin
		mine, other harness.Person
	}{{hrA, p, q}, {hrB, q, p}} {
		t.Run(x.mine.OpenID, func(t *testing.T) {
			x.hr.Say("待审")
			s := x.hr.H.Find(x.hr.Chat(), "the queue", func(s harness.CardView) bool { return s.Says("共 1 件在等") })
			if card := string(s.Msg.Card); !strings.Contains(card, x.mine.OpenID) || strings.Contains(card, x.other.OpenID) {
				t.Error("got a list with other cases, want those of the own company")
			}
			for _, word := range []string{"统计", "催办", "对账"} {
				x.hr.Say(word)
			}
			x.hr.H.Find(x.hr.Chat(), "the figures of the own company", func(s harness.CardView) bool {
				return s.Says("今天：开始 1，完成 0", "进行中 1")
			})
		})
	}
	before := caseIn(m.b, otherTenant, q.OpenID)
	for _, act := range []string{"approve", "reject", "send_back", "retry", "resolve", "close", "peek", "evidence"} {
		value := harness.WithMember(harness.WithMember(sA.Value("approve"), "act", act), "case", before.ID)
		f := m.a.Forge(hrA.OpenID, sA.Msg, value, map[string]any{"reason": "other"})
		if strings.Contains(f.Card.Text, q.OpenID) || f.Toast == "" {
			t.Errorf("%s on the other company's case: got the toast %q and the card %q, want a refusal", act, f.Toast,
				f.Card.Text)
		}
	}
	next := harness.WithMember(harness.WithMember(sA.Value("approve"), "act", "next"), "case", before.ID)
	f := m.a.Forge(hrA.OpenID, sA.Msg, next, nil)
	if !f.Card.Has("approve") || f.Card.Value("approve")["case"] == before.ID {
		t.Errorf("got %d %q %q, want the queue of the own company", f.Status, f.Toast, f.Card.Text)
	}
	if now := caseIn(m.b, otherTenant, q.OpenID); now.State != flows.AwaitingReview || now.Version != before.Version {
		t.Errorf("the other company's case went from version %d to %d, %s, want %v", before.Version, now.Version, now.State,
			flows.AwaitingReview)
	}
	// An admin of one company has no rights in the other, even with the same open_id.
	m.b.World.Feishu.AddUser(feishu.User{OpenID: hrA.OpenID, Name: "同号"})
	if f := m.b.Forge(hrA.OpenID, sB.Msg, sB.Value("approve"), nil); !strings.Contains(f.Toast, "HR") {
		t.Errorf("an admin of another company: %q, want %q in it", f.Toast, "HR")
	}

	// After a restart the bot uses the stored app ticket and requests none.
	asked := m.both.Resends()
	m.a.StopBot()
	m.a.StartBot()
	m.join()
	m.a.ClickOn(hrA.OpenID, sA, "approve", nil)
	m.b.ClickOn(hrB.OpenID, sB, "approve", nil)
	p.See(sim.StageDone)
	q.See(sim.StageDone)
	if n := m.both.Resends(); n != asked {
		t.Errorf("got %d requests for the ticket after the restart, want none", n-asked)
	}
	m.a.Find(m.a.World.AnnounceChat(), "the board of one company", func(s harness.CardView) bool {
		return s.Says("累计完成 1 人，还有 0 人进行中") && !strings.Contains(string(s.Msg.Card), p.OpenID)
	})
	if n := cardsIn(m.b, m.b.World.AnnounceChat()); n > 0 {
		t.Errorf("got %d cards in a group that was not chosen, want none", n)
	}
	// A person of one company has no data in the other, even with the same open_id.
	m.b.World.Feishu.AddUser(feishu.User{OpenID: p.OpenID, Name: "同号"})
	sent, err := m.b.World.Feishu.SendText(m.b.Ctx, p.OpenID, "我的资料")
	m.b.Delivered(sent, err)
	m.b.Find(m.b.World.Feishu.P2PChat(p.OpenID), "no data", func(s harness.CardView) bool {
		return s.Says("我们没有保存你的实名资料")
	})
	for _, x := range []struct{ mine, other harness.Person }{{p, q}, {q, p}} {
		t.Run(x.mine.OpenID, func(t *testing.T) {
			ids := x.mine.H.World.Feishu.Identities()
			if len(ids) != 1 || ids[x.mine.OpenID].Writes != 1 || ids[x.mine.OpenID].Code != x.mine.Person.Code {
				t.Errorf("%d identities in a company, want 1", len(ids))
			}
			for _, chat := range x.mine.H.World.Feishu.Chats() {
				for _, msg := range x.mine.H.World.Feishu.Messages(chat) {
					for _, v := range msg.History {
						if strings.Contains(string(v.Card), x.other.OpenID) {
							t.Error("got a person of the other company on a card, want none")
						}
					}
				}
			}
		})
	}

	// With an invalid ticket the bot requests a new one and continues.
	m.both.KillTickets()
	m.a.World.Feishu.KillTokens()
	p.Say("帮助")
	m.a.Until("a ticket was asked for", func() bool { return m.both.Resends() > asked })
	p.WaitForCard("实名")
}

// TestTenantsHaveLimitsOfTheirOwn checks that one company's photos are read while another company's photos wait for
// its OCR limit.
func TestTenantsHaveLimitsOfTheirOwn(t *testing.T) {
	m := startMarket(t, 1)
	q, crowd := m.b.Hire(), m.a.HireAll(12)
	for _, p := range append([]harness.Person{q}, crowd...) {
		p.ToPhotos()
		for _, side := range []string{"front", "back"} {
			p.H.Photo(p.Person, side) // drawn before, because drawing may take longer than reading
		}
	}
	for _, p := range crowd {
		p.SendBoth()
	}
	q.SendBoth()
	q.See(sim.StageConfirmation)
	if read := len(m.a.World.Feishu.OCRCalls()); read >= 2*len(crowd) {
		t.Errorf("got the other company's person served after all %d photos, want earlier", read)
	}
	// Each company's calls keep the limit. bench/ocr measures how exactly; here many tests share the machine.
	for _, h := range []*harness.Harness{m.a, m.b} {
		calls := h.World.Feishu.OCRCalls()
		for i := 2; i < len(calls); i++ {
			if within := calls[i].At.Sub(calls[i-2].At); within < time.Second {
				t.Errorf("got three calls within %s, want them spread by the limit", within)
			}
		}
	}
}

// caseIn returns a person's latest case in a company.
func caseIn(h *harness.Harness, tenantKey, openID string) (c *flows.Case) {
	h.Helper()
	h.ReadStore(func(v flows.View) (err error) {
		c, err = v.LatestCase(h.Ctx, tenantKey, openID)
		return err
	})
	return c
}
