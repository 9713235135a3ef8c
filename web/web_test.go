package web

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/engine"
	"shiming/failure"
	"shiming/flows"
)

// TestHeaders: every answer has them, whatever the route and the outcome.
func TestHeaders(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; " +
			"frame-ancestors 'none'",
		"X-Content-Type-Options":     "nosniff",
		"Referrer-Policy":            "same-origin",
		"Cache-Control":              "no-store",
		"X-Robots-Tag":               "noindex, nofollow",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Strict-Transport-Security":  "max-age=31536000",
		"Permissions-Policy":         "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
	}
	w := newWorld(t, flows.ReadCheck, flows.LoginFeishu, nil)
	b := w.browser()
	page := b.logIn(w.url())
	answers := map[string]answer{
		"page":       page,
		"head":       b.do(http.MethodHead, w.url(), nil),
		"login":      w.browser().get(w.url()),
		"callback":   b.get(site + Prefix + loginPath),
		"style":      b.get(site + Prefix + stylePath),
		"text":       b.get(site + Prefix + textPath + w.files[0].SHA256),
		"no text":    b.get(site + Prefix + textPath + "x"),
		"forged":     b.get(site + Prefix + "x"),
		"empty":      b.get(site + Prefix),
		"method":     b.do("PATCH", w.url(), nil),
		"signed out": w.browser().post(w.url(), page.form()),
		"no form":    b.post(w.url(), nil),
		"incomplete": b.post(w.url(), url.Values{"shown": page.form()["shown"]}),
		"accepted":   b.post(page.action(t), page.form()),
		"done":       b.get(w.url()),
		"renew":      b.post(w.url()+renewPath, nil),
	}
	w.pages.byClient = newLimiter(1, 0)
	answers["limited"] = b.get(w.url())
	for name, a := range answers {
		t.Run(name, func(t *testing.T) {
			for header, value := range want {
				if got := a.Header.Values(header); !slices.Equal(got, []string{value}) {
					t.Errorf("%s: got %q, want %q", header, got, value)
				}
			}
			for _, bad := range []string{"<script", " style=", "javascript:"} {
				if strings.Contains(a.body, bad) {
					t.Errorf("got\n%s\nwant no %q", a.body, bad)
				}
			}
		})
	}
	if answers["style"].Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("got %q for the style sheet", answers["style"].Header.Get("Content-Type"))
	}
	plain := newWorld(t, flows.ReadCheck, flows.LoginNone, func(c *Config) { c.PublicURL = "http://127.0.0.1:8080" })
	if got := plain.browser().get(plain.url()).Header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("got %q over http, want none", got)
	}
}

// TestLimits: a client and a link have so many requests, and get them back.
func TestLimits(t *testing.T) {
	t.Parallel()
	t.Run("link", func(t *testing.T) {
		w := newWorld(t, flows.ReadCheck, flows.LoginNone, nil)
		b := w.browser()
		for range 20 {
			w.says(b.get(w.url()), http.StatusOK, "agreement", Shown)
		}
		w.peer = "198.51.100.1:1" // from anywhere
		a := b.get(w.url())
		w.says(a, http.StatusTooManyRequests, "limited", Limited)
		if got := a.Header.Get("Retry-After"); got != "1" {
			t.Errorf("got Retry-After %q, want 1", got)
		}
		w.now = w.now.Add(time.Second)
		w.says(b.get(w.url()), http.StatusOK, "agreement", Shown)
	})
	for name, tt := range map[string]struct {
		peer, other string // the other address has tokens of its own if apart
		header      string
		apart       bool
	}{
		"IPv4":                {peer: "203.0.113.9:1", other: "203.0.113.10:1", apart: true},
		"another port":        {peer: "203.0.113.9:1", other: "203.0.113.9:2"},
		"IPv6 of one network": {peer: "[2001:db8::1]:1", other: "[2001:db8::ffff:2]:1"},
		"IPv6 of two":         {peer: "[2001:db8::1]:1", other: "[2001:db8:0:1::1]:1", apart: true},
		"forged headers":      {peer: "203.0.113.9:1", other: "203.0.113.9:1", header: "198.51.100.1"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, flows.ReadCheck, flows.LoginNone, nil)
			b := w.browser()
			w.peer = tt.peer
			for range 300 {
				w.says(b.get(site+Prefix+"x"), http.StatusNotFound, "forged", Forged)
			}
			w.says(b.get(site+Prefix+"x"), http.StatusTooManyRequests, "limited", Limited)
			w.says(b.get(site+Prefix+stylePath), http.StatusTooManyRequests, "limited", Limited)
			w.peer = tt.other
			if tt.header != "" {
				b.header.Set(xForwardedFor, tt.header)
			}
			if tt.apart {
				w.says(b.get(site+Prefix+"x"), http.StatusNotFound, "forged", Forged)
			} else {
				w.says(b.get(site+Prefix+"x"), http.StatusTooManyRequests, "limited", Limited)
			}
			w.now = w.now.Add(20 * time.Millisecond)
			w.says(b.get(site+Prefix+"x"), http.StatusNotFound, "forged", Forged)
		})
	}
}

