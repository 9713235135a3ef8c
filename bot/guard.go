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
)

// Headers of a signed push (page "步骤三：接收事件").
const (
	headerTimestamp = "X-Lark-Request-Timestamp" // Unix seconds
	headerNonce     = "X-Lark-Request-Nonce"
	headerSignature = "X-Lark-Signature" // hex SHA-256
)

// signatureWindow is how far a signature's timestamp may lie from now, in either direction. Feishu delivers for the
// last time six hours after the event, possibly under the old signature; replays inside the window die on the event
// key.
const signatureWindow = 8 * time.Hour

// refusal is why a request goes no further. word is all that the caller learns, reason is for our log.
type refusal struct {
	status int
	word   string
	reason string
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

// envelope is the frame of every push, of both schemas: 2.0 has a header, 1.0 and url_verification have not.
type envelope struct {
	Type      string `json:"type"`
	Token     string `json:"token"`
	Challenge string `json:"challenge"`
	Header    *struct {
		EventID   string `json:"event_id"`
		EventType string `json:"event_type"`
		Token     string `json:"token"`
		AppID     string `json:"app_id"`
	} `json:"header"`
	Event json.RawMessage `json:"event"`

	plain []byte // the whole decrypted push
}

func (e *envelope) isChallenge() bool { return e.Type == "url_verification" }

// kind is the event type, "" for schema 1.0, of which we handle none but app_ticket.
func (e *envelope) kind() string {
	if e.Header == nil {
		var event struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(e.Event, &event) == nil && event.Type == eventAppTicket {
			return eventAppTicket
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

// guard decides whether a push comes from Feishu and is meant for us. It never panics, whatever a stranger sends.
type guard struct {
	appID      string
	encryptKey string
	token      string
	now        func() time.Time
}

// open checks and decrypts one push. The order matters: nothing of the body is looked at before the signature over its
// raw bytes holds.
func (g *guard) open(header http.Header, body []byte) (*envelope, *refusal) {
	signed, r := g.verify(header, body)
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
	if !equal(e.token(), g.token) {
		return nil, forbidden("verification token differs")
	}
	if !e.isChallenge() && !equal(e.appID(), g.appID) {
		return nil, forbidden("app id differs")
	}
	return e, nil
}

// openUnsigned takes the one push that Feishu does not sign, the url_verification that is sent when the request URL is
// saved. Every failure looks the same from outside: if a bad padding could be told from a bad token, strangers could
// decrypt recorded events byte by byte.
func (g *guard) openUnsigned(body []byte) (*envelope, *refusal) {
	e, r := g.decode(body)
	if r != nil || !e.isChallenge() || !equal(e.token(), g.token) {
		return nil, unauthorized("unsigned and no url_verification of ours")
	}
	return e, nil
}

// verify reports whether the push carries signature headers, and refuses it when they do not hold.
func (g *guard) verify(header http.Header, body []byte) (signed bool, r *refusal) {
	timestamp, nonce, signature := header[headerTimestamp], header[headerNonce], header[headerSignature]
	if len(timestamp)+len(nonce)+len(signature) == 0 {
		return false, nil
	}
	if len(timestamp) != 1 || len(nonce) != 1 || len(signature) != 1 {
		return false, unauthorized("signature headers incomplete")
	}
	if !equal(sign(timestamp[0], nonce[0], g.encryptKey, body), signature[0]) {
		return false, unauthorized("signature differs")
	}
	sent, err := strconv.ParseInt(timestamp[0], 10, 64)
	if err != nil {
		return false, unauthorized("timestamp is not a number")
	}
	now, window := g.now().Unix(), int64(signatureWindow/time.Second)
	if sent < now-window || sent > now+window {
		return false, unauthorized("timestamp outside the window")
	}
	return true, nil
}

// decode decrypts {"encrypt":"…"} and reads the frame. Plaintext bodies are refused, since the key is mandatory here.
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

// encryptField reads {"encrypt":"…"}. Feishu writes it without spaces or escapes, which needs no JSON decoder; any
// other spelling gets one. What stands between the quotes is judged by decrypt either way.
func encryptField(body []byte) (string, *refusal) {
	if text, ok := bytes.CutPrefix(body, []byte(`{"encrypt":"`)); ok {
		if text, ok := bytes.CutSuffix(text, []byte(`"}`)); ok && len(text) > 0 && bytes.IndexByte(text, '"') < 0 &&
			bytes.IndexByte(text, '\\') < 0 {
			return string(text), nil
		}
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

// sign is the signature of a push: hex SHA-256 of timestamp, nonce, encrypt key and raw body.
func sign(timestamp, nonce, encryptKey string, body []byte) string {
	h := sha256.New()
	h.Write([]byte(timestamp))
	h.Write([]byte(nonce))
	h.Write([]byte(encryptKey))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// equal compares in a time that does not tell where a and b differ.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
