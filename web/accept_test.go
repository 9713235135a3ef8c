package web

import (
	"errors"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"shiming/engine"
	"shiming/flows"
)

// TestCheckNeedsEveryTick: without a tick, or without the button that consents, nothing is recorded, and the page says
// which one is missing.
func TestCheckNeedsEveryTick(t *testing.T) {
	t.Parallel()
	for name, missing := range map[string][]string{
		"first":   {"read-1"},
		"second":  {"read-2"},
		"consent": {"consent"},
		"all":     {"read-1", "read-2", "consent"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, flows.ReadCheck, flows.LoginNone, nil, "数字证书服务协议", "隐私政策")
			b := w.browser()
			page := b.get(w.url())
			form := page.form()
			for _, box := range missing {
				form.Del(box)
			}
			a := b.post(page.action(t), form)
			w.says(a, http.StatusUnprocessableEntity, "agreement", Incomplete)
			w.wantNothing()
			if !strings.Contains(a.body, `role="alert"`) {
				t.Error("got no alert, want one")
			}
			for _, box := range []string{"read-1", "read-2", "consent"} {
				bad := strings.Contains(strings.Join(missing, " "), box)
				error := "error-" + strings.TrimPrefix(box, "read-")
				if got := strings.Contains(a.body, `aria-describedby="`+error) &&
					strings.Contains(a.body, `id="`+error+`"`) && strings.Contains(a.body, `href="#`+box+`"`); got != bad {
					t.Errorf("%s: got an error %v, want %v: %s", box, got, bad, a.body)
				}
				if box == "consent" {
					continue // a button, which keeps nothing
				}
				if got := strings.Contains(a.body, `name="`+box+`" value="yes" required checked`); got == bad {
					t.Errorf("%s: got a tick %v, want %v", box, got, !bad)
				}
			}
			if sent := b.post(a.action(t), a.form()); sent.StatusCode != http.StatusSeeOther || len(w.cases.accepted) != 1 {
				t.Errorf("got %d and %d readings after the correction, want 303 and 1", sent.StatusCode, len(w.cases.accepted))
			}
		})
	}
}

// TestClickOpensEachText: with CLICK each text is opened by a click before the button appears.
func TestClickOpensEachText(t *testing.T) {
	t.Parallel()
	w := newWorld(t, flows.ReadClick, flows.LoginFeishu, nil, "数字证书服务协议", "隐私政策")
	b := w.browser()
	list := b.logIn(w.url() + "?lang=en")
	first := html.EscapeString(string(w.texts[w.files[0].SHA256]))
	second := html.EscapeString(string(w.texts[w.files[1].SHA256]))
	if strings.Contains(list.body, first) || strings.Contains(list.body, `<button type="submit"`) ||
		len(list.opens()) != 2 {
		t.Errorf("got\n%s\nwant a list of both texts without text and button", list.body)
	}
	one := b.get(list.opens()[1])
	if !strings.Contains(one.body, second) || strings.Contains(one.body, `<button type="submit"`) {
		t.Errorf("got\n%s\nwant the second text without a button", one.body)
	}
	two := b.get(one.opens()[0])
	if !strings.Contains(two.body, first) || !strings.Contains(two.body, `<button type="submit"`) ||
		strings.Count(two.body, `<span class="opened">`) != 2 || len(boxForm.FindAllString(two.body, -1)) != 0 {
		t.Errorf("got\n%s\nwant the first text and the consent's button, no box", two.body)
	}
	form := two.form()
	form.Del("consent")
	again := b.post(two.action(t), form)
	w.says(again, http.StatusUnprocessableEntity, "agreement", Incomplete)
	w.wantNothing()
	sent := b.post(again.action(t), again.form())
	if sent.StatusCode != http.StatusSeeOther || len(w.cases.accepted) != 1 {
		t.Fatalf("got %d and %d readings, want 303 and 1", sent.StatusCode, len(w.cases.accepted))
	}
	if got := w.cases.accepted[0].Type; got != flows.ReadClick {
		t.Errorf("got %s, want CLICK", got)
	}
}

