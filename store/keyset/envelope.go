package keyset

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
)

// dataKeySize is the length of a data key in bytes, for AES-256.
const dataKeySize = 32

// dataKeyAAD binds a wrapped data key to what it seals.
func dataKeyAAD(associatedData string) string { return "data_key:" + associatedData }

// Envelope is sealed data with the key that opens it. Each is useless without the other.
type Envelope struct {
	Sealed  []byte // nonce, cipher text and tag of AES-256-GCM under a data key of its own
	DataKey []byte // the data key, wrapped by an epoch
	Epoch   int    // that epoch
}

// SealWithDataKey encrypts bytes with a new data key, and binds both to associated data. No two values have the same
// data key, so that whoever destroys the wrapped key of a value destroys that value and no other.
func (k *Keyset) SealWithDataKey(associatedData string, clear []byte) (Envelope, error) {
	key := make([]byte, dataKeySize)
	_, _ = rand.Read(key) // never fails
	defer wipe(key)
	g, err := dataCipher(key)
	if err != nil {
		return Envelope{}, fmt.Errorf("store: seal: %w", err)
	}
	e := Envelope{Sealed: g.Seal(nil, nil, clear, []byte(associatedData))}
	e.DataKey, e.Epoch, err = k.wrap(associatedData, key)
	return e, err
}

// OpenWithDataKey decrypts what SealWithDataKey returned for the same associated data. Otherwise it returns ErrSealed.
func (k *Keyset) OpenWithDataKey(associatedData string, sealed, dataKey []byte) ([]byte, error) {
	key, err := k.Open(dataKeyAAD(associatedData), dataKey)
	if err != nil {
		return nil, err
	}
	defer wipe(key)
	g, err := dataCipher(key)
	if err != nil {
		return nil, ErrSealed
	}
	clear, err := g.Open(nil, nil, sealed, []byte(associatedData))
	if err != nil {
		return nil, ErrSealed
	}
	return clear, nil
}

// Rewrap wraps a data key with the epoch in use. What it seals stays as it is. It returns ErrSealed.
func (k *Keyset) Rewrap(associatedData string, dataKey []byte) (wrapped []byte, epoch int, err error) {
	key, err := k.Open(dataKeyAAD(associatedData), dataKey)
	if err != nil {
		return nil, 0, err
	}
	defer wipe(key)
	return k.wrap(associatedData, key)
}

func (k *Keyset) wrap(associatedData string, key []byte) (wrapped []byte, epoch int, err error) {
	used := k.state.Load().used()
	wrapped, err = used.aead.Encrypt(key, []byte(dataKeyAAD(associatedData)))
	if err != nil {
		return nil, 0, fmt.Errorf("store: wrap: %w", err)
	}
	return wrapped, used.number, nil
}

func dataCipher(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// wipe overwrites a clear data key. Copies in the cipher's own memory live until they are collected.
func wipe(key []byte) { clear(key) }
