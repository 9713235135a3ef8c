package browser

import (
	"strings"
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
)

// TestAgreementPageByClick opens each of two texts with a click.
func TestAgreementPageByClick(t *testing.T) {
	first := agreementSetting(t, "1", "第一份协议的正文。\n")
	second := agreementSetting(t, "2", strings.Repeat("第二份协议的正文。\n", 100))
	h := harness.Start(t, harness.Setup{Browser: true, Settings: map[string]string{
		"agreement.files": strings.TrimSuffix(first, "]") + ", " +
			strings.Replace(strings.TrimPrefix(second, "["), "数字证书服务协议", "隐私政策", 1),
		"agreement.read_type": string(flows.ReadClick),
	}})
	r := hire(t, h).own(t)
	r.visit(r.link, titleRead)
	r.sound("list")
	r.click(`#text-1`, 1)
	r.arrive(`document.querySelector('.text')?.textContent.includes('第一份') && !document.querySelector('form button')`)
	r.sound("first")
	r.click(`form .button`, 1)
	r.arrive(`document.querySelector('.text')?.textContent.includes('第二份') && document.querySelector('form button')`)
	r.until(`Math.abs(document.querySelector('#file-2').getBoundingClientRect().top) < innerHeight / 2`)
	r.shot("second-at")
	r.sound("second")
	r.submit()
	r.sound("accepted")
	if c := h.CaseOf(r.OpenID); c.Reading == nil || c.Reading.Type != flows.ReadClick || len(c.Reading.Files) != 2 {
		t.Errorf("got the reading %+v, want CLICK and both texts", c.Reading)
	}
	r.clean()
}
