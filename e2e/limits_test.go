package e2e

import (
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

// TestCodesByStartingAgain: cancelling and starting again does not send a stranger more codes than MaxCodesPerDay.
func TestCodesByStartingAgain(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: noResendPause()})
	p, colleague := h.Hire(), h.Hire()
	wrong := map[string]any{"mobile": colleague.Person.Mobile}
	for n := range flows.MaxCodesPerDay {
		p.ToForm()
		p.Press("confirm", wrong)
		colleague.SentCode(n)
		p.See(sim.StageCode, "验证码已在")
		p.Press("cancel")
		p.See(sim.StageWithdrawn)
	}
	p.ToForm()
	const want = "今天发的验证码太多了，请明天再来，或者找 HR 帮忙"
	if got := p.Press("confirm", wrong); got != want {
		t.Errorf("the eleventh code: toast %q, want %q", got, want)
	}
	// Nor does a case of somebody else.
	colleague.ToForm()
	if got := colleague.Press("confirm"); got != want {
		t.Errorf("the eleventh code to this phone: toast %q, want %q", got, want)
	}
	h.InState(p.OpenID, flows.AwaitingConfirmation)
	if n := colleague.SMSCount(); n != flows.MaxCodesPerDay {
		t.Errorf("%d codes on the phone, want %d", n, flows.MaxCodesPerDay)
	}
}

// TestMaskedFormAsItIs: whether untouched optional inputs arrive as "" or not at all, the form means the values that
// were read.
func TestMaskedFormAsItIs(t *testing.T) {
	h := harness.Start(t, harness.Setup{Noisy: true})
	h.World.Feishu.Set(func(k *feishu.Behaviour) { k.DLP, k.OmitEmptyFields = true, true })
	for _, tt := range []struct {
		name   string
		form   any
		mobile string // "" for that of the directory
	}{
		{"empty form", map[string]any{}, ""},
		{"no form", nil, ""},
		{"only the mobile", map[string]any{"mobile": "16000001234"}, "16000001234"},
		{"all empty", map[string]any{"identity_name": "", "identity_code": "", "mobile": ""}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := h.Hire()
			p.ToPhotos()
			p.SendBoth()
			s := p.See(sim.StageConfirmation, "这里打了码")
			h.Forge(p.OpenID, s.Msg, s.Value("confirm"), tt.form)
			p.See(sim.StageCode)
			c, want := h.CaseOf(p.OpenID).Personal, p.Person
			if tt.mobile != "" {
				want.Mobile = tt.mobile
			}
			if c.Name != want.Name || c.Number != want.Code || c.Mobile != want.Mobile {
				t.Error("got other values than the card's and the directory's, want these")
			}
		})
	}
	t.Run("client without empty fields", func(t *testing.T) {
		p := h.Hire()
		p.ToPhotos()
		p.SendBoth()
		p.See(sim.StageConfirmation, "这里打了码")
		p.Press("confirm")
		p.See(sim.StageCode)
	})
}
