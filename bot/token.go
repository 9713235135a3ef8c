package bot

import (
	"context"
	"net/http"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	"github.com/patrickmn/go-cache"
	"golang.org/x/sync/singleflight"
)

// tokenMargin is how long before its end a token is no longer used. Feishu hands out a new one when less than 30 minutes
// are left, and both stay valid (page "自建应用获取 tenant_access_token").
const tokenMargin = 3 * time.Minute

// tokens keeps the tenant token. The SDK's own keeping is switched off: it is one variable for the whole process, knows
// no dropping of a refused token, and lets any number of callers fetch at once.
type tokens struct {
	cache  *cache.Cache
	fetch  func(context.Context) (token string, lifetime time.Duration, err error)
	flight singleflight.Group
}

const tokenKey = "tenant_access_token"

func newTokens(fetch func(context.Context) (string, time.Duration, error)) *tokens {
	// Without cleanup interval there is no janitor goroutine; one entry needs none.
	return &tokens{cache: cache.New(cache.NoExpiration, 0), fetch: fetch}
}

// get returns the token, fetching it if need be. Callers share one fetch, which goes on when the first of them leaves.
func (t *tokens) get(ctx context.Context) (string, error) {
	if token, ok := t.cache.Get(tokenKey); ok {
		return token.(string), nil
	}
	ch := t.flight.DoChan(tokenKey, func() (any, error) {
		if token, ok := t.cache.Get(tokenKey); ok {
			return token, nil // another fetch has just ended
		}
		token, lifetime, err := t.fetch(context.WithoutCancel(ctx))
		if err != nil {
			return "", err
		}
		t.put(token, lifetime-tokenMargin)
		return token, nil
	})
	select {
	case r := <-ch:
		token, _ := r.Val.(string)
		return token, r.Err
	case <-ctx.Done():
		return "", &APIError{Op: opToken, class: ClassRetry, temporary: true, cause: ctx.Err()}
	}
}

// put keeps the token for ttl. To go-cache a negative ttl means for ever and zero the default, so both are nothing here.
func (t *tokens) put(token string, ttl time.Duration) {
	if ttl <= 0 {
		t.cache.Delete(tokenKey)
		return
	}
	t.cache.Set(tokenKey, token, ttl)
}

// drop forgets the token, unless somebody has replaced it already.
func (t *tokens) drop(token string) {
	if kept, ok := t.cache.Get(tokenKey); ok && kept.(string) == token {
		t.cache.Delete(tokenKey)
	}
}

const opToken = "auth.tenant_access_token"

// fetchToken gets a tenant token (page "自建应用获取 tenant_access_token"). Its fields stand beside code, not in data.
func (c *Client) fetchToken(ctx context.Context) (string, time.Duration, error) {
	r := request{
		op: opToken, method: http.MethodPost, path: larkcore.TenantAccessTokenInternalUrlPath,
		body: &larkcore.SelfBuiltTenantAccessTokenReq{AppID: c.appID, AppSecret: c.appSecret()},
	}
	var out struct {
		Token  string `json:"tenant_access_token"`
		Expire int    `json:"expire"` // seconds
	}
	start := c.now()
	err := c.exchange(ctx, r, "", &out)
	if err == nil && out.Token == "" {
		err = &APIError{Op: opToken, HTTPStatus: http.StatusOK, class: ClassRetry, temporary: true, cause: errIncomplete}
	}
	c.observed(opToken, err, c.now().Sub(start))
	return out.Token, time.Duration(out.Expire) * time.Second, err
}
