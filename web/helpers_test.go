package web

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/failure"
	"shiming/flows"
)

const (
	site      = "https://hr.example.com"
	caseID    = "01970000-0000-7000-8000-000000000001"
	otherCase = "01970000-0000-7000-8000-000000000002"
	chat      = "https://applink.feishu.cn/client/bot/open?appId=cli_1"
	applicant = "ou_applicant"
	tenant    = "tk_1"
)

var start = time.Date(2026, 11, 30, 1, 0, 0, 0, time.UTC)

// testMAC is a keyed hash like the store's.
func testMAC(purpose string, data ...string) [][]byte {
	return [][]byte{macOf("key", purpose, data)}
}

// rotatedMAC is testMAC after a rotation of the keys.
func rotatedMAC(purpose string, data ...string) [][]byte {
	return [][]byte{macOf("another key", purpose, data), macOf("key", purpose, data)}
}

// retiredMAC is rotatedMAC after the former keys were destroyed.
func retiredMAC(purpose string, data ...string) [][]byte { return rotatedMAC(purpose, data...)[:1] }

func macOf(key, purpose string, data []string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	fmt.Fprintf(h, "%q%q", purpose, data)
	return h.Sum(nil)
}

// fakeCases is an engine with one case.
type fakeCases struct {
	mu       sync.Mutex
	c        engine.AgreementCase
	rev      int64
	err      error
	race     func(*fakeCases) // runs before an acceptance
	accepted []flows.PageReading
	renewed  int
	now      func() time.Time
}

func (f *fakeCases) find(l flows.AgreementLink) (engine.AgreementCase, error) {
	if f.err != nil {
		return engine.AgreementCase{}, f.err
	}
	if l.CaseID != caseID {
		return engine.AgreementCase{}, flows.ErrNotFound
	}
	c := f.c
	if l.Rev != f.rev {
		c.State, c.Files, c.Reading = engine.AgreementGone, nil, nil
	}
	return c, nil
}

func (f *fakeCases) AgreementCase(_ context.Context, l flows.AgreementLink) (engine.AgreementCase, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.find(l)
}

func (f *fakeCases) AcceptAgreement(
	_ context.Context, l flows.AgreementLink, r flows.PageReading,
) (engine.AgreementCase, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.race != nil {
		f.race(f)
	}
	c, err := f.find(l)
	if err != nil || c.State != engine.AgreementOpen {
		return c, err
	}
	if fmt.Sprint(r.Files) != fmt.Sprint(c.Files) || r.ConsentHash != c.Consent.Hash() {
		c.State = engine.AgreementChanged
		return c, nil
	}
	f.accepted = append(f.accepted, r)
	f.c.State, f.c.Files = engine.AgreementAccepted, nil
	f.c.Reading = &flows.Reading{Files: r.Files, At: f.now(), Type: r.Type, Login: r.Login, Rev: l.Rev}
	return f.find(l)
}

func (f *fakeCases) RenewAgreementLink(_ context.Context, l flows.AgreementLink) (engine.AgreementCase, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c, err := f.find(l)
	if err == nil && c.State == engine.AgreementOpen {
		f.renewed++
	}
	return c, err
}

// loginError is a failed login.
type loginError struct{ login failure.Login }

func (e loginError) Error() string             { return "login " + string(e.login) }
func (e loginError) Temporary() bool           { return false }
func (e loginError) RetryAfter() time.Duration { return 0 }
func (e loginError) MaybeApplied() bool        { return false }
func (e loginError) Failure() failure.Details  { return failure.Details{} }
func (e loginError) Login() failure.Login      { return e.login }

var _ failure.LoginError = loginError{}

// fakeLogin is Feishu. A code names the person, and works once.
type fakeLogin struct {
	used  map[string]bool
	calls int
	err   error
}

func (f *fakeLogin) AuthorizeURL(redirectURI, state string) string {
	return "https://accounts.example.com/authorize?" + url.Values{"redirect_uri": {redirectURI}, "state": {state}}.Encode()
}

func (f *fakeLogin) Identify(ctx context.Context, code, redirectURI string) (tenantKey, openID string, err error) {
	f.calls++
	_, bounded := ctx.Deadline()
	switch {
	case !bounded:
		return "", "", errors.New("no deadline")
	case redirectURI != site+"/agreement/login":
		return "", "", errors.New("another redirect")
	case f.err != nil:
		return "", "", f.err
	case f.used[code]:
		return "", "", loginError{login: failure.LoginAgain}
	}
	f.used[code] = true
	tenantKey, openID, _ = strings.Cut(code, "/")
	return tenantKey, openID, nil
}

