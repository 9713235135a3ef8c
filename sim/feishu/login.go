package feishu

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The web login: the authorize page, on which a person logs in and comes back to the app with a code. login_token.go
// has the calls of the app that follow.

// LoginPerson names who sits at the browser of the authorize page, by open_id: a query parameter or a cookie with this
// name. It stands for Feishu's client, in which a person is logged in, so that the page redirects at once. Without it,
// or with somebody who is not here, the browser is outside the client, and the page offers the people of the company as
// links. The parameter goes before the cookie.
const LoginPerson = "sim_open_id"

// LoginRefuse is a query parameter by which the person refuses the login: any value.
const LoginRefuse = "sim_refuse"

// AuthorizePath is the path of the authorize page. Nobody else needs LoginPerson.
const AuthorizePath = prefix + authorizePath

const authorizePath = "/authen/v1/authorize"

// codeLife is how long a code of the authorize page is valid (获取授权码).
const codeLife = 5 * time.Minute

// logins are the web logins of the app. They are guarded by Server.mu.
type logins struct {
	redirects []string // 安全设置 › 重定向 URL
	codes     map[string]*loginCode
	tokens    map[string]userToken
}

// loginCode is a code of the authorize page.
type loginCode struct {
	app, openID       string
	redirectURI       string
	challenge, method string // PKCE, "" without
	ends              time.Time
	used              bool
}

// page is an answer for a browser.
type page []byte

// redirect is an answer that sends a browser to another address.
type redirect string

// SetRedirectURLs sets the list 重定向 URL in the app's security settings. It is empty at first. What follows "?" or "#"
// in an address does not count.
func (s *Server) SetRedirectURLs(urls ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logins.redirects = slices.Clone(urls)
}

// authorize is the page 获取授权码. Its own errors appear on the page: 20001 a parameter, 20027 a scope, 20029 the
// redirect URL is not listed, 20048 no such app.
func (s *Server) authorize(c *call) (any, *apiError) {
	q := c.r.URL.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkAuthorize(q); err != nil {
		err.page = true
		return nil, err
	}
	back := url.Values{}
	if q.Has("state") {
		back.Set("state", q.Get("state"))
	}
	if q.Get(LoginRefuse) != "" {
		back.Set("error", "access_denied")
		return redirect(withQuery(q.Get("redirect_uri"), back)), nil
	}
	u := s.users[personOf(c.r)]
	if u == nil {
		return s.choosePerson(q), nil
	}
	back.Set("code", s.newCode(s.cfg.AppID, u.OpenID, q, c.now))
	return redirect(withQuery(q.Get("redirect_uri"), back)), nil
}

func (s *Server) checkAuthorize(q url.Values) *apiError {
	for _, name := range []string{"client_id", "redirect_uri"} {
		if q.Get(name) == "" {
			return refuse(400, 20001, "缺少参数 %s", name)
		}
	}
	methods := []string{"", "plain", "S256"}
	switch {
	case q.Get("client_id") != s.cfg.AppID:
		return refuse(400, 20048, "应用不存在")
	case q.Get("response_type") != "code":
		return refuse(400, 20001, "response_type 不对")
	case !slices.Contains(methods, q.Get("code_challenge_method")):
		return refuse(400, 20001, "code_challenge_method 不对")
	}
	uri := bare(q.Get("redirect_uri"))
	if !slices.ContainsFunc(s.logins.redirects, func(listed string) bool { return bare(listed) == uri }) {
		return refuse(400, 20029, "redirect_uri 请求不合法")
	}
	for _, scope := range strings.Fields(q.Get("scope")) {
		if !s.hasScope(scope) {
			return refuse(400, 20027, "应用没有权限 %s", scope)
		}
	}
	return nil
}

// newCode returns a code, which has at least 64 characters of [A-Za-z0-9_-]. The caller holds the lock.
func (s *Server) newCode(app, openID string, q url.Values, now time.Time) string {
	code := newID("") + newID("")
	if s.logins.codes == nil {
		s.logins.codes = map[string]*loginCode{}
	}
	s.logins.codes[code] = &loginCode{
		app:         app,
		openID:      openID,
		redirectURI: q.Get("redirect_uri"),
		challenge:   q.Get("code_challenge"),
		method:      q.Get("code_challenge_method"),
		ends:        now.Add(codeLife),
	}
	return code
}

// ForeignCode returns a code that somebody has got from another app (20024).
func (s *Server) ForeignCode(openID, redirectURI string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newCode("cli_another", openID, url.Values{"redirect_uri": {redirectURI}}, s.cfg.Now())
}

// personOf returns the open_id of who sits at the browser, "" if the browser does not say.
func personOf(r *http.Request) string {
	if id := r.URL.Query().Get(LoginPerson); id != "" {
		return id
	}
	if c, err := r.Cookie(LoginPerson); err == nil {
		return c.Value
	}
	return ""
}

// bare returns an address without its query and fragment.
func bare(address string) string {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	return address
}

// withQuery adds parameters to an address.
func withQuery(address string, more url.Values) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	q := u.Query()
	for name := range more {
		q.Set(name, more.Get(name))
	}
	u.RawQuery = q.Encode()
	return u.String()
}

var loginPages = template.Must(template.New("").Parse(`{{define "head"}}<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>飞书登录（模拟）</title>
<style>body{font:16px/1.6 system-ui,sans-serif;max-width:28rem;margin:2rem auto;padding:0 1rem}
a{display:block;padding:.6rem 0;border-bottom:1px solid #ddd}</style></head><body>{{end}}

{{define "choose"}}{{template "head"}}<h1>飞书登录（模拟）</h1>
<p>真实的飞书在这里扫码登录；在飞书里打开时不会看到这一页。你是哪一位？</p>
{{range .People}}<a href="{{.URL}}">{{.Name}}</a>
{{end}}<a href="{{.Refuse}}">拒绝授权</a></body></html>{{end}}

{{define "chat"}}{{template "head"}}<h1>飞书（模拟）</h1>
{{if .}}<p>真实的飞书在这里打开和机器人的聊天。请关掉这个标签页，回到员工手机。</p>{{else}}<p>没有这个应用。</p>{{end}}</body></html>{{end}}

{{define "error"}}{{template "head"}}<h1>飞书登录（模拟）</h1>
<p>{{.Text}}</p><p>错误码：{{.Code}}</p></body></html>{{end}}`))

// choosePerson is the page in a browser outside the client. The caller holds the lock.
func (s *Server) choosePerson(q url.Values) page {
	type person struct{ Name, URL string }
	var view struct {
		People []person
		Refuse string
	}
	link := func(name, value string) string {
		with := url.Values{}
		for key, values := range q {
			with[key] = values
		}
		with.Set(name, value)
		return "?" + with.Encode()
	}
	for _, u := range s.users {
		if !u.Resigned {
			view.People = append(view.People, person{u.Name, link(LoginPerson, u.OpenID)})
		}
	}
	slices.SortFunc(view.People, func(a, b person) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.URL, b.URL))
	})
	view.Refuse = link(LoginRefuse, "1")
	return render("choose", view)
}

func errorPage(e *apiError) page {
	return render("error", map[string]any{"Text": e.msg, "Code": e.code})
}

func render(name string, view any) page {
	var b bytes.Buffer
	if err := loginPages.ExecuteTemplate(&b, name, view); err != nil {
		return page(fmt.Sprint(err)) // a mistake in the template, which the tests find
	}
	return b.Bytes()
}
