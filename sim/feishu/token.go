package feishu

import (
	"slices"
	"strings"
	"time"
)

// tokenStore keeps the tokens of the app. It is guarded by Server.mu.
type tokenStore struct {
	life    time.Duration
	valid   map[string]time.Time // by token: expiry
	current string
	issued  int
}

// TokenLife sets the lifetime of new tokens; the platform's value is two hours.
func (s *Server) TokenLife(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens.life = d
}

// KillTokens invalidates all tokens so far (99991663), as a reset of the secret does.
func (s *Server) KillTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens.valid, s.tokens.current = nil, ""
}

// TokensIssued returns the number of successful calls of the token API, including those that returned the same token.
func (s *Server) TokensIssued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens.issued
}

// issueToken is 自建应用获取 tenant_access_token. If the token is valid for 30 minutes or more, it returns the same token;
// otherwise a new one, and both stay valid. Errors have HTTP 200: 10003 bad parameter, 10015 wrong secret.
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

// grantToken returns a token of the tenant and its remaining lifetime in seconds.
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
	if !known || !c.now.Before(ends) && !s.cfg.WasBefore(ends) {
		return refuse(400, 99991663,
			"Invalid access token for authorization. Please make a test attempt with the correct token.")
	}
	return nil
}

// DefaultScopes returns the permissions that the bot is expected to request: the minimum of the reference and the
// urgent one.
func DefaultScopes() []string {
	return []string{
		"im:message.p2p_msg:readonly", "im:message.group_at_msg:readonly", "im:message:send_as_bot", "im:message:readonly",
		"im:resource", "im:chat:readonly", "im:message.urgent",
		"contact:contact.base:readonly", "contact:user.base:readonly", "contact:user.employee_id:readonly",
		"contact:user.phone:readonly", "contact:user.id:readonly", "contact:user.department:readonly",
		"contact:department.base:readonly", "contact:department.organize:readonly",
		"document_ai:id_card:recognize", "document_ai:hkm_mainland_travel_permit:recognize",
		"document_ai:tw_mainland_travel_permit:recognize", "document_ai:chinese_passport:recognize",
		"human_authentication:identity", "application:application:self_manage",
	}
}

// Grant adds permissions. They take effect at once, as after publishing a version.
func (s *Server) Grant(scopes ...string) { s.setScopes(true, scopes) }

// Revoke removes permissions. Calls that need them fail with 99991672, and answers omit fields that need them.
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
