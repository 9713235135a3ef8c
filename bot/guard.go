package bot

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"shiming/shape"
)

// Headers of a signed push (page "步骤三：接收事件").
const (
	headerTimestamp = "X-Lark-Request-Timestamp" // Unix time; no page names the unit, see signedAt
	headerNonce     = "X-Lark-Request-Nonce"
	headerSignature = "X-Lark-Signature" // hex SHA-256
)

// signatureWindow limits the distance of a signature's timestamp from now, in both directions. Feishu delivers an event
// for the last time six hours after it happened, possibly with the old signature. The event key makes a replay inside
// the window a no-op.
const signatureWindow = 8 * time.Hour

// unixSecondsDigits is the length of the form in which the timestamp is expected: Unix time in seconds.
const unixSecondsDigits = 10

// eventKeyKept is how long the store keeps the key of an event at least.
const eventKeyKept = 7 * 24 * time.Hour

// refusal says why the server refuses a request.
type refusal struct {
	status int    // HTTP status
	word   string // the only text that the caller gets
	reason string // for the log
}

func unauthorized(reason string) *refusal {
	return &refusal{http.StatusUnauthorized, "unauthorized", reason}
}

func forbidden(reason string) *refusal {
	return &refusal{http.StatusForbidden, "forbidden", reason}
}

func badRequest(reason string) *refusal {
	return &refusal{http.StatusBadRequest, "bad_request", reason}
}

// envelope holds the fields that every push has. Schema 2.0 has a header; schema 1.0 and url_verification have none.
type envelope struct {
	Type      string `json:"type"`
	Token     string `json:"token"`
	Challenge string `json:"challenge"`
	Header    *struct {
		EventID   string `json:"event_id"`
		EventType string `json:"event_type"`
		Token     string `json:"token"`
		AppID     string `json:"app_id"`
		// CreateTime is when the event happened. The signature covers it.
		CreateTime loose `json:"create_time"`
	} `json:"header"`
	Event json.RawMessage `json:"event"`
	UUID  loose           `json:"uuid"` // event id of schema 1.0
	TS    loose           `json:"ts"`   // when an event of schema 1.0 was made, in seconds

	plain []byte // the whole decrypted push
}

func (e *envelope) isChallenge() bool { return e.Type == kindChallenge }

// kind returns the event type. It is "" for an event of schema 1.0 except those of a marketplace app, the only ones that
// the bot handles.
func (e *envelope) kind() string {
	if e.Header == nil {
		var event struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(e.Event, &event) != nil {
			return ""
		}
		switch event.Type {
		case eventAppTicket, eventAppUninstalled, eventAppStatus:
			return event.Type
		}
		return ""
	}
	return e.Header.EventType
}

func (e *envelope) token() string {
	if e.Header == nil {
		return e.Token
	}
	return e.Header.Token
}

func (e *envelope) appID() string {
	if e.Header != nil {
		return e.Header.AppID
	}
	var event struct {
		AppID string `json:"app_id"`
	}
	if json.Unmarshal(e.Event, &event) != nil {
		return ""
	}
	return event.AppID
}

// guard checks that a push comes from Feishu and is meant for this app. It never panics on any input.
type guard struct {
	appID      string
	encryptKey string
	token      string
	now        func() time.Time
	// noteUnreadable is called for a signed push whose timestamp has no known form.
	noteUnreadable func()
	surprised      func(kind, difference string) // nil = pushes are not compared
}

// open checks and decrypts one push. It does not parse the body before it has verified the signature of the raw bytes.
func (g *guard) open(header http.Header, body []byte) (*envelope, *refusal) {
	signed, at, r := g.verify(header, body)
	if r != nil {
		return nil, r
	}
	if !signed {
		return g.openUnsigned(body)
	}
	e, r := g.decode(body)
	if r != nil {
		return nil, r
	}
	if g.surprised != nil && len(header[headerTimestamp][0]) != unixSecondsDigits {
		g.surprised("webhook", shape.TimeUnit+":"+headerTimestamp)
	}
	if at.IsZero() {
		// The signature is good, so that the push comes from Feishu.
		g.noteUnreadable()
		if g.forgotten(e) {
			return nil, unauthorized("event too old, and its timestamp has an unknown form")
		}
	}
	if !equal(e.token(), g.token) {
		return nil, forbidden("verification token differs")
	}
	if !e.isChallenge() && !equal(e.appID(), g.appID) {
		return nil, forbidden("app id differs")
	}
	return e, nil
}

