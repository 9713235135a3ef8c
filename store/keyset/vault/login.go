package vault

import (
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"
)

// login is the token of a Client. The zero value has none yet.
type login struct {
	mu    sync.Mutex
	token string // of AppRole

	secretID  string    // unwrapped
	ends      time.Time // of the token; zero: never, or not known
	renewAt   time.Time // two thirds of the lease; zero: nothing to renew
	lookedUp  bool      // the lease of Config.Token was asked for
	unrenewed bool      // the token cannot be renewed, and ends
}

// authAnswer is the answer to a login and to a renewal.
type authAnswer struct {
	Auth *struct {
		ClientToken   string `json:"client_token"`
		LeaseDuration int64  `json:"lease_duration"` // seconds; 0: never ends
		Renewable     bool   `json:"renewable"`
	} `json:"auth"`
	Data *struct {
		SecretID string `json:"secret_id"`
	} `json:"data"`
	WrapInfo *struct{} `json:"wrap_info"`
}

// withToken calls with a token. A denied call may be due to a token that has ended or was revoked: with AppRole it is
// made once more with a new one.
func (c *Client) withToken(base string, call func(token string) error) error {
	if c.cfg.RoleID == "" {
		return call(c.cfg.Token)
	}
	token, fresh, err := c.appRoleToken(base)
	if err != nil {
		return err
	}
	err = call(token)
	if denied, ok := errors.AsType[*Error](err); !ok || denied.Code != CodeDenied || fresh {
		return err
	}
	c.forget(token)
	if token, _, err = c.appRoleToken(base); err != nil {
		return err
	}
	return call(token)
}

// forget drops a token, unless another call has replaced it.
func (c *Client) forget(token string) {
	c.login.mu.Lock()
	defer c.login.mu.Unlock()
	if c.login.token == token {
		c.login.token = ""
	}
}

// appRoleToken returns the token of the role, and logs in if there is none or if it has ended.
func (c *Client) appRoleToken(base string) (token string, fresh bool, err error) {
	c.login.mu.Lock()
	defer c.login.mu.Unlock()
	l := &c.login
	if l.token != "" && (l.ends.IsZero() || c.cfg.Now().Before(l.ends)) {
		return l.token, false, nil
	}
	l.token = ""
	secretID, err := c.secretID(base)
	if err != nil {
		return "", false, err
	}
	body, err := json.Marshal(map[string]string{"role_id": c.cfg.RoleID, "secret_id": secretID})
	if err != nil {
		return "", false, &Error{Op: "login", Code: CodeShape}
	}
	var out authAnswer
	address := base + "/v1/auth/" + c.cfg.AppRolePath + "/login"
	if err := c.ask(http.MethodPost, "login", address, "", body, &out); err != nil {
		return "", false, err
	}
	if err := c.note("login", out); err != nil {
		return "", false, err
	}
	return l.token, true, nil
}

// secretID returns the secret_id. A wrapped one is unwrapped once: its token is valid for one call.
func (c *Client) secretID(base string) (string, error) {
	if !c.cfg.SecretIDWrapped {
		return c.cfg.SecretID, nil
	}
	if c.login.secretID != "" {
		return c.login.secretID, nil
	}
	var out authAnswer
	if err := c.ask(http.MethodPost, "unwrap", base+"/v1/sys/wrapping/unwrap", c.cfg.SecretID, nil, &out); err != nil {
		return "", err
	}
	if out.Data == nil || out.Data.SecretID == "" {
		return "", &Error{Op: "unwrap", Code: CodeShape, Status: http.StatusOK}
	}
	c.login.secretID = out.Data.SecretID
	return c.login.secretID, nil
}

// note keeps the token of an answer and when it is to be renewed. An answer without a token is none of a login.
func (c *Client) note(op string, out authAnswer) error {
	switch {
	case out.WrapInfo != nil && out.Auth == nil:
		return &Error{Op: op, Code: CodeWrapped, Status: http.StatusOK}
	case out.Auth == nil || out.Auth.ClientToken == "":
		return &Error{Op: op, Code: CodeShape, Status: http.StatusOK}
	}
	if c.cfg.RoleID != "" {
		c.login.token = out.Auth.ClientToken
	}
	c.leased(time.Duration(out.Auth.LeaseDuration)*time.Second, out.Auth.Renewable)
	return nil
}

// leased notes how long the token is valid from now on.
func (c *Client) leased(lease time.Duration, renewable bool) {
	l, now := &c.login, c.cfg.Now()
	l.ends, l.renewAt, l.unrenewed = time.Time{}, time.Time{}, false
	if lease <= 0 {
		return
	}
	l.ends = now.Add(lease)
	if l.unrenewed = !renewable; renewable {
		l.renewAt = now.Add(lease * 2 / 3)
	}
}

// Keep keeps the token of a running process valid: it renews it after two thirds of its lease, and logs in again by
// AppRole when that is no longer possible. If nothing is due, it asks for the health of the server. To be called every
// minute or so.
func (c *Client) Keep(uri string) error {
	k, err := parse(uri)
	if err != nil {
		return err
	}
	if c.cfg.RoleID != "" {
		if _, fresh, err := c.appRoleToken(k.base); err != nil || fresh {
			return err
		}
	} else if err := c.lookUp(k.base); err != nil {
		return err
	}
	c.login.mu.Lock()
	due := !c.login.renewAt.IsZero() && !c.cfg.Now().Before(c.login.renewAt)
	ending := c.login.unrenewed && c.cfg.RoleID == ""
	c.login.mu.Unlock()
	switch {
	case due:
		return c.renew(k.base)
	case ending:
		return &Error{Op: "lookup-self", Code: CodeNotRenewable}
	}
	return c.Health(uri)
}

// lookUp asks once how long Config.Token is valid.
func (c *Client) lookUp(base string) error {
	c.login.mu.Lock()
	defer c.login.mu.Unlock()
	if c.login.lookedUp {
		return nil
	}
	var out struct {
		Data *struct {
			TTL       int64 `json:"ttl"` // seconds; 0: never ends
			Renewable bool  `json:"renewable"`
		} `json:"data"`
	}
	err := c.ask(http.MethodGet, "lookup-self", base+"/v1/auth/token/lookup-self", c.cfg.Token, nil, &out)
	if err != nil {
		return err
	}
	if out.Data == nil {
		return &Error{Op: "lookup-self", Code: CodeShape, Status: http.StatusOK}
	}
	c.leased(time.Duration(out.Data.TTL)*time.Second, out.Data.Renewable)
	c.login.lookedUp = true
	return nil
}

// renew renews the token. With AppRole a new login follows a refusal.
func (c *Client) renew(base string) error {
	c.login.mu.Lock()
	token := c.login.token
	if c.cfg.RoleID == "" {
		token = c.cfg.Token
	}
	var out authAnswer
	err := c.ask(http.MethodPost, "renew-self", base+"/v1/auth/token/renew-self", token, []byte("{}"), &out)
	if err == nil {
		err = c.note("renew-self", out)
	}
	c.login.mu.Unlock()
	refused, ok := errors.AsType[*Error](err)
	if !ok || refused.Temporary() || c.cfg.RoleID == "" {
		return err
	}
	c.forget(token)
	_, _, err = c.appRoleToken(base)
	return err
}
