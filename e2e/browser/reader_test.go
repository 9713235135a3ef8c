package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

// reader is an employee who opens the agreement page on a phone, outside of the playground.
type reader struct {
	harness.Person
	*tab
	link string
}

// hire lets somebody new start the registration, up to the consent card.
func hire(t *testing.T, h *harness.Harness) reader {
	t.Helper()
	r := reader{Person: h.Hire()}
	r.Say("实名")
	r.See(sim.StageConsent)
	r.link = r.AgreementURL()
	return r
}

// phone opens an empty window on a phone. Feishu knows the person there; "" is a browser outside Feishu.
func (r reader) phone(t *testing.T, openID string, profile ...chromedp.CreateBrowserContextOption) reader {
	t.Helper()
	b := openBrowser(r.H.Ctx, t, profile...)
	r.tab = b.window(r.link, 360, 740, false)
	r.also = hostOf(t, r.H.World.FeishuURL)
	if openID != "" {
		r.do(network.CommandSetCookie, network.SetCookieParams{
			Name:  feishu.LoginPerson,
			Value: openID,
			URL:   r.H.World.FeishuURL,
		})
	}
	return r
}

// own opens an empty window on the person's own phone.
func (r reader) own(t *testing.T) reader {
	t.Helper()
	return r.phone(t, r.OpenID)
}

// visit opens an address and waits for the page whose title begins with the words.
func (p *tab) visit(address, title string) {
	p.b.t.Helper()
	p.b.must(chromedp.Do(p.ctx, chromedp.Navigate(address)))
	p.titled(title)
}

// titled waits for a page by the beginning of its heading.
func (p *tab) titled(title string) {
	p.b.t.Helper()
	p.arrive(`document.querySelector('h1')?.textContent.startsWith(` + quoted(title) + `)`)
}

// click clicks an element with the mouse, as often as times says, and without waiting in between.
func (p *tab) click(selector string, times int) {
	p.b.t.Helper()
	var at struct{ X, Y float64 }
	p.eval(`(() => {
		const n = document.querySelector(`+quoted(selector)+`);
		n.scrollIntoView({block: 'center', behavior: 'instant'});
		const r = n.getBoundingClientRect();
		return {x: r.x + Math.min(r.width / 2, 60), y: r.y + r.height / 2};
	})()`, &at)
	for range times {
		p.b.must(chromedp.Do(p.ctx, chromedp.MouseClickXY(at.X, at.Y)))
	}
}

// fillBoxes ticks all boxes with the mouse.
func (p *tab) fillBoxes() {
	p.b.t.Helper()
	var ids []string
	p.eval(`[...document.querySelectorAll('form input[type="checkbox"]:not(:checked)')].map((n) => n.id)`, &ids)
	for _, id := range ids {
		p.click("#"+id, 1)
	}
}

// submit ticks all boxes, submits and waits for the page that says it is recorded.
func (r reader) submit() {
	r.b.t.Helper()
	r.fillBoxes()
	r.click(submitButton, 1)
	r.titled(titleAccepted)
	r.wantConsents(1)
}

// Selectors and headings of the pages.
const (
	submitButton  = `form button[type="submit"]`
	titleRead     = "阅读并同意"
	titleAccepted = "已经记录好了"
)

// wantConsents checks how many consents are on record.
func (r reader) wantConsents(want int) {
	r.b.t.Helper()
	got := 0
	r.H.ReadStore(func(v flows.View) error {
		all, err := v.CasesOf(r.H.Ctx, harness.Tenant, r.OpenID)
		if err != nil {
			return err
		}
		rows, err := v.AuditOf(r.H.Ctx, all[0].ID)
		for _, row := range rows {
			if row.Event == string(flows.Consented) {
				got++
			}
		}
		return err
	})
	if got != want {
		r.b.t.Errorf("got %d consents on record, want %d", got, want)
	}
}

// refused forgives the page its own status, which Chromium logs as an error, and checks the rest.
func (p *tab) refused(status int) {
	p.b.t.Helper()
	p.mu.Lock()
	var rest []string
	for _, problem := range p.problems {
		if !strings.Contains(problem, fmt.Sprintf("with a status of %d", status)) {
			rest = append(rest, problem)
		}
	}
	p.problems = rest
	p.mu.Unlock()
	p.clean()
}

// slowly makes the line of the tab slow: latency in milliseconds, bytes a second.
func (p *tab) slowly(latency, perSecond float64) {
	p.b.t.Helper()
	p.b.must(chromedp.Do(p.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{
				Latency:            latency,
				DownloadThroughput: perSecond,
				UploadThroughput:   perSecond,
			}},
		})
		return err
	})))
}

// longAgreement is a text of about 60 pages, 200 KB.
func longAgreement(version string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "数字证书服务协议（%s）\n\n", version)
	for i := 1; b.Len() < 200<<10; i++ {
		fmt.Fprintf(&b, "第 %d 条　订户应妥善保管数字证书及其私钥，不得转让、转借或转租；因保管不善造成的损失由订户承担。"+
			"See https://example.com/certificate-practice-statement-with-a-long-name/%d for details.\n", i, i)
	}
	return b.String() + "（以下无正文）\n"
}

// agreementSetting writes a text and returns the value of agreement.files that names it.
func agreementSetting(t *testing.T, version, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agreement.txt")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("[{title: 数字证书服务协议, version: %q, path: %q}]", version, path)
}