// TestManyClients: an attack from many addresses costs a limited amount of memory.
func TestManyClients(t *testing.T) {
	t.Parallel()
	l := newLimiter(1.0/3600, 1) // no bucket is full again while the test runs, however slow the machine
	now := start
	for i := range maxBuckets + 5 {
		l.take(time.Duration(i).String(), now)
	}
	if got := l.buckets.ItemCount(); got > maxBuckets+1 {
		t.Errorf("got %d buckets, want %d at most", got, maxBuckets+1)
	}
	if l.take("new", now) == 0 {
		t.Error("got a token for one client too many, want the shared bucket to be empty")
	}
}

// TestLogIsSilent: one line for each outcome, with the case and a code, and nothing about the person.
func TestLogIsSilent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, flows.ReadCheck, flows.LoginFeishu, nil)
	b := w.browser()
	page := b.logIn(w.url())
	b.post(page.action(t), page.form())
	b.get(w.url())
	lines := strings.Split(strings.TrimSpace(w.log.String()), "\n")
	if len(lines) != len(w.seen) || len(lines) != 3 {
		t.Errorf("got %d lines for %v, want one for each outcome", len(lines), w.seen)
	}
	for _, line := range lines {
		if !strings.Contains(line, "case="+caseID) || !strings.Contains(line, "outcome=") {
			t.Errorf("got %s, want the case and the outcome", line)
		}
	}
	token := strings.TrimPrefix(w.url(), site+Prefix)
	for _, secret := range []string{token, applicant, tenant, "203.0.113", page.form().Get("shown"), "星辰"} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("got %s in the log: %s", secret, &w.log)
		}
	}
}

var (
	usedText   = regexp.MustCompile(`\.T "([a-z_.0-9]+)"`)
	usedText2  = regexp.MustCompile(`(?:must|T)\("([a-z_.0-9]+)"`)
	holes      = regexp.MustCompile(`\{[a-z]+\}`)
	messageIDs = regexp.MustCompile(`message\{\s*id: "([a-z_]+)"`)
)

// TestTexts: every text exists in both languages with the same holes, is used, and every id that is used exists.
func TestTexts(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	files, err := os.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile("templates/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range usedText.FindAllStringSubmatch(string(raw), -1) {
			used[m[1]] = true
		}
	}
	sources, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range sources {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		raw, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range usedText2.FindAllStringSubmatch(string(raw), -1) {
			used[m[1]] = true
		}
		for _, m := range messageIDs.FindAllStringSubmatch(string(raw), -1) {
			used[m[1]+".title"], used[m[1]+".what"], used[m[1]+".do"] = true, true, true
		}
	}
	if len(used) < 60 {
		t.Fatalf("got %d ids, want all", len(used))
	}
	for id := range used {
		if texts[id] == nil {
			t.Errorf("got no text %s, want one", id)
		}
	}
	for id, both := range texts {
		if !used[id] {
			t.Errorf("got the text %s, want none that nobody uses", id)
		}
		if len(both) != 2 || strings.TrimSpace(both[zh]) == "" || strings.TrimSpace(both[en]) == "" {
			t.Errorf("%s: got %v, want Chinese and English", id, both)
		}
		a, b := holes.FindAllString(both[zh], -1), holes.FindAllString(both[en], -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%s: got the holes %v and %v, want the same", id, a, b)
		}
	}
	if _, err := zh.T("no.such.text"); err == nil {
		t.Error("got no error for an unknown text, want one")
	}
}

// TestOutcomes: every message has one of the outcomes, which label the metric, and every login failure has a message.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	for _, m := range []message{
		forged, expired, gone, already, renewed, wrongPerson, noAddress, signedOut, limited, crossSite, badForm, badRequest,
		noText, unavailable, loginForged, loginOther, loginDenied, loginAgain, loginRefused, loginSetup, loginLater,
	} {
		t.Run(m.id, func(t *testing.T) {
			if !slices.Contains(Outcomes, m.outcome) || http.StatusText(m.status) == "" {
				t.Errorf("got %+v, want an outcome and a status", m)
			}
		})
	}
	for _, l := range []failure.Login{failure.LoginAgain, failure.LoginRefused, failure.LoginSetup, failure.LoginLater} {
		t.Run(string(l), func(t *testing.T) {
			if got := loginMessage(l).id; got != "login_"+string(l) {
				t.Errorf("got %s, want login_%s", got, l)
			}
		})
	}
}

