package web

import (
	"context"
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

// TestReadAndAccept walks the whole way of an applicant with the default set-up.
func TestReadAndAccept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, flows.ReadCheck, flows.LoginFeishu, nil, "数字证书服务协议", "隐私政策")
	b := w.browser()
	page := b.logIn(w.url())
	w.says(page, http.StatusOK, "agreement", Shown)
	for _, f := range w.files {
		for _, want := range []string{
			html.EscapeString(string(w.texts[f.SHA256])), f.Title, f.Version, f.SHA256, Prefix + textPath + f.SHA256,
		} {
			if !strings.Contains(page.body, want) {
				t.Errorf("got\n%s\nwant %q in it", page.body, want)
			}
		}
	}
	for _, s := range w.cases.c.Consent.Parts(false).Sections {
		if !strings.Contains(page.body, html.EscapeString(s.Body)) {
			t.Errorf("got\n%s\nwant the consent's %q in it", page.body, s.Title)
		}
	}
	if got := len(boxForm.FindAllString(page.body, -1)); got != 2 || !consentForm.MatchString(page.body) {
		t.Errorf("got %d required boxes, want one for each text, and a button for the consent: %s", got, page.body)
	}
	w.now = w.now.Add(5 * time.Minute)
	sent := b.post(page.action(t), page.form())
	if sent.StatusCode != http.StatusSeeOther || w.seen[len(w.seen)-1] != Accepted {
		t.Fatalf("got %d and %v, want 303 and accepted: %s", sent.StatusCode, w.seen, sent.body)
	}
	if c := sent.Cookies(); len(c) != 1 || !c[0].HttpOnly || c[0].Name != "__Secure-"+doneCookie || c[0].Value == "" {
		t.Errorf("got the cookies %v, want one by which the back button does not show the form", c)
	}
	if len(w.cases.accepted) != 1 {
		t.Fatalf("got %d readings, want 1", len(w.cases.accepted))
	}
	got := w.cases.accepted[0]
	if len(got.Files) != 2 || got.Files[0] != w.files[0] || got.Files[1] != w.files[1] ||
		got.ConsentHash != w.cases.c.Consent.Hash() || got.Type != flows.ReadCheck || got.Login != flows.LoginFeishu ||
		got.IP != "203.0.113.9" {
		t.Errorf("got %+v, want both texts, the consent, CHECK, feishu and the address", got)
	}
	done := b.get(sent.location(t))
	w.says(done, http.StatusOK, "accepted", Already)
	for _, want := range []string{w.files[0].Title, w.files[1].Version, "2026-11-30 09:05"} {
		if !strings.Contains(done.body, want) {
			t.Errorf("got\n%s\nwant %q in it", done.body, want)
		}
	}
	// The form once more, as by a double click or the back button.
	again := b.post(page.action(t), page.form())
	w.says(b.get(again.location(t)), http.StatusOK, "accepted", Already)
	if len(w.cases.accepted) != 1 {
		t.Errorf("got %d readings after a second submit, want 1", len(w.cases.accepted))
	}
}

// TestLookingRecordsNothing: GET and HEAD change nothing, whatever their parameters.
func TestLookingRecordsNothing(t *testing.T) {
	t.Parallel()
	for _, read := range []flows.ReadType{flows.ReadCheck, flows.ReadClick} {
		t.Run(string(read), func(t *testing.T) {
			w := newWorld(t, read, flows.LoginFeishu, nil)
			b := w.browser()
			if head := b.do(http.MethodHead, w.url(), nil); head.StatusCode != http.StatusOK || head.body != "" {
				t.Errorf("got %d %q for HEAD without a session, want 200 and no redirect", head.StatusCode, head.body)
			}
			page := b.logIn(w.url())
			q := page.form()
			q.Set("read-1", "yes")
			q.Set("consent", "yes")
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				if a := b.do(method, w.url()+"?"+q.Encode(), nil); a.StatusCode != http.StatusOK {
					t.Errorf("got %d for %s, want 200", a.StatusCode, method)
				}
				if a := b.do(method, w.url()+renewPath, nil); a.StatusCode != http.StatusMethodNotAllowed {
					t.Errorf("got %d for %s of renew, want 405", a.StatusCode, method)
				}
			}
			w.wantNothing()
		})
	}
}

