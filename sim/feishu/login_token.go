package feishu

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
)

// userTokenLife is how long a user token is valid.
const userTokenLife = 2 * time.Hour

type userToken struct {
	openID string
	ends   time.Time
}

// Errors of OAuth 2.0 (RFC 6749, section 5.2), which stand beside the platform's code.
const (
	oauthRequest = "invalid_request"
	oauthClient  = "invalid_client"
	oauthGrant   = "invalid_grant"
	oauthKind    = "unsupported_grant_type"
)

// refuseOAuth is a refusal of the token API: HTTP 400 and {code, error, error_description}, without msg.
func refuseOAuth(code int, oauth, why string) *apiError {
	return &apiError{status: 400, code: code, msg: why, oauth: oauth}
}

// loginRequest is the body of 获取 user_access_token.
type loginRequest struct {
	GrantType    string `json:"grant_type"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Code         string `json:"code"`
	RedirectURI  string `json:"redirect_uri"`
	CodeVerifier string `json:"code_verifier"`
}

// issueUserToken is 获取 user_access_token (v2). A code is spent by the first exchange that succeeds.
func (s *Server) issueUserToken(c *call) (any, *apiError) {
	var in loginRequest
	if c.decode(&in) != nil {
		return nil, refuseOAuth(20063, oauthRequest, "the request body is malformed")
	}
	switch {
	case c.r.Header.Get("Authorization") != "":
		return nil, refuseOAuth(20070, oauthRequest, "the client is authenticated in two ways")
	case in.GrantType == "" || in.ClientID == "" || in.ClientSecret == "" || in.Code == "":
		return nil, refuseOAuth(20001, oauthRequest, "a required parameter is missing")
	case in.GrantType != "authorization_code":
		return nil, refuseOAuth(20036, oauthKind, "the grant_type is not supported")
	case in.ClientID != s.cfg.AppID || in.ClientSecret != s.cfg.AppSecret:
		return nil, refuseOAuth(20002, oauthClient, "the client_id or the client_secret is wrong")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	code, err := s.takeCode(in, c.now)
	if err != nil {
		return nil, err
	}
	u := s.users[code.openID]
	switch {
	case u == nil:
		return nil, refuseOAuth(20008, oauthGrant, "the user does not exist")
	case u.Resigned:
		return nil, refuseOAuth(20066, oauthGrant, "the user is not active")
	case u.Outside:
		return nil, refuseOAuth(20010, oauthGrant, "the user may not use the app")
	}
	code.used = true
	token := newID("u-")
	if s.logins.tokens == nil {
		s.logins.tokens = map[string]userToken{}
	}
	s.logins.tokens[token] = userToken{code.openID, c.now.Add(userTokenLife)}
	return flat{
		"code":         0,
		"access_token": token,
		"expires_in":   int(userTokenLife / time.Second),
		"token_type":   "Bearer",
		"scope":        "auth:user.id:read",
	}, nil
}

// takeCode returns the code of an exchange if it is valid. The caller holds the lock.
func (s *Server) takeCode(in loginRequest, now time.Time) (*loginCode, *apiError) {
	code := s.logins.codes[in.Code]
	switch {
	case code == nil:
		return nil, refuseOAuth(20003, oauthGrant, "the code is not found")
	case code.app != in.ClientID:
		return nil, refuseOAuth(20024, oauthGrant, "the code belongs to another app")
	case code.used:
		return nil, refuseOAuth(20065, oauthGrant, "the code has been used")
	case !now.Before(code.ends) && !s.cfg.WasBefore(code.ends):
		return nil, refuseOAuth(20004, oauthGrant, "the code has expired")
	case code.redirectURI != in.RedirectURI:
		return nil, refuseOAuth(20071, oauthGrant, "the redirect_uri differs")
	case !code.verifies(in.CodeVerifier):
		return nil, refuseOAuth(20049, oauthGrant, "the PKCE check failed")
	}
	return code, nil
}

// verifies is the check of PKCE (RFC 7636, section 4.6). The method is plain when the page was given none.
func (l *loginCode) verifies(verifier string) bool {
	if l.method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return l.challenge == "" || l.challenge == verifier
}

// userInfo is 获取用户信息. Its own errors have HTTP 200: 20005 the token, 20008 and 20021 the user.
func (s *Server) userInfo(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	header := c.r.Header.Get("Authorization")
	if header == "" {
		return nil, refuse(400, 99991661, "Missing access token for authorization.")
	}
	token, known := s.logins.tokens[strings.TrimPrefix(header, "Bearer ")]
	if !known || !c.now.Before(token.ends) && !s.cfg.WasBefore(token.ends) {
		return nil, refuse(200, 20005, "The user access token passed is invalid.")
	}
	u := s.users[token.openID]
	switch {
	case u == nil:
		return nil, refuse(200, 20008, "User not exist")
	case u.Resigned:
		return nil, refuse(200, 20021, "User resigned")
	}
	f := s.contactFields(u)
	f["name"], f["en_name"] = u.Name, u.EnName // without a scope here
	f["tenant_key"] = cmp.Or(u.TenantKey, s.cfg.TenantKey)
	for _, name := range []string{"mobile_visible", "status", "department_ids"} { // not in this answer
		delete(f, name)
	}
	return f, nil
}
