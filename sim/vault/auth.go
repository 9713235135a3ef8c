package vault

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// token is a service token.
type token struct {
	ends, hardEnd time.Time     // zero: never
	period        time.Duration // of each renewal
	renewable     bool
}

// role is a role of AppRole.
type role struct {
	secretIDs   map[string]bool
	ttl, maxTTL time.Duration
	renewable   bool
	logins      int
}

// AddToken makes a token valid that never ends, as a root token.
func (s *Server) AddToken(name string) { s.addToken(name, &token{}) }

// AddLeasedToken makes a periodic token valid: it ends after a time, unless it is renewed.
func (s *Server) AddLeasedToken(name string, period time.Duration, renewable bool) {
	s.addToken(name, &token{ends: s.now().Add(period), period: period, renewable: renewable})
}

func (s *Server) addToken(name string, t *token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setToken(name, t)
}

func (s *Server) setToken(name string, t *token) {
	if s.tokens == nil {
		s.tokens = map[string]*token{}
	}
	s.tokens[name] = t
}

func (s *Server) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// AddRole creates a role whose tokens are renewable: by ttl each time, up to maxTTL after the login.
func (s *Server) AddRole(roleID, secretID string, ttl, maxTTL time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.roles == nil {
		s.roles = map[string]*role{}
	}
	s.roles[roleID] = &role{secretIDs: map[string]bool{secretID: true}, ttl: ttl, maxTTL: maxTTL, renewable: true}
}

// DestroySecretID ends a secret_id, as POST auth/approle/role/NAME/secret-id/destroy does.
func (s *Server) DestroySecretID(roleID, secretID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.roles[roleID].secretIDs, secretID)
}

// RevokeRoleTokens ends every token that logins have made.
func (s *Server) RevokeRoleTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.tokens {
		if len(name) > 4 && name[:4] == "hvs." {
			delete(s.tokens, name)
		}
	}
}

// Wrap returns the token of a wrapped answer that holds a secret_id. It is valid for one unwrapping.
func (s *Server) Wrap(secretID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wrapped == nil {
		s.wrapped = map[string]string{}
	}
	name := fmt.Sprintf("hvs.wrapping%d", len(s.wrapped)+1)
	s.wrapped[name] = secretID
	return name
}

// AnswerLogins makes every login answer a body; "" ends it.
func (s *Server) AnswerLogins(body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loginAnswer = body
}

// authPaths are the calls that need no policy.
var authPaths = map[string]string{
	"/v1/auth/approle/login":     "login",
	"/v1/auth/token/renew-self":  "renew-self",
	"/v1/auth/token/lookup-self": "lookup-self",
	"/v1/sys/wrapping/unwrap":    "unwrap",
}

// mayCall refuses what is refused whatever the path.
func (s *Server) mayCall(r *http.Request) *fault {
	switch {
	case s.sealed:
		return &fault{http.StatusServiceUnavailable, "Vault is sealed"}
	case s.Namespace != "" && r.Header.Get("X-Vault-Namespace") != s.Namespace:
		return &fault{http.StatusNotFound, "no handler for route"}
	}
	return nil
}

// tokenOf returns the token of a call.
func (s *Server) tokenOf(r *http.Request) (*token, *fault) {
	name := r.Header.Get("X-Vault-Token")
	if name == "" {
		return nil, &fault{http.StatusBadRequest, "missing client token"}
	}
	t := s.tokens[name]
	if t == nil || !t.ends.IsZero() && !s.now().Before(t.ends) {
		return nil, &fault{http.StatusForbidden, "permission denied"}
	}
	return t, nil
}

// auth is the part of an answer that tells a token.
type auth struct {
	ClientToken   string            `json:"client_token"`
	Accessor      string            `json:"accessor"`
	Policies      []string          `json:"policies"`
	Metadata      map[string]string `json:"metadata"`
	LeaseDuration int64             `json:"lease_duration"`
	Renewable     bool              `json:"renewable"`
}

