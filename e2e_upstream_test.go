package main

import (
	"net/http"
	"testing"

	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

// operations are all that the way through the house needs.
var operations = []struct{ upstream, name string }{
	{"feishu", "token"}, {"feishu", "message.create"}, {"feishu", "message.reply"}, {"feishu", "message.patch"},
	{"feishu", "resource.get"}, {"feishu", "contact.user.get"}, {"feishu", "id_card.recognize"},
	{"tencent", "PhoneVerification"}, {"esign", "files.upload_url"}, {"esign", "storage.put"}, {"esign", "files.status"},
}

// wholeWay is the way of somebody who sends one photo that is no good, so that every operation is needed.
func (p person) wholeWay() {
	p.r.Helper()
	p.wholeWayTo(func() { p.confirms() })
}

// TestUpstreamsFailOnce: whatever fails once where repeating is safe, the case ends done by itself, everything written once.
func TestUpstreamsFailOnce(t *testing.T) {
	for _, kind := range []wire.Fault{
		{Kind: wire.Error, Status: 502}, {Kind: wire.DropBefore}, {Kind: wire.NotJSON}, {Kind: wire.Truncate},
		{Kind: wire.Error, Status: 429, Header: http.Header{"X-Ogw-Ratelimit-Reset": {"1"}}, Body: `{"code":99991400,"msg":"request trigger frequency limit"}`},
	} {
		if kind.Status == 429 {
			kind.Upstream = "feishu"
		}
		name := kind.Kind
		if kind.Status == 429 {
			name = "429"
		}
		t.Run(name, func(t *testing.T) {
			r := start(t, setup{hr: diligent})
			p := r.hire()
			r.until("the admins' names are known", func() bool { return r.calls("feishu", "contact.user.get") >= 2 })
			armed := 0
			for _, op := range operations {
				if op.name == "resource.get" && kind.Kind == wire.Truncate {
					continue // half a picture under a length that fits is a bad picture, as far as anybody can tell
				}
				if kind.Upstream == "" || kind.Upstream == op.upstream {
					f := kind
					f.Upstream, f.Operation, f.Times = op.upstream, op.name, 1
					r.world.Faults.Arm(f)
					armed++
				}
			}
			r.world.Feishu.KillTokens() // so that the token is asked for
			p.wholeWay()
			p.filed()
			if left := r.world.Faults.List(); len(left) > 0 {
				t.Errorf("of %d faults %d did not come to anything: %+v", armed, len(left), left)
			}
			if j := r.world.Journey(p.OpenID); j.SMS != 1 || len(j.Cases) != 1 {
				t.Errorf("%+v", j)
			}
		})
	}
}

// TestSMSAnswerLost: whether the code is on its way is not known, so no second one is sent until the person asks.
func TestSMSAnswerLost(t *testing.T) {
	t.Run("it came", func(t *testing.T) {
		r := start(t, setup{hr: diligent})
		p := r.hire()
		p.toForm()
		r.world.Faults.Arm(wire.Fault{Upstream: "tencent", Operation: "SendSms", Kind: wire.DropAfter, Times: 1})
		p.press("confirm")
		p.see(sim.StageCode, "不确定验证码有没有发到")
		p.typeCode()
		p.filed()
		if n := r.calls("tencent", "SendSms"); n != 1 {
			t.Errorf("%d text messages", n)
		}
	})
	t.Run("it did not", func(t *testing.T) {
		r := start(t, setup{hr: diligent, settings: again()})
		p := r.hire()
		p.toForm()
		r.world.Faults.Arm(wire.Fault{Upstream: "tencent", Operation: "SendSms", Kind: wire.Error, Status: 502, Times: 1})
		p.press("confirm")
		p.see(sim.StageCode, "不确定验证码有没有发到")
		r.idle()
		if n := r.calls("tencent", "SendSms"); n != 1 {
			t.Errorf("%d attempts without being asked", n)
		}
		p.press("send_code")
		p.code(0)
		p.see(sim.StageCode, "验证码已在")
		p.typeCode()
		p.filed()
	})
}

// TestUnknownIdentity and TestUnknownEvidence: a write that may have happened waits for HR, who is told both ways on, and each
// leads to done with one write.
func TestUnknownIdentity(t *testing.T) {
	unknownWrites(t, "feishu", "identities.create", "一、已经有了", "二、还没有", "已经写入", "确认没有写入，再写一次")
}

func TestUnknownEvidence(t *testing.T) {
	unknownWrites(t, "esign", "evidence.psn_realname", "一、查到了", "二、没查到", "已经生成，用这个编号", "确认没有生成，再提交一次")
}

func unknownWrites(t *testing.T, upstream, operation string, words ...string) {
	r := start(t, setup{})
	hr := r.admin(0)
	for _, w := range []struct {
		fault   wire.Fault
		written bool
	}{
		{wire.Fault{Kind: wire.DropAfter}, true}, {wire.Fault{Kind: wire.ErrorAfter, Status: 502}, true},
		{wire.Fault{Kind: wire.NotJSON}, true}, {wire.Fault{Kind: wire.Truncate}, true},
		{wire.Fault{Kind: wire.DropBefore}, false}, {wire.Fault{Kind: wire.Reset}, false}, {wire.Fault{Kind: wire.Error, Status: 502}, false},
	} {
		// One after the other up to the fault, since it is for the next call whoever makes it.
		p := r.hire()
		p.toReview()
		w.fault.Upstream, w.fault.Operation, w.fault.Times = upstream, operation, 1
		r.world.Faults.Arm(w.fault)
		hr.decides(p, "approve", nil)
		p.see(sim.StageAttention)
		t.Run(w.fault.Kind, func(t *testing.T) {
			t.Parallel()
			r := r.of(t)
			p.r = r
			c := r.in(p.OpenID, flows.NeedsAttention)
			if c.Attention.Code != "unknown_outcome" {
				t.Errorf("%+v", c.Attention)
			}
			s := admin{r, hr.openID}.sees(r.world.ReviewChat(), p, "resolve", words...)
			evidence := upstream == "esign"
			switch {
			case w.written && evidence:
				if a := r.forge(hr.openID, s.msg, s.value("resolve"), map[string]any{"evi_point_id": "<at id=all>"}); a.toast != "这一项不对：证据点编号" {
					t.Errorf("toast %q", a.toast)
				}
				r.clickOn(hr.openID, s, "resolve", map[string]any{"evi_point_id": r.world.ESign.PointsFor(c.ID)[0].ID})
			case w.written:
				r.clickOn(hr.openID, s, "resolve", nil)
			default:
				r.clickOn(hr.openID, s, "retry", nil)
			}
			p.filed()
		})
	}
}

// TestOneCauseManyCases: many people run into the same cause; HR hears of it once, and one retry lets everybody go on.
func TestOneCauseManyCases(t *testing.T) {
	const people = 4
	for name, c := range map[string]struct {
		step    flows.Step
		trouble func(r *rig)
		fixed   func(r *rig)
		words   string
	}{
		"ocr quota": {"photos", func(r *rig) { r.world.Feishu.OCRQuota(0) }, func(r *rig) { r.world.Feishu.OCRQuota(-1) }, "额度用完了"},
		"ocr scope": {"photos", func(r *rig) { r.world.Feishu.Revoke("document_ai:id_card:recognize") },
			func(r *rig) { r.world.Feishu.Grant("document_ai:id_card:recognize") }, "应用缺少权限"},
		"identity scope": {"identity", func(r *rig) { r.world.Feishu.Revoke("human_authentication:identity") },
			func(r *rig) { r.world.Feishu.Grant("human_authentication:identity") }, "应用缺少权限"},
		"esign 403": {"upload", func(r *rig) {
			r.world.Faults.Arm(wire.Fault{Upstream: "esign", Operation: "files.upload_url", Kind: wire.Error, Status: 403, Body: `{"code":403,"message":"forbidden"}`})
		}, func(r *rig) { r.world.Faults.Clear() }, "出口 IP"},
		"tencent": {"check", func(r *rig) {
			r.world.Faults.Arm(wire.Fault{Upstream: "tencent", Operation: "PhoneVerification", Kind: wire.Error, Status: 200,
				Body: `{"Response":{"Error":{"Code":"UnauthorizedOperation.NonAuthorize","Message":"x"},"RequestId":"r-1"}}`})
		}, func(r *rig) { r.world.Faults.Clear() }, "核验机构那边的账号"},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, setup{})
			hr, all := r.admin(0), r.hireAll(people)
			for _, p := range all {
				p.toPhotos()
			}
			if c.step == "photos" {
				c.trouble(r)
			}
			for _, p := range all {
				p.sendBoth()
			}
			if c.step == "check" {
				c.trouble(r)
			}
			if c.step != "photos" {
				for _, p := range all {
					p.confirms()
				}
			}
			if c.step == "identity" || c.step == "upload" {
				c.trouble(r)
				for _, p := range all {
					hr.decides(p, "approve", nil)
				}
			}
			for _, p := range all {
				p.see(sim.StageAttention)
				if a := r.in(p.OpenID, flows.NeedsAttention).Attention; a.Step != c.step || a.Incident == "" {
					t.Errorf("%+v", a)
				}
			}
			told := func() (found []screen) {
				for _, m := range r.world.Feishu.Messages(r.world.ReviewChat()) {
					if s := readScreen(m); s.has("retry") && len(m.History) > 0 {
						found = append(found, s)
					}
				}
				return found
			}
			r.until("HR is told", func() bool { return len(told()) > 0 })
			// Cards on which HR has decided turn where they are; news is one message, whatever the number of cases.
			messages := func() int { return r.cardsIn(r.world.ReviewChat(), "") }
			want := 1
			if c.step == "identity" || c.step == "upload" {
				want += people
			}
			r.until("the news", func() bool { return messages() >= want })
			r.idle()
			if n := messages(); n != want {
				t.Errorf("%d messages to HR, want %d", n, want)
			}
			if cards := told(); !cards[len(cards)-1].says(c.words) {
				t.Errorf("HR is told: %q", cards[len(cards)-1].text)
			}
			c.fixed(r)
			r.clickOn(hr.openID, told()[0], "retry", nil)
			for _, p := range all {
				switch c.step {
				case "photos":
					p.see(sim.StageConfirmation)
				case "check":
					p.see(sim.StageReview)
				default:
					p.filed()
				}
			}
			r.until("nothing is left for HR", func() bool { return len(told()) == 0 })
		})
	}
}

