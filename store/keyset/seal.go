package keyset

import (
	"errors"
	"fmt"
)

// ErrSealed means that sealed bytes were changed, or were sealed with other keys or other
// associated data.
var ErrSealed = errors.New("store: sealed data does not open here")

// Seal encrypts bytes and binds them to associated data, such as a row and its column.
func (k *Keyset) Seal(associatedData string, clear []byte) ([]byte, error) {
	sealed, err := k.aead.Encrypt(clear, []byte(associatedData))
	if err != nil {
		return nil, fmt.Errorf("store: seal: %w", err)
	}
	return sealed, nil
}

// Open decrypts what Seal returned for the same associated data. Otherwise it returns ErrSealed.
func (k *Keyset) Open(associatedData string, sealed []byte) ([]byte, error) {
	clear, err := k.aead.Decrypt(sealed, []byte(associatedData))
	if err != nil {
		return nil, ErrSealed
	}
	return clear, nil
}
