package vault

import (
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shiming/sim/vault"
)

// leased is a server and a client with one clock.
type leased struct {
	*vault.Server
	now time.Time
	uri string
}

func newLeased(t *testing.T) *leased {
	t.Helper()
	l := &leased{Server: new(vault.Server), now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	l.Server.Now = func() time.Time { return l.now }
	l.AddKey("shiming")
	l.AddRole("role", "secret", time.Hour, 24*time.Hour)
	srv := httptest.NewServer(l.Server)
	t.Cleanup(srv.Close)
	l.uri = "hcvault+http://" + strings.TrimPrefix(srv.URL, "http://") + "/transit/keys/shiming"
	return l
}

func (l *leased) client(cfg Config) *Client {
	cfg.Now = func() time.Time { return l.now }
	return New(cfg)
}

// works encrypts and decrypts once.
func (l *leased) works(t *testing.T, c *Client) {
	t.Helper()
	if err := l.try(c); err != nil {
		t.Fatal(err)
	}
}

func (l *leased) try(c *Client) error {
	a, err := c.GetAEAD(l.uri)
	if err != nil {
		return err
	}
	sealed, err := a.Encrypt([]byte("x"), []byte("y"))
	if err == nil {
		_, err = a.Decrypt(sealed, []byte("y"))
	}
	return err
}

func (l *leased) counted(t *testing.T, logins, renewals int) {
	t.Helper()
	if a, b := l.Calls("login"), l.Calls("renew-self"); a != logins || b != renewals {
		t.Errorf("%d logins and %d renewals, want %d and %d", a, b, logins, renewals)
	}
}

// TestAppRole: one login serves many calls. The token is renewed after two thirds of its lease, a new login follows
// when it ends or is revoked, and a destroyed secret_id is told from a wrong one by nobody.
func TestAppRole(t *testing.T) {
	l := newLeased(t)
	c := l.client(Config{RoleID: "role", SecretID: "secret"})
	l.works(t, c)
	l.works(t, c)
	l.counted(t, 1, 0)
	for range 3 { // a running process, an hour each
		l.now = l.now.Add(41 * time.Minute)
		if err := c.Keep(l.uri); err != nil {
			t.Fatal(err)
		}
	}
	l.counted(t, 1, 3)
	if err := c.Keep(l.uri); err != nil { // nothing is due
		t.Error(err)
	}
	l.counted(t, 1, 3)
	l.now = l.now.Add(2 * time.Hour) // nobody has renewed it: a command, or a service that was away
	l.works(t, c)
	l.counted(t, 2, 3)
	l.RevokeRoleTokens()
	l.works(t, c)
	l.counted(t, 3, 3)
	l.RevokeRoleTokens()
	l.now = l.now.Add(41 * time.Minute)
	if err := c.Keep(l.uri); err != nil { // the renewal is denied, the login is not
		t.Error(err)
	}
	l.counted(t, 4, 4)
	l.DestroySecretID("role", "secret")
	l.works(t, c) // the token lives on
	l.RevokeRoleTokens()
	checkError(t, l.try(c), CodeNoLogin, false)
	checkError(t, l.try(l.client(Config{RoleID: "role", SecretID: "another"})), CodeNoLogin, false)
	checkError(t, l.try(l.client(Config{RoleID: "another", SecretID: "secret"})), CodeNoLogin, false)
	l.Seal(true)
	checkError(t, l.try(c), CodeSealed, true)
	checkError(t, c.Keep(l.uri), CodeSealed, true)
}

// TestAppRoleLivesOnPastTheLongestLease: renewals end at the role's longest lease, and a login follows.
func TestAppRoleLivesOnPastTheLongestLease(t *testing.T) {
	l := newLeased(t)
	c := l.client(Config{RoleID: "role", SecretID: "secret"})
	l.works(t, c)
	for range 3 * 24 * 60 { // three days of minutes
		l.now = l.now.Add(time.Minute)
		if err := c.Keep(l.uri); err != nil {
			t.Fatal(err)
		}
	}
	l.works(t, c)
	if n := l.Calls("login"); n < 3 || n > 4 {
		t.Errorf("%d logins in three days of a day's tokens, want one a day", n)
	}
}

// TestAppRoleAfterADayAway: the service is away for longer than the token lives. Afterwards the process logs in anew.
func TestAppRoleAfterADayAway(t *testing.T) {
	l := newLeased(t)
	c := l.client(Config{RoleID: "role", SecretID: "secret"})
	l.works(t, c)
	l.Seal(true)
	for range 24 {
		l.now = l.now.Add(time.Hour)
		checkError(t, c.Keep(l.uri), CodeSealed, true)
	}
	l.Seal(false)
	if err := c.Keep(l.uri); err != nil {
		t.Error(err)
	}
	l.works(t, c)
	l.counted(t, 26, 0) // 24 of them refused
}

// TestWrappedSecretID: the token of a wrapped answer is used once; whoever comes second, or gives the secret_id itself,
// is told so.
func TestWrappedSecretID(t *testing.T) {
	l := newLeased(t)
	wrapped := l.Wrap("secret")
	c := l.client(Config{RoleID: "role", SecretID: wrapped, SecretIDWrapped: true})
	l.works(t, c)
	l.RevokeRoleTokens()
	l.works(t, c) // the secret_id is known by now
	if n := l.Calls("unwrap"); n != 1 {
		t.Errorf("unwrapped %d times, want once", n)
	}
	checkError(t, l.try(l.client(Config{RoleID: "role", SecretID: wrapped, SecretIDWrapped: true})),
		CodeWrappingToken, false)
	checkError(t, l.try(l.client(Config{RoleID: "role", SecretID: "secret", SecretIDWrapped: true})),
		CodeWrappingToken, false)
	checkError(t, l.try(l.client(Config{RoleID: "role", SecretID: l.Wrap("secret")})), CodeNoLogin, false)
}

// TestKeepsAToken: a token from the settings is renewed; one that cannot be is told before it ends; one that never ends
// is left alone.
func TestKeepsAToken(t *testing.T) {
	l := newLeased(t)
	l.AddLeasedToken("periodic", time.Hour, true)
	l.AddLeasedToken("fixed", time.Hour, false)
	l.AddToken("root")
	periodic := l.client(Config{Token: "periodic"})
	for range 10 * 60 {
		l.now = l.now.Add(time.Minute)
		if err := periodic.Keep(l.uri); err != nil {
			t.Fatal(err)
		}
	}
	l.works(t, periodic)
	if n := l.Calls("lookup-self"); n != 1 {
		t.Errorf("looked up %d times, want once", n)
	}
	l.now = l.now.Add(-10 * time.Hour)
	fixed := l.client(Config{Token: "fixed"})
	checkError(t, fixed.Keep(l.uri), CodeNotRenewable, false)
	l.works(t, fixed)
	renewals := l.Calls("renew-self")
	root := l.client(Config{Token: "root"})
	for range 3 {
		l.now = l.now.Add(1000 * time.Hour)
		if err := root.Keep(l.uri); err != nil {
			t.Error(err)
		}
	}
	if n := l.Calls("renew-self"); n != renewals {
		t.Errorf("a token that never ends was renewed %d times", n-renewals)
	}
	checkError(t, l.try(fixed), CodeDenied, false) // ended
	checkError(t, l.try(periodic), CodeDenied, false)
	checkError(t, periodic.Keep(l.uri), CodeDenied, false)
}

// TestOddLogins: an answer to a login that has no token is an error, and never a call without a token.
func TestOddLogins(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want Code
	}{
		"wrapped":   {`{"auth":null,"wrap_info":{"token":"hvs.x","ttl":60}}`, CodeWrapped},
		"no auth":   {`{"auth":null,"data":{}}`, CodeShape},
		"no token":  {`{"auth":{"client_token":"","lease_duration":60,"renewable":true}}`, CodeShape},
		"no object": {`[]`, CodeShape},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLeased(t)
			l.AnswerLogins(c.body)
			checkError(t, l.try(l.client(Config{RoleID: "role", SecretID: "secret"})), c.want, false)
			if n := l.Calls("encrypt"); n != 0 {
				t.Errorf("called %d times without a token", n)
			}
		})
	}
}

