package browser

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"shiming/sim"
)

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
	for _, step := range []struct{ js, query string }{
		{`history.back()`, "?from=login"}, {`history.forward()`, ""}, {`history.back()`, "?from=login"},
	} {
		r.eval(step.js, nil)
		r.arrive(`location.search === ` + quoted(step.query) + ` && !document.querySelector('form') &&
			document.querySelector('h1').textContent === ` + quoted(titleAccepted))
	}
	r.wantConsents(1)
	r.clean()
}

// slowLine is a phone in a lift: the page can be read while it comes, and a form is sent once.
func slowLine(t *testing.T, r reader) {
	r = r.own(t)
	r.slowly(200, 120<<10)
	r.eval(`void (location.href = `+quoted(r.link)+`)`, nil)
	r.meanwhile(`document.readyState === 'loading' &&
		document.querySelector('.text')?.getBoundingClientRect().height > innerHeight &&
		getComputedStyle(document.querySelector('section')).borderRadius !== '0px'`)
	r.titled(titleRead)
	r.fillBoxes()
	r.slowly(1000, 120<<10)
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
