package browser

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
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
	r.until(`document.activeElement.id === 'read-1' && document.querySelector('#error-1').getBoundingClientRect().top >= 0`)
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
	if alerts != 1 || invalid != 2 {
		r.b.t.Errorf("got %d alerts and %d invalid boxes, want 1 and 2", alerts, invalid)
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

// keyboard reads, ticks and submits without a mouse. The focus is always visible.
func keyboard(t *testing.T, r reader) {
	r = r.own(t)
	r.visit(r.link, titleRead)
	var order []string
	tab := func() (at string) {
		r.key("Tab")
		var now struct {
			At      string
			Visible bool
		}
		r.eval(`(() => {
			const n = document.activeElement, s = getComputedStyle(n), r = n.getBoundingClientRect();
			return {
				at: n.id || n.getAttribute('href')?.replace(/^[^#]*[/?].*/, 'link') || n.tagName.toLowerCase(),
				visible: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 &&
					r.top >= 0 && r.bottom <= innerHeight && r.left >= 0 && r.right <= innerWidth,
			};
		})()`, &now)
		if !now.Visible {
			t.Errorf("got the focus on %q unseen, want it visible", now.At)
		}
		order = append(order, now.At)
		return now.At
	}
	until := func(want string) {
		t.Helper()
		for range 12 {
			if tab() == want {
				return
			}
		}
		t.Fatalf("got the order %q, want %s in it", order, want)
	}
	until("#main")
	r.shot("skip")
	until("#end-1")
	r.key("Enter")
	until("read-1")
	r.key("Space")
	until("consent")
	r.key("Space")
	until("button")
	r.shot("focus")
	want := []string{"#main", "link", "#end-1", "read-1", "#file-1", "summary", "consent", "button"}
	if !slices.Equal(order, want) {
		t.Errorf("got the order %q, want %q", order, want)
	}
	r.key("Enter")
	r.titled(titleAccepted)
	r.wantConsents(1)
	r.clean()
}

// withoutScript switches JavaScript off. The page has none.
func withoutScript(t *testing.T, r reader) {
	r = r.own(t)
	r.do(emulation.CommandSetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	r.visit(r.link, titleRead)
	r.submit()
	r.clean()
}

// twoClicks submits twice before the first answer comes.
func twoClicks(t *testing.T, r reader) {
	r = r.own(t)
	r.visit(r.link, titleRead)
	r.fillBoxes()
	r.click(submitButton, 2)
	r.titled(titleAccepted)
	r.wantConsents(1)
	r.See(sim.StagePhotos)
	r.clean()
}

// backButton goes back to the form after it was submitted, forward and back again.
func backButton(t *testing.T, r reader) {
	r = r.own(t)
	r.visit(r.link, titleRead)
	r.submit()
	for _, js := range []string{`history.back()`, `history.forward()`, `history.back()`} {
		r.eval(js, nil)
		r.titled(titleAccepted)
	}
	r.wantConsents(1)
	r.clean()
}

// slowLine is a phone in a lift: the page can be read while it comes, and a form is sent once.
func slowLine(t *testing.T, r reader) {
	r = r.own(t)
	r.slowly(200, 80<<10)
	r.eval(`void (location.href = `+quoted(r.link)+`)`, nil)
	r.meanwhile(`document.readyState === 'loading' &&
		document.querySelector('.text')?.getBoundingClientRect().height > innerHeight &&
		getComputedStyle(document.querySelector('section')).borderRadius !== '0px'`)
	r.titled(titleRead)
	r.fillBoxes()
	r.slowly(1000, 80<<10)
	r.click(submitButton, 3) // nothing seems to happen
	r.titled(titleAccepted)
	r.wantConsents(1)
	r.clean()
}

// meanwhile waits for a condition that holds only while a page comes.
func (p *tab) meanwhile(condition string) {
	p.b.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(20 * time.Second); ; {
		there, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`!!(`+condition+`)`))
		if err == nil && there {
			return
		}
		select {
		case <-tick.C:
		case <-end:
			p.b.t.Fatalf("never: %s: %v", condition, err)
		}
	}
}

