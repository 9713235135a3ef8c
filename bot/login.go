package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"shiming/failure"
)

// accountHosts are the hosts of the authorize page, by the host of the API (pages "获取授权码", SDK core/utils.go). Another
// host, such as a simulated one, has both.
var accountHosts = map[string]string{
	"open.feishu.cn":     "accounts.feishu.cn",
	"open.larksuite.com": "accounts.larksuite.com",
}

// authorizePath is the page on which a person logs in.
const authorizePath = "/open-apis/authen/v1/authorize"

// AuthorizeURL returns the address that a browser opens to log in (page "获取授权码"). Inside Feishu's client the page
// redirects at once. redirectURI must be listed in the developer console (安全设置 › 重定向 URL), without its query.
// Feishu adds code and state to it, or error=access_denied and state if the person refuses. state comes back unchanged
// and must be compared.
func (c *Client) AuthorizeURL(redirectURI, state string) string {
	u, _ := url.Parse(c.base) // NewClient has checked it
	if accounts, ok := accountHosts[u.Host]; ok {
		u.Host = accounts
	}
	u.Path = authorizePath
	u.RawQuery = url.Values{
		"client_id":     {c.appID},
		"response_type": {"code"},
		"redirect_uri":  {redirectURI},
		"state":         {state},
	}.Encode()
	return u.String()
}

// maxLoginCode limits the length of a code, which a stranger may have made up. The page recommends to reserve 64.
const maxLoginCode = 1 << 10

// Identify says who logged in. code is from the redirect, valid for five minutes and for one use; redirectURI is the
// one of AuthorizeURL (pages "获取 user_access_token", "获取用户信息"). The caller must compare tenantKey: it names the
// person's company, which may be a foreign one. The user token serves this call only and is neither kept nor logged.
// Every error is a failure.LoginError.
func (c *Client) Identify(ctx context.Context, code, redirectURI string) (tenantKey, openID string, err error) {
	token, err := c.userToken(ctx, code, redirectURI)
	if err != nil {
		return "", "", err
	}
	var out struct {
		Data struct {
			OpenID    string `json:"open_id"`
			TenantKey string `json:"tenant_key"`
		} `json:"data"`
	}
	r := request{op: opUserInfo, effect: readOnly, method: http.MethodGet}
	r.path = "/open-apis/authen/v1/user_info"
	err = c.callForUser(ctx, r, token, &out, func() bool { return out.Data.OpenID != "" && out.Data.TenantKey != "" })
	return out.Data.TenantKey, out.Data.OpenID, err
}

// userToken exchanges a code for a token of the person. A repetition does no harm, but the code may be spent.
func (c *Client) userToken(ctx context.Context, code, redirectURI string) (string, error) {
	r := request{op: opUserToken, effect: idempotent, method: http.MethodPost}
	r.path = "/open-apis/authen/v2/oauth/token"
	if code == "" || len(code) > maxLoginCode {
		return "", &APIError{Op: r.op, class: ClassPerson, cause: errRequest}
	}
	r.body = map[string]string{
		"grant_type":    "authorization_code",
		"client_id":     c.appID,
		"client_secret": c.appSecret(),
		"code":          code,
		"redirect_uri":  redirectURI,
	}
	var out struct {
		AccessToken string `json:"access_token"`
	}
	err := c.callForUser(ctx, r, "", &out, func() bool { return out.AccessToken != "" })
	return out.AccessToken, err
}

// callForUser makes one call with the token of a person, or without one if token is "". complete reports whether out
// has what was asked for. callForUser does not use the SDK, which cannot read the errors of the token API: they have a
// text in error, where others have an object.
func (c *Client) callForUser(ctx context.Context, r request, token string, out any, complete func() bool) error {
	start := c.now()
	err := c.exchangeForUser(ctx, r, token, out)
	if err == nil && !complete() {
		err = &APIError{
			Op:         r.op,
			HTTPStatus: http.StatusOK,
			class:      ClassRetry,
			temporary:  true,
			cause:      errIncomplete,
		}
	}
	c.observed(r.op, err, c.now().Sub(start))
	return err
}

func (c *Client) exchangeForUser(ctx context.Context, r request, token string, out any) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var body io.Reader
	if r.body != nil {
		raw, err := json.Marshal(r.body)
		if err != nil {
			return &APIError{Op: r.op, class: ClassBug, cause: errRequest}
		}
		body = bytes.NewReader(raw)
	}
	tr := &callTrace{}
	req, err := http.NewRequestWithContext(withCallTrace(ctx, tr), r.method, c.base+r.path, body)
	if err != nil {
		return &APIError{Op: r.op, class: ClassBug, cause: errRequest}
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := limitedClient{c.http}.Do(req)
	if err != nil {
		return c.noResponse(ctx, r, tr, err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return c.noResponse(ctx, r, tr, err)
	}
	return c.evaluate(ctx, r, tr, raw, out)
}

var _ failure.LoginError = (*APIError)(nil)

// Login says what a person can do whose login failed with this error. It is part of failure.LoginError.
func (e *APIError) Login() failure.Login {
	if row := codes[e.Code]; row.login != "" {
		return row.login
	}
	switch e.class {
	case ClassPerson:
		return failure.LoginAgain
	case ClassGone:
		return failure.LoginRefused
	case ClassRetry:
		return failure.LoginLater
	}
	return failure.LoginSetup
}
