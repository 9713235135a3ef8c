package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/engine"
	"shiming/failure"
	"shiming/flows"
)

// session returns the session of a browser.
func (b *browser) session() string {
	u, _ := url.Parse(site + Prefix + "x")
	for _, c := range b.client.Jar.Cookies(u) {
		if strings.HasSuffix(c.Name, sessionCookie) {
			return c.Value
		}
	}
	return ""
}

// TestLoginOfAnother: only the applicant gets a session. The refusal names nobody.
func TestLoginOfAnother(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"another person":                tenant + "/ou_stranger",
		"another company":               "tk_2/" + applicant,
		"nobody":                        "/",
		"no company":                    "/" + applicant,
		"company and person exchanged":  applicant + "/" + tenant,
		"the applicant in capitals":     tenant + "/OU_APPLICANT",
		"the applicant and more":        tenant + "/" + applicant + "2",
		"the beginning of an applicant": tenant + "/ou_",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, flows.ReadCheck, flows.LoginFeishu, nil)
			b := w.browser()
			a := b.get(b.get(w.url()).callback(t, code))
			w.says(a, http.StatusForbidden, "wrong_person", WrongPerson)
			if b.session() != "" {
				t.Error("got a session, want none")
			}
			for _, secret := range []string{applicant, "ou_stranger", "tk_"} {
				if strings.Contains(a.body, secret) || strings.Contains(w.log.String(), secret) {
					t.Errorf("got %s on the page or in the log %s, want nobody named", secret, &w.log)
				}
			}
			page := newWorld(t, flows.ReadCheck, flows.LoginNone, nil)
			form := page.browser().get(page.url()).form()
			w.says(b.post(w.url(), form), http.StatusForbidden, "signed_out", SignedOut)
			w.wantNothing()
		})
	}
}

// TestLoginFailures: each failure says what the person can do.
func TestLoginFailures(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err    error
		status int
		id     string
	}{
		"again":   {loginError{failure.LoginAgain}, 400, "login_again"},
		"refused": {loginError{failure.LoginRefused}, 403, "login_refused"},
		"setup":   {loginError{failure.LoginSetup}, 502, "login_setup"},
		"later":   {loginError{failure.LoginLater}, 503, "login_later"},
		"timeout": {context.DeadlineExceeded, 503, "login_later"},
		"other":   {errors.New("x"), 503, "login_later"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, flows.ReadCheck, flows.LoginFeishu, nil)
			w.login.err = tt.err
			b := w.browser()
			a := b.get(b.get(w.url()).callback(t, "c-canary"))
			w.says(a, tt.status, tt.id, LoginFailed)
			if b.session() != "" || strings.Contains(w.log.String(), "canary") || strings.Contains(a.body, "canary") {
				t.Errorf("got a session or the code: %s", &w.log)
			}
			w.login.err = nil
			if !strings.Contains(a.body, `href="`+strings.TrimPrefix(w.url(), site)+`"`) {
				t.Errorf("got\n%s\nwant a link to begin again", a.body)
			}
			b.logIn(w.url())
		})
	}
}

