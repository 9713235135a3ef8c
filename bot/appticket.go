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

// A marketplace app (商店应用) gets an app ticket pushed every hour. With it there is an app token, and with that a tenant
// token for each tenant that has the app (pages "商店应用获取 app_access_token", "商店应用获取 tenant_access_token",
// "app_ticket 事件", "重新获取 app_ticket").

// TicketStore keeps the app ticket for all instances and beyond restarts.
type TicketStore interface {
	AppTicket(ctx context.Context, appID string) (ticket string, err error) // "" if there is none
	PutAppTicket(ctx context.Context, appID, ticket string) error
}

const eventAppTicket = "app_ticket"

// maxTicket is far more than an app ticket has.
const maxTicket = 4 << 10

// appTicket takes the event app_ticket, which is of schema 1.0.
func (e *events) appTicket(ctx context.Context, in *envelope) error {
	var event struct {
		AppID     string `json:"app_id"`
		AppTicket string `json:"app_ticket"`
	}
	if json.Unmarshal(in.Event, &event) != nil || event.AppTicket == "" || len(event.AppTicket) > maxTicket {
		return errShape
	}
	return toInbox(e.tickets.PutAppTicket(ctx, event.AppID, event.AppTicket))
}

var errShape = errors.New("bot: event has an unexpected shape")

const (
	opAppToken     = "auth.app_access_token"
	opResendTicket = "auth.app_ticket.resend"
	// codeTicketInvalid: the ticket is too old or of another app; a new one has to be asked for.
	codeTicketInvalid = 10012
	// resendPause is how long a ticket that was asked for may take to come.
	resendPause = 30 * time.Second
	appTokenKey = "app_access_token"
)

// market fetches tenant tokens for a marketplace app.
type market struct {
	c       *Client
	tickets TicketStore
	apps    *tokens // of the app itself, under appTokenKey

	mu      sync.Mutex
	asked   time.Time // when a ticket was asked for last
	refused string    // the ticket that was refused then, "" if there was none
}

func newMarket(c *Client, tickets TicketStore) *market {
	m := &market{c: c, tickets: tickets}
	m.apps = newTokens(m.fetchAppToken)
	return m
}

// tenantToken gets a token for one tenant.
func (m *market) tenantToken(ctx context.Context, tenantKey string) (string, time.Duration, error) {
	if tenantKey == "" {
		return "", 0, &APIError{Op: opToken, class: ClassBug, cause: errNoTenant}
	}
	for second := false; ; second = true {
		app, err := m.apps.get(ctx, appTokenKey)
		if err != nil {
			return "", 0, err
		}
		token, life, err := m.c.fetch(ctx, opToken, larkcore.TenantAccessTokenUrlPath,
			&larkcore.MarketplaceTenantAccessTokenReq{AppAccessToken: app, TenantKey: tenantKey}, "tenant_access_token")
		var api *APIError
		if second || !errors.As(err, &api) || !tokenRefused[api.Code] {
			return token, life, err
		}
		m.apps.drop(appTokenKey, app)
	}
}

// fetchAppToken gets the app's own token. Without a ticket, or with one that is refused, a new one is asked for; it
// comes as an event, to whichever instance, so that the error is one to come back after.
func (m *market) fetchAppToken(ctx context.Context, _ string) (string, time.Duration, error) {
	ticket, err := m.tickets.AppTicket(ctx, m.c.appID)
	if err != nil {
		return "", 0, &APIError{
			Op:        opAppToken,
			class:     ClassRetry,
			temporary: true,
			cause:     errTicketStore,
		}
	}
	if !m.worth(ticket) {
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
		m.note(ticket) // the SDK has asked for another one already (core/httptransport.go)
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

// worth reports whether a ticket may be good: it is not the one for which another was asked for less than 30 s ago.
func (m *market) worth(ticket string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.asked.IsZero() || ticket != m.refused || m.c.now().Sub(m.asked) >= resendPause
}

// note keeps in mind that a ticket was asked for in place of one that is no good.
func (m *market) note(ticket string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked, m.refused = m.c.now(), ticket
}

// resend asks for a ticket and returns the error of those who wait for it.
func (m *market) resend(ctx context.Context) error {
	now := m.c.now()
	m.note("")
	err := m.c.exchange(ctx, request{
		op:     opResendTicket,
		effect: again,
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

// AwaitApp returns once a marketplace app can get tokens, at once for every other app. It has a ticket sent if there is
// none, and again every 30 s, so that the first person need not wait for it. The only error is that of ctx.
func (c *Client) AwaitApp(ctx context.Context) error {
	if c.market == nil {
		return nil
	}
	again := time.NewTicker(resendPause)
	defer again.Stop()
	for {
		if _, err := c.market.apps.get(ctx, appTokenKey); err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tokenOf is the key under which the token for a call is kept: the tenant, or "" when the app has one tenant only.
func (c *Client) tokenOf(ctx context.Context) string {
	if c.market == nil {
		return ""
	}
	return flows.TenantOf(ctx)
}
