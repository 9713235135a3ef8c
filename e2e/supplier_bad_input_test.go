package e2e

import (
	"slices"
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/scenario"
	"shiming/sim/specimen"
	"shiming/sim/tencent"
	"shiming/sim/wire"
)

// TestBankCardsOfOthers: a bank card of somebody else does not match, an expired one is asked to be changed, and one
// of 15 digits is as good as any. The evidence names the last one only.
func TestBankCardsOfOthers(t *testing.T) {
	h := harness.Start(t, withLadder("verification.method", "bank_card_four", "verification.ladder", "",
		"timing.code_resend", "1ms"))
	p := h.Hire()
	open := func(who specimen.Person, card string) string {
		h.World.Tencent.OpenAccount(tencent.Account{
			Name: who.Name, Number: who.Code, Mobile: who.Mobile, Card: card, Bank: sim.Bank, Kind: tencent.AccountDebit,
		})
		return card
	}
	others := open(specimen.NewPerson(77), specimen.WithLuhn("899600000000000077"))
	short := open(p.Person, specimen.WithLuhn("89960000000015"))
	if len(short) != 15 {
		t.Fatalf("got a card of %d digits, want 15", len(short))
	}
	p.ToForm()
	p.Press("confirm")
	p.See(sim.StageBankCard)
	typeCard(p, others)
	p.See(sim.StageConfirmation, "银行卡没有对上", "卡要是你本人开的")
	p.Press("confirm")
	p.See(sim.StageBankCard)
	if err := h.World.Tencent.ReturnNextCard(p.Person.BankCard, "-14"); err != nil {
		t.Fatal(err)
	}
	typeCard(p, p.Person.BankCard)
	p.See(sim.StageBankCard, "过期", "请换一张卡")
	typeCard(p, short)
	p.See(sim.StageReview)
	h.Admin(0).Decides(p, "approve", nil)
	p.CheckFiled()
	if got := h.World.ESign.Points()[0].Detail["bankCard"]; got != short {
		t.Error("the evidence names another card than the one that matched")
	}
}

// checksOf returns the answered calls of the check by mobile.
func checksOf(h *harness.Harness) []tencent.Call {
	return slices.DeleteFunc(h.World.Tencent.Calls(), func(c tencent.Call) bool { return c.Action != "PhoneVerification" })
}

// TestSupplierAnswersTwiceDifferently: an answer that was lost does not count, whatever it was. What arrived counts,
// and the evidence names the serial number of that call.
func TestSupplierAnswersTwiceDifferently(t *testing.T) {
	mismatch, _ := scenario.RefusalNamed("tencent.check/result_-4")
	lost := wire.Fault{Upstream: "tencent", Operation: "PhoneVerification", Kind: wire.DropAfter, Times: 1}
	t.Run("a lost match, then no match", func(t *testing.T) {
		h := harness.Start(t, harness.Setup{Settings: noResendPause()})
		p := h.Hire()
		p.ToCode()
		h.World.Faults.Arm(lost)
		armRefusal(p, mismatch)
		p.TypeCode()
		p.See(sim.StageConfirmation, "没有对上")
		if c := h.CaseOf(p.OpenID); c.Verified() || len(h.World.ESign.Points()) != 0 {
			t.Error("a match that never arrived counts")
		}
		submitForm(p)
		approve(p)
		p.CheckFiled()
		calls := checksOf(h)
		if got := h.World.ESign.Points()[0].Detail["verifySerialNumber"]; got != calls[len(calls)-1].RequestID {
			t.Error("the evidence names another call than the one whose answer arrived")
		}
	})
	t.Run("a lost mismatch, then a match", func(t *testing.T) {
		h := harness.Start(t, harness.Setup{})
		p := h.Hire()
		p.ToCode()
		h.World.Faults.Arm(wire.Fault{
			Upstream: "tencent", Operation: "PhoneVerification", Kind: wire.Truncate, Times: 1,
		})
		if err := h.World.Tencent.ReturnNext(p.Person.Code, "-4"); err != nil {
			t.Fatal(err)
		}
		p.TypeCode()
		approve(p)
		p.CheckFiled()
		calls := checksOf(h)
		if got := h.World.ESign.Points()[0].Detail["verifySerialNumber"]; len(calls) != 2 || got != calls[1].RequestID {
			t.Errorf("got %d calls, or the evidence names the lost one", len(calls))
		}
	})
}

// TestSupplierUnknownResult: a result that no page lists decides nothing. HR looks, and the check is made again.
func TestSupplierUnknownResult(t *testing.T) {
	for name, setup := range map[string]harness.Setup{
		"PhoneVerification": withLadder("review.style", "cards"),
		"BankCard4EVerification": withLadder("review.style", "cards", "verification.method", "bank_card_four",
			"verification.ladder", ""),
	} {
		t.Run(name, func(t *testing.T) {
			h := harness.Start(t, setup)
			p := h.Hire()
			p.ToForm()
			h.World.Faults.Arm(wire.Fault{
				Upstream: "tencent", Operation: name, Kind: wire.Error, Status: 200, Times: 1,
				Body: `{"Response":{"Result":"-77","Description":"x","RequestId":"00000000-0000-4000-8000-000000000000"}}`,
			})
			if name == "PhoneVerification" {
				submitForm(p)
			} else {
				rungs["bank_card_four"].submit(p, true)
			}
			if c := h.InState(p.OpenID, flows.NeedsAttention); c.Verified() {
				t.Error("a result that nobody understands counts as a match")
			}
			hr := h.Admin(0)
			hr.Sees(h.World.ReviewChat(), p, "retry", "对方错误码：-77")
			hr.Decides(p, "retry", nil)
			p.See(sim.StageReview)
			hr.Decides(p, "approve", nil)
			p.CheckFiled()
		})
	}
}