// TestNamespaceAndCertificate: the namespace goes with each call, the login included; a certificate is trusted only if
// kms.ca_file has its authority.
func TestNamespaceAndCertificate(t *testing.T) {
	fake := &vault.Server{Namespace: "hr/china"}
	fake.AddKey("shiming")
	fake.AddRole("role", "secret", time.Hour, time.Hour)
	srv := httptest.NewTLSServer(fake)
	defer srv.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	s := Settings{
		URI:    "hcvault://" + strings.TrimPrefix(srv.URL, "https://") + "/transit/keys/shiming",
		RoleID: "role", SecretID: "secret", Namespace: "hr/china", CAFile: ca,
	}
	seal := func(s Settings) error {
		c, err := s.Client()
		if err != nil {
			return err
		}
		w, err := s.Wrapping(c)
		if err != nil {
			return err
		}
		_, err = w.AEAD.Encrypt([]byte("x"), nil)
		return err
	}
	if err := seal(s); err != nil {
		t.Error(err)
	}
	other := s
	other.Namespace = "hr"
	checkError(t, seal(other), CodeNoPath, false)
	other = s
	other.CAFile = ""
	checkError(t, seal(other), CodeCertificate, false)
	for file, words := range map[string]string{
		filepath.Join(t.TempDir(), "none"): "kms.ca_file", os.Args[0]: "no certificate",
	} {
		other.CAFile = file
		if err := seal(other); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v, want %q", file, err, words)
		}
	}
}
