package feishu

import (
	"slices"
	"strings"
	"time"
)

// tokenStore keeps the tokens of the app. It is guarded by Server.mu.
type tokenStore struct {
	life    time.Duration
	valid   map[string]time.Time // token to the end of its life
	current string
	issued  int
}

// TokenLife sets how long newly issued tokens live; the platform's value is two hours.
func (s *Server) TokenLife(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens.life = d
}

// KillTokens makes every token issued so far invalid (99991663), as a reset of the secret would.
func (s *Server) KillTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens.valid, s.tokens.current = nil, ""
}

// TokensIssued counts the successful calls of the token API, including those that were given the same token again.
func (s *Server) TokensIssued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens.issued
}

// issueToken: 自建应用获取 tenant_access_token. With 30 minutes or more left the same token comes again; with less a new
// one, and both stay valid. Errors come with HTTP 200: 10003 bad parameter, 10015 wrong secret.
func (s *Server) issueToken(c *call) (any, *apiError) {
	var in struct {
		AppID     string `json:"app_id"`
		AppSecret string `json:"app_secret"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.AppID == "" || in.AppSecret == "" || in.AppID != s.cfg.AppID {
		return nil, refuse(200, 10003, "invalid param")
	}
	if in.AppSecret != s.cfg.AppSecret {
		return nil, refuse(200, 10015, "wrong app secret")
	}
	token, expire := s.grantToken(c.now)
	return topLevel{"msg": "ok", "tenant_access_token": token, "expire": expire}, nil
}

// grantToken returns a token of the tenant and the seconds that it is valid.
func (s *Server) grantToken(now time.Time) (token string, expire int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.tokens
	t.issued++
	ends, ok := t.valid[t.current]
	if left := ends.Sub(now); !ok || left < 30*time.Minute {
		if t.valid == nil {
			t.valid = map[string]time.Time{}
		}
		t.current = newID("t-g1")
		ends = now.Add(t.life)
		t.valid[t.current] = ends
	}
	return t.current, int(ends.Sub(now) / time.Second)
}

func (s *Server) checkToken(c *call) *apiError {
	h := c.r.Header.Get("Authorization")
	if h == "" {
		return refuse(400, 99991661,
			"Missing access token for authorization. Please make a test attempt with the correct token.")
	}
	token, ok := strings.CutPrefix(h, "Bearer ")
	if !ok || !strings.HasPrefix(token, "t-") {
		return refuse(400, 99991671, "Invalid access token format for authorization. A valid token starts with 't-' or 'u-'.")
	}
	ends, known := s.tokens.valid[token]
	if !known || !c.now.Before(ends) {
		return refuse(400, 99991663,
			"Invalid access token for authorization. Please make a test attempt with the correct token.")
	}
	return nil
}

// DefaultScopes are the permissions that the bot is expected to ask for (minimum list of the reference, and the
// urgent one).
func DefaultScopes() []string {
	return []string{
		"im:message.p2p_msg:readonly", "im:message.group_at_msg:readonly", "im:message:send_as_bot", "im:message:readonly",
		"im:resource", "im:chat:readonly", "im:message.urgent",
		"contact:contact.base:readonly", "contact:user.base:readonly", "contact:user.employee_id:readonly",
		"contact:user.phone:readonly",
		"document_ai:id_card:recognize", "human_authentication:identity", "application:application:self_manage",
	}
}

// Grant adds permissions; it takes effect at once, as publishing a version would.
func (s *Server) Grant(scopes ...string) { s.setScopes(true, scopes) }

// Revoke takes permissions away; calls that need them answer 99991672, fields that need them are left out.
func (s *Server) Revoke(scopes ...string) { s.setScopes(false, scopes) }

func (s *Server) setScopes(on bool, scopes []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sc := range scopes {
		s.scopes[sc] = on
	}
}

func (s *Server) checkScopes(wanted []string) *apiError {
	if len(wanted) == 0 || s.hasScope(wanted...) {
		return nil
	}
	e := refuse(400, 99991672, "Access denied. One of the following scopes is required: [%s].应用尚未开通所需的应用身份权限：[%s]",
		strings.Join(wanted, ", "), strings.Join(wanted, ", "))
	var violations []map[string]any
	for _, sc := range wanted {
		violations = append(violations, map[string]any{"type": "action_scope_required", "subject": sc})
	}
	e.detail = map[string]any{"permission_violations": violations}
	return e
}

// hasScope reports whether any of the scopes is granted. The caller holds the lock.
func (s *Server) hasScope(wanted ...string) bool {
	return slices.ContainsFunc(wanted, func(sc string) bool { return s.scopes[sc] })
}