// TestStates: what a link says when there is nothing to read.
func TestStates(t *testing.T) {
	t.Parallel()
	hour := 3 * time.Hour
	for name, tt := range map[string]struct {
		change  func(*world)
		status  int
		id      string
		outcome Outcome
	}{
		"gone":             {func(w *world) { w.cases.c.State = engine.AgreementGone }, 410, "gone", Gone},
		"a newer revision": {func(w *world) { w.cases.rev++ }, 410, "gone", Gone},
		"deleted":          {func(w *world) { w.cases.err = flows.ErrNotFound }, 410, "gone", Gone},
		"no engine":        {func(w *world) { w.cases.err = errors.New("no database") }, 503, "unavailable", Unavailable},
		"expired":          {func(w *world) { w.now = w.now.Add(hour) }, 410, "expired", Expired},
		"expired and gone": {func(w *world) {
			w.now, w.cases.c.State = w.now.Add(hour), engine.AgreementGone
		}, 410, "gone", Gone},
		"expired and accepted": {func(w *world) {
			w.now, w.cases.c.State, w.cases.c.Reading = w.now.Add(hour), engine.AgreementAccepted, &flows.Reading{}
		}, 200, "already", Already},
		"no address": {func(w *world) { w.pages.proxies = nil }, 503, "no_address", NoAddress},
		"no text":    {func(w *world) { w.pages.texts, w.pages.escaped = nil, nil }, 503, "unavailable", Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, flows.ReadCheck, flows.LoginNone, nil)
			address := w.url()
			form := w.browser().get(address).form()
			tt.change(w)
			w.says(w.browser().get(address), tt.status, tt.id, tt.outcome)
			if tt.id == "unavailable" && name == "no text" {
				return // the form needs no text: it was shown
			}
			w.says(w.browser().post(address, form), tt.status, tt.id, tt.outcome)
			w.wantNothing()
			if tt.status == http.StatusServiceUnavailable {
				if got := w.browser().get(address).Header.Get("Retry-After"); got == "" {
					t.Error("got no Retry-After, want one")
				}
			}
		})
	}
}

// TestForgedLinks: a link with any other byte is none.
func TestForgedLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, flows.ReadCheck, flows.LoginNone, nil)
	w.pages.byClient = newLimiter(1, 1e6)
	token := strings.TrimPrefix(w.url(), site+Prefix)
	foreign := func(purpose string, data ...string) [][]byte { return testMAC(purpose+"x", data...) }
	otherKeys, err := makeToken(foreign, flows.AgreementLink{CaseID: caseID, Rev: 7}, w.now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	bad := map[string]string{
		"empty":         "",
		"half":          token[:len(token)/2],
		"longer":        token + "A",
		"padded":        token + "=",
		"twice":         token + token,
		"line break":    token[:10] + "%0A" + token[10:],
		"other keyset":  otherKeys,
		"a path":        "../" + token,
		"a word":        "favicon.ico",
		"a proof":       w.browser().get(w.url()).form().Get("shown"),
		"percent signs": strings.Repeat("%41", 64),
	}
	for i := range token {
		for _, bit := range []byte{1, 2, 32} {
			c := token[i] ^ bit
			if c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
				bad["byte "+url.QueryEscape(token[:i+1])+string(c)] = token[:i] + string(c) + token[i+1:]
			}
		}
	}
	if len(bad) < 100 {
		t.Fatalf("got %d links, want many", len(bad))
	}
	for name, token := range bad {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.says(w.browser().get(site+Prefix+token), http.StatusNotFound, "forged", Forged)
			w.says(w.browser().post(site+Prefix+token+renewPath, nil), http.StatusNotFound, "forged", Forged)
			w.says(w.browser().post(site+Prefix+token, url.Values{"consent": {"yes"}}), http.StatusNotFound, "forged", Forged)
		})
	}
	w.wantNothing()
}