func (s *Server) serveAuth(w http.ResponseWriter, r *http.Request, op string) {
	var out *auth
	var data any
	f := s.mayCall(r)
	if want := http.MethodPost; f == nil {
		if op == "lookup-self" {
			want = http.MethodGet
		}
		if r.Method != want && (r.Method != http.MethodPut || want == http.MethodGet) {
			f = &fault{http.StatusMethodNotAllowed, "unsupported operation"}
		}
	}
	if f == nil {
		switch op {
		case "login":
			out, f = s.logIn(r)
		case "renew-self":
			out, f = s.renewSelf(r)
		case "lookup-self":
			data, f = s.lookUpSelf(r)
		case "unwrap":
			data, f = s.unwrap(r)
		}
	}
	if f != nil {
		f.write(w)
		return
	}
	if op == "login" && s.loginAnswer != "" {
		_, _ = fmt.Fprint(w, s.loginAnswer) // the client's problem
		return
	}
	// Vault answers all of these keys, those without content as null.
	_ = json.NewEncoder(w).Encode(map[string]any{ // the client's problem
		"request_id": "00000000-0000-0000-0000-000000000000", "lease_id": "", "renewable": false, "lease_duration": 0,
		"data": data, "wrap_info": nil, "warnings": nil, "auth": out,
	})
}

func (s *Server) logIn(r *http.Request) (*auth, *fault) {
	if r.Header.Get("X-Vault-Token") != "" {
		return nil, &fault{http.StatusBadRequest, "this call takes no token"} // stricter: a token is not for this path
	}
	var in struct {
		RoleID   string `json:"role_id"`
		SecretID string `json:"secret_id"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return nil, &fault{http.StatusBadRequest, "failed to parse JSON input"}
	}
	role := s.roles[in.RoleID]
	switch {
	case in.RoleID == "":
		return nil, &fault{http.StatusBadRequest, "missing role_id"}
	case role == nil || !role.secretIDs[in.SecretID]:
		return nil, &fault{http.StatusBadRequest, "invalid role or secret ID"}
	}
	role.logins++
	name := fmt.Sprintf("hvs.%s%d", in.RoleID, role.logins)
	now := s.now()
	s.setToken(name, &token{
		ends: now.Add(role.ttl), hardEnd: now.Add(role.maxTTL), period: role.ttl, renewable: role.renewable,
	})
	return &auth{
		ClientToken: name, Accessor: "accessor", Policies: []string{"default", "shiming"},
		LeaseDuration: int64(role.ttl / time.Second), Renewable: role.renewable,
	}, nil
}

func (s *Server) renewSelf(r *http.Request) (*auth, *fault) {
	t, f := s.tokenOf(r)
	switch {
	case f != nil:
		return nil, f
	case !t.renewable:
		return nil, &fault{http.StatusBadRequest, "lease is not renewable"}
	}
	t.ends = s.now().Add(t.period)
	if !t.hardEnd.IsZero() && t.ends.After(t.hardEnd) {
		t.ends = t.hardEnd
	}
	return &auth{
		ClientToken: r.Header.Get("X-Vault-Token"), Accessor: "accessor", Policies: []string{"default", "shiming"},
		LeaseDuration: int64(t.ends.Sub(s.now()) / time.Second), Renewable: true,
	}, nil
}

func (s *Server) lookUpSelf(r *http.Request) (any, *fault) {
	t, f := s.tokenOf(r)
	if f != nil {
		return nil, f
	}
	ttl, expires := int64(0), any(nil)
	if !t.ends.IsZero() {
		ttl, expires = int64(t.ends.Sub(s.now())/time.Second), t.ends.UTC().Format(time.RFC3339Nano)
	}
	return map[string]any{
		"ttl": ttl, "renewable": t.renewable, "expire_time": expires, "type": "service", "policies": []string{"shiming"},
	}, nil
}

func (s *Server) unwrap(r *http.Request) (any, *fault) {
	name := r.Header.Get("X-Vault-Token")
	secretID, ok := s.wrapped[name]
	if !ok || secretID == "" {
		return nil, &fault{http.StatusBadRequest, "wrapping token is not valid or does not exist"}
	}
	s.wrapped[name] = "" // used
	return map[string]any{"secret_id": secretID, "secret_id_accessor": "accessor", "secret_id_ttl": 0}, nil
}