// world is the pages with fakes around them.
type world struct {
	t     *testing.T
	pages *Pages
	cases *fakeCases
	login *fakeLogin
	files []flows.AgreementFile
	texts map[string][]byte
	now   time.Time
	log   bytes.Buffer
	seen  []Outcome
	peer  string // who connects to the proxy, or to the pages without one
	proxy string // stands before the pages and names the peer; "" without one
	link  func(flows.AgreementLink, time.Time) string
}

func fileOf(title, version, text string) (flows.AgreementFile, []byte) {
	sum := sha256.Sum256([]byte(text))
	return flows.AgreementFile{Title: title, Version: version, SHA256: hex.EncodeToString(sum[:])}, []byte(text)
}

// newWorld makes pages with one text for each title.
func newWorld(t *testing.T, read flows.ReadType, login flows.PageLogin, change func(*Config), titles ...string) *world {
	t.Helper()
	if len(titles) == 0 {
		titles = []string{"数字证书服务协议"}
	}
	w := &world{
		t:     t,
		login: &fakeLogin{used: map[string]bool{}},
		texts: map[string][]byte{},
		now:   start,
		peer:  "203.0.113.9:4000",
		proxy: "192.0.2.1:5000",
		link:  Links(site, testMAC),
	}
	for i, title := range titles {
		f, text := fileOf(title, "v"+fmt.Sprint(i+1), "第一条 <b>"+title+"</b>\r\n\tbody & soul\n")
		w.files = append(w.files, f)
		w.texts[f.SHA256] = text
	}
	w.cases = &fakeCases{rev: 7, now: func() time.Time { return w.now }, c: engine.AgreementCase{
		TenantKey: tenant,
		OpenID:    applicant,
		State:     engine.AgreementOpen,
		Consent:   cards.Agreement{Company: "星辰科技", Recipients: []string{"feishu", "esign"}, Retention: cards.Retention{Photos: time.Hour}},
		Files:     w.files,
	}}
	old, text := fileOf("旧协议", "v0", "old text")
	c := Config{
		PublicURL: site,
		Cases:     w.cases,
		MAC:       testMAC,
		Login:     w.login,
		Page:      flows.AgreementPage{Files: w.files, ReadType: read, Login: login, Link: w.link},
		Texts:     w.texts,
		Kept: func(_ context.Context, sum string) ([]byte, error) {
			if sum == old.SHA256 {
				return text, nil
			}
			return nil, flows.ErrNotFound
		},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},

		ChatURL: chat,
		Now:     func() time.Time { return w.now },
		Log:     slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Observe: func(o Outcome) { w.seen = append(w.seen, o) },
	}
	if login == flows.LoginNone {
		c.Login = nil
	}
	if change != nil {
		change(&c)
	}
	var err error
	if w.pages, err = New(c); err != nil {
		t.Fatal(err)
	}
	return w
}

// url returns a fresh link to the case.
func (w *world) url() string {
	return w.link(flows.AgreementLink{CaseID: caseID, Rev: 7}, w.now.Add(flows.AgreementLinkLife))
}

// RoundTrip serves a request without a network.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := *r.URL
	sent.Fragment = "" // stays in the browser
	in := httptest.NewRequestWithContext(r.Context(), r.Method, sent.String(), r.Body)
	in.Header, in.RemoteAddr, in.ContentLength = r.Header.Clone(), w.peer, r.ContentLength
	if w.proxy != "" {
		in.RemoteAddr = w.proxy
		in.Header.Add(xForwardedFor, netip.MustParseAddrPort(w.peer).Addr().String())
	}
	rec := httptest.NewRecorder()
	w.pages.ServeHTTP(rec, in)
	return rec.Result(), nil
}

// browser keeps cookies and follows no redirect by itself.
type browser struct {
	w      *world
	client *http.Client
	header http.Header
}

// answer is what a browser got.
type answer struct {
	*http.Response
	body string
}

