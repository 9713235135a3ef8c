package e2e

import (
	"slices"
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/specimen"
	"shiming/sim/tencent"
	"shiming/sim/wire"
)

// withLadder is a setup whose people may verify by mobile and then by bank card.
func withLadder(settings ...string) harness.Setup {
	s := harness.Setup{Settings: map[string]string{
		"verification.ladder": "three_elements,bank_card_four",
		"timing.code_resend":  "1ms",
	}}
	for i := 0; i+1 < len(settings); i += 2 {
		s.Settings[settings[i]] = settings[i+1]
	}
	return s
}

// typeCard types a bank card, confirms its bank and enters the code.
func typeCard(p harness.Person, card string) {
	p.H.Helper()
	n := p.SMSCount()
	p.Press("submit_card", map[string]any{"bank_card": card})
	p.See(sim.StageBankCard, "按卡号查到了开户银行")
	p.Press("submit_card")
	p.SentCode(n)
	p.See(sim.StageCode, "验证码已在")
	p.TypeCode()
}

// audit returns the audit trail of a case.
func audit(h *harness.Harness, caseID string) (trail []flows.AuditRow) {
	h.ReadStore(func(v flows.View) (err error) {
		trail, err = v.AuditOf(h.Ctx, caseID)
		return err
	})
	return trail
}

// TestBankCardAfterAMismatch: somebody whose mobile is registered to another person, but whose bank knows it, goes on
// to the bank card, and the evidence states that method and no other. Number, bank and code are deleted with the
// filing.
func TestBankCardAfterAMismatch(t *testing.T) {
	h := harness.Start(t, withLadder("evidence.mark", "{company} {date} {case}"))
	p := h.Hire()
	h.World.Tencent.Register("样例他人", specimen.NewPerson(9).Code, p.Person.Mobile)
	p.ToPhotos()
	p.SendBoth()
	submitForm(p)
	p.See(sim.StageConfirmation, "没有对上", "这次用银行卡核验")
	p.Press("confirm")
	p.See(sim.StageBankCard, "不会扣款", p.Person.Mobile[:3]+"****"+p.Person.Mobile[7:])
	typeCard(p, p.Person.BankCard)
	p.See(sim.StageReview)

	last4 := p.Person.BankCard[15:]
	before := h.CaseOf(p.OpenID)
	hr := h.Admin(0)
	hr.Sees(h.World.ReviewChat(), p, "approve", "银行卡四要素", "**** **** "+last4, sim.Bank, "四要素一致")
	p.Say("我的资料")
	p.WaitForCard("银行卡号", "**** **** "+last4, "腾讯云银行卡核验")
	hr.Decides(p, "approve", nil)
	p.CheckFiled()

	c := h.CaseOf(p.OpenID)
	if c.Personal.BankCard != "" || c.Personal.OpeningBank != "" || c.Personal.SMSCode != "" {
		t.Error("bank card, bank or code are kept after the filing")
	}
	points := h.World.ESign.PointsFor(c.ID)
	if len(points) != 1 {
		t.Fatalf("got %d points, want 1", len(points))
	}
	checkEvidence(t, rowsOf(c, evidenceRows(t, "docs/evidence.md")), evidenceFields(points[0], c, before.Personal),
		audit(h, c.ID))
	if got := points[0].Detail; got["bankCard"] != p.Person.BankCard || got["openingBank"] != sim.Bank || len(got) != 8 {
		t.Errorf("got the fields %d of bankCardFour, want number, bank and six more", len(got))
	}
	checks := slices.DeleteFunc(h.World.Tencent.Calls(), func(c tencent.Call) bool {
		return c.Action != "BankCard4EVerification"
	})
	if len(checks) != 1 || checks[0].RequestID != points[0].Detail["verifySerialNumber"] {
		t.Errorf("got %d checks, want the one of the evidence", len(checks))
	}
}

// TestBankCardByChoice: whoever wants may take the bank card before any check, and go back again. What was typed for it
// is deleted then.
func TestBankCardByChoice(t *testing.T) {
	h := harness.Start(t, withLadder())
	p := h.Hire()
	p.ToForm()
	if got := p.Press("method"); got != "换好了，请核对信息" {
		t.Errorf("got the toast %q", got)
	}
	p.See(sim.StageConfirmation, "这次用银行卡核验", "改用手机号核验")
	p.Press("confirm")
	p.See(sim.StageBankCard)
	p.Press("submit_card", map[string]any{"bank_card": p.Person.BankCard})
	p.See(sim.StageBankCard, "按卡号查到了开户银行")
	p.Press("method")
	p.See(sim.StageConfirmation, "改用银行卡核验")
	c := h.CaseOf(p.OpenID)
	if c.Method != flows.ThreeElements || c.Personal.BankCard != "" || c.Personal.OpeningBank != "" {
		t.Errorf("got the method %s, bank card kept: %t", c.Method, c.Personal.BankCard != "")
	}
	submitForm(p)
	p.See(sim.StageReview)
	h.Admin(0).Decides(p, "approve", nil)
	p.CheckFiled()
	if points := h.World.ESign.Points(); points[0].Method != "THREEELEMENTS" {
		t.Errorf("got the method %s, want that of the check", points[0].Method)
	}
}