// TestTokenDies heals by itself, wherever it happens.
func TestTokenDies(t *testing.T) {
	r := start(t, setup{hr: diligent})
	p := r.hire()
	kill := r.world.Feishu.KillTokens
	p.say("实名")
	kill()
	p.see(sim.StageConsent)
	p.press("consent")
	kill()
	p.sendBoth()
	p.see(sim.StageConfirmation)
	kill()
	p.confirms()
	kill()
	p.filed()
	if n := r.world.Feishu.TokensIssued(); n < 3 {
		t.Errorf("%d tokens", n)
	}
}

// TestManyAtOnce: at the tenant's limit photos wait for their turn, and nobody is told of any trouble.
func TestManyAtOnce(t *testing.T) {
	r := start(t, setup{world: sim.Config{OCRPerSecond: 10}})
	all := r.hireAll(12)
	for _, p := range all {
		p.toPhotos()
	}
	for _, p := range all {
		p.sendBoth()
	}
	for _, p := range all {
		p.see(sim.StageConfirmation)
		if r.cardsIn(p.ChatID, "关于你刚发的照片") > 0 {
			t.Error("somebody was told of a problem")
		}
	}
	read := 0
	for _, c := range r.world.Feishu.OCRCalls() {
		if !c.Refused {
			read++
		}
	}
	if read != 24 {
		t.Errorf("%d readings", read)
	}
}

