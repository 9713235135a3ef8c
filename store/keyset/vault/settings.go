package vault

import (
	"fmt"

	"shiming/store/keyset"
)

// Settings are the settings that say what wraps the keys in a key file.
type Settings struct {
	URI, Token, Namespace string // kms.uri, kms.token, kms.namespace
	WrappingKey           string // security.wrapping_key
}

// Wrapping returns what wraps the keys: a key of the service, the key from the configuration, or nil for keys in clear.
// It calls nobody. Its errors begin with the setting.
func (s Settings) Wrapping() (*keyset.Wrapping, error) {
	switch {
	case s.URI != "":
		w, err := keyset.WrapByService(New(Config{Token: s.Token, Namespace: s.Namespace}), s.URI)
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