// openUnsigned accepts url_verification, the only push that Feishu does not sign; Feishu sends it when the console
// saves the request URL. All failures look the same to the caller: if they told a bad padding from a bad token, a
// stranger could decrypt recorded events byte by byte.
func (g *guard) openUnsigned(body []byte) (*envelope, *refusal) {
	e, r := g.decode(body)
	if r != nil || !e.isChallenge() || !equal(e.token(), g.token) {
		return nil, unauthorized("unsigned and no url_verification of ours")
	}
	return e, nil
}

// verify reports whether the push is signed and when, and refuses it if the signature is wrong. at is zero for a
// timestamp of unknown form.
func (g *guard) verify(header http.Header, body []byte) (signed bool, at time.Time, r *refusal) {
	timestamp, nonce, signature := header[headerTimestamp], header[headerNonce], header[headerSignature]
	if len(timestamp)+len(nonce)+len(signature) == 0 {
		return false, at, nil
	}
	if len(timestamp) != 1 || len(nonce) != 1 || len(signature) != 1 {
		return false, at, unauthorized("signature headers incomplete")
	}
	if !equal(sign(timestamp[0], nonce[0], g.encryptKey, body), signature[0]) {
		return false, at, unauthorized("signature differs")
	}
	at = unixTime(timestamp[0])
	if !at.IsZero() && !g.inWindow(at) {
		return false, at, unauthorized("timestamp outside the window")
	}
	return true, at, nil
}

// forgotten reports whether the event is so old that its key may be deleted, and a replay would count as new. An event
// without a readable time of its own passes.
func (g *guard) forgotten(e *envelope) bool {
	if e.Header == nil {
		return false
	}
	at := unixTime(string(e.Header.CreateTime))
	return !at.IsZero() && g.now().Sub(at) > eventKeyKept
}

func (g *guard) inWindow(at time.Time) bool { return at.Sub(g.now()).Abs() <= signatureWindow }

// unixTime parses a Unix time. Feishu's events carry milliseconds, card callbacks microseconds, some fields seconds;
// the magnitude tells the unit. It returns the zero time for any other text.
func unixTime(text string) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || n <= 0:
		return time.Time{}
	case n < 1e11: // seconds until the year 5138
		return time.Unix(n, 0)
	case n < 1e14:
		return time.UnixMilli(n)
	case n < 1e17:
		return time.UnixMicro(n)
	}
	return time.Time{}
}

// decode decrypts {"encrypt":"…"} and parses the envelope. It refuses a plaintext body, because the bot requires a key.
func (g *guard) decode(body []byte) (*envelope, *refusal) {
	encrypted, r := encryptField(body)
	if r != nil {
		return nil, r
	}
	plain, err := decrypt(encrypted, g.encryptKey)
	if err != nil {
		return nil, badRequest("body cannot be decrypted")
	}
	e := &envelope{plain: plain}
	if json.Unmarshal(plain, e) != nil {
		return nil, badRequest("decrypted body is not an event")
	}
	return e, nil
}

// encryptField returns the value of {"encrypt":"…"}. It needs a JSON decoder only for a spelling that Feishu does not
// use, with spaces or escapes. decrypt validates the value in both cases.
func encryptField(body []byte) (string, *refusal) {
	rest, ok := bytes.CutPrefix(body, []byte(`{"encrypt":"`))
	if value, end := bytes.CutSuffix(rest, []byte(`"}`)); ok && end && len(value) > 0 && !bytes.ContainsAny(value, `"\`) {
		return string(value), nil
	}
	var outer struct {
		Encrypt string `json:"encrypt"`
	}
	if json.Unmarshal(body, &outer) != nil {
		return "", badRequest("body is not JSON")
	}
	if outer.Encrypt == "" {
		return "", badRequest("body is not encrypted")
	}
	return outer.Encrypt, nil
}

// sign returns the signature of a push: hex SHA-256 of timestamp, nonce, encrypt key and raw body.
func sign(timestamp, nonce, encryptKey string, body []byte) string {
	h := sha256.New()
	h.Write([]byte(timestamp))
	h.Write([]byte(nonce))
	h.Write([]byte(encryptKey))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// equal compares two strings of equal length in constant time.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
