package keyset

import (
	"errors"
	"fmt"
)

// ErrSealed means that sealed bytes were changed, or were sealed with other keys or other
// associated data.
var ErrSealed = errors.New("store: sealed data does not open here")

// Seal encrypts bytes with the epoch in use, and binds them to associated data, such as a row and its column. It is for
// what is kept for days at most; what belongs to a case is sealed by SealWithDataKey.
func (k *Keyset) Seal(associatedData string, clear []byte) ([]byte, error) {
	sealed, err := k.state.Load().used().aead.Encrypt(clear, []byte(associatedData))
	if err != nil {
		return nil, fmt.Errorf("store: seal: %w", err)
	}
	return sealed, nil
}

// Open decrypts what Seal returned for the same associated data, in any epoch that the keyset holds. Otherwise it
// returns ErrSealed.
func (k *Keyset) Open(associatedData string, sealed []byte) ([]byte, error) {
	epochs := k.state.Load().epochs
	for i := len(epochs) - 1; i >= 0; i-- {
		if clear, err := epochs[i].aead.Decrypt(sealed, []byte(associatedData)); err == nil {
			return clear, nil
		}
	}
	return nil, ErrSealed
}