// noCookies blocks all cookies. The person comes to the login, and then to the word about cookies, never in a circle.
func noCookies(t *testing.T, r reader) {
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:        func(p *httputil.ProxyRequest) { p.Out.Header.Del("Cookie") },
		ModifyResponse: func(a *http.Response) error { a.Header.Del("Set-Cookie"); return nil },
	})
	t.Cleanup(proxy.Close)
	r = r.phone(t, "", func(p *target.CreateBrowserContextParams) {
		p.ProxyServer, p.ProxyBypassList = proxy.URL, "<-loopback>"
	})
	r.visit(r.link, "飞书登录")
	r.chooseLogin(r.Person.Person.Name)
	r.titled("需要重新登录")
	r.sound("no-cookies")
	r.click(`main a.button`, 1)
	r.titled("飞书登录")
	r.chooseLogin(r.Person.Person.Name)
	r.titled("需要重新登录")
	r.refused(403)
	r.wantConsents(0)
}

// chooseLogin presses a link of the simulated login page by its text.
func (p *tab) chooseLogin(text string) {
	p.b.t.Helper()
	p.eval(`[...document.querySelectorAll('a')].find((n) => n.textContent === `+quoted(text)+`).click()`, nil)
}

// wrongPerson opens the link on a colleague's phone.
func wrongPerson(t *testing.T, r reader) {
	colleague := r.H.Hire()
	r = r.phone(t, colleague.OpenID)
	r.visit(r.link, "这个链接是发给另一个人的")
	r.sound("wrong-person")
	var text string
	r.eval(`document.body.textContent`, &text)
	for _, e := range []*sim.Employee{r.Employee, colleague.Employee} {
		if strings.Contains(text, e.Person.Name) {
			t.Error("got a name on the page, want none")
		}
	}
	r.refused(403)
	r.wantConsents(0)
}

// loginRefused presses "refuse" on Feishu's login page, and then agrees.
func loginRefused(t *testing.T, r reader) {
	r = r.phone(t, "")
	r.visit(r.link, "飞书登录")
	r.chooseLogin("拒绝授权")
	r.titled("还没有登录飞书")
	r.sound("login-refused")
	r.wantConsents(0)
	r.click(`main a.button`, 1)
	r.titled("飞书登录")
	r.chooseLogin(r.Person.Person.Name)
	r.titled(titleRead)
	r.refused(403)
	r.submit()
}

// linkPreview looks at the link as chats and scanners do, and as the person's browser does, before the person reads.
func linkPreview(t *testing.T, r reader) {
	before := r.H.CaseOf(r.OpenID)
	for _, method := range []string{http.MethodHead, http.MethodGet, http.MethodHead} {
		req, err := http.NewRequestWithContext(r.H.Ctx, method, r.link, http.NoBody)
		if err != nil {
			t.Fatal("got a link that is no address")
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal("got no answer for a preview")
		}
		_ = resp.Body.Close()
		if resp.StatusCode >= http.StatusBadRequest {
			t.Errorf("got %d for %s, want the page or the login", resp.StatusCode, method)
		}
	}
	r = r.own(t)
	r.visit(r.link, titleRead)
	r.visit(r.link, titleRead)
	if now := r.H.CaseOf(r.OpenID); now.Version != before.Version {
		t.Errorf("got version %d after looking, want %d", now.Version, before.Version)
	}
	r.submit()
}

// usedLink opens the link again: on another device, and when the case has ended.
func usedLink(t *testing.T, r reader) {
	r = r.own(t)
	r.visit(r.link, titleRead)
	r.submit()
	r = r.own(t)
	r.visit(r.link, titleAccepted)
	r.clean()
	r.Say("取消")
	r.H.InState(r.OpenID, flows.Withdrawn)
	r.visit(r.link, titleAccepted)

	ended := hire(t, r.H).own(t)
	ended.visit(ended.link, titleRead)
	ended.Say("取消")
	ended.H.InState(ended.OpenID, flows.Withdrawn)
	ended.fillBoxes()
	ended.click(submitButton, 1)
	ended.titled("这个链接用不上了")
	ended.sound("gone")
	ended.refused(410)
	ended.wantConsents(0)
}

// expiredLink asks for a new card.
func expiredLink(t *testing.T, r reader) {
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

// changedText gives the agreement a new version while somebody reads.
func changedText(t *testing.T, r reader) {
	r = r.own(t)
	r.visit(r.link, titleRead)
	r.fillBoxes()
	r.H.StopBot()
	r.H.Values["agreement.files"] = agreementSetting(t, "2026-02", longAgreement("2026-02"))
	r.H.StartBot()
	r.click(submitButton, 1)
	r.arrive(`document.activeElement.role === 'alert' && document.title.startsWith('内容刚刚更新了') &&
		document.querySelector('.text').textContent.includes('2026-02')`)
	r.sound("changed")
	r.refused(409)
	r.wantConsents(0)
	r.submit()
}

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
