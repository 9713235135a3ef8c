package keyset

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/core/registry"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Wrapping encrypts the keys in a keyset file under a key that the file does not hold.
type Wrapping struct {
	Name string // noted in the file, such as the key's URI; no secret
	AEAD tink.AEAD
}

// WrapError means that the keys of a file could not be encrypted or decrypted by the key from outside. It says whether
// another try may succeed (failure's Temporary), so that a start can wait for a key management service.
type WrapError struct {
	Name string
	Err  error
}

func (e *WrapError) Error() string { return fmt.Sprintf("%s: %v", e.Name, e.Err) }
func (e *WrapError) Unwrap() error { return e.Err }

// Temporary reports whether another try may succeed.
func (e *WrapError) Temporary() bool {
	var t interface{ Temporary() bool }
	return errors.As(e.Err, &t) && t.Temporary()
}

// errEmpty guards against a service that answers success without content.
var errEmpty = errors.New("answered without content")

func (w *Wrapping) encrypt(clear []byte) ([]byte, error) {
	out, err := w.AEAD.Encrypt(clear, []byte(fileAAD))
	if err == nil && len(out) == 0 {
		err = errEmpty
	}
	if err != nil {
		return nil, &WrapError{w.Name, err}
	}
	return out, nil
}

// decrypt opens the keys of a file that says that they were wrapped under a name. w may be nil.
func (w *Wrapping) decrypt(name string, wrapped []byte) ([]byte, error) {
	if w == nil {
		return nil, fmt.Errorf("its keys are wrapped by %s, which is not set (kms.uri, security.wrapping_key)", name)
	}
	if w.Name != name {
		return nil, fmt.Errorf("its keys are wrapped by %s, not by %s (kms.uri, security.wrapping_key)", name, w.Name)
	}
	out, err := w.AEAD.Decrypt(wrapped, []byte(fileAAD))
	if err == nil && len(out) == 0 {
		err = errEmpty
	}
	if err != nil {
		return nil, &WrapError{w.Name, err}
	}
	return out, nil
}

// WrapByService returns the wrapping by a key of a key management service. Tink's own clients implement client.
func WrapByService(client registry.KMSClient, uri string) (*Wrapping, error) {
	if !client.Supported(uri) {
		return nil, fmt.Errorf("%s is not a key of this service", uri)
	}
	a, err := client.GetAEAD(uri)
	if err != nil {
		return nil, err
	}
	return &Wrapping{uri, a}, nil
}

// localWrapping is the Name of WrapByKey.
const localWrapping = "security.wrapping_key"

// errWrappingKey does not quote the key.
var errWrappingKey = errors.New("want 32 random bytes in Base64, such as `openssl rand -base64 32` prints")

// WrapByKey returns the wrapping by a key from the configuration: 32 bytes in Base64, for AES-256-GCM.
func WrapByKey(key string) (*Wrapping, error) {
	raw, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(raw) != dataKeySize {
		return nil, errWrappingKey
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, errWrappingKey
	}
	g, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, errWrappingKey
	}
	return &Wrapping{localWrapping, localAEAD{g}}, nil
}

// localAEAD implements Tink's interface.
type localAEAD struct{ cipher.AEAD }

func (a localAEAD) Encrypt(clear, aad []byte) ([]byte, error) {
	return a.Seal(nil, nil, clear, aad), nil
}

func (a localAEAD) Decrypt(sealed, aad []byte) ([]byte, error) {
	clear, err := a.Open(nil, nil, sealed, aad)
	if err != nil {
		return nil, errors.New("another wrapping key, or a damaged file")
	}
	return clear, nil
}
