package handover

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Names of the headers of Standard Webhooks.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

// Secret is the key that sender and receiver share. It hides itself in logs and errors.
type Secret struct{ key []byte }

func (Secret) String() string   { return "[secret]" }
func (Secret) GoString() string { return "[secret]" }

// Sizes of the key, in bytes, that Standard Webhooks recommends.
const (
	minKey = 24
	maxKey = 64
)

// ErrSecret says that a text is no secret. It does not quote the text.
var ErrSecret = errors.New("handover: want whsec_ and the Base64 of 24 to 64 random bytes")

// ParseSecret reads a secret in its usual form: whsec_ and the standard Base64 of the key, with or without padding.
func ParseSecret(text string) (Secret, error) {
	encoded, ok := strings.CutPrefix(text, "whsec_")
	if !ok {
		return Secret{}, ErrSecret
	}
	key, err := base64.RawStdEncoding.Strict().DecodeString(strings.TrimRight(encoded, "="))
	if err != nil || len(key) < minKey || len(key) > maxKey {
		return Secret{}, ErrSecret
	}
	return Secret{key}, nil
}

// ParseSecrets reads a list of secrets.
func ParseSecrets(texts []string) ([]Secret, error) {
	all := make([]Secret, len(texts))
	for i, text := range texts {
		var err error
		if all[i], err = ParseSecret(text); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Sign returns the value of webhook-signature: one signature for each secret, in their order, separated by spaces. id
// must not contain a dot.
func Sign(secrets []Secret, id string, at time.Time, body []byte) string {
	signatures := make([]string, len(secrets))
	for i, s := range secrets {
		mac := hmac.New(sha256.New, s.key)
		mac.Write([]byte(id + "." + unixSeconds(at) + "."))
		mac.Write(body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(signatures, " ")
}

func unixSeconds(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