// TestLoginState: a return from the login that this browser did not begin for this link leads nowhere.
func TestLoginState(t *testing.T) {
	t.Parallel()
	good := tenant + "/" + applicant
	type back struct {
		w       *world
		b       *browser
		address string // of the callback
	}
	with := func(address string, change func(url.Values)) string {
		u, _ := url.Parse(address)
		q := u.Query()
		change(q)
		u.RawQuery = q.Encode()
		return u.String()
	}
	for name, tt := range map[string]struct {
		get     func(back) answer
		status  int
		id      string
		outcome Outcome
		called  int // calls of Feishu
	}{
		"the person refuses": {func(x back) answer {
			return x.b.get(with(x.address, func(q url.Values) { q.Del("code"); q.Set("error", "access_denied") }))
		}, 403, "login_denied", LoginFailed, 0},
		"no state": {func(x back) answer {
			return x.b.get(with(x.address, func(q url.Values) { q.Del("state") }))
		}, 400, "login_forged", LoginFailed, 0},
		"no code": {func(x back) answer {
			return x.b.get(with(x.address, func(q url.Values) { q.Del("code") }))
		}, 400, "login_forged", LoginFailed, 0},
		"two codes": {func(x back) answer {
			return x.b.get(with(x.address, func(q url.Values) { q.Add("code", "x") }))
		}, 400, "login_forged", LoginFailed, 0},
		"two states": {func(x back) answer {
			return x.b.get(with(x.address, func(q url.Values) { q.Add("state", "x") }))
		}, 400, "login_forged", LoginFailed, 0},
		"code and error": {func(x back) answer {
			return x.b.get(with(x.address, func(q url.Values) { q.Set("error", "access_denied") }))
		}, 400, "login_forged", LoginFailed, 0},
		"an empty code": {func(x back) answer {
			return x.b.get(with(x.address, func(q url.Values) { q.Set("code", "") }))
		}, 403, "login_denied", LoginFailed, 0},
		"a link as the state": {func(x back) answer {
			return x.b.get(with(x.address, func(q url.Values) { q.Set("state", strings.TrimPrefix(x.w.url(), site+Prefix)) }))
		}, 400, "login_forged", LoginFailed, 0},
		"a state by another keyset": {func(x back) answer {
			s, _ := openState(testMAC, mustQuery(x.address).Get("state"))
			forged := s.encode(func(p string, d ...string) [][]byte { return testMAC(p+"x", d...) })
			return x.b.get(with(x.address, func(q url.Values) { q.Set("state", forged) }))
		}, 400, "login_forged", LoginFailed, 0},
		"another browser": {func(x back) answer {
			return x.w.browser().get(x.address)
		}, 403, "signed_out", SignedOut, 0},
		"another browser that logs in too": {func(x back) answer {
			b := x.w.browser()
			b.get(x.w.url())
			return b.get(x.address)
		}, 403, "login_other", LoginFailed, 0},
		"a broken cookie": {func(x back) answer {
			b := x.w.browser()
			b.header.Set("Cookie", "__Secure-"+nonceCookie+"=x")
			return b.get(x.address)
		}, 403, "login_other", LoginFailed, 0},
		"too late": {func(x back) answer {
			x.w.now = x.w.now.Add(stateLife)
			return x.b.get(x.address)
		}, 400, "login_again", LoginFailed, 0},
		"the link has ended meanwhile": {func(x back) answer {
			x.w.now = x.w.now.Add(flows.AgreementLinkLife)
			return x.b.get(x.address)
		}, 410, "expired", Expired, 0},
		"the case has ended meanwhile": {func(x back) answer {
			x.w.cases.c.State = engine.AgreementGone
			return x.b.get(x.address)
		}, 410, "gone", Gone, 0},
		"no database": {func(x back) answer {
			x.w.cases.err = errors.New("no database")
			return x.b.get(x.address)
		}, 503, "unavailable", Unavailable, 0},
		"twice, without the session": {func(x back) answer {
			x.b.get(x.address)
			b := x.w.browser()
			return b.get(x.address)
		}, 403, "signed_out", SignedOut, 1},
		"the same state once more after a failure": {func(x back) answer {
			x.w.login.err = loginError{failure.LoginLater}
			x.b.get(x.address)
			x.w.login.err = nil
			return x.b.get(x.address)
		}, 403, "signed_out", SignedOut, 1},
		"a code of somebody else's login": {func(x back) answer {
			x.w.login.used[good] = true
			return x.b.get(x.address)
		}, 400, "login_again", LoginFailed, 1},
		"cookies off": {func(x back) answer {
			x.b.client.Jar = nil
			return x.b.get(x.address)
		}, 403, "signed_out", SignedOut, 0},
		"cookies off after the login": {func(x back) answer {
			to := x.b.get(x.address).location(x.w.t)
			x.b.client.Jar = nil
			return x.b.get(to)
		}, 403, "signed_out", SignedOut, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, flows.ReadCheck, flows.LoginFeishu, nil)
			b := w.browser()
			x := back{w, b, b.get(w.url()).callback(t, good)}
			a := tt.get(x)
			w.says(a, tt.status, tt.id, tt.outcome)
			if w.login.calls != tt.called {
				t.Errorf("got %d calls of Feishu, want %d", w.login.calls, tt.called)
			}
			w.wantNothing()
			if strings.Contains(w.log.String(), applicant) || strings.Contains(a.body, "code=") {
				t.Errorf("got the code or the person on the page or in the log: %s", &w.log)
			}
		})
	}
}

func mustQuery(address string) url.Values {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	return u.Query()
}

// TestForgedStates: a state with another byte is none.
func TestForgedStates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, flows.ReadCheck, flows.LoginFeishu, nil)
	w.pages.byClient = newLimiter(1, 1e6)
	b := w.browser()
	address := b.get(w.url()).callback(t, tenant+"/"+applicant)
	state := mustQuery(address).Get("state")
	for i := range state {
		for _, bit := range []byte{1, 32} {
			changed := state[:i] + string(state[i]^bit) + state[i+1:]
			q := mustQuery(address)
			q.Set("state", changed)
			w.says(b.get(site+Prefix+loginPath+"?"+q.Encode()), http.StatusBadRequest, "login_forged", LoginFailed)
		}
	}
	if w.login.calls != 0 {
		t.Errorf("got %d calls of Feishu, want none", w.login.calls)
	}
}