// TestRenew: an expired link asks for a new one, a few times only.
func TestRenew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, flows.ReadCheck, flows.LoginFeishu, nil)
	address := w.url()
	b := w.browser()
	if early := b.post(address+renewPath, nil); early.StatusCode != http.StatusSeeOther || w.cases.renewed != 0 {
		t.Errorf("got %d and %d cards for a good link, want 303 and none", early.StatusCode, w.cases.renewed)
	}
	w.now = w.now.Add(3 * time.Hour)
	page := b.get(address)
	w.says(page, http.StatusGone, "expired", Expired)
	for range 2 {
		w.says(b.post(page.action(t), nil), http.StatusOK, "renewed", Renewed)
	}
	late := b.post(page.action(t), nil)
	w.says(late, http.StatusTooManyRequests, "limited", Limited)
	if late.Header.Get("Retry-After") != "300" || w.cases.renewed != 2 {
		t.Errorf("got Retry-After %q and %d cards, want 300 and 2", late.Header.Get("Retry-After"), w.cases.renewed)
	}
	w.now = w.now.Add(6 * time.Minute)
	w.says(b.post(page.action(t), nil), http.StatusOK, "renewed", Renewed)
	w.cases.c.State = engine.AgreementAccepted
	w.now = w.now.Add(6 * time.Minute)
	w.says(b.post(page.action(t), nil), http.StatusOK, "already", Already)
	w.cases.c.State = engine.AgreementGone
	w.now = w.now.Add(6 * time.Minute)
	w.says(b.post(page.action(t), nil), http.StatusGone, "gone", Gone)
	w.cases.err = errors.New("no database")
	w.now = w.now.Add(6 * time.Minute)
	w.says(b.post(page.action(t), nil), http.StatusServiceUnavailable, "unavailable", Unavailable)
}

// TestLanguages: the address decides, then the browser, then Chinese.
func TestLanguages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, flows.ReadCheck, flows.LoginNone, nil)
	for name, tt := range map[string]struct{ query, header, want string }{
		"nothing":             {"", "", "zh-CN"},
		"Chinese":             {"", "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"},
		"Taiwan":              {"", "zh-TW", "zh-CN"},
		"English":             {"", "en-GB,en;q=0.9", "en"},
		"English before zh":   {"", "zh;q=0.5,en;q=0.9", "en"},
		"a third language":    {"", "fr-FR", "zh-CN"},
		"third, then English": {"", "fr-FR,en;q=0.5", "en"},
		"garbage":             {"", ";;;q=,\x00", "zh-CN"},
		"asked for English":   {"?lang=en", "zh-CN", "en"},
		"asked for Chinese":   {"?lang=zh", "en", "zh-CN"},
		"asked for nonsense":  {"?lang=xx", "en", "en"},
	} {
		t.Run(name, func(t *testing.T) {
			b := w.browser()
			b.header.Set("Accept-Language", tt.header)
			for _, address := range []string{w.url(), site + Prefix + "x"} {
				a := b.get(address + tt.query)
				if !strings.Contains(a.body, `<html lang="`+tt.want+`">`) || a.Header.Get("Content-Language") != tt.want {
					t.Errorf("got %q, want %s: %s", a.Header.Get("Content-Language"), tt.want, a.body)
				}
			}
		})
	}
	t.Run("the language stays", func(t *testing.T) {
		w.t = t
		b := w.browser()
		page := b.get(w.url() + "?lang=en")
		if !strings.Contains(page.body, `hreflang="zh-CN">中文</a>`) || !strings.Contains(page.body, "?lang=zh") {
			t.Errorf("got\n%s\nwant a link to the Chinese page", page.body)
		}
		sent := b.post(page.action(t), page.form())
		if done := b.get(sent.location(t)); !strings.Contains(done.body, `<html lang="en">`) {
			t.Errorf("got\n%s\nwant the English page", done.body)
		}
	})
}