// TestClickNeedsTheProof: a form without the proof that every text was opened is refused.
func TestClickNeedsTheProof(t *testing.T) {
	t.Parallel()
	titles := []string{"数字证书服务协议", "隐私政策"}
	for name, proof := range map[string]func(w *world, list, one answer) string{
		"none":         func(*world, answer, answer) string { return "" },
		"of the list":  func(_ *world, list, _ answer) string { return list.form().Get("opened") },
		"of one text":  func(_ *world, _, one answer) string { return one.form().Get("opened") },
		"claims both":  func(_ *world, _, one answer) string { return "0-1" + one.form().Get("opened")[1:] },
		"one twice":    func(_ *world, _, one answer) string { return "0-0" + one.form().Get("opened")[1:] },
		"out of range": func(_ *world, _, one answer) string { return "0-9" + one.form().Get("opened")[1:] },
		"of another link": func(w *world, _, _ answer) string {
			l, _ := openToken(testMAC, strings.TrimPrefix(w.url(), site+Prefix))
			l.token += "x"
			return w.pages.proofOfOpened(l, w.files, opened{0, 1})
		},
		"of other texts": func(w *world, _, _ answer) string {
			l, _ := openToken(testMAC, strings.TrimPrefix(w.url(), site+Prefix))
			files := []flows.AgreementFile{w.files[0], w.files[0]}
			return w.pages.proofOfOpened(l, files, opened{0, 1})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, flows.ReadClick, flows.LoginNone, nil, titles...)
			b := w.browser()
			list := b.get(w.url())
			one := b.get(list.opens()[0])
			form := url.Values{"shown": {one.form().Get("shown")}, "consent": {"yes"}, "read-1": {"yes"}, "read-2": {"yes"}}
			form.Set("opened", proof(w, list, one))
			a := b.post(one.action(t), form)
			w.says(a, http.StatusUnprocessableEntity, "agreement", Incomplete)
			w.wantNothing()
			if !strings.Contains(a.body, `role="alert"`) {
				t.Errorf("got\n%s\nwant an alert", a.body)
			}
		})
	}
	t.Run("opened by a made-up address", func(t *testing.T) {
		w := newWorld(t, flows.ReadClick, flows.LoginNone, nil, titles...)
		a := w.browser().get(w.url() + "?open=0")
		if strings.Contains(a.body, html.EscapeString(string(w.texts[w.files[0].SHA256]))) {
			t.Errorf("got\n%s\nwant the list", a.body)
		}
	})
}

// TestChangedWhileReading: a text that has changed is shown, and nothing is recorded until it is read.
func TestChangedWhileReading(t *testing.T) {
	t.Parallel()
	change := map[string]func(*world){
		"file": func(w *world) {
			f, text := fileOf("数字证书服务协议", "v2", "the new text")
			w.pages.texts[f.SHA256] = text
			w.cases.c.Files = []flows.AgreementFile{f}
		},
		"title": func(w *world) {
			w.cases.c.Files = []flows.AgreementFile{w.files[0]}
			w.cases.c.Files[0].Title = "数字证书服务协议（新）"
		},
		"consent": func(w *world) { w.cases.c.Consent.Company = "新公司" },
		"number":  func(w *world) { w.cases.c.Files = append(w.cases.c.Files, w.files[0]) },
	}
	for name, change := range change {
		for _, read := range []flows.ReadType{flows.ReadCheck, flows.ReadClick} {
			for _, race := range []bool{false, true} {
				t.Run(name+" "+string(read)+map[bool]string{true: " in between"}[race], func(t *testing.T) {
					w := newWorld(t, read, flows.LoginNone, nil)
					w.cases.c.Again = true
					b := w.browser()
					page := b.get(w.url())
					if read == flows.ReadClick {
						page = b.get(page.opens()[0])
					}
					if !strings.Contains(page.body, zh.must("agreement.again")) {
						t.Error("got no word that the text is new, want one")
					}
					if race {
						w.cases.race = func(f *fakeCases) { f.race = nil; change(w) }
					} else {
						change(w)
					}
					a := b.post(page.action(t), page.form())
					w.says(a, http.StatusConflict, "agreement", Changed)
					w.wantNothing()
					if !strings.Contains(a.body, zh.must("agreement.changed")) || strings.Contains(a.body, "checked") {
						t.Errorf("got\n%s\nwant the new text with a word and no ticks", a.body)
					}
					if read == flows.ReadClick {
						for range w.cases.c.Files {
							opens := a.opens()
							a = b.get(opens[min(len(w.cases.c.Files)-1, strings.Count(a.body, `<span class="opened">`))])
						}
					}
					if sent := b.post(a.action(t), a.form()); sent.StatusCode != http.StatusSeeOther || len(w.cases.accepted) != 1 {
						t.Errorf("got %d and %d readings of the new text, want 303 and 1: %s",
							sent.StatusCode, len(w.cases.accepted), sent.body)
					}
				})
			}
		}
	}
}

