package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"shiming/flows"
)

// fakeTicketStore keeps an app ticket in memory.
type fakeTicketStore struct {
	mu     sync.Mutex
	ticket string
	err    error
}

func (b *fakeTicketStore) AppTicket(context.Context, string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ticket, b.err
}

func (b *fakeTicketStore) PutAppTicket(_ context.Context, appID, ticket string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		b.ticket = appID + " " + ticket
	}
	return b.err
}

// marketFake is a fake Feishu with the token APIs of a marketplace app.
type marketFake struct {
	*fake
	store   fakeTicketStore
	good    string         // the valid app token
	granted map[string]int // issued tenant tokens by tenant key
	resends int            // requests for an app ticket
}

func newMarketFake(t *testing.T) *marketFake {
	f := &marketFake{fake: newFake(t), good: "a-1", granted: map[string]int{}}
	post := func(path string, h func(in map[string]string) (code int, field, token string)) {
		f.mux.HandleFunc("POST /open-apis/auth/v3/"+path, func(w http.ResponseWriter, r *http.Request) {
			var in map[string]string
			if json.NewDecoder(r.Body).Decode(&in) != nil || r.Header.Get("Authorization") != "" {
				t.Errorf("%s: no JSON, or it carries a token", path)
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			code, field, token := h(in)
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, `{"code":%d,"msg":"m",%q:%q,"expire":7200}`, code, field, token)
		})
	}
	post("app_access_token", func(in map[string]string) (int, string, string) {
		if in["app_id"] != testApp || in["app_secret"] != f.secret || in["app_ticket"] != "ticket" {
			return codeTicketInvalid, "", ""
		}
		return 0, "app_access_token", f.good
	})
	post("tenant_access_token", func(in map[string]string) (int, string, string) {
		if in["app_access_token"] != f.good {
			return 99991664, "", ""
		}
		f.granted[in["tenant_key"]]++
		return 0, "tenant_access_token", "t-" + in["tenant_key"]
	})
	post("app_ticket/resend", func(map[string]string) (int, string, string) {
		f.resends++
		return 0, "", ""
	})
	f.mux.HandleFunc("GET /open-apis/bot/v3/info", func(w http.ResponseWriter, r *http.Request) { ok(w, `{}`) })
	f.mux.HandleFunc("GET /open-apis/im/v1/messages/om_1/resources/img", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Header.Get("Authorization"))
	})
	return f
}

// market returns a client of a marketplace app.
func (f *marketFake) market(t *testing.T, now func() time.Time) *Client {
	return f.client(t, func(c *ClientConfig) { c.Marketplace, c.Now = &f.store, now })
}

func TestEachTenantHasItsToken(t *testing.T) {
	t.Parallel()
	f := newMarketFake(t)
	f.store.ticket = "ticket"
	c := f.market(t, time.Now)
	for range 2 {
		for _, tenant := range []string{"tk_a", "tk_b"} {
			got, err := c.Download(flows.WithTenant(t.Context(), tenant), "om_1", "img", "image")
			if string(got) != "Bearer t-"+tenant || err != nil {
				t.Errorf("%s: called with %q, %v", tenant, got, err)
			}
		}
	}
	if f.granted["tk_a"] != 1 || f.granted["tk_b"] != 1 || len(f.granted) != 2 || f.resends != 0 {
		t.Errorf("granted %v, %d resends, want 0", f.granted, f.resends)
	}
	// A call without a tenant is a bug. The client does not send it.
	_, err := c.BotInfo(t.Context())
	var api *APIError
	if !errors.As(err, &api) || api.Class() != ClassBug || api.Temporary() || len(f.granted) != 2 {
		t.Errorf("without a tenant: %v", err)
	}
	// The client fetches a new app token after the platform has revoked the old one.
	f.mu.Lock()
	f.good = "a-2"
	f.mu.Unlock()
	if _, err := c.BotInfo(flows.WithTenant(t.Context(), "tk_c")); err != nil {
		t.Errorf("after the app's token was revoked: %v", err)
	}
}

func TestMissingTicketIsRequested(t *testing.T) {
	t.Parallel()
	for name, ticket := range map[string]string{"none": "", "refused": "old"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newMarketFake(t)
			f.store.ticket = ticket
			now := testNow
			c := f.market(t, func() time.Time { return now })
			ctx := flows.WithTenant(t.Context(), "tk_a")
			call := func(resends int) {
				t.Helper()
				_, err := c.BotInfo(ctx)
				var api *APIError
				if !errors.As(err, &api) || !api.Temporary() || api.MaybeApplied() || api.Class() != ClassRetry {
					t.Errorf("got %v", err)
				}
				if f.resends != resends {
					t.Errorf("asked %d times, want %d", f.resends, resends)
				}
			}
			call(1)
			call(1) // no second request within resendPause
			now = now.Add(resendPause)
			call(2)
			f.store.ticket = "ticket"
			if _, err := c.BotInfo(ctx); err != nil {
				t.Error(err)
			}
			if err := c.AwaitApp(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAwaitAppEndsWithItsContext(t *testing.T) {
	t.Parallel()
	f := newMarketFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.market(t, time.Now).AwaitApp(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if err := newFake(t).client(t).AwaitApp(ctx); err != nil {
		t.Errorf("got %v for a self-built app, want no wait", err)
	}
}

func ticketEvent(app, token, ticket string) string {
	const format = `{"uuid":"u-1","token":%q,"ts":"1763726400","type":"event_callback",` +
		`"event":{"app_id":%q,"app_ticket":%q,"type":"app_ticket"}}`
	return fmt.Sprintf(format, token, app, ticket)
}

func TestAppTicketEvent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plain  string
		err    error
		status int
		kept   string
	}{
		"ticket":        {ticketEvent(testApp, testToken, "t1"), nil, 200, testApp + " t1"},
		"another app":   {ticketEvent("cli_other", testToken, "t1"), nil, 403, ""},
		"another token": {ticketEvent(testApp, "x", "t1"), nil, 403, ""},
		"empty":         {ticketEvent(testApp, testToken, ""), nil, 200, ""}, // a redelivery would not help
		"store is down": {ticketEvent(testApp, testToken, "t1"), errors.New("gone"), 503, ""},
		"other old type": {
			plain:  `{"token":"vtok","type":"event_callback","event":{"app_id":"cli_test","type":"p2p_chat_create"}}`,
			status: 200,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kept := &fakeTicketStore{err: c.err}
			r := newTestServer(t, func(cfg *ServerConfig) { cfg.Marketplace = kept })
			if w := r.send(pushOf(c.plain)); w.Code != c.status || kept.ticket != c.kept {
				t.Errorf("answered %d, kept %q; want %d, %q", w.Code, kept.ticket, c.status, c.kept)
			}
		})
	}
	// A self-built app ignores the event.
	if w := newTestServer(t).send(pushOf(ticketEvent(testApp, testToken, "t1"))); w.Code != 200 {
		t.Errorf("answered %d, want 200", w.Code)
	}
}
