package feishu

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Market is a marketplace app (商店应用) that several tenants have installed: one Server for each tenant, all with the same
// app, behind one address. Market passes each call to the tenant whose token it carries. Each Server pushes its own
// events; app tickets belong to the app.
type Market struct {
	mu        sync.Mutex
	tenants   map[string]*Server
	app       *Server // any of them, for app id, secret, keys and the push to the bot
	tickets   []string
	appTokens map[string]time.Time // by token: expiry
	owner     map[string]*Server   // by tenant token
	off       map[string]bool      // by tenant key: stopped or uninstalled there
	resends   int
	pushing   sync.WaitGroup
}

// ticketsKept is how many of the latest tickets are valid; the platform says that an old one stays valid for a while.
const ticketsKept = 2

// NewMarket joins tenants. All must have the same app and different tenant keys.
func NewMarket(tenants ...*Server) *Market {
	m := &Market{
		tenants:   map[string]*Server{},
		appTokens: map[string]time.Time{},
		owner:     map[string]*Server{},
		app:       tenants[0],
	}
	for _, s := range tenants {
		m.tenants[s.cfg.TenantKey] = s
	}
	return m
}

// Close waits for the pushes that resend has started.
func (m *Market) Close() { m.pushing.Wait() }

// PushTicket sends the bot a new app ticket, as the platform does every hour, and returns the status of the answer. The
// event has schema 1.0 (app_ticket 事件).
func (m *Market) PushTicket(ctx context.Context) (status int, err error) {
	s := m.app
	ticket := newID("g1")
	m.mu.Lock()
	m.tickets = append(m.tickets, ticket)
	m.tickets = m.tickets[max(0, len(m.tickets)-ticketsKept):]
	m.mu.Unlock()
	now := s.cfg.Now()
	status, _, err = s.push(ctx, s.seal(compact(map[string]any{
		"uuid":  newID(""),
		"token": s.cfg.VerificationToken,
		"ts":    strconv.FormatInt(now.Unix(), 10),
		"type":  "event_callback",
		"event": map[string]any{"app_id": s.cfg.AppID, "app_ticket": ticket, "type": "app_ticket"},
	})), s.cfg.AnswerWithin)
	return status, err
}

// KillTickets invalidates all tickets and app tokens so far.
func (m *Market) KillTickets() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tickets, m.appTokens = nil, map[string]time.Time{}
}

// Resends returns how often the bot has asked for a ticket.
func (m *Market) Resends() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.resends
}

// ServeHTTP serves the app's token APIs and passes every other call to the tenant.
func (m *Market) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var handle func(*call) (any, *apiError)
	switch r.Method + " " + strings.TrimPrefix(r.URL.Path, prefix) {
	case "POST /auth/v3/app_access_token":
		handle = m.appToken
	case "POST /auth/v3/tenant_access_token":
		handle = m.tenantToken
	case "POST /auth/v3/app_ticket/resend":
		handle = m.resend
	case "POST /auth/v3/tenant_access_token/internal": // for self-built apps
		handle = func(*call) (any, *apiError) { return nil, refuse(200, 10003, "invalid param") }
	default:
		s := m.tenantOf(r)
		if m.isOff(s.cfg.TenantKey) {
			handle = func(*call) (any, *apiError) { return nil, refuse(400, 99991662, "app is not in use") }
			break
		}
		s.ServeHTTP(w, r)
		return
	}
	c := &call{r: r, now: m.app.cfg.Now(), logID: newID("")}
	w.Header().Set("X-Tt-Logid", c.logID)
	if data, err := handle(c); err != nil {
		writeError(w, c, err)
	} else {
		writeData(w, data)
	}
}

// tenantOf returns the tenant of a call: by the tenant token, or in a web login by the person, the code or the user
// token. A call that names none of them goes to any tenant, which refuses it. In a browser that does not say who sits
// there, the authorize page offers the people of that tenant.
func (m *Market) tenantOf(r *http.Request) *Server {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	m.mu.Lock()
	s := m.owner[token]
	m.mu.Unlock()
	if s != nil {
		return s
	}
	var in loginRequest
	if Operation(r) == "authen.token" {
		body, _ := io.ReadAll(io.LimitReader(r.Body, maxBody)) // the tenant finds the same error
		r.Body = io.NopCloser(bytes.NewReader(body))
		_ = json.Unmarshal(body, &in)
	}
	for _, s := range m.tenants {
		if s.knowsLogin(personOf(r), in.Code, token) {
			return s
		}
	}
	return m.app
}

// knowsLogin reports whether a person, a code or a user token is of this tenant.
func (s *Server) knowsLogin(openID, code, token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, hasToken := s.logins.tokens[token]
	return s.users[openID] != nil || s.logins.codes[code] != nil || hasToken
}

func (m *Market) known(id, secret string) *apiError {
	switch {
	case id != m.app.cfg.AppID:
		return refuse(200, 10003, "invalid param")
	case secret != m.app.cfg.AppSecret:
		return refuse(200, 10015, "wrong app secret")
	}
	return nil
}

// appToken is 商店应用获取 app_access_token. 10012: the ticket is not valid.
func (m *Market) appToken(c *call) (any, *apiError) {
	var in struct {
		AppID     string `json:"app_id"`
		AppSecret string `json:"app_secret"`
		AppTicket string `json:"app_ticket"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := m.known(in.AppID, in.AppSecret); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !slices.Contains(m.tickets, in.AppTicket) {
		return nil, refuse(200, 10012, "app_ticket is invalid")
	}
	token := newID("a-g1")
	m.appTokens[token] = c.now.Add(2 * time.Hour)
	return topLevel{"msg": "ok", "app_access_token": token, "expire": 7200}, nil
}

// tenantToken is 商店应用获取 tenant_access_token.
func (m *Market) tenantToken(c *call) (any, *apiError) {
	var in struct {
		AppAccessToken string `json:"app_access_token"`
		TenantKey      string `json:"tenant_key"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if ends, ok := m.appTokens[in.AppAccessToken]; !ok || !c.now.Before(ends) {
		return nil, refuse(200, 99991664, "invalid app access token")
	}
	s := m.tenants[in.TenantKey]
	if s == nil {
		return nil, refuse(200, 10003, "invalid param")
	}
	if m.off[in.TenantKey] {
		return nil, refuse(200, 10014, "app status not available")
	}
	token, expire := s.grantToken(c.now)
	m.owner[token] = s
	return topLevel{"msg": "ok", "tenant_access_token": token, "expire": expire}, nil
}

// resend is 重新获取 app_ticket. The ticket arrives as an event.
func (m *Market) resend(c *call) (any, *apiError) {
	var in struct {
		AppID     string `json:"app_id"`
		AppSecret string `json:"app_secret"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := m.known(in.AppID, in.AppSecret); err != nil {
		return nil, err
	}
	m.mu.Lock()
	m.resends++
	m.mu.Unlock()
	m.pushing.Go(func() {
		_, _ = m.PushTicket(m.app.ctx) // a bot that misses it asks again
	})
	return topLevel{"msg": "ok"}, nil
}
