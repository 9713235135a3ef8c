// Package vault is a client of HashiCorp Vault's Transit engine, as far as wrapping a key file needs it: encrypt,
// decrypt, the health of the server, and the login with its token. It implements Tink's registry.KMSClient. It logs
// nothing, and calls twice only what was denied to a token that may have ended, with a new one.
//
// Pages: developer.hashicorp.com/vault/api-docs/secret/transit, …/api-docs (errors), …/api-docs/system/health,
// …/api-docs/auth/approle, …/api-docs/auth/token, …/api-docs/system/wrapping-unwrap.
package vault

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/tink-crypto/tink-go/v2/core/registry"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// callTimeout limits a call. Tink's interface has no context.
const callTimeout = 10 * time.Second

// maxAnswer bounds an answer in bytes; a wrapped key file has a few thousand.
const maxAnswer = 1 << 20

// Config configures a Client. It logs in by AppRole if RoleID is set, and uses Token otherwise.
type Config struct {
	Token     string
	Namespace string // Vault Enterprise; "" for none

	RoleID, SecretID string
	SecretIDWrapped  bool   // SecretID is the token of a wrapped answer that holds the secret_id
	AppRolePath      string // where the method is mounted below auth/; "" for approle

	Roots *x509.CertPool   // whose certificates are trusted; nil for those of the system
	Now   func() time.Time // nil for time.Now
}

// Client implements registry.KMSClient for URIs of the form hcvault://HOST[:PORT]/MOUNT/keys/NAME, with
// hcvault+http://… for a server on this machine without TLS.
type Client struct {
	cfg   Config
	http  *http.Client
	login login
}

var _ registry.KMSClient = (*Client)(nil)

// New returns a client. It follows no redirect, which could carry the token elsewhere.
func New(cfg Config) *Client {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.AppRolePath == "" {
		cfg.AppRolePath = "approle"
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if cfg.Roots != nil {
		transport.TLSClientConfig = &tls.Config{RootCAs: cfg.Roots, MinVersion: tls.VersionTLS12}
	}
	return &Client{cfg: cfg, http: &http.Client{
		Timeout:       callTimeout,
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// key is what a URI names.
type key struct{ base, mount, name string }

// parse reads a URI.
func parse(uri string) (key, error) {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return key{}, errors.New("want hcvault://HOST:PORT/transit/keys/NAME")
	}
	k := key{}
	switch u.Scheme {
	case "hcvault":
		k.base = "https://" + u.Host
	case "hcvault+http":
		if !loopback(u.Hostname()) {
			return key{}, errors.New("hcvault+http is for a server on this machine only")
		}
		k.base = "http://" + u.Host
	default:
		return key{}, errors.New("want hcvault://HOST:PORT/transit/keys/NAME")
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	n := len(parts)
	if n < 3 || parts[n-2] != "keys" || parts[n-1] == "" {
		return key{}, errors.New("want hcvault://HOST:PORT/transit/keys/NAME")
	}
	k.mount, k.name = strings.Join(parts[:n-2], "/"), parts[n-1]
	return k, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// Supported reports whether the URI has the form of a Transit key.
func (*Client) Supported(uri string) bool {
	_, err := parse(uri)
	return err == nil
}

// GetAEAD returns an AEAD that encrypts by the key. It calls nobody.
func (c *Client) GetAEAD(uri string) (tink.AEAD, error) {
	k, err := parse(uri)
	if err != nil {
		return nil, err
	}
	return &transit{c, k}, nil
}

// transit is a key of the Transit engine. Associated data is sent as associated_data, which the key authenticates;
// context is for derived keys and is not used.
type transit struct {
	client *Client
	key    key
}

// ciphertextPrefix begins every ciphertext of Transit: vault:v1:…, with the version of the key.
const ciphertextPrefix = "vault:v"

func (t *transit) Encrypt(clear, associatedData []byte) ([]byte, error) {
	var out struct {
		Data struct {
			Ciphertext string `json:"ciphertext"`
		} `json:"data"`
	}
	in := map[string][]byte{"plaintext": clear, "associated_data": associatedData} // Base64 by encoding/json
	if err := t.call("encrypt", in, &out); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(out.Data.Ciphertext, ciphertextPrefix) {
		return nil, &Error{Op: "encrypt", Code: CodeShape, Status: http.StatusOK}
	}
	return []byte(out.Data.Ciphertext), nil
}

func (t *transit) Decrypt(sealed, associatedData []byte) ([]byte, error) {
	var out struct {
		Data struct {
			Plaintext []byte `json:"plaintext"`
		} `json:"data"`
	}
	in := struct {
		Ciphertext     string `json:"ciphertext"`
		AssociatedData []byte `json:"associated_data"`
	}{string(sealed), associatedData}
	if err := t.call("decrypt", in, &out); err != nil {
		return nil, err
	}
	if len(out.Data.Plaintext) == 0 { // an empty answer must not become an empty key file
		return nil, &Error{Op: "decrypt", Code: CodeShape, Status: http.StatusOK}
	}
	return out.Data.Plaintext, nil
}

func (t *transit) call(op string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return &Error{Op: op, Code: CodeShape}
	}
	address := t.key.base + "/v1/" + t.key.mount + "/" + op + "/" + url.PathEscape(t.key.name)
	return t.client.withToken(t.key.base, func(token string) error {
		return t.client.ask(http.MethodPost, op, address, token, body, out)
	})
}

// ask calls and reads the answer of a success into out.
func (c *Client) ask(method, op, address, token string, body []byte, out any) error {
	status, raw, err := c.send(method, op, address, token, body)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return errorOf(op, status, raw)
	}
	if json.Unmarshal(raw, out) != nil {
		return &Error{Op: op, Code: CodeShape, Status: status}
	}
	return nil
}

func (c *Client) send(method, op, address, token string, body []byte) (status int, raw []byte, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, nil, &Error{Op: op, Code: CodeShape}
	}
	req.Header.Set("X-Vault-Request", "true")
	if token != "" {
		req.Header.Set("X-Vault-Token", token)
	}
	req.Header.Set("Content-Type", "application/json")
	if c.cfg.Namespace != "" {
		req.Header.Set("X-Vault-Namespace", c.cfg.Namespace)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return 0, nil, &Error{Op: op, Code: unreachable(err)}
	}
	defer res.Body.Close() //nolint:errcheck // read to its end
	raw, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return 0, nil, &Error{Op: op, Code: unreachable(err)}
	}
	return res.StatusCode, raw, nil
}

// unreachable tells a timeout and a certificate that is not trusted from other failures of the network.
func unreachable(err error) Code {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return CodeCertificate
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return CodeTimeout
	}
	return CodeUnreachable
}

// Health asks whether the server of a URI answers and is unsealed.
func (c *Client) Health(uri string) error {
	k, err := parse(uri)
	if err != nil {
		return err
	}
	status, raw, err := c.send(http.MethodGet, "health", k.base+"/v1/sys/health", "", nil)
	if err != nil {
		return err
	}
	switch status {
	case http.StatusOK, http.StatusTooManyRequests, 472, 473: // active, standby, replicas: all serve requests
		return nil
	}
	return errorOf("health", status, raw)
}

// String keeps the token out of logs.
func (c *Client) String() string { return fmt.Sprintf("vault client, namespace %q", c.cfg.Namespace) }
