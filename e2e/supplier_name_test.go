package e2e

import (
	"strings"
	"testing"

	"shiming/cards"
	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/verify"
)

// TestSupplierName: the consent, "my data", HR's card, the evidence and the bundle name the company of
// verification.supplier_name, under each method, and none of them names another one.
func TestSupplierName(t *testing.T) {
	const company = "样例核验（上海）有限公司"
	if cards.DefaultSupplier != verify.DefaultSupplier {
		t.Errorf("cards and evidence have the defaults %s and %s", cards.DefaultSupplier, verify.DefaultSupplier)
	}
	h := harness.Start(t, withFace("verification.supplier_name", company, "review.style", "cards"))
	s := newEvidenceShell(h)
	keys := s.must(0, "key")
	for method, toReview := range map[string]func(p harness.Person){
		"three_elements": func(p harness.Person) { p.ToReview() },
		"bank_card_four": func(p harness.Person) {
			p.ToForm()
			pressMethod(p, "bank_card_four")
			p.See(sim.StageConfirmation, "这次用银行卡核验")
			p.Press("confirm")
			p.See(sim.StageBankCard)
			typeCard(p, p.Person.BankCard)
			p.See(sim.StageReview)
		},
		"face": func(p harness.Person) {
			p.ToForm()
			pressMethod(p, "face")
			p.See(sim.StageConfirmation, "这次用人脸核验")
			p.Press("confirm")
			p.See(sim.StageFace)
			showFace(p, faceLink(p), "own")
			p.See(sim.StageReview)
		},
	} {
		t.Run(method, func(t *testing.T) {
			h := h.With(t)
			p := h.Hire()
			p.Say("实名")
			consent := p.OpenAgreement().Text
			toReview(p)
			p.Say("我的资料")
			p.WaitForCard("给过谁", "公司全称："+company)
			hr := h.Admin(0)
			hr.Sees(h.World.ReviewChat(), p, "approve", company)
			hr.Decides(p, "approve", nil)
			p.CheckFiled()

			c := h.CaseOf(p.OpenID)
			texts := map[string]string{
				"consent": consent,
				"bundle":  string(provenPayload(t, newEvidenceShell(h).export(c.ID, method+".json"), []byte(keys))),
			}
			for field, value := range h.World.ESign.PointsFor(c.ID)[0].Detail {
				if strings.HasSuffix(field, "Supplier") {
					texts[field] = value
					if value != company {
						t.Errorf("%s: got %q, want %q", field, value, company)
					}
				}
			}
			if want := map[bool]int{true: 3, false: 4}[method == "face"]; len(texts) != want {
				t.Errorf("got %d texts, want %d", len(texts), want)
			}
			for where, text := range texts {
				if !strings.Contains(text, company) || strings.Contains(text, verify.DefaultSupplier) {
					t.Errorf("%s: got another company than that of the setting", where)
				}
			}
		})
	}
}