// TestBankCardsThatDoNotPass: each comes back to the form of the card with what is wrong, and another card passes.
func TestBankCardsThatDoNotPass(t *testing.T) {
	h := harness.Start(t, withLadder("verification.method", "bank_card_four", "verification.ladder", ""))
	p := h.Hire()
	own := p.Person.BankCard
	credit := specimen.WithLuhn("899700000000000001")
	h.World.Tencent.OpenAccount(tencent.Account{
		Name:   p.Person.Name,
		Number: p.Person.Code,
		Mobile: p.Person.Mobile,
		Card:   credit,
		Bank:   sim.Bank,
		Kind:   tencent.AccountCredit,
	})
	p.ToForm()
	p.Press("confirm")
	p.See(sim.StageBankCard)
	for _, tt := range []struct{ name, typed, says string }{
		{"letters", "样例银行", "银行卡号只有数字"},
		{"too short", own[:12], "应该是 13 到 19 位"},
		{"a slip", own[:18] + string('0'+(own[18]-'0'+1)%10), "像是有一位不对"},
		{"a credit card", credit, "这是信用卡"},
	} {
		p.Press("submit_card", map[string]any{"bank_card": tt.typed})
		p.See(sim.StageBankCard, tt.says)
	}
	if n := p.SMSCount(); n != 0 {
		t.Errorf("got %d text messages before a card was taken, want 0", n)
	}
	if err := h.World.Tencent.ReturnNextCard(own, "-13"); err != nil {
		t.Fatal(err)
	}
	typeCard(p, own)
	p.See(sim.StageBankCard, "挂失")
	n := p.SMSCount()
	p.Press("submit_card") // the bank has it again
	p.SentCode(n)
	p.See(sim.StageCode, "验证码已在")
	p.TypeCode()
	p.See(sim.StageReview)
	h.Admin(0).Decides(p, "approve", nil)
	p.CheckFiled()
}

// TestBankIsNamedByThePerson: where the look-up is not in the contract, the person names the bank.
func TestBankIsNamedByThePerson(t *testing.T) {
	h := harness.Start(t, withLadder("verification.method", "bank_card_four", "verification.ladder", ""))
	h.World.Faults.Arm(wire.Fault{
		Upstream:  "tencent",
		Operation: "CheckBankCardInformation",
		Kind:      wire.Error,
		Status:    200,
		Body:      `{"Response":{"Error":{"Code":"UnauthorizedOperation.Nonactivated","Message":"x"},"RequestId":"r"}}`,
	})
	p := h.Hire()
	p.ToForm()
	p.Press("confirm")
	p.See(sim.StageBankCard)
	p.Press("submit_card", map[string]any{"bank_card": p.Person.BankCard})
	p.See(sim.StageBankCard, "没有查到开户银行")
	p.Press("submit_card", map[string]any{"opening_bank": "622200"})
	p.See(sim.StageBankCard, "不像银行的名字")
	n := p.SMSCount()
	p.Press("submit_card", map[string]any{"opening_bank": "样例银行城东支行"})
	p.SentCode(n)
	p.See(sim.StageCode, "验证码已在")
	p.TypeCode()
	p.See(sim.StageReview)
	h.Admin(0).Decides(p, "approve", nil)
	p.CheckFiled()
	if got := h.World.ESign.Points()[0].Detail["openingBank"]; got != "样例银行城东支行" {
		t.Errorf("got the bank %q, want what the person has typed", got)
	}
}

// TestRobotsVerifyByBankCard: robots read the cards as people do, and come to the end by themselves.
func TestRobotsVerifyByBankCard(t *testing.T) {
	s := withLadder("verification.method", "bank_card_four", "verification.ladder", "bank_card_four,three_elements")
	s.HR = harness.Diligent
	h := harness.Start(t, s)
	p := h.Hire()
	j, err := p.Register(h.Ctx, sim.Script{WrongCodeFirst: true}, nil)
	if err != nil || !j.Filed() {
		t.Fatalf("got %+v, %v", j, err)
	}
}

// TestBankCardInTheChat: whoever writes the number of the card into the chat is told where it belongs, and gets the
// form again. The harness finds the number in no log.
func TestBankCardInTheChat(t *testing.T) {
	h := harness.Start(t, withLadder("verification.method", "bank_card_four", "verification.ladder", ""))
	p := h.Hire()
	p.ToForm()
	p.Say("卡号 " + p.Person.BankCard)
	p.WaitForCard("请不要在聊天里发银行卡号", "撤回")
	p.Press("confirm")
	before := p.See(sim.StageBankCard).Msg.ID
	p.Say(p.Person.BankCard)
	p.WaitForCard("请填在卡片的表单里", "撤回")
	h.Until("the form at the bottom", func() bool {
		s, ok := p.CaseCard()
		return ok && s.Stage == sim.StageBankCard && s.Msg.ID != before
	})
	if c := h.CaseOf(p.OpenID); c.Personal.BankCard != "" || c.BankCard != nil {
		t.Error("the number of a message is kept")
	}
	typeCard(p, p.Person.BankCard)
	p.See(sim.StageReview)
}