func (w *world) browser() *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{w: w, header: http.Header{}, client: &http.Client{
		Transport:     w,
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (b *browser) do(method, address string, body io.Reader) answer {
	b.w.t.Helper()
	r, err := http.NewRequestWithContext(b.w.t.Context(), method, address, body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	r.Header = b.header.Clone()
	if method == http.MethodPost && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := b.client.Do(r)
	if err != nil {
		b.w.t.Fatal(err)
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return answer{resp, string(raw)}
}

func (b *browser) get(address string) answer { return b.do(http.MethodGet, address, nil) }

func (b *browser) post(address string, form url.Values) answer {
	return b.do(http.MethodPost, address, strings.NewReader(form.Encode()))
}

// location returns where an answer sends the browser.
func (a answer) location(t *testing.T) string {
	t.Helper()
	to := a.Header.Get("Location")
	if to == "" {
		t.Fatalf("got %d without a Location, want a redirect: %s", a.StatusCode, a.body)
	}
	if strings.HasPrefix(to, "/") {
		return site + to
	}
	return to
}

// callback returns the address to which Feishu sends the browser back from a login.
func (a answer) callback(t *testing.T, code string) string {
	t.Helper()
	u, err := url.Parse(a.location(t))
	if err != nil || u.Host != "accounts.example.com" || a.StatusCode != http.StatusFound {
		t.Fatalf("got %d to %v, want a login", a.StatusCode, u)
	}
	return u.Query().Get("redirect_uri") + "?" + url.Values{"code": {code}, "state": {u.Query().Get("state")}}.Encode()
}

// logIn goes through the login and returns the page.
func (b *browser) logIn(address string) answer {
	b.w.t.Helper()
	back := b.get(b.get(address).callback(b.w.t, tenant+"/"+applicant))
	if back.StatusCode != http.StatusSeeOther {
		b.w.t.Fatalf("got %d after the login, want 303: %s", back.StatusCode, back.body)
	}
	page := b.get(back.location(b.w.t))
	if page.StatusCode != http.StatusOK {
		b.w.t.Fatalf("got %d after the login, want the page: %s", page.StatusCode, page.body)
	}
	return page
}

var (
	fieldForm   = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
	boxForm     = regexp.MustCompile(`<input type="checkbox" id="([^"]+)" name="([^"]+)" value="yes" required`)
	consentForm = regexp.MustCompile(`<button type="submit" id="consent" name="(consent)" value="(yes)"`)
	actionForm  = regexp.MustCompile(`<form method="post" action="([^"]+)">`)
	openForm    = regexp.MustCompile(`<a class="target" id="text-[0-9]+" href="([^"]+)">`)
)

// form returns the form of a page with its boxes ticked and its button pressed.
func (a answer) form() url.Values {
	out := url.Values{}
	if m := consentForm.FindStringSubmatch(a.body); m != nil {
		out.Set(m[1], m[2])
	}
	for _, m := range fieldForm.FindAllStringSubmatch(a.body, -1) {
		out.Set(m[1], html.UnescapeString(m[2]))
	}
	for _, m := range boxForm.FindAllStringSubmatch(a.body, -1) {
		out.Set(m[2], "yes")
	}
	return out
}

// action returns where the form of a page goes.
func (a answer) action(t *testing.T) string {
	t.Helper()
	m := actionForm.FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("got no form, want one: %s", a.body)
	}
	return site + html.UnescapeString(m[1])
}

// opens returns the links of a page that open a text.
func (a answer) opens() (out []string) {
	for _, m := range openForm.FindAllStringSubmatch(a.body, -1) {
		out = append(out, site+html.UnescapeString(m[1]))
	}
	return out
}

// says checks status and heading of an answer, that the way to the chat is on it, and how the visit ended.
func (w *world) says(a answer, status int, id string, outcome Outcome) {
	w.t.Helper()
	if a.StatusCode != status {
		w.t.Errorf("got status %d, want %d", a.StatusCode, status)
	}
	l := zh
	if strings.Contains(a.body, `<html lang="en">`) {
		l = en
	}
	for _, want := range []string{"<h1>" + html.EscapeString(l.must(id+".title")) + "</h1>", html.EscapeString(chat)} {
		if !strings.Contains(a.body, want) {
			w.t.Errorf("got\n%s\nwant %q in it", a.body, want)
		}
	}
	if n := len(w.seen); n == 0 || w.seen[n-1] != outcome {
		w.t.Errorf("got outcomes %v, want %s at the end", w.seen, outcome)
	}
}

// wantNothing checks that nothing was recorded.
func (w *world) wantNothing() {
	w.t.Helper()
	if len(w.cases.accepted) > 0 || w.cases.renewed > 0 {
		w.t.Errorf("got %v and %d new cards, want nothing recorded", w.cases.accepted, w.cases.renewed)
	}
}
