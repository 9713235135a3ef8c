package evidence

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// A bundle is a JWS in the flattened JSON serialization (RFC 7515, section 7.2.2) with one member more: evidence, which
// is the payload as text. So a person can read the file, and every JOSE library verifies it as it is, since unknown
// members are ignored. The two copies also tell which byte of one was altered.
//
// A JOSE library of ours would not spare the code: verifying has to say what was altered, which no library does, and
// signing is a few lines over crypto/ed25519. It would be a dependency for the lines of sign alone.

// algorithm is EdDSA with Ed25519 (RFC 8037, section 3.1).
const algorithm = "EdDSA"

// bundleType is the typ of the protected header. Explicit typing keeps other signatures of the key from being taken for
// bundles (RFC 8725, section 3.11).
const bundleType = "shiming-evidence+jws"

// header is the protected header.
type header struct {
	Alg string `json:"alg"`
	Kid string `json:"kid"`
	Typ string `json:"typ"`
	JWK jwk    `json:"jwk"`
}

func headerOf(key ed25519.PublicKey) header {
	return header{Alg: algorithm, Kid: KeyID(key), Typ: bundleType, JWK: jwkOf(key)}
}

// encode returns the header as it stands in a bundle.
func (h header) encode() string {
	raw, err := json.Marshal(h)
	if err != nil {
		panic(err) // strings always encode
	}
	return base64url.EncodeToString(raw)
}

// signed is the content of a bundle.
type signed struct {
	payload   []byte
	protected string // base64url of the header
	signature string // base64url
}

// signingInput are the bytes that the signature covers (RFC 7515, section 5.1).
func signingInput(protected string, payload []byte) []byte {
	return []byte(protected + "." + base64url.EncodeToString(payload))
}

// The parts of a bundle between its values.
const (
	bundleStart  = "{\n  \"evidence\": "
	toPayload    = ",\n  \"payload\": \""
	toProtected  = "\",\n  \"protected\": \""
	toSignature  = "\",\n  \"signature\": \""
	bundleFinish = "\"\n}\n"
)

// file returns the bundle. There is one file only for each content: whoever verifies compares the bytes.
func (s signed) file() []byte {
	var b bytes.Buffer
	b.WriteString(bundleStart)
	b.Write(s.payload)
	b.WriteString(toPayload + base64url.EncodeToString(s.payload))
	b.WriteString(toProtected + s.protected)
	b.WriteString(toSignature + s.signature)
	b.WriteString(bundleFinish)
	return b.Bytes()
}

// Sign returns the bundle of a record: one JSON file. It completes the record with the hashes of its pages.
func Sign(r *Record, key ed25519.PrivateKey) ([]byte, error) {
	r.Pages = nil
	pages := map[string]string{}
	for _, lang := range Languages {
		page, err := r.page(lang, nil)
		if err != nil {
			return nil, err
		}
		pages[lang] = hexSum(page)
	}
	r.Pages = pages
	payload, err := r.payload()
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	protected := headerOf(key.Public().(ed25519.PublicKey)).encode()
	signature := base64url.EncodeToString(ed25519.Sign(key, signingInput(protected, payload)))
	return signed{payload, protected, signature}.file(), nil
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
