package feishu

import (
	"html"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const loginBack = "https://hr.example.com/agreement/login"

// loginWorld is a world with one redirect URL and one person.
func loginWorld(t *testing.T) (*world, User) {
	w := newWorld(t)
	w.SetRedirectURLs(loginBack)
	return w, w.AddUser(User{Name: "张三", Mobile: "+8613812345678"})
}

// open opens the authorize page with parameters that replace the usual ones; "-" leaves one out.
func (w *world) open(change map[string]string) answer {
	w.t.Helper()
	q := url.Values{
		"client_id":     {"cli_test"},
		"response_type": {"code"},
		"redirect_uri":  {loginBack},
		"state":         {"s+1 &"},
	}
	for name, value := range change {
		if q.Set(name, value); value == "-" {
			q.Del(name)
		}
	}
	req, err := http.NewRequest("GET", w.api.URL+prefix+"/authen/v1/authorize?"+q.Encode(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.browse(req, nil)
}

// browse makes one request as a browser that shows where it is sent.
func (w *world) browse(req *http.Request, jar http.CookieJar) answer {
	w.t.Helper()
	client := &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return w.finishWith(client, req)
}

// cameBack returns the parameters with which the browser is sent back.
func (w *world) cameBack(a answer) url.Values {
	w.t.Helper()
	to, err := url.Parse(a.header.Get("Location"))
	if a.status != 302 || err != nil {
		w.t.Fatalf("got HTTP %d to %q, want 302", a.status, a.header.Get("Location"))
	}
	return to.Query()
}

// code logs a person in and returns the code.
func (w *world) code(openID string, change map[string]string) string {
	w.t.Helper()
	with := map[string]string{LoginPerson: openID}
	maps.Copy(with, change)
	return w.cameBack(w.open(with)).Get("code")
}

// exchange exchanges a code; change replaces members of the body, "-" leaves one out.
func (w *world) exchange(code string, change map[string]string) answer {
	w.t.Helper()
	body := map[string]string{
		"grant_type":    "authorization_code",
		"client_id":     "cli_test",
		"client_secret": "secret",
		"code":          code,
		"redirect_uri":  loginBack,
	}
	for name, value := range change {
		if body[name] = value; value == "-" {
			delete(body, name)
		}
	}
	return w.do("POST", "/authen/v2/oauth/token", body)
}

func TestLogin(t *testing.T) {
	w, u := loginWorld(t)
	back := w.cameBack(w.open(map[string]string{LoginPerson: u.OpenID}))
	if ok, _ := regexp.MatchString(`^[A-Za-z0-9_-]{64,}$`, back.Get("code")); !ok || back.Get("state") != "s+1 &" {
		t.Errorf("got %v, want a code and the state", back)
	}
	token := w.exchange(back.Get("code"), nil)
	w.want(token, 200, 0)
	if token.body["data"] != nil || token.body["msg"] != nil || token.body["token_type"] != "Bearer" ||
		token.body["expires_in"] != float64(7200) {
		t.Errorf("got %s, want it flat, for two hours", token.raw)
	}
	w.token = str(token.body["access_token"])
	info := w.do("GET", "/authen/v1/user_info", nil)
	w.want(info, 200, 0)
	for name, want := range map[string]string{"open_id": u.OpenID, "tenant_key": "tk", "name": "张三"} {
		if got := info.data()[name]; got != want {
			t.Errorf("%s: got %v, want %s", name, got, want)
		}
	}
	w.clock.add(userTokenLife)
	w.want(w.do("GET", "/authen/v1/user_info", nil), 200, 20005)
}

func TestLoginOfSomebodyElse(t *testing.T) {
	w, _ := loginWorld(t)
	guest := w.AddUser(User{Name: "李四", TenantKey: "tk_guest"})
	w.token = str(w.exchange(w.code(guest.OpenID, nil), nil).body["access_token"])
	if got := w.do("GET", "/authen/v1/user_info", nil).data()["tenant_key"]; got != "tk_guest" {
		t.Errorf("got tenant_key %v, want tk_guest", got)
	}
	w.ChangeUser(guest.OpenID, func(u *User) { u.Resigned = true })
	w.want(w.do("GET", "/authen/v1/user_info", nil), 200, 20021)
	w.token = ""
	w.want(w.do("GET", "/authen/v1/user_info", nil), 400, 99991661)
}

// TestAuthorizeInABrowser checks the three ways to say who sits there, and the page for who does not.
func TestAuthorizeInABrowser(t *testing.T) {
	w, u := loginWorld(t)
	gone := w.AddUser(User{Name: "王五", Resigned: true})

	page := w.open(nil)
	if kind := page.header.Get("Content-Type"); page.status != 200 || !strings.HasPrefix(kind, "text/html") ||
		!strings.Contains(string(page.raw), u.Name) || strings.Contains(string(page.raw), gone.Name) {
		t.Fatalf("got HTTP %d %s\n%s\nwant a page with %s and without %s", page.status, kind, page.raw, u.Name, gone.Name)
	}
	links := regexp.MustCompile(`href="(\?[^"]+)"`).FindAllStringSubmatch(string(page.raw), -1)
	if len(links) != 2 {
		t.Fatalf("got %d links, want one person and the refusal", len(links))
	}
	follow := func(link string) url.Values {
		req, err := http.NewRequest("GET", w.api.URL+prefix+"/authen/v1/authorize"+html.UnescapeString(link), nil)
		if err != nil {
			t.Fatal(err)
		}
		return w.cameBack(w.browse(req, nil))
	}
	if back := follow(links[0][1]); back.Get("code") == "" || back.Get("state") != "s+1 &" {
		t.Errorf("got %v for the person's link, want a code and the state", back)
	}
	refused := follow(links[1][1])
	if want := (url.Values{"error": {"access_denied"}, "state": {"s+1 &"}}); refused.Encode() != want.Encode() {
		t.Errorf("got %v for the refusal, want %v", refused, want)
	}

	jar, _ := cookiejar.New(nil)
	at, _ := url.Parse(w.api.URL)
	jar.SetCookies(at, []*http.Cookie{{Name: LoginPerson, Value: u.OpenID}})
	q := url.Values{"client_id": {"cli_test"}, "response_type": {"code"}, "redirect_uri": {loginBack + "?lang=zh"}}
	req, err := http.NewRequest("GET", w.api.URL+prefix+"/authen/v1/authorize?"+q.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	back := w.cameBack(w.browse(req, jar))
	if back.Get("code") == "" || back.Has("state") || back.Get("lang") != "zh" {
		t.Errorf("got %v with a cookie, want a code, no state, and the query that was there", back)
	}
	if a := w.open(map[string]string{LoginPerson: "ou_nobody"}); a.status != 200 {
		t.Errorf("got HTTP %d for somebody who is not here, want the page", a.status)
	}
}

func TestAuthorizeRefusals(t *testing.T) {
	w, u := loginWorld(t)
	for _, tt := range []struct {
		name   string
		change map[string]string
		want   string
	}{
		{"no client_id", map[string]string{"client_id": "-", "app_id": "cli_test"}, "20001"},
		{"no redirect_uri", map[string]string{"redirect_uri": "-"}, "20001"},
		{"another app", map[string]string{"client_id": "cli_other"}, "20048"},
		{"another response_type", map[string]string{"response_type": "token"}, "20001"},
		{"another method", map[string]string{"code_challenge": "x", "code_challenge_method": "S512"}, "20001"},
		{"another path", map[string]string{"redirect_uri": loginBack + "/more"}, "20029"},
		{"another scheme", map[string]string{"redirect_uri": "http" + strings.TrimPrefix(loginBack, "https")}, "20029"},
		{"scope not granted", map[string]string{"scope": "contact:user.base:readonly drive:drive"}, "20027"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.change[LoginPerson] = u.OpenID
			a := w.open(tt.change)
			if a.status != 400 || !strings.Contains(string(a.raw), tt.want) || a.header.Get("Location") != "" {
				t.Errorf("got HTTP %d to %q\n%s\nwant a page with %s", a.status, a.header.Get("Location"), a.raw, tt.want)
			}
		})
	}
}

func TestExchangeRefusals(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before func(w *world, u User)
		change map[string]string
		want   int
	}{
		{"grant type missing", nil, map[string]string{"grant_type": "-"}, 20001},
		{"secret missing", nil, map[string]string{"client_secret": "-"}, 20001},
		{"code missing", nil, map[string]string{"code": "-"}, 20001},
		{"grant type", nil, map[string]string{"grant_type": "client_credentials"}, 20036},
		{"another app", nil, map[string]string{"client_id": "cli_other"}, 20002},
		{"wrong secret", nil, map[string]string{"client_secret": "wrong"}, 20002},
		{"unknown code", nil, map[string]string{"code": "nonsense"}, 20003},
		{"other redirect_uri", nil, map[string]string{"redirect_uri": loginBack + "?x=1"}, 20071},
		{"no redirect_uri", nil, map[string]string{"redirect_uri": "-"}, 20071},
		{"five minutes old", func(w *world, _ User) { w.clock.add(codeLife) }, nil, 20004},
		{"a moment before", func(w *world, _ User) { w.clock.add(codeLife - time.Second) }, nil, 0},
		{"outside the availability", func(w *world, u User) {
			w.ChangeUser(u.OpenID, func(u *User) { u.Outside = true })
		}, nil, 20010},
		{"resigned", func(w *world, u User) { w.ChangeUser(u.OpenID, func(u *User) { u.Resigned = true }) }, nil, 20066},
		{"two ways to authenticate", func(w *world, _ User) { w.token = "t-x" }, nil, 20070},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, u := loginWorld(t)
			code := w.code(u.OpenID, nil)
			if tt.before != nil {
				tt.before(w, u)
			}
			a := w.exchange(code, tt.change)
			if tt.want == 0 {
				w.want(a, 200, 0)
				return
			}
			w.want(a, 400, tt.want)
			if a.body["msg"] != nil || str(a.body["error"]) == "" || str(a.body["error_description"]) == "" {
				t.Errorf("got %s, want error and error_description, and no msg", a.raw)
			}
		})
	}
}

