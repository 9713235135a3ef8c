package evidence

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
)

// base64url is the encoding of RFC 7515, section 2. Strict: a character whose unused bits are set would be another text
// for the same bytes.
var base64url = base64.RawURLEncoding.Strict()

// jwk is a public Ed25519 key as a JSON Web Key (RFC 7517, RFC 8037 section 2).
type jwk struct {
	Kty string `json:"kty"`
	Crv string `json:"crv"`
	X   string `json:"x"`
	Kid string `json:"kid,omitempty"`
	Use string `json:"use,omitempty"`
	Alg string `json:"alg,omitempty"`
}

func jwkOf(key ed25519.PublicKey) jwk {
	return jwk{Kty: "OKP", Crv: "Ed25519", X: base64url.EncodeToString(key)}
}

// public returns the key; nil if it is not a public Ed25519 key.
func (j jwk) public() ed25519.PublicKey {
	raw, err := base64url.DecodeString(j.X)
	if err != nil || j.Kty != "OKP" || j.Crv != "Ed25519" || len(raw) != ed25519.PublicKeySize {
		return nil
	}
	return raw
}

// KeyID returns the thumbprint of a public key (RFC 7638, RFC 8037 appendix A.3), which is its kid.
func KeyID(key ed25519.PublicKey) string {
	// The required members in lexicographic order, without blanks.
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + base64url.EncodeToString(key) + `"}`))
	return base64url.EncodeToString(sum[:])
}

// KeySet are public keys by KeyID.
type KeySet map[string]ed25519.PublicKey

type jwkSet struct {
	Keys []jwk `json:"keys"`
}

// PublicKeys returns the public halves of signing keys as a JWK set, in their order, for those who verify.
func PublicKeys(keys []ed25519.PrivateKey) ([]byte, error) {
	set := jwkSet{Keys: []jwk{}}
	for _, key := range keys {
		public := key.Public().(ed25519.PublicKey)
		j := jwkOf(public)
		j.Kid, j.Use, j.Alg = KeyID(public), "sig", algorithm
		set.Keys = append(set.Keys, j)
	}
	raw, err := json.MarshalIndent(set, "", indent)
	return append(raw, '\n'), err
}

// ErrNoKeys means that a file holds no public Ed25519 key.
var ErrNoKeys = errors.New("evidence: no JWK set with an Ed25519 key")

// ParseKeys reads a JWK set, or a single JWK. Keys of other kinds are ignored, as RFC 7517 section 5 wants.
func ParseKeys(raw []byte) (KeySet, error) {
	var file struct {
		jwkSet
		jwk
	}
	if err := json.Unmarshal(bytes.TrimSpace(raw), &file); err != nil {
		return nil, ErrNoKeys
	}
	out := KeySet{}
	for _, j := range append(file.Keys, file.jwk) {
		if key := j.public(); key != nil {
			out[KeyID(key)] = key
		}
	}
	if len(out) == 0 {
		return nil, ErrNoKeys
	}
	return out, nil
}
