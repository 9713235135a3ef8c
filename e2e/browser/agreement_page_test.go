package browser

import (
	"testing"

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
		{"English", english},
		{"keyboard", keyboard},
		{"without JavaScript", withoutScript},
		{"two quick clicks", twoClicks},
		{"back button", backButton},
		{"slow line", slowLine},
		{"no cookies", noCookies},
		{"wrong person", wrongPerson},
		{"login refused", loginRefused},
		{"link preview", linkPreview},
		{"used link", usedLink},
		{"expired link", expiredLink},
		{"changed text", changedText},
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
	r.until(`(() => {
		const end = document.querySelector('#read-1').getBoundingClientRect();
		const text = document.querySelector('.text').getBoundingClientRect();
		return end.bottom < innerHeight && text.bottom > 0 && document.activeElement.id === 'end-1';
	})()`) // the box can be seen, and the end of the text too
	r.shot("end")
	r.click(`a[href="#file-1"]`, 1)
	r.until(`document.querySelector('#file-1').getBoundingClientRect().top >= 0`)
	r.eval(`document.querySelector('#consent-title').scrollIntoView()`, nil)
	r.shot("consent")
	r.eval(`scrollTo(0, 1e6)`, nil)
	r.shot("bottom")

	// Chromium checks the boxes itself, and shows the first one that is missing.
	r.click(submitButton, 1)
	r.until(`document.activeElement.id === 'read-1'`)
	r.clean()
	r.wantMissing("还差一点")
	r.click(`[role="alert"] a`, 1)
	r.until(`document.activeElement.id === 'read-1' &&
		document.querySelector('#error-1').getBoundingClientRect().top >= 0`) // with the reason above it
	r.shot("to-the-box")
	r.submit()
	r.sound("accepted")
	r.clean()
}

// wantMissing submits no tick, as by a browser that does not check boxes, and checks how the page says so.
func (r reader) wantMissing(says string) {
	r.b.t.Helper()
	r.eval(`document.forms[0].noValidate = true`, nil)
	r.click(submitButton, 1)
	r.arrive(`document.title.startsWith(` + quoted(says) + `) && document.activeElement.role === 'alert'`)
	alerts, invalid := 0, 0
	for _, n := range r.tree() {
		if n.role == "alert" {
			alerts++
		}
		if n.invalid {
			invalid++
		}
	}
	if alerts != 1 || invalid != 1 {
		r.b.t.Errorf("got %d alerts and %d invalid boxes, want 1 and 1", alerts, invalid)
	}
	r.sound("missing")
	r.refused(422)
	r.wantConsents(0)
}

// english changes the language on the page, which stays to the end.
func english(t *testing.T, r reader) {
	r = r.own(t)
	r.visit(r.link, titleRead)
	r.click(`header a[hreflang="en"]`, 1)
	r.titled("Read and accept")
	r.sound("read")
	r.wantMissing("Not submitted yet")
	var chinese []string
	r.eval(`(() => {
		const own = [...document.querySelectorAll('h1, .alert h2, p, button, summary, .tick span, header a')];
		return own.map((n) => n.textContent).filter((s) => /[\u4e00-\u9fff]/.test(s.replace(/".*?"/g, '')) &&
			s !== '中文' && !s.includes('样本科技') && !s.includes('e签宝'));
	})()`, &chinese)
	for _, s := range chinese {
		t.Errorf("got %q on the English page, want English", s)
	}
	r.fillBoxes()
	r.click(submitButton, 1)
	r.titled("It is recorded")
	r.sound("accepted")
	r.wantConsents(1)
	r.clean()
}
