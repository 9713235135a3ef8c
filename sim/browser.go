package sim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"shiming/sim/feishu"
)

// Browser is a browser with its cookies. It follows redirects and knows forms, but no JavaScript.
type Browser struct {
	Language string // Accept-Language; "" = zh-CN
	// RefusesLogin lets the person refuse when Feishu asks to log in.
	RefusesLogin bool

	openID string
	client *http.Client
	note   func(kind InteractionKind, what string)
}

// Page is a page as a browser shows it.
type Page struct {
	Status int
	Header http.Header
	URL    string // after all redirects. It may hold a secret, so it belongs into no error and no log.
	Text   string // what people read, one line a block
	Form   *Form  // the first form, nil without one
	Links  []Link // in reading order

	browser *Browser
}

// Link is a link of a page.
type Link struct{ Text, URL string }

// Browser returns a browser without cookies on the phone of a person, who is logged in to Feishu there. Only the page
// on which Feishu logs people in learns who it is. With "" as the person it is a browser outside Feishu's client.
func (w *World) Browser(openID string) *Browser {
	jar, _ := cookiejar.New(nil) // has no error
	b := &Browser{openID: openID, note: func(kind InteractionKind, what string) { w.did(openID, kind, what) }}
	b.client = &http.Client{Jar: jar, Transport: client{b, w.transport}, Timeout: pageTimeout}
	return b
}

// Browser returns a browser without cookies on the employee's phone.
func (e *Employee) Browser() *Browser { return e.w.Browser(e.OpenID) }

const (
	pageTimeout = time.Minute
	maxPage     = 4 << 20
)

// client is Feishu's client around the browser: it tells Feishu's login who the person is.
type client struct {
	browser *Browser
	next    http.RoundTripper
}

func (c client) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, feishu.AuthorizePath) {
		return c.next.RoundTrip(r)
	}
	r = r.Clone(r.Context())
	if c.browser.openID != "" {
		r.AddCookie(&http.Cookie{Name: feishu.LoginPerson, Value: c.browser.openID})
	}
	if c.browser.RefusesLogin {
		q := r.URL.Query()
		q.Set(feishu.LoginRefuse, "1")
		r.URL.RawQuery = q.Encode()
	}
	return c.next.RoundTrip(r)
}

// errNoPage is a failure of the network. The error of net/http would show the address, which holds a secret.
var errNoPage = errors.New("sim: the page does not load")

// Open opens an address, as by a tap on a link. Every answer of a server is a page; the error is that of ctx or one of the network.
func (b *Browser) Open(ctx context.Context, address string) (*Page, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, errNoPage
	}
	b.note(Tapped, "link")
	return b.load(r)
}

func (b *Browser) load(r *http.Request) (*Page, error) {
	r.Header.Set("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
	r.Header.Set("Accept-Language", "zh-CN")
	if b.Language != "" {
		r.Header.Set("Accept-Language", b.Language)
	}
	resp, err := b.client.Do(r)
	if err != nil {
		return nil, errors.Join(r.Context().Err(), errNoPage)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return nil, errors.Join(r.Context().Err(), errNoPage)
	}
	p := &Page{
		Status:  resp.StatusCode,
		Header:  resp.Header,
		URL:     resp.Request.URL.String(),
		browser: b,
	}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		p.Text = string(body)
		return p, nil
	}
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return nil, errNoPage
	}
	p.read(root)
	return p, nil
}

// Follow opens a link of the page.
func (p *Page) Follow(ctx context.Context, l Link) (*Page, error) {
	return p.browser.Open(ctx, p.resolve(l.URL))
}

// FindLink returns the first link whose text begins with one of the words; those of the first word go first.
func (p *Page) FindLink(words ...string) (Link, bool) {
	for _, w := range words {
		for _, l := range p.Links {
			if strings.HasPrefix(l.Text, w) {
				return l, true
			}
		}
	}
	return Link{}, false
}

// resolve returns an address that the page names.
func (p *Page) resolve(address string) string {
	base, err := url.Parse(p.URL)
	if err != nil {
		return ""
	}
	u, err := base.Parse(address)
	if err != nil {
		return ""
	}
	return u.String()
}

// Says reports whether the page contains all the words.
func (p *Page) Says(words ...string) bool {
	for _, w := range words {
		if !strings.Contains(p.Text, w) {
			return false
		}
	}
	return true
}
