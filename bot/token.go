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

// tokenMargin is how long before its expiry the client stops to use a token. Feishu issues a new token when less than
// 30 minutes are left, and both stay valid (page "自建应用获取 tenant_access_token").
const tokenMargin = 3 * time.Minute

// tokens caches tokens by key: "" for a self-built app, the tenant key for a marketplace app. It replaces the cache of
// the SDK, which is a global variable, cannot drop a refused token, and does not merge concurrent fetches.
type tokens struct {
	cache  *cache.Cache
	fetch  func(ctx context.Context, key string) (token string, lifetime time.Duration, err error)
	flight singleflight.Group
}

func newTokens(fetch func(context.Context, string) (string, time.Duration, error)) *tokens {
	// A cleanup interval of 0 starts no goroutine. One entry per tenant needs no cleanup.
	return &tokens{cache: cache.New(cache.NoExpiration, 0), fetch: fetch}
}

// get returns the token for a key and fetches it if the cache has none. Concurrent callers share one fetch, which goes
// on even if the context of the first caller ends.
func (t *tokens) get(ctx context.Context, key string) (string, error) {
	if token, ok := t.cache.Get(key); ok {
		return token.(string), nil
	}
	ch := t.flight.DoChan(key, func() (any, error) {
		if token, ok := t.cache.Get(key); ok {
			return token, nil // another fetch has ended since the first look
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

// put caches a token for ttl. It caches nothing if ttl is not positive, because go-cache takes a negative ttl for "no
// expiry" and 0 for its default.
func (t *tokens) put(key, token string, ttl time.Duration) {
	if ttl <= 0 {
		t.cache.Delete(key)
		return
	}
	t.cache.Set(key, token, ttl)
}

// drop removes a token from the cache unless another token has replaced it.
func (t *tokens) drop(key, token string) {
	if kept, ok := t.cache.Get(key); ok && kept.(string) == token {
		t.cache.Delete(key)
	}
}

const opToken = "auth.tenant_access_token"

// tokenFor fetches the tenant token for a key.
func (c *Client) tokenFor(ctx context.Context, key string) (string, time.Duration, error) {
	if c.market != nil {
		return c.market.tenantToken(ctx, key)
	}
	return c.fetchToken(ctx)
}

// fetchToken fetches the tenant token of a self-built app (page "自建应用获取 tenant_access_token"), or the app token of a
// marketplace app, which has no tenant of its own.
func (c *Client) fetchToken(ctx context.Context) (string, time.Duration, error) {
	if c.market != nil {
		return c.market.fetchAppToken(ctx, appTokenKey)
	}
	return c.fetch(ctx, opToken, larkcore.TenantAccessTokenInternalUrlPath,
		&larkcore.SelfBuiltTenantAccessTokenReq{AppID: c.appID, AppSecret: c.appSecret()}, "tenant_access_token")
}

// fetch calls one of the token APIs. Their responses have no data object: the token is in field, beside code, and its
// lifetime in expire, in seconds.
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
	complete := json.Unmarshal(out[field], &token) == nil && json.Unmarshal(out["expire"], &expire) == nil && token != ""
	if err == nil && !complete {
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
