package sim

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"shiming/sim/simtest"
)

// TestConsentOnPage checks that a robot opens the link of the consent card and accepts there, and what it does when
// that does not work.
func TestConsentOnPage(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before func(*simtest.Agreement)
		why    string // of the *StuckError
	}{
		{"accepts", func(*simtest.Agreement) {}, ""},
		{"bot away and back", func(a *simtest.Agreement) { a.Away(2) }, ""},
		{"opens the texts first", (*simtest.Agreement).Click, ""},
		{"login not accepted", func(a *simtest.Agreement) { a.Answer(http.StatusBadRequest) },
			"the agreement page answers 400"},
		{"link of old", func(a *simtest.Agreement) { a.Answer(http.StatusGone) }, "the agreement page answers 410"},
		{"mistake of the bot", func(a *simtest.Agreement) { a.Answer(http.StatusInternalServerError) },
			"the agreement page answers 500"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, Config{})
			e := h.w.Hire(1)[0]
			page := h.ServeAgreement(e.OpenID)
			tt.before(page)
			_, _, err := h.register(e, Script{}, func() {
				m := h.Send("open_id", e.OpenID, simtest.Card("请同意", page.LinkButton(), simtest.Button("decline")))
				if tt.why != "" {
					return
				}
				page.WaitAccepted()
				h.Patch(m, simtest.Card("这次实名已结束", simtest.Button("start")))
			})
			var stuck *StuckError
			switch n, ips := page.Accepted(); {
			case tt.why == "" && (err != nil || n != 1):
				t.Errorf("got %v, accepted %d times, want once", err, n)
			case tt.why != "" && (!errors.As(err, &stuck) || stuck.Why != tt.why || stuck.Stage != StageConsent || n != 0):
				t.Errorf("got %v, accepted %d times, want %q and never", err, n, tt.why)
			case ips[0] != ReaderIP:
				t.Errorf("got the reader's address %q, want %s", ips[0], ReaderIP)
			}
		})
	}
}

// TestStaleAgreementLink checks that a robot whose link does not work any more looks for a newer card.
func TestStaleAgreementLink(t *testing.T) {
	h := newHarness(t, Config{})
	e := h.w.Hire(1)[0]
	page := h.ServeAgreement(e.OpenID)
	m := h.Send("open_id", e.OpenID, simtest.Card("请同意", page.LinkButton(), simtest.Button("decline")))
	msg, _ := h.w.Feishu.Message(m)
	old := read(msg)
	if old.stage != StageConsent || old.page != page.Link || old.reading().Page != page.Link {
		t.Fatalf("got %v with the page %q, want the consent with %q", old, old.page, page.Link)
	}
	h.Patch(m, simtest.Card("发送身份证照片", simtest.Button("cancel")))
	page.Answer(http.StatusGone)
	if err := h.w.consent(h.Ctx, e.OpenID, old); !errors.Is(err, errStale) {
		t.Errorf("got %v, want errStale", err)
	}
	page.Answer(0)
	if err := h.w.AcceptAgreement(h.Ctx, h.w.Hire(1)[0].OpenID, page.Link); err == nil ||
		strings.Contains(err.Error(), page.Link) {
		t.Errorf("another person: got %v, want an error without the link", err)
	}
	h.w.Feishu.SetRedirectURLs()
	if err := h.w.AcceptAgreement(h.Ctx, e.OpenID, page.Link); err == nil ||
		!strings.Contains(err.Error(), "the login before the agreement ends with 400") {
		t.Errorf("no redirect URL: got %v, want the status of the login", err)
	}
}

func TestBrowser(t *testing.T) {
	h := newHarness(t, Config{})
	e, other := h.w.Hire(1)[0], h.w.Hire(1)[0]
	page := h.ServeAgreement(e.OpenID)
	open := func(b *Browser) *Page {
		t.Helper()
		p, err := b.Open(h.Ctx, page.Link)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, tt := range []struct {
		name   string
		b      func() *Browser
		status int
		says   string
	}{
		{"the person", e.Browser, 200, "请读两份协议"},
		{"another person", other.Browser, 403, "这不是你的登记"},
		{"refuses the login", func() *Browser {
			b := e.Browser()
			b.RefusesLogin = true
			return b
		}, 403, "没有登录"},
		{"outside Feishu", func() *Browser { return h.w.Browser("") }, 200, "你是哪一位"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if p := open(tt.b()); p.Status != tt.status || !p.Says(tt.says) || p.Says("not read") {
				t.Errorf("got %d %q, want %d with %q", p.Status, p.Text, tt.status, tt.says)
			}
		})
	}

	p := open(e.Browser())
	if got := strings.Join(p.Form.Ticks(), " "); got != "one two" || len(p.Links) != 1 || p.Links[0].Text != "全文" {
		t.Errorf("got the boxes %q and the links %v, want one, two and 全文", got, p.Links)
	}
	if bad, err := p.Form.Submit(h.Ctx, url.Values{"one": {"on"}}); err != nil || bad.Status != http.StatusBadRequest {
		t.Errorf("one box: got %+v, %v, want 400", bad, err)
	}
	done, err := p.Form.Accept(h.Ctx)
	if err != nil || done.Status != http.StatusOK || !done.Says("好了") || done.Form != nil {
		t.Errorf("got %+v, %v, want a success", done, err)
	}
	// Outside Feishu's client the person chooses.
	chooser := open(h.w.Browser(""))
	for _, l := range chooser.Links {
		if strings.Contains(l.URL, e.OpenID) {
			mine, err := chooser.Follow(h.Ctx, l)
			if err != nil || !mine.Says("已经同意过了") {
				t.Errorf("got %+v, %v, want the page of the person", mine, err)
			}
			return
		}
	}
	t.Error("the login does not offer the person")
}