// TestBadForms: a form that our page did not make records nothing.
func TestBadForms(t *testing.T) {
	t.Parallel()
	send := func(change func(url.Values)) func(b *browser, to string, form url.Values) answer {
		return func(b *browser, to string, form url.Values) answer {
			change(form)
			return b.post(to, form)
		}
	}
	header := func(name, value string) func(b *browser, to string, form url.Values) answer {
		return func(b *browser, to string, form url.Values) answer {
			b.header.Set(name, value)
			return b.post(to, form)
		}
	}
	method := func(name, path string) func(b *browser, to string, form url.Values) answer {
		return func(b *browser, to string, form url.Values) answer {
			if path != "" {
				to = site + Prefix + path
			}
			return b.do(name, to, strings.NewReader(form.Encode()))
		}
	}
	for name, tt := range map[string]struct {
		send   func(b *browser, to string, form url.Values) answer
		status int
		id     string
	}{
		"nothing":        {send(func(f url.Values) { clear(f) }), 400, "bad_form"},
		"no proof":       {send(func(f url.Values) { f.Del("shown") }), 400, "bad_form"},
		"half a proof":   {send(func(f url.Values) { f.Set("shown", f.Get("shown")[:20]) }), 400, "bad_form"},
		"a flipped byte": {send(func(f url.Values) { f.Set("shown", flipped(f.Get("shown"))) }), 400, "bad_form"},
		"too large":      {send(func(f url.Values) { f.Set("x", strings.Repeat("x", maxForm)) }), 413, "bad_form"},
		"broken escapes": {func(b *browser, to string, _ url.Values) answer {
			return b.do(http.MethodPost, to, strings.NewReader("shown=%zz"))
		}, 400, "bad_form"},
		"JSON":           {header("Content-Type", "application/json"), 415, "bad_form"},
		"multipart":      {header("Content-Type", "multipart/form-data; boundary=x"), 415, "bad_form"},
		"another site":   {header("Sec-Fetch-Site", "cross-site"), 403, "cross_site"},
		"a neighbour":    {header("Sec-Fetch-Site", "same-site"), 403, "cross_site"},
		"another origin": {header("Origin", "https://evil.example.com"), 403, "cross_site"},
		"no origin":      {header("Origin", "null"), 403, "cross_site"},
		"another method": {method("PUT", ""), 405, "bad_request"},
		"delete":         {method("DELETE", ""), 405, "bad_request"},
		"a long address": {func(b *browser, to string, f url.Values) answer {
			return b.post(to+"?x="+strings.Repeat("x", maxURL), f)
		}, 414, "bad_request"},
		"post to login":     {method("POST", loginPath), 405, "bad_request"},
		"post to a text":    {method("POST", textPath), 405, "bad_request"},
		"post to the style": {method("POST", stylePath), 405, "bad_request"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, flows.ReadCheck, flows.LoginNone, nil)
			b := w.browser()
			page := b.get(w.url())
			a := tt.send(b, page.action(t), page.form())
			w.says(a, tt.status, tt.id, BadRequest)
			w.wantNothing()
			if tt.status == http.StatusMethodNotAllowed && a.Header.Get("Allow") == "" {
				t.Error("got no Allow, want the methods")
			}
		})
	}
	for name, set := range map[string][2]string{
		"our origin":      {"Origin", site},
		"our public name": {"Origin", "https://shiming.example.com"},
		"our fetch":       {"Sec-Fetch-Site", "same-origin"},
		"a charset":       {"Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"},
		"typed by a user": {"Sec-Fetch-Site", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, flows.ReadCheck, flows.LoginNone, func(c *Config) {
				if name == "our public name" { // the proxy passes on another Host
					c.PublicURL = "https://Shiming.example.com:443"
				}
			})
			b := w.browser()
			page := b.get(w.url())
			b.header.Set(set[0], set[1])
			if a := b.post(page.action(t), page.form()); a.StatusCode != http.StatusSeeOther {
				t.Errorf("got %d, want 303: %s", a.StatusCode, a.body)
			}
		})
	}
}

