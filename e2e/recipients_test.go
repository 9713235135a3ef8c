package e2e

import (
	"slices"
	"strings"
	"testing"

	"shiming/e2e/harness"
	"shiming/privacy"
	"shiming/sim"
	"shiming/sim/tencent"
)

// TestRecipientsOfEachMethod: whoever receives data of a person by any method is named by the consent that the person
// has given, and by the table of facts; and of whom the consent names, each has received something.
func TestRecipientsOfEachMethod(t *testing.T) {
	for _, tt := range []struct {
		name   string
		setup  harness.Setup
		method string // the recipients that the consent names because of the method
		verify func(harness.Person)
	}{
		{"by mobile", harness.Setup{Settings: noResendPause()}, "tencent_sms tencent_faceid esign esign_code esign_page esign_sdk",
			func(p harness.Person) { p.ToReview() }},
		{"by bank card", withLadder("verification.method", "bank_card_four", "verification.ladder", ""),
			"tencent_sms tencent_bankcard esign esign_code esign_page esign_bankcard esign_sdk",
			func(p harness.Person) {
				p.ToForm()
				p.Press("confirm")
				p.See(sim.StageBankCard)
				typeCard(p, p.Person.BankCard)
				p.See(sim.StageReview)
			}},
		{"by face", onlyFace(), "tencent_face esign esign_page esign_face esign_sdk", func(p harness.Person) {
			toFace(p)
			showFace(p, faceLink(p), tencent.FaceOwn)
			p.See(sim.StageReview)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := harness.Start(t, tt.setup)
			p := h.Hire()
			tt.verify(p)
			h.Admin(0).Decides(p, "approve", nil)
			p.CheckFiled()
			c := h.CaseOf(p.OpenID)
			var method []string
			for _, code := range c.Consent.Recipients {
				if strings.HasPrefix(code, "esign") || strings.HasPrefix(code, "tencent") {
					method = append(method, code)
				}
			}
			if got := strings.Join(method, " "); got != tt.method {
				t.Errorf("got the recipients %q in the consent, want %q", got, tt.method)
			}
			received := map[string]bool{}
			for _, sent := range c.Sent {
				i := slices.IndexFunc(privacy.Recipients(), func(r privacy.Recipient) bool {
					return slices.Contains(r.Disclosed, sent.To)
				})
				if i < 0 {
					t.Errorf("%s received data and is in no row of the facts", sent.To)
					continue
				}
				named := false
				for _, s := range privacy.Recipients()[i].Consent {
					received[s.Code] = true
					named = named || slices.Contains(c.Consent.Recipients, s.Code)
				}
				if !named {
					t.Errorf("%s received data and the consent names %v", sent.To, c.Consent.Recipients)
				}
			}
			for _, code := range c.Consent.Recipients {
				if code != "feishu_login" && !received[code] {
					t.Errorf("the consent names %s, which received nothing of %v", code, c.Sent)
				}
			}
		})
	}
}
