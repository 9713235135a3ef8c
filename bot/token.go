package bot

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	"github.com/patrickmn/go-cache"
	"golang.org/x/sync/singleflight"
)

// tokenMargin is how long before its end a token is no longer used. Feishu hands out a new one when less than 30
// minutes are left, and both stay valid (page "自建应用获取 tenant_access_token").
const tokenMargin = 3 * time.Minute

// tokens keeps tokens by key: for one company's app the tenant token under "", for a marketplace app one for each
// tenant. The SDK's own keeping is switched off: it is one variable for the whole process, knows no dropping of a
// refused token, and lets any number of callers fetch at once.
type tokens struct {
	cache  *cache.Cache
	fetch  func(ctx context.Context, key string) (token string, lifetime time.Duration, err error)
	flight singleflight.Group
}

func newTokens(fetch func(context.Context, string) (string, time.Duration, error)) *tokens {
	// Without cleanup interval there is no janitor goroutine; an entry for each tenant needs none.
	return &tokens{cache: cache.New(cache.NoExpiration, 0), fetch: fetch}
}

// get returns the token of a key, fetching it if need be. Callers share one fetch, which goes on when the first of
// them leaves.
func (t *tokens) get(ctx context.Context, key string) (string, error) {
	if token, ok := t.cache.Get(key); ok {
		return token.(string), nil
	}
	ch := t.flight.DoChan(key, func() (any, error) {
		if token, ok := t.cache.Get(key); ok {
			return token, nil // another fetch has just ended
		}
		token, lifetime, err := t.fetch(context.WithoutCancel(ctx), key)
		if err != nil {
			return "", err
		}
		t.put(key, token, lifetime-tokenMargin)
		return token, nil
	})
	select {
	case r := <-ch:
		token, _ := r.Val.(string)
		return token, r.Err
	case <-ctx.Done():
		return "", &APIError{
			Op:        opToken,
			class:     ClassRetry,
			temporary: true,
			cause:     ctx.Err(),
		}
	}
}

// put keeps the token for ttl. To go-cache a negative ttl means for ever and zero the default, so both are nothing
// here.
func (t *tokens) put(key, token string, ttl time.Duration) {
	if ttl <= 0 {
		t.cache.Delete(key)
		return
	}
	t.cache.Set(key, token, ttl)
}

// drop forgets the token, unless somebody has replaced it already.
func (t *tokens) drop(key, token string) {
	if kept, ok := t.cache.Get(key); ok && kept.(string) == token {
		t.cache.Delete(key)
	}
}

const opToken = "auth.tenant_access_token"

// tokenFor fetches the tenant token of a key.
func (c *Client) tokenFor(ctx context.Context, key string) (string, time.Duration, error) {
	if c.market != nil {
		return c.market.tenantToken(ctx, key)
	}
	return c.fetchToken(ctx)
}

// fetchToken gets the tenant token of a self-built app (page "自建应用获取 tenant_access_token"), or for a marketplace app,
// whose tenants differ, its own.
func (c *Client) fetchToken(ctx context.Context) (string, time.Duration, error) {
	if c.market != nil {
		return c.market.fetchAppToken(ctx, appTokenKey)
	}
	return c.fetch(ctx, opToken, larkcore.TenantAccessTokenInternalUrlPath,
		&larkcore.SelfBuiltTenantAccessTokenReq{AppID: c.appID, AppSecret: c.appSecret()}, "tenant_access_token")
}

// fetch calls one of the token APIs. Their fields stand beside code, not in data: the token under a name of its own,
// and its lifetime, in seconds, under expire.
func (c *Client) fetch(ctx context.Context, op, path string, body any, field string) (string, time.Duration, error) {
	var out map[string]json.RawMessage
	start := c.now()
	err := c.exchange(ctx, request{
		op:     op,
		method: http.MethodPost,
		path:   path,
		body:   body,
	}, "", &out)
	var token string
	var expire int
	if err == nil && (json.Unmarshal(out[field], &token) != nil || json.Unmarshal(out["expire"], &expire) != nil ||
		token == "") {
		err = &APIError{
			Op:         op,
			HTTPStatus: http.StatusOK,
			class:      ClassRetry,
			temporary:  true,
			cause:      errIncomplete,
		}
	}
	c.observed(op, err, c.now().Sub(start))
	return token, time.Duration(expire) * time.Second, err
}