// TestTextsSpeakTheirLanguage: a screen reader reads a text in the text's language, and the rest in the page's.
func TestTextsSpeakTheirLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, flows.ReadCheck, flows.LoginNone, nil, "数字证书服务协议", "Privacy policy")
	for _, page := range []string{"zh", "en"} {
		a := w.browser().get(w.url() + "?lang=" + page)
		for _, want := range []string{
			`<h2 id="file-1" lang="zh-CN">`,
			`lang="zh-CN" aria-label="` + nameOfText(t, lang(page), "数字证书服务协议"),
			`<h2 id="file-2" lang="en">`,
			`lang="en" aria-label="` + nameOfText(t, lang(page), "Privacy policy"),
		} {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s: got\n%s\nwant %q in it", page, a.body, want)
			}
		}
	}
}

// nameOfText returns the name of the element that holds a text.
func nameOfText(t *testing.T, l lang, title string) string {
	t.Helper()
	s, err := l.T("body.label", "title", title)
	if err != nil {
		t.Fatal(err)
	}
	return html.EscapeString(s)
}

// TestProblemComesFirst: a screen reader says what is missing before anything else, and nothing is called wrong before
// the form is sent.
func TestProblemComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, flows.ReadCheck, flows.LoginNone, nil)
	page := w.browser().get(w.url())
	sent := w.browser().post(w.url(), url.Values{"shown": page.form()["shown"]})
	for _, tt := range []struct {
		name          string
		a             answer
		title, valid  string
		alerts, wrong int
	}{
		{"before", page, "<title>" + zh.must("agreement.title"), `aria-invalid="false"`, 0, 0},
		{"after", sent, "<title>" + zh.must("missing.title"), `aria-invalid="true"`, 1, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			alerts := strings.Count(tt.a.body, `role="alert" tabindex="-1" autofocus`)
			wrong := strings.Count(tt.a.body, `class="error"`)
			if !strings.Contains(tt.a.body, tt.title) || strings.Count(tt.a.body, tt.valid) != 1 ||
				alerts != tt.alerts || wrong != tt.wrong {
				t.Errorf("got\n%s\nwant %q, %d alerts and %d errors", tt.a.body, tt.title, tt.alerts, tt.wrong)
			}
		})
	}
}

// TestTextBytes: everybody gets the exact bytes of each text, old ones included.
func TestTextBytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, flows.ReadCheck, flows.LoginFeishu, nil)
	old, oldText := fileOf("旧协议", "v0", "old text")
	for name, tt := range map[string]struct {
		sum    string
		status int
		body   string
	}{
		"present":    {w.files[0].SHA256, 200, string(w.texts[w.files[0].SHA256])},
		"old":        {old.SHA256, 200, string(oldText)},
		"unknown":    {strings.Repeat("0", 64), 404, ""},
		"short":      {old.SHA256[1:], 404, ""},
		"upper case": {strings.ToUpper(old.SHA256), 404, ""},
		"a path":     {"../" + old.SHA256, 404, ""},
		"empty":      {"", 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.browser().get(site + Prefix + textPath + tt.sum)
			if a.StatusCode != tt.status || tt.status == 200 && (a.body != tt.body ||
				a.Header.Get("Content-Type") != "text/plain; charset=utf-8") {
				t.Errorf("got %d %s %q, want %d %q", a.StatusCode, a.Header.Get("Content-Type"), a.body, tt.status, tt.body)
			}
		})
	}
	w.pages.kept = func(context.Context, string) ([]byte, error) { return nil, errors.New("no database") }
	w.says(w.browser().get(site+Prefix+textPath+old.SHA256), http.StatusServiceUnavailable, "unavailable", Unavailable)
	a := w.browser().do(http.MethodHead, site+Prefix+textPath+w.files[0].SHA256, nil)
	if a.body != "" || a.StatusCode != http.StatusOK {
		t.Errorf("got %d %q for HEAD, want 200 without a body", a.StatusCode, a.body)
	}
}