// TestReloadOfTheCallback: it uses no code again, and leads to the page.
func TestReloadOfTheCallback(t *testing.T) {
	t.Parallel()
	w := newWorld(t, flows.ReadCheck, flows.LoginFeishu, nil)
	b := w.browser()
	address := b.get(w.url()+"?lang=en").callback(t, tenant+"/"+applicant)
	if head := b.do(http.MethodHead, address, nil); head.StatusCode != http.StatusOK || w.login.calls != 0 {
		t.Errorf("got %d and %d calls for HEAD, want 200 and none", head.StatusCode, w.login.calls)
	}
	for range 3 {
		page := b.get(b.get(address).location(t))
		w.says(page, http.StatusOK, "agreement", Shown)
		if !strings.Contains(page.body, `<html lang="en">`) {
			t.Error("got another language after the login, want English")
		}
	}
	if w.login.calls != 1 {
		t.Errorf("got %d calls of Feishu, want 1", w.login.calls)
	}
}

// TestSessions: a session is for one revision of one case and one person, and ends.
func TestSessions(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(w *world, b *browser) string{
		"later": func(w *world, _ *browser) string {
			w.now = w.now.Add(sessionLife)
			return w.url()
		},
		"another revision": func(w *world, _ *browser) string {
			w.cases.rev = 8
			return w.link(flows.AgreementLink{CaseID: caseID, Rev: 8}, w.now.Add(time.Hour))
		},
		"another applicant": func(w *world, _ *browser) string {
			w.cases.c.OpenID = "ou_2"
			return w.url()
		},
		"another company": func(w *world, _ *browser) string {
			w.cases.c.TenantKey = "tk_2"
			return w.url()
		},
		"another browser": func(w *world, b *browser) string {
			*b = *w.browser()
			return w.url()
		},
		"a flipped byte": func(w *world, b *browser) string {
			forged := flipped(b.session())
			*b = *w.browser()
			b.header.Set("Cookie", "__Secure-"+sessionCookie+"="+forged)
			return w.url()
		},
		"a longer life": func(w *world, b *browser) string {
			raw, _ := decode(b.session(), 8+macLen)
			raw[6]++
			*b = *w.browser()
			b.header.Set("Cookie", "__Secure-"+sessionCookie+"="+coding.EncodeToString(raw))
			return w.url()
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, flows.ReadCheck, flows.LoginFeishu, nil)
			b := w.browser()
			page := b.logIn(w.url())
			address := change(w, b)
			w.says(b.post(address, page.form()), http.StatusForbidden, "signed_out", SignedOut)
			w.wantNothing()
			b.get(address).callback(t, "") // a login is asked for
		})
	}
}

// TestCookies checks their attributes.
func TestCookies(t *testing.T) {
	t.Parallel()
	for public, secure := range map[string]bool{site: true, "http://127.0.0.1:8080": false} {
		t.Run(public, func(t *testing.T) {
			w := newWorld(t, flows.ReadCheck, flows.LoginFeishu, func(c *Config) { c.PublicURL = public })
			b := w.browser()
			first := b.get(w.url())
			cookies := first.Cookies()
			rec := &recorder{header: http.Header{}}
			w.pages.startSession(rec, flows.AgreementLink{CaseID: caseID, Rev: 7}, w.cases.c)
			cookies = append(cookies, (&http.Response{Header: rec.header}).Cookies()...)
			if len(cookies) != 2 {
				t.Fatalf("got %d cookies, want 2", len(cookies))
			}
			for _, c := range cookies {
				if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != secure || c.Path != "/agreement" ||
					strings.HasPrefix(c.Name, "__Secure-") != secure || c.MaxAge <= 0 || c.Domain != "" {
					t.Errorf("got %v", c)
				}
			}
			if !slices.IsSortedFunc(cookies, func(a, b *http.Cookie) int { return a.MaxAge - b.MaxAge }) {
				t.Errorf("got %v, want a session that outlasts the login", cookies)
			}
		})
	}
}

// recorder keeps headers only.
type recorder struct{ header http.Header }

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) Write(b []byte) (int, error) { return len(b), nil }
func (r *recorder) WriteHeader(int)             {}