// flipped returns a text with another character in its middle.
func flipped(s string) string {
	i, c := len(s)/2, byte('A')
	if s[i] == c {
		c = 'B'
	}
	return s[:i] + string(c) + s[i+1:]
}

// TestProofOfAnotherLink: what another case's page showed proves nothing.
func TestProofOfAnotherLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t, flows.ReadCheck, flows.LoginNone, nil)
	b := w.browser()
	page := b.get(w.url())
	form := page.form()
	w.cases.rev = 8
	other := w.link(flows.AgreementLink{CaseID: caseID, Rev: 8}, w.now.Add(time.Hour))
	w.says(b.post(other, form), http.StatusBadRequest, "bad_form", BadRequest)
	w.wantNothing()
}

// TestEngineWhileAccepting: what the engine answers to the acceptance reaches the person.
func TestEngineWhileAccepting(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		race    func(*fakeCases)
		status  int
		id      string
		outcome Outcome
	}{
		"no database": {func(f *fakeCases) { f.err = errors.New("no database") }, 503, "unavailable", Unavailable},
		"deleted":     {func(f *fakeCases) { f.err = flows.ErrNotFound }, 410, "gone", Gone},
		"declined":    {func(f *fakeCases) { f.c.State = engine.AgreementGone }, 410, "gone", Gone},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, flows.ReadCheck, flows.LoginNone, nil)
			b := w.browser()
			page := b.get(w.url())
			w.cases.race = tt.race
			w.says(b.post(page.action(t), page.form()), tt.status, tt.id, tt.outcome)
			w.wantNothing()
		})
	}
}

// TestProxyAddress: only the word of a trusted proxy is recorded, and the operator is told once.
func TestProxyAddress(t *testing.T) {
	t.Parallel()
	t.Run("trusted", func(t *testing.T) {
		w := newWorld(t, flows.ReadCheck, flows.LoginNone, nil)
		w.peer = "[2001:db8::7]:1"
		b := w.browser()
		b.header.Set(xForwardedFor, "198.51.100.1")
		page := b.get(w.url())
		if a := b.post(page.action(t), page.form()); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("got %d, want 303: %s", a.StatusCode, a.body)
		}
		if got := w.cases.accepted[0].IP; got != "2001:db8::7" {
			t.Errorf("got the address %s, want that of the nearest hop", got)
		}
	})
	for name, header := range map[string]string{"not trusted": "198.51.100.1", "not trusted and silent": ""} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, flows.ReadCheck, flows.LoginNone, nil)
			b := w.browser()
			page := b.get(w.url())
			w.peer, w.proxy = "203.0.113.1:1", "" // a proxy that the settings do not name
			if header != "" {
				b.header.Set(xForwardedFor, header)
			}
			w.says(b.get(w.url()), http.StatusServiceUnavailable, "no_address", NoAddress)
			for range 3 {
				w.says(b.post(page.action(t), page.form()), http.StatusServiceUnavailable, "no_address", NoAddress)
			}
			w.wantNothing()
			if got := strings.Count(w.log.String(), "server.trusted_proxies to"); got != 1 {
				t.Errorf("got %d warnings, want 1: %s", got, &w.log)
			}
			if s := w.log.String(); strings.Contains(s, "198.51") || strings.Contains(s, "203.0") {
				t.Errorf("got an address in the log: %s", s)
			}
		})
	}
	t.Run("http without a proxy", func(t *testing.T) {
		w := newWorld(t, flows.ReadCheck, flows.LoginNone, func(c *Config) { c.PublicURL = "http://hr.example.com" })
		w.proxy = ""
		w.says(w.browser().get(w.url()), http.StatusOK, "agreement", Shown)
	})
}
