package browser

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
)

// consent follows the link of the consent card on the phone, as the person there, and accepts on the page.
func (p *tab) consent() {
	p.b.t.Helper()
	p.follow(`[data-pane="phone"] [data-link]`, func(page *tab) {
		page.accept()
	})
}

// follow presses something that opens a page in a tab of its own. The tab is gone when do returns.
func (p *tab) follow(selector string, do func(*tab)) {
	p.b.t.Helper()
	opened := chromedp.WaitNewTarget(p.ctx, func(*target.Info) bool { return true })
	p.press(selector)
	var id target.ID
	select {
	case id = <-opened:
	case <-p.ctx.Done():
		p.b.t.Fatal("no tab was opened")
	}
	ctx, end := chromedp.NewContext(p.ctx, chromedp.WithTargetID(id))
	defer end()
	page := &tab{b: p.b, ctx: ctx, home: p.home, prefers: map[string]string{}}
	p.b.must(chromedp.Do(ctx))
	do(page)
}

// accept ticks every box of the agreement page and submits.
func (p *tab) accept() {
	p.b.t.Helper()
	p.arrive(`document.querySelector('form button[type="submit"]')`)
	p.shot("agreement")
	p.eval(`document.querySelectorAll('form input[type="checkbox"]').forEach((n) => n.click())`, nil)
	p.press(`form button[type="submit"]`)
	p.arrive(`!document.querySelector('form') && document.querySelector('h1').textContent.includes('已经记录好了')`)
	p.shot("accepted")
}

// arrive waits until a JavaScript condition holds on a page, whatever pages come before.
func (p *tab) arrive(condition string) {
	p.b.t.Helper()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(20 * time.Second); ; {
		there, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`document.readyState === 'complete' && !!(`+condition+`)`))
		if err == nil && there { // an error means that the page is leaving
			return
		}
		select {
		case <-tick.C:
		case <-end:
			p.shot("failed")
			p.b.t.Fatalf("not within 20 s: %s: %v", condition, err)
		}
	}
}

// TestAgreementOpensAsThePerson checks that a link of the consent card opens the page as the person on whose phone it
// is, and that the next phone is another person's.
func TestAgreementOpensAsThePerson(t *testing.T) {
	h := harness.Start(t, harness.Setup{Browser: true, Playground: true, World: sim.Config{People: 2}})
	p := openBrowser(h.Ctx, t).open(h.Play.URL, 1440, 900, false)
	for _, e := range h.World.People() {
		p.eval(`(() => {
			const who = document.querySelector('[data-who="phone"]');
			who.value = `+quoted(e.OpenID)+`;
			who.dispatchEvent(new Event('change'));
		})()`, nil)
		p.press(`[data-pane="phone"] [data-quick="实名"]`)
		p.consent()
		p.until(`document.querySelector('[data-pane="phone"] [data-stage="photos"]')`)
		c := h.InState(e.OpenID, flows.AwaitingPhotos)
		if c.Reading == nil || c.Reading.Login != flows.LoginFeishu || c.Personal.ReadIP != sim.ReaderIP {
			t.Errorf("got the reading %+v, want one with a login", c.Reading)
		}
	}
	p.clean()
}
