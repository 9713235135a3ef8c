package bot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"shiming/flows"
)

// Feishu pushes an app ticket to a marketplace app (商店应用) every hour. The bot exchanges the ticket for an app token,
// and the app token for a tenant token of each tenant that installed the app (pages "商店应用获取 app_access_token",
// "商店应用获取 tenant_access_token", "app_ticket 事件", "重新获取 app_ticket").

// TicketStore keeps the app ticket. All instances share it, and it survives a restart.
type TicketStore interface {
	// AppTicket returns the latest ticket, "" if there is none.
	AppTicket(ctx context.Context, appID string) (ticket string, err error)
	PutAppTicket(ctx context.Context, appID, ticket string) error
}

const eventAppTicket = "app_ticket"

// maxTicket limits the length of an app ticket, in bytes. Real tickets are much shorter.
const maxTicket = 4 << 10

// appTicket handles app_ticket (page "app_ticket 事件"), an event of schema 1.0. A self-built app ignores it.
func (e *events) appTicket(ctx context.Context, in *envelope) (any, error) {
	if e.tickets == nil {
		return nil, nil
	}
	var event struct {
		AppID     string `json:"app_id"`
		AppTicket string `json:"app_ticket"`
	}
	if json.Unmarshal(in.Event, &event) != nil || event.AppTicket == "" || len(event.AppTicket) > maxTicket {
		return nil, errShape
	}
	return nil, e.tickets.PutAppTicket(ctx, event.AppID, event.AppTicket)
}

const (
	opAppToken     = "auth.app_access_token"
	opResendTicket = "auth.app_ticket.resend"
	// codeTicketInvalid means that the ticket is too old or belongs to another app. The bot then requests a new one.
	codeTicketInvalid = 10012
	// resendPause is the least time between two requests for a ticket. A requested ticket arrives within it.
	resendPause = 30 * time.Second
	appTokenKey = "app_access_token"
)

// marketTokens fetches tenant tokens for a marketplace app.
type marketTokens struct {
	c         *Client
	tickets   TicketStore
	appTokens *tokens // holds one app token, under appTokenKey

	mu            sync.Mutex
	requestedAt   time.Time // time of the last request for a ticket
	refusedTicket string    // ticket that caused this request, "" if there was none
}

func newMarketTokens(c *Client, tickets TicketStore) *marketTokens {
	m := &marketTokens{c: c, tickets: tickets}
	m.appTokens = newTokens(m.fetchAppToken)
	return m
}

// tenantToken fetches the token of one tenant. If the platform refuses the app token, tenantToken fetches a new one and
// tries once more.
func (m *marketTokens) tenantToken(ctx context.Context, tenantKey string) (string, time.Duration, error) {
	if tenantKey == "" {
		return "", 0, &APIError{Op: opToken, class: ClassBug, cause: errNoTenant}
	}
	for second := false; ; second = true {
		app, err := m.appTokens.get(ctx, appTokenKey)
		if err != nil {
			return "", 0, err
		}
		token, life, err := m.c.fetch(ctx, opToken, larkcore.TenantAccessTokenUrlPath,
			&larkcore.MarketplaceTenantAccessTokenReq{AppAccessToken: app, TenantKey: tenantKey}, "tenant_access_token")
		var api *APIError
		if second || !errors.As(err, &api) || !tokenRefused[api.Code] {
			return token, life, err
		}
		m.appTokens.drop(appTokenKey, app)
	}
}

// fetchAppToken fetches the app token. If the ticket is missing or refused, it requests a new ticket and returns a
// temporary error, because the platform pushes the ticket as an event to any of the instances.
func (m *marketTokens) fetchAppToken(ctx context.Context, _ string) (string, time.Duration, error) {
	ticket, err := m.tickets.AppTicket(ctx, m.c.appID)
	if err != nil {
		return "", 0, &APIError{
			Op:        opAppToken,
			class:     ClassRetry,
			temporary: true,
			cause:     errTicketStore,
		}
	}
	if !m.usable(ticket) {
		return "", 0, &APIError{
			Op:        opAppToken,
			class:     ClassRetry,
			temporary: true,
			cause:     errNoTicket,
		}
	}
	if ticket == "" {
		return "", 0, m.resend(ctx)
	}
	token, life, err := m.c.fetch(ctx, opAppToken, larkcore.AppAccessTokenUrlPath,
		&larkcore.MarketplaceAppAccessTokenReq{AppID: m.c.appID, AppSecret: m.c.appSecret(), AppTicket: ticket},
		"app_access_token")
	var api *APIError
	if errors.As(err, &api) && api.Code == codeTicketInvalid {
		m.noteRequest(ticket) // the SDK has already requested a new ticket (core/httptransport.go)
		err = &APIError{
			Op:         opAppToken,
			Code:       api.Code,
			HTTPStatus: api.HTTPStatus,
			logID:      api.logID,
			class:      ClassRetry,
			temporary:  true,
			cause:      errNoTicket,
		}
	}
	return token, life, err
}

// usable reports whether a ticket may be valid. It is false for resendPause after the platform refused this ticket.
func (m *marketTokens) usable(ticket string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.requestedAt.IsZero() || ticket != m.refusedTicket || m.c.now().Sub(m.requestedAt) >= resendPause
}

// noteRequest records that a ticket was requested now, because the platform refused ticket.
func (m *marketTokens) noteRequest(ticket string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requestedAt, m.refusedTicket = m.c.now(), ticket
}

// resend requests a ticket. It always returns an error, which is temporary if the request succeeded.
func (m *marketTokens) resend(ctx context.Context) error {
	now := m.c.now()
	m.noteRequest("")
	err := m.c.exchange(ctx, request{
		op:     opResendTicket,
		effect: idempotent,
		method: http.MethodPost,
		path:   larkcore.ApplyAppTicketPath,
		body:   &larkcore.ResendAppTicketReq{AppID: m.c.appID, AppSecret: m.c.appSecret()},
	}, "", nil)
	m.c.observed(opResendTicket, err, m.c.now().Sub(now))
	if err != nil {
		return err
	}
	return &APIError{
		Op:        opAppToken,
		class:     ClassRetry,
		temporary: true,
		cause:     errNoTicket,
	}
}

var (
	errNoTenant    = errors.New("no tenant is named")
	errNoTicket    = errors.New("no app ticket yet; asked for one")
	errTicketStore = errors.New("app ticket cannot be read")
)

// AwaitApp returns as soon as a marketplace app can get tokens, and immediately for a self-built app. If there is no
// ticket, it requests one every 30 s, so that the first applicant does not have to wait. It returns only ctx's error.
func (c *Client) AwaitApp(ctx context.Context) error {
	if c.market == nil {
		return nil
	}
	retry := time.NewTicker(resendPause)
	defer retry.Stop()
	for {
		if _, err := c.market.appTokens.get(ctx, appTokenKey); err == nil {
			return nil
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tokenKey returns the cache key of the token for a call: the tenant key, or "" for a self-built app.
func (c *Client) tokenKey(ctx context.Context) string {
	if c.market == nil {
		return ""
	}
	return flows.TenantOf(ctx)
}
