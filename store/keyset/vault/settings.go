package vault

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"shiming/store/keyset"
)

// Settings are the settings that say what wraps the keys in a key file.
type Settings struct {
	URI, Token, Namespace string // kms.uri, kms.token, kms.namespace
	RoleID, SecretID      string // kms.role_id, kms.secret_id
	SecretIDWrapped       bool   // kms.secret_id_wrapped
	AppRolePath, CAFile   string // kms.approle_path, kms.ca_file
	WrappingKey           string // security.wrapping_key
}

// Client returns a client of the service, or nil without one. It calls nobody. Its errors begin with the setting.
func (s Settings) Client() (*Client, error) {
	if s.URI == "" {
		return nil, nil
	}
	cfg := Config{
		Token:           s.Token,
		Namespace:       s.Namespace,
		RoleID:          s.RoleID,
		SecretID:        s.SecretID,
		SecretIDWrapped: s.SecretIDWrapped,
		AppRolePath:     s.AppRolePath,
	}
	if s.CAFile != "" {
		raw, err := os.ReadFile(s.CAFile)
		if err != nil {
			return nil, fmt.Errorf("kms.ca_file: %w", err)
		}
		cfg.Roots = x509.NewCertPool()
		if !cfg.Roots.AppendCertsFromPEM(raw) {
			return nil, errors.New("kms.ca_file: no certificate in PEM in it")
		}
	}
	return New(cfg), nil
}

// Wrapping returns what wraps the keys: a key of the service, the key from the configuration, or nil for keys in clear.
// client is that of Client. It calls nobody. Its errors begin with the setting.
func (s Settings) Wrapping(client *Client) (*keyset.Wrapping, error) {
	switch {
	case client != nil:
		w, err := keyset.WrapByService(client, s.URI)
		if err != nil {
			return nil, fmt.Errorf("kms.uri: %w", err)
		}
		return w, nil
	case s.WrappingKey != "":
		w, err := keyset.WrapByKey(s.WrappingKey)
		if err != nil {
			return nil, fmt.Errorf("security.wrapping_key: %w", err)
		}
		return w, nil
	}
	return nil, nil
}