// TestDataLossPrevention: a tenant that lets no number through gets a form without any, on which empty means "as read".
func TestDataLossPrevention(t *testing.T) {
	r := start(t, setup{hr: diligent, noisy: true})
	r.world.Feishu.Set(func(k *feishu.Knobs) { k.DLP = true })
	p := r.hire()
	p.toPhotos()
	p.sendBoth()
	s := p.see(sim.StageConfirmation, "这里打了码")
	if s.field("identity_code") != "" || s.field("mobile") != "" || r.secretIn(string(s.msg.Card), true) != "" {
		t.Error("something clear is on the form")
	}
	p.press("confirm", map[string]any{"identity_name": "", "identity_code": "", "mobile": ""})
	p.code(0)
	p.see(sim.StageCode, "验证码已在")
	p.typeCode()
	p.filed()
	if c := r.caseOf(p.OpenID); len(c.Changed) > 0 {
		t.Errorf("changed %v", c.Changed)
	}
}

// TestPersonOutOfReach: somebody who has stopped the bot's messages holds nothing up, and finds the end when asking again.
func TestPersonOutOfReach(t *testing.T) {
	r := start(t, setup{})
	p := r.hire()
	p.toReview()
	r.world.Feishu.ChangeUser(p.OpenID, func(u *feishu.User) { u.Stopped = true })
	r.admin(0).decides(p, "approve", nil)
	r.in(p.OpenID, flows.Done)
	r.idle()
	r.world.Feishu.ChangeUser(p.OpenID, func(u *feishu.User) { u.Stopped = false })
	p.say("进度")
	p.filed()
}

// TestReviewGroupGone: when the group of the reviews cannot be written to, the card goes to each admin.
func TestReviewGroupGone(t *testing.T) {
	r := start(t, setup{noisy: true})
	r.world.Feishu.Dissolve(r.world.ReviewChat())
	p, hr := r.hire(), r.admin(0)
	p.toReview()
	s := hr.sees(hr.chat(), p, "approve")
	r.admin(1).sees(r.admin(1).chat(), p, "approve")
	r.clickOn(hr.openID, s, "approve", nil)
	p.filed()
}