func TestCodeIsForOneUseOfOneApp(t *testing.T) {
	w, u := loginWorld(t)
	code := w.code(u.OpenID, nil)
	w.want(w.exchange(code, map[string]string{"redirect_uri": loginBack + "/"}), 400, 20071) // spends nothing
	w.want(w.exchange(code, nil), 200, 0)
	w.want(w.exchange(code, nil), 400, 20065)
	w.want(w.exchange(w.ForeignCode(u.OpenID, loginBack), nil), 400, 20024)
	w.want(w.do("POST", "/authen/v2/oauth/token", "text"), 400, 20063)
}

func TestPKCE(t *testing.T) {
	w, u := loginWorld(t)
	// The example of RFC 7636, appendix B.
	const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	for _, tt := range []struct {
		name, challenge, method, verifier string
		want                              int
	}{
		{"S256", challenge, "S256", verifier, 0},
		{"S256, other verifier", challenge, "S256", challenge, 20049},
		{"S256, no verifier", challenge, "S256", "-", 20049},
		{"no method means plain", verifier, "-", verifier, 0},
		{"plain, other verifier", verifier, "plain", challenge, 20049},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code := w.code(u.OpenID, map[string]string{"code_challenge": tt.challenge, "code_challenge_method": tt.method})
			a := w.exchange(code, map[string]string{"code_verifier": tt.verifier})
			if a.code() != tt.want {
				t.Errorf("got %d, want %d", a.code(), tt.want)
			}
		})
	}
}

// TestMarketLogin checks that each company's person comes back with the key of that company, through the one app.
func TestMarketLogin(t *testing.T) {
	w, here := loginWorld(t)
	other := newWorld(t, func(c *Config) { c.TenantKey = "tk_2" })
	other.SetRedirectURLs(loginBack)
	there := other.AddUser(User{Name: "李四"})
	m := NewMarket(w.Server, other.Server)
	t.Cleanup(m.Close)
	w.api.Config.Handler = m
	var got []string
	for _, u := range []User{here, there} {
		w.token = ""
		w.token = str(w.exchange(w.code(u.OpenID, nil), nil).body["access_token"])
		got = append(got, str(w.do("GET", "/authen/v1/user_info", nil).data()["tenant_key"]))
	}
	if want := []string{"tk", "tk_2"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	w.token = ""
	w.want(w.exchange("nonsense", nil), 400, 20003)
	if a := w.open(nil); a.status != 200 || !strings.Contains(string(a.raw), here.Name) {
		t.Errorf("got HTTP %d, want the page", a.status)
	}
}