// TestLandmarks: headings go down by one level, labels and references lead somewhere, and ids are unique.
func TestLandmarks(t *testing.T) {
	t.Parallel()
	check := newWorld(t, flows.ReadCheck, flows.LoginNone, nil, "数字证书服务协议", "隐私政策")
	click := newWorld(t, flows.ReadClick, flows.LoginNone, nil)
	form := check.browser().get(check.url())
	pages := map[string]answer{
		"check":      form,
		"incomplete": check.browser().post(check.url(), url.Values{"shown": form.form()["shown"]}),
		"list":       click.browser().get(click.url()),
		"opened":     click.browser().get(click.browser().get(click.url()).opens()[0]),
		"not opened": click.browser().post(click.url(), click.browser().get(click.url()).form()),
		"forged":     check.browser().get(site + Prefix + "x"),
	}
	check.cases.c.State, check.cases.c.Reading = engine.AgreementAccepted, &flows.Reading{Files: check.files, At: start}
	pages["accepted"] = check.browser().get(check.url())
	var (
		heading   = regexp.MustCompile(`<h([1-6])`)
		id        = regexp.MustCompile(` id="([^"]+)"`)
		reference = regexp.MustCompile(` (?:for|aria-describedby|aria-labelledby|href)="#?([^"/:]+)"`)
	)
	for name, a := range pages {
		t.Run(name, func(t *testing.T) {
			for _, tag := range []string{"<main", "<header", "<h1", "<title>"} {
				if got := strings.Count(a.body, tag); got != 1 {
					t.Errorf("got %d %s, want one", got, tag)
				}
			}
			level := "0"
			for _, m := range heading.FindAllStringSubmatch(a.body, -1) {
				if m[1][0] > level[0]+1 {
					t.Errorf("got h%s after h%s, want no level left out", m[1], level)
				}
				level = m[1]
			}
			ids := map[string]bool{}
			for _, m := range id.FindAllStringSubmatch(a.body, -1) {
				if ids[m[1]] {
					t.Errorf("got the id %s twice", m[1])
				}
				ids[m[1]] = true
			}
			for _, m := range reference.FindAllStringSubmatch(a.body, -1) {
				for name := range strings.FieldsSeq(m[1]) {
					if !ids[name] {
						t.Errorf("got a reference to %s, want its element: %s", name, a.body)
					}
				}
			}
		})
	}
}

// TestNew refuses a set-up that could not work.
func TestNew(t *testing.T) {
	t.Parallel()
	page := flows.AgreementPage{Login: flows.LoginNone}
	for name, c := range map[string]Config{
		"no address": {Page: page},
		"no host":    {Page: page, PublicURL: "/x"},
		"a path":     {Page: page, PublicURL: site + "/x"},
		"no login":   {PublicURL: site, Page: flows.AgreementPage{Login: flows.LoginFeishu}},
	} {
		t.Run(name, func(t *testing.T) {
			if p, err := New(c); err == nil {
				t.Errorf("got %v, want an error", p)
			}
		})
	}
	if got := Links(site, testMAC)(flows.AgreementLink{CaseID: "x"}, start); got != "" {
		t.Errorf("got the link %s for a case without a UUID, want none", got)
	}
}

// FuzzToken: no text but a token of ours opens.
func FuzzToken(f *testing.F) {
	good, err := makeToken(testMAC, flows.AgreementLink{CaseID: caseID, Rev: 7}, start)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:63] + "\n")
	f.Fuzz(func(t *testing.T, token string) {
		l, ok := openToken(testMAC, token)
		if !ok {
			return
		}
		if again, err := makeToken(testMAC, l.AgreementLink, l.until); err != nil || again != token {
			t.Errorf("got a link of %q, which is made as %q (%v)", token, again, err)
		}
	})
}

// TestStrangersFillNoLog: what anybody can send without a link of ours is counted, and logged for debugging only.
func TestStrangersFillNoLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t, flows.ReadCheck, flows.LoginFeishu, nil)
	b := w.browser()
	for _, path := range []string{"x", loginPath, loginPath + "?code=x&state=y", textPath + "x", strings.Repeat("x", maxURL)} {
		b.get(site + Prefix + path)
	}
	if s := w.log.String(); len(w.seen) != 5 || strings.Count(s, "level=DEBUG") != 5 || strings.Contains(s, "level=INFO") {
		t.Errorf("got outcomes %v and\n%s\nwant 5, for debugging only", w.seen, s)
	}
}
