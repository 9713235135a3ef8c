package e2e

import (
	"net/http"
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

// operations are all operations of a registration.
var operations = []struct{ upstream, name string }{
	{"feishu", "token"}, {"feishu", "message.create"}, {"feishu", "message.reply"}, {"feishu", "message.patch"},
	{"feishu", "resource.get"}, {"feishu", "contact.user.get"}, {"feishu", "id_card.recognize"},
	{"tencent", "PhoneVerification"}, {"esign", "files.upload_url"}, {"esign", "storage.put"}, {"esign", "files.status"},
}

// wholeWay registers a person who first sends an unusable photo, so that every operation is called.
func wholeWay(p harness.Person) {
	p.H.Helper()
	wholeWayTo(p, func() { submitForm(p) })
}

// TestUpstreamsFailOnce fails each operation once. Where repeating is safe the case ends done by itself, with every
// outside write made once.
func TestUpstreamsFailOnce(t *testing.T) {
	t.Parallel()
	for _, kind := range []wire.Fault{
		{Kind: wire.Error, Status: 502}, {Kind: wire.DropBefore}, {Kind: wire.NotJSON}, {Kind: wire.Truncate},
		{
			Kind:   wire.Error,
			Status: 429,
			Header: http.Header{"X-Ogw-Ratelimit-Reset": {"1"}},
			Body:   `{"code":99991400,"msg":"request trigger frequency limit"}`,
		},
	} {
		if kind.Status == 429 {
			kind.Upstream = "feishu"
		}
		name := kind.Kind
		if kind.Status == 429 {
			name = "429"
		}
		t.Run(name, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{HR: harness.Diligent})
			p := h.Hire()
			h.Until("the admins' names are known", func() bool { return h.CountCalls("feishu", "contact.user.get") >= 2 })
			armed := 0
			for _, op := range operations {
				if op.name == "resource.get" && kind.Kind == wire.Truncate {
					continue // half a picture with a matching length is taken for a bad photo
				}
				if kind.Upstream == "" || kind.Upstream == op.upstream {
					f := kind
					f.Upstream, f.Operation, f.Times = op.upstream, op.name, 1
					h.World.Faults.Arm(f)
					armed++
				}
			}
			h.World.Feishu.KillTokens() // so that the bot asks for a token
			wholeWay(p)
			p.CheckFiled()
			if left := h.World.Faults.List(); len(left) > 0 {
				t.Errorf("of %d faults got %d left, want none: %+v", armed, len(left), left)
			}
			if j := h.World.Journey(p.OpenID); j.SMS != 1 || len(j.Cases) != 1 {
				t.Errorf("got the journey %+v, want one case, filed once", j)
			}
		})
	}
}

// TestOneCauseManyCases suspends many cases by the same cause. HR gets one card, and one retry resumes all cases.
func TestOneCauseManyCases(t *testing.T) {
	t.Parallel()
	const people = 4
	for name, c := range map[string]struct {
		step    flows.Step
		trouble func(h *harness.Harness)
		fixed   func(h *harness.Harness)
		words   string
	}{
		"ocr quota": {"photos", func(h *harness.Harness) {
			h.World.Feishu.OCRQuota(0)
		}, func(h *harness.Harness) { h.World.Feishu.OCRQuota(-1) }, "额度用完了"},
		"ocr scope": {"photos", func(h *harness.Harness) { h.World.Feishu.Revoke("document_ai:id_card:recognize") },
			func(h *harness.Harness) { h.World.Feishu.Grant("document_ai:id_card:recognize") }, "应用缺少权限"},
		"identity scope": {"identity", func(h *harness.Harness) { h.World.Feishu.Revoke("human_authentication:identity") },
			func(h *harness.Harness) { h.World.Feishu.Grant("human_authentication:identity") }, "应用缺少权限"},
		"esign 403": {"upload", func(h *harness.Harness) {
			h.World.Faults.Arm(wire.Fault{
				Upstream:  "esign",
				Operation: "files.upload_url",
				Kind:      wire.Error,
				Status:    403,
				Body:      `{"code":403,"message":"forbidden"}`,
			})
		}, func(h *harness.Harness) { h.World.Faults.Clear() }, "出口 IP"},
		"tencent": {"check", func(h *harness.Harness) {
			h.World.Faults.Arm(wire.Fault{
				Upstream:  "tencent",
				Operation: "PhoneVerification",
				Kind:      wire.Error,
				Status:    200,
				Body:      `{"Response":{"Error":{"Code":"UnauthorizedOperation.NonAuthorize","Message":"x"},"RequestId":"r-1"}}`,
			})
		}, func(h *harness.Harness) { h.World.Faults.Clear() }, "核验机构那边的账号"},
	} {
		t.Run(name, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{})
			hr, all := h.Admin(0), h.HireAll(people)
			for _, p := range all {
				p.ToPhotos()
			}
			if c.step == "photos" {
				c.trouble(h)
			}
			for _, p := range all {
				p.SendBoth()
			}
			if c.step == "check" {
				c.trouble(h)
			}
			if c.step != "photos" {
				for _, p := range all {
					submitForm(p)
				}
			}
			if c.step == "identity" || c.step == "upload" {
				c.trouble(h)
				for _, p := range all {
					hr.Decides(p, "approve", nil)
				}
			}
			for _, p := range all {
				p.See(sim.StageAttention)
				if a := h.InState(p.OpenID, flows.NeedsAttention).Attention; a.Step != c.step || a.Incident == "" {
					t.Errorf("got the attention %+v, want this step with an incident", a)
				}
			}
			told := func() (found []harness.CardView) {
				for _, m := range h.World.Feishu.Messages(h.World.ReviewChat()) {
					if s := harness.ViewCard(m); s.Has("retry") && len(m.History) > 0 {
						found = append(found, s)
					}
				}
				return found
			}
			h.Until("HR is told", func() bool { return len(told()) > 0 })
			// A card on which HR has decided changes in place. New information is one message for all cases.
			messages := func() int { return cardsIn(h, h.World.ReviewChat(), "") }
			want := 1
			if c.step == "identity" || c.step == "upload" {
				want += people
			}
			h.Until("the news", func() bool { return messages() >= want })
			waitIdle(h)
			if n := messages(); n != want {
				t.Errorf("%d messages to HR, want %d", n, want)
			}
			if cards := told(); !cards[len(cards)-1].Says(c.words) {
				t.Errorf("got HR's card %q, want the words of this row", cards[len(cards)-1].Text)
			}
			c.fixed(h)
			h.ClickOn(hr.OpenID, told()[0], "retry", nil)
			for _, p := range all {
				switch c.step {
				case "photos":
					p.See(sim.StageConfirmation)
				case "check":
					p.See(sim.StageReview)
				default:
					p.CheckFiled()
				}
			}
			h.Until("nothing is left for HR", func() bool { return len(told()) == 0 })
		})
	}
}

