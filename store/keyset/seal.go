package keyset

import (
	"errors"
	"fmt"
)

// ErrSealed: sealed bytes were changed, or belong to another place.
var ErrSealed = errors.New("store: sealed data does not open here")

// Seal encrypts bytes and binds them to a place, such as a row and its field.
func (k *Keyset) Seal(associatedData string, clear []byte) ([]byte, error) {
	sealed, err := k.aead.Encrypt(clear, []byte(associatedData))
	if err != nil {
		return nil, fmt.Errorf("store: seal: %w", err)
	}
	return sealed, nil
}

// Open decrypts what Seal made for the same place. Everything else is ErrSealed.
func (k *Keyset) Open(associatedData string, sealed []byte) ([]byte, error) {
	clear, err := k.aead.Decrypt(sealed, []byte(associatedData))
	if err != nil {
		return nil, ErrSealed
	}
	return clear, nil
}
