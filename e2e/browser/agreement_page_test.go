package browser

import (
	"testing"
	"time"

	"shiming/e2e/harness"
)

// TestAgreementPage opens the agreement page in Chromium in every state. The cases share one world, whose agreement has
// 60 pages. Those that move the clock or change the agreement come last.
func TestAgreementPage(t *testing.T) {
	h := harness.Start(t, harness.Setup{Browser: true, Settings: map[string]string{
		"agreement.files": agreementSetting(t, "2026-01", longAgreement("2026-01")),
	}})
	for _, tt := range []struct {
		name string
		run  func(*testing.T, reader)
	}{
		{"the whole way", wholeWay},
		{"expired", expired},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, hire(t, h)) })
	}
}

// wholeWay forgets a tick, then accepts.
func wholeWay(t *testing.T, r reader) {
	r = r.own(t)
	r.visit(r.link, titleRead)
	r.sound("read")
	r.click(`a[href="#end-1"]`, 1)
	r.settle()
	r.shot("end-1")
	r.eval(`document.querySelector('#consent-title').scrollIntoView()`, nil)
	r.shot("consent")
	r.eval(`scrollTo(0, 1e6)`, nil)
	r.shot("bottom")
	r.clean()

	r.eval(`document.forms[0].noValidate = true`, nil) // as a browser that does not check boxes
	r.click(submitButton, 1)
	r.arrive(`document.querySelector('[role="alert"]')`)
	r.sound("missing")
	r.refused(422)
	r.wantConsents(0)

	r.submit()
	r.sound("accepted")
	r.clean()
}

// expired asks for a new card.
func expired(t *testing.T, r reader) {
	r = r.own(t)
	r.H.Advance(3 * time.Hour)
	r.visit(r.link, "链接过期了")
	r.sound("expired")
	r.click(submitButton, 1)
	r.titled("新的卡片已发出")
	r.sound("renewed")
	r.refused(410)
	r.H.Until("a card with a new link", func() bool { return r.AgreementURL() != r.link })
	r.link = r.AgreementURL()
	r.visit(r.link, titleRead)
	r.submit()
}