// TestTokenDies checks that the bot replaces an expired token in any step.
func TestTokenDies(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent})
	p := h.Hire()
	kill := h.World.Feishu.KillTokens
	p.Say("实名")
	kill()
	p.See(sim.StageConsent)
	p.Consent()
	kill()
	p.SendBoth()
	p.See(sim.StageConfirmation)
	kill()
	submitForm(p)
	kill()
	p.CheckFiled()
	if n := h.World.Feishu.TokensIssued(); n < 3 {
		t.Errorf("got %d tokens, want at least 3", n)
	}
}

// TestManyAtOnce checks that photos over the tenant's OCR limit wait and that no one is told of an error.
func TestManyAtOnce(t *testing.T) {
	h := harness.Start(t, harness.Setup{World: sim.Config{OCRPerSecond: 10}})
	all := h.HireAll(12)
	for _, p := range all {
		p.ToPhotos()
	}
	for _, p := range all {
		p.SendBoth()
	}
	for _, p := range all {
		p.See(sim.StageConfirmation)
		if cardsIn(h, p.ChatID, "关于你刚发的照片") > 0 {
			t.Error("got a notice of a problem, want none")
		}
	}
	read := 0
	for _, c := range h.World.Feishu.OCRCalls() {
		if !c.Refused {
			read++
		}
	}
	if read != 24 {
		t.Errorf("%d readings, want 24", read)
	}
}

// TestDataLossPrevention checks that a tenant whose DLP blocks numbers gets a form without numbers, on which an empty
// field keeps the read value.
func TestDataLossPrevention(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent, Noisy: true})
	h.World.Feishu.Set(func(k *feishu.Behaviour) { k.DLP = true })
	p := h.Hire()
	p.ToPhotos()
	p.SendBoth()
	s := p.See(sim.StageConfirmation, "这里打了码")
	if s.Field("identity_code") != "" || s.Field("mobile") != "" || h.SecretIn(string(s.Msg.Card), true) != "" {
		t.Error("got a number on the form, want none")
	}
	p.Press("confirm", map[string]any{"identity_name": "", "identity_code": "", "mobile": ""})
	p.SentCode(0)
	p.See(sim.StageCode, "验证码已在")
	p.TypeCode()
	p.CheckFiled()
	if c := h.CaseOf(p.OpenID); len(c.Changed) > 0 {
		t.Errorf("got the changes %v, want none", c.Changed)
	}
}

// TestPersonOutOfReach checks that a case ends although the person blocks the bot's messages, and that the person
// sees the result when writing again.
func TestPersonOutOfReach(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.ToReview()
	h.World.Feishu.ChangeUser(p.OpenID, func(u *feishu.User) { u.Stopped = true })
	h.Admin(0).Decides(p, "approve", nil)
	h.InState(p.OpenID, flows.Done)
	waitIdle(h)
	h.World.Feishu.ChangeUser(p.OpenID, func(u *feishu.User) { u.Stopped = false })
	p.Say("进度")
	p.CheckFiled()
}

// TestReviewGroupGone checks that the review card goes to each admin when the bot cannot post in the review group.
func TestReviewGroupGone(t *testing.T) {
	h := harness.Start(t, harness.Setup{Noisy: true})
	h.World.Feishu.Dissolve(h.World.ReviewChat())
	p, hr := h.Hire(), h.Admin(0)
	p.ToReview()
	s := hr.Sees(hr.Chat(), p, "approve")
	h.Admin(1).Sees(h.Admin(1).Chat(), p, "approve")
	h.ClickOn(hr.OpenID, s, "approve", nil)
	p.CheckFiled()
}
