package simtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Agreement is an agreement page of the bot for one person. The page asks Feishu's login who it is, wants two boxes
// ticked and a hidden value back, and takes the consent once.
type Agreement struct {
	Link string // to the page

	bot    *Bot
	openID string
	public string // base URL

	mu       sync.Mutex
	away     int // requests that meet no bot
	status   int // of every page instead, 0 = none
	click    bool
	accepted int
	ips      []string

	done chan struct{} // closed when the person has accepted
}

const (
	agreementPath = "/agreement/"
	loginPath     = "/agreement/login"
	token         = "one-case"
	hidden        = "hidden value"
	session       = "session"
	title         = "<!doctype html><html><head><title>not read</title></head><body><h1>协议</h1>"
)

// ServeAgreement serves the page for one person.
func (b *Bot) ServeAgreement(openID string) *Agreement {
	b.mu.Lock()
	defer b.mu.Unlock()
	public := b.settings["server.public_url"]
	b.agreement = &Agreement{
		bot:    b,
		openID: openID,
		public: public,
		Link:   public + agreementPath + token,
		done:   make(chan struct{}),
	}
	return b.agreement
}

// LinkButton builds a button that opens the page.
func (a *Agreement) LinkButton() map[string]any {
	return map[string]any{
		"tag":       "button",
		"text":      map[string]any{"tag": "plain_text", "content": "打开协议页"},
		"behaviors": []any{map[string]any{"type": "open_url", "default_url": a.Link}},
	}
}

// Away makes the next n requests fail as they do while the bot is restarted.
func (a *Agreement) Away(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.away = n
}

// Answer makes every page have this status from now on.
func (a *Agreement) Answer(status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status = status
}

// Click makes the page show its form only after two texts were opened, one after the other.
func (a *Agreement) Click() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.click = true
}

// Accepted returns how often the person has accepted, and the addresses in X-Forwarded-For of all requests.
func (a *Agreement) Accepted() (times int, ips []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.accepted, slices.Clone(a.ips)
}

// WaitAccepted waits until the person has accepted.
func (a *Agreement) WaitAccepted() {
	a.bot.T.Helper()
	select {
	case <-a.done:
	case <-a.bot.Ctx.Done():
		a.bot.T.Fatal("the person never accepts")
	}
}

func (a *Agreement) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ips = append(a.ips, r.Header.Get("X-Forwarded-For"))
	if a.away > 0 {
		a.away--
		panic(http.ErrAbortHandler) // the connection breaks
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.Header().Set("Referrer-Policy", "no-referrer")
	who, err := r.Cookie(session)
	switch {
	case a.status != 0:
		rw.WriteHeader(a.status)
	case r.URL.Path == loginPath:
		a.login(rw, r)
	case err != nil:
		a.toLogin(rw, r)
	case who.Value != a.openID:
		rw.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(rw, title+"<p>这不是你的登记</p>")
	case a.accepted > 0 && r.Method == http.MethodGet:
		_, _ = io.WriteString(rw, title+"<p>已经同意过了</p>")
	case r.Method == http.MethodGet && a.click && r.URL.RawQuery == "":
		_, _ = io.WriteString(rw, title+`<ol><li><a href="?open=1">点开阅读《一》</a></ol><form method="post"></form>`)
	case r.Method == http.MethodGet && a.click && r.URL.RawQuery == "open=1":
		_, _ = io.WriteString(rw, title+`<ol><li><a href="?open=1">点开阅读《一》</a></ol><form method="post">
			<a href="?open=2">打开下一份</a></form>`)
	case r.Method == http.MethodGet:
		_, _ = io.WriteString(rw, title+`<form method="post"><p>请读<b>两份</b>协议</p>
			<input type="hidden" name="h" value="`+hidden+`">
			<label><input type="checkbox" name="one" required>同意一</label>
			<label><input type="checkbox" name="two" value="yes" required>同意二</label>
			<label><input type="checkbox" name="news">订阅</label>
			<button name="go" value="accept">提交</button><button name="go" value="no">不了</button></form>
			<a href="text/1">全文</a>`)
	case r.PostFormValue("h") == hidden && r.PostFormValue("one") == "on" && r.PostFormValue("two") == "yes" &&
		!r.PostForm.Has("news") && r.PostFormValue("go") == "accept" && r.Header.Get("Origin") == "null":
		if a.accepted++; a.accepted == 1 {
			close(a.done)
		}
		_, _ = io.WriteString(rw, title+"<p>好了，回到飞书</p>")
	default:
		rw.WriteHeader(http.StatusBadRequest)
	}
}

func (a *Agreement) toLogin(rw http.ResponseWriter, r *http.Request) {
	to := a.bot.url + "/open-apis/authen/v1/authorize?" + url.Values{
		"client_id":     {a.bot.settings["feishu.app_id"]},
		"response_type": {"code"},
		"redirect_uri":  {a.public + loginPath},
		"state":         {r.URL.Path},
	}.Encode()
	http.Redirect(rw, r, to, http.StatusFound)
}

// login asks who has come back from Feishu's login.
func (a *Agreement) login(rw http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("error") != "" {
		rw.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(rw, title+"<p>没有登录</p>")
		return
	}
	var user struct {
		Token string `json:"access_token"`
		Data  struct {
			OpenID string `json:"open_id"`
		} `json:"data"`
	}
	body, _ := json.Marshal(map[string]string{ // has no error
		"grant_type":    "authorization_code",
		"client_id":     a.bot.settings["feishu.app_id"],
		"client_secret": a.bot.settings["feishu.app_secret"],
		"code":          q.Get("code"),
		"redirect_uri":  a.public + loginPath,
	})
	for _, path := range []string{"/open-apis/authen/v2/oauth/token", "/open-apis/authen/v1/user_info"} {
		method := http.MethodPost
		if strings.HasSuffix(path, "user_info") {
			method = http.MethodGet
		}
		call, err := http.NewRequestWithContext(r.Context(), method, a.bot.url+path, bytes.NewReader(body))
		if err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
			return
		}
		call.Header.Set("Content-Type", "application/json; charset=utf-8")
		if user.Token != "" {
			call.Header.Set("Authorization", "Bearer "+user.Token)
		}
		resp, err := http.DefaultClient.Do(call)
		if err == nil {
			err = json.NewDecoder(resp.Body).Decode(&user)
			_ = resp.Body.Close()
		}
		if err != nil {
			http.Error(rw, err.Error(), http.StatusServiceUnavailable)
			return
		}
	}
	http.SetCookie(rw, &http.Cookie{Name: session, Value: user.Data.OpenID, Path: agreementPath, HttpOnly: true})
	http.Redirect(rw, r, q.Get("state"), http.StatusSeeOther)
}
