package e2e

import (
	"slices"
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
)

// restart restarts the bot with other settings: keys and values in turn.
func restart(h *harness.Harness, settings ...string) {
	h.Helper()
	h.StopBot()
	for i := 0; i+1 < len(settings); i += 2 {
		h.Values[settings[i]] = settings[i+1]
	}
	h.StartBot()
}

// newCard waits until the card takes the consent on the page, or itself.
func newCard(p harness.Person, page bool) {
	p.H.Helper()
	p.H.Until("the card of the present settings", func() bool {
		s, ok := p.CaseCard()
		return ok && s.Stage == sim.StageConsent && (s.Page != "") == page
	})
}

// checkMethod checks the method of somebody's case, and whether the consent named the supplier of the check by bank
// card.
func checkMethod(h *harness.Harness, p harness.Person, want flows.Method, named bool) {
	h.Helper()
	c := h.CaseOf(p.OpenID)
	if c.Method != want || slices.Contains(c.Consent.Recipients, "tencent_bankcard") != named {
		h.Errorf("got the method %s, with a consent to %v", c.Method, c.Consent.Recipients)
	}
}

// TestMethodChangesBeforeConsent: whoever consents after the operator has changed the method consents to the new one,
// by a card or a page that names it. What was shown before does not count.
func TestMethodChangesBeforeConsent(t *testing.T) {
	t.Run("on the card", func(t *testing.T) {
		h := harness.Start(t, harness.Setup{World: sim.Config{EsignRevision: "2024"}})
		waits, agreed := h.Hire(), h.Hire()
		agreed.ToPhotos()
		waits.Say("实名")
		waits.See(sim.StageConsent)
		restart(h, "verification.method", "bank_card_four")
		if got := waits.Press("consent"); got != "同意书的内容有更新，请看过新的再同意" {
			t.Errorf("got the toast %q", got)
		}
		waits.See(sim.StageConsent, "银行卡")
		waits.Press("consent")
		waits.See(sim.StagePhotos)
		checkMethod(h, waits, flows.BankCardFour, true)
		checkMethod(h, agreed, flows.ThreeElements, false)
	})
	t.Run("on the page", func(t *testing.T) {
		h := harness.Start(t, harness.Setup{})
		p := h.Hire()
		p.Say("实名")
		p.See(sim.StageConsent)
		old := p.OpenAgreement()
		restart(h, "verification.ladder", "three_elements,bank_card_four")
		again, err := old.Form.Accept(h.Ctx)
		if err != nil || again.Form == nil || !again.Says("银行卡") {
			t.Fatalf("got HTTP %d, %v, want the page with the new text", again.Status, err)
		}
		if _, err := again.Form.Accept(h.Ctx); err != nil {
			t.Fatal(err)
		}
		p.See(sim.StagePhotos)
		checkMethod(h, p, flows.ThreeElements, true)
	})
	t.Run("to and from none", func(t *testing.T) {
		h := harness.Start(t, harness.Setup{Settings: map[string]string{"verification.method": "none"}})
		p, q := h.Hire(), h.Hire()
		p.Say("实名")
		p.See(sim.StageConsent)
		restart(h, "verification.method", "three_elements")
		p.Say("实名")
		newCard(p, true) // only the evidence needs the page
		p.Consent()
		p.See(sim.StagePhotos)
		checkMethod(h, p, flows.ThreeElements, false)
		if h.CaseOf(p.OpenID).Reading == nil {
			t.Error("no reading is on record")
		}
		q.Say("实名")
		q.See(sim.StageConsent)
		restart(h, "verification.method", "none")
		q.Say("实名")
		newCard(q, false)
		q.Consent()
		q.See(sim.StagePhotos)
		checkMethod(h, q, flows.MethodNone, false)
	})
}

// TestMethodNoneWithOlderCases: people who consented to a verification are verified although the method is none now,
// while the accounts are in the configuration. Without them the case waits for HR with the reason, nothing irrevocable
// is written, and it goes on by itself when they are back.
func TestMethodNoneWithOlderCases(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p, q := h.Hire(), h.Hire()
	p.ToCode()
	q.ToReview()
	restart(h, "verification.method", "none")
	p.TypeCode()
	p.See(sim.StageReview)
	h.Admin(0).Decides(p, "approve", nil)
	p.CheckFiled()

	secret, key := h.Values["verification.tencent.secret_id"], h.Values["esign.app_secret"]
	restart(h, "verification.tencent.secret_id", "", "esign.app_secret", "")
	h.Admin(0).Decides(q, "approve", nil)
	h.InState(q.OpenID, flows.NeedsAttention)
	h.Admin(0).Sees(h.World.ReviewChat(), q, "retry", "现在的配置里没有核验机构或 e签宝 的账号")
	if n := h.CountCalls("feishu", "identities.create"); n != 1 {
		t.Errorf("got %d identities, want that of the first only", n)
	}
	waitIdle(h)
	restart(h, "verification.tencent.secret_id", secret, "esign.app_secret", key)
	h.Advance(flows.ProbeEvery)
	q.CheckFiled()
}

// TestFaceWithoutSMS: an installation whose only method is the face needs no SMS at all, and the consent names none. A
// case that began with a code waits for HR until the SMS is in the settings again.
func TestFaceWithoutSMS(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"evidence.face_live_score": "status"}})
	older := h.Hire()
	older.ToForm()
	keys := []string{"sms_sdk_app_id", "sms_sign_name", "sms_template_id"}
	without := []string{"verification.method", "face"}
	var again []string
	for _, key := range keys {
		key = "verification.tencent." + key
		without, again = append(without, key, ""), append(again, key, h.Values[key])
	}
	restart(h, without...)

	p := h.Hire()
	page := showFace(p, func() string { toFace(p); return faceLink(p) }(), "own")
	if !page.Says("请回到飞书") {
		t.Errorf("the page says %q", page.Text)
	}
	p.See(sim.StageReview)
	if c := h.CaseOf(p.OpenID); slices.Contains(c.Consent.Recipients, "tencent_sms") {
		t.Errorf("got a consent to %v, want none to an SMS", c.Consent.Recipients)
	}
	h.Admin(0).Decides(p, "approve", nil)
	p.CheckFiled()

	older.Press("confirm")
	h.InState(older.OpenID, flows.NeedsAttention)
	h.Admin(0).Sees(h.World.ReviewChat(), older, "retry", "按之前的核验方式")
	waitIdle(h)
	restart(h, again...)
	h.Advance(flows.ProbeEvery)
	older.See(sim.StageCode, "验证码已在")
	older.TypeCode()
	older.See(sim.StageReview)
}
