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

// TestAgreementRefusesOthers checks that nobody but the applicant sees or accepts the agreement of a link.
func TestAgreementRefusesOthers(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p, other := atConsent(h), h.Hire()
	link := p.AgreementURL()
	refuses := p.Browser()
	refuses.RefusesLogin = true
	for _, tt := range []struct {
		name    string
		browser *sim.Browser
		status  int
		says    string
	}{
		{"another person", other.Browser(), http.StatusForbidden, ""},
		{"who refuses the login", refuses, http.StatusForbidden, ""},
		{"outside Feishu", h.World.Browser(""), http.StatusOK, "你是哪一位"}, // Feishu's own page
	} {
		t.Run(tt.name, func(t *testing.T) {
			page := h.OpenPage(tt.browser, link)
			if page.Status != tt.status || page.Form != nil || !page.Says(tt.says) || page.Says("数字证书服务协议") {
				t.Errorf("got %d with a form %t: %s, want %d and nothing to accept", page.Status, page.Form != nil, page.Text,
					tt.status)
			}
		})
	}
	if c := h.CaseOf(p.OpenID); c.State != flows.AwaitingConsent || c.Reading != nil {
		t.Errorf("got %s with the reading %+v, want nothing recorded", c.State, c.Reading)
	}
	p.Consent()
	p.See(sim.StagePhotos)
}

// TestAgreementOnce checks that two tabs and a form that is sent twice record one reading, and that the page outlives a
// restart of the bot.
func TestAgreementOnce(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := atConsent(h)
	phone := p.Browser()
	first, second := h.OpenPage(phone, p.AgreementURL()), h.OpenPage(phone, p.AgreementURL())
	if first.Form == nil || len(first.Form.Ticks()) != 2 {
		t.Fatalf("got %d: %s, want a form with two boxes", first.Status, first.Text)
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

// TestAgreementSettings checks that people come through with each read type and login.
func TestAgreementSettings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		key   string
		value string
		want  flows.Reading
	}{
		{"click", "agreement.read_type", "CLICK", flows.Reading{Type: flows.ReadClick, Login: flows.LoginFeishu}},
		{"no login", "agreement.login", "none", flows.Reading{Type: flows.ReadCheck, Login: flows.LoginNone}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{HR: harness.Diligent, Settings: map[string]string{tt.key: tt.value}})
			p := h.Hire()
			if _, err := p.Register(h.Ctx, sim.Script{}, nil); err != nil {
				t.Fatal(err)
			}
			p.CheckFiled()
			point := h.World.ESign.PointsFor(h.CaseOf(p.OpenID).ID)[0].Agreement
			if point.Type != string(tt.want.Type) || point.IP != sim.ReaderIP || point.Title != "数字证书服务协议" {
				t.Errorf("got the evidence %+v, want %s from %s", point, tt.want.Type, sim.ReaderIP)
			}
			logins := h.CountCalls("feishu", "authen.user_info")
			if asked := logins > 0; asked != (tt.want.Login == flows.LoginFeishu) {
				t.Errorf("got %d logins, want some only with %s", logins, flows.LoginFeishu)
			}
		})
	}
}
