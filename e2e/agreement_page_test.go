package e2e

import (
	"net/http"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/wire"
)

// atConsent returns a person whose card links to the agreement page.
func atConsent(h *harness.Harness) harness.Person {
	p := h.Hire()
	p.Say("实名")
	p.See(sim.StageConsent)
	return p
}

// TestAgreementInTwoTabs checks that two tabs and a form that is sent twice record one reading, and that the page
// outlives a restart of the bot.
func TestAgreementInTwoTabs(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := atConsent(h)
	phone := p.Browser()
	first, second := h.OpenPage(phone, p.AgreementURL()), h.OpenPage(phone, p.AgreementURL())
	if first.Form == nil || len(first.Form.Ticks()) != 1 {
		t.Fatalf("got %d: %s, want a form with the agreement's box", first.Status, first.Text)
	}
	restartBot(h)
	for _, tt := range []struct {
		name string
		tab  *sim.Page
	}{{"first tab", first}, {"first tab again", first}, {"second tab", second}} {
		t.Run(tt.name, func(t *testing.T) {
			done, err := tt.tab.Form.Accept(h.Ctx)
			if err != nil || done.Status != http.StatusOK || done.Form != nil || !done.Says("已经记录好了") {
				t.Errorf("got %+v, %v, want what was recorded", done, err)
			}
		})
	}
	p.See(sim.StagePhotos)
	c := h.CaseOf(p.OpenID)
	if c.Reading == nil || c.Reading.Login != flows.LoginFeishu || c.Reading.Type != flows.ReadCheck ||
		c.Personal.ReadIP != sim.ReaderIP {
		t.Errorf("got the reading %+v, want one", c.Reading)
	}
	p.SendBoth()
	p.See(sim.StageConfirmation)
}

// TestAgreementLoginFails checks that a person who opens the link again comes through after each call of the login has
// failed once, and that nothing is recorded before.
func TestAgreementLoginFails(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"authen.authorize", "authen.token", "authen.user_info"} {
		t.Run(operation, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{CallTimeout: time.Second})
			for _, kind := range []string{wire.Error, wire.DropAfter, wire.Hang, wire.NotJSON, wire.Truncate} {
				if operation == "authen.authorize" && kind != wire.Error {
					continue // the rest happens between the browser and Feishu
				}
				t.Run(kind, func(t *testing.T) {
					p := atConsent(h)
					link := p.AgreementURL()
					h.World.Faults.Arm(wire.Fault{Upstream: "feishu", Operation: operation, Kind: kind, Times: 1})
					page := h.OpenPage(p.Browser(), link)
					if r := h.CaseOf(p.OpenID).Reading; r != nil {
						t.Errorf("got %d and the reading %+v, want none before the form", page.Status, r)
					}
					p.Consent()
					p.See(sim.StagePhotos)
					if left := h.World.Faults.List(); len(left) > 0 {
						t.Errorf("got the faults %v left, want the login to meet them", left)
					}
				})
			}
		})
	}
}
