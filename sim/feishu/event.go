package feishu

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

type eventHeader struct {
	EventID    string `json:"event_id"`
	EventType  string `json:"event_type"`
	CreateTime string `json:"create_time"` // milliseconds; microseconds for card callbacks
	Token      string `json:"token"`
	AppID      string `json:"app_id"`
	TenantKey  string `json:"tenant_key"`
}

type envelope struct {
	Schema string      `json:"schema"`
	Header eventHeader `json:"header"`
	Event  any         `json:"event"`
}

// pushRequest is one request to the bot, with its signature.
type pushRequest struct {
	body   []byte
	header http.Header
	plain  []byte // over the long connection, instead of body and header
}

func compact(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // impossible: the package marshals only its own maps and structs
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

func (s *Server) header(eventType string, createTime string) eventHeader {
	token := s.cfg.VerificationToken
	if s.longConnOn() {
		token = "" // as observed in larksuite/oapi-sdk-go#195
	}
	return eventHeader{
		EventID:    newID(""),
		EventType:  eventType,
		CreateTime: createTime,
		Token:      token,
		AppID:      s.cfg.AppID,
		TenantKey:  s.cfg.TenantKey,
	}
}

// seal encrypts and signs a plain body like the platform. Without an encrypt key, and over the long connection, the
// body stays plain and unsigned.
func (s *Server) seal(plain []byte) pushRequest {
	if s.longConnOn() {
		return pushRequest{plain: plain, header: http.Header{}}
	}
	p := pushRequest{body: plain, header: http.Header{}}
	p.header.Set("Content-Type", "application/json; charset=utf-8")
	if s.cfg.EncryptKey == "" {
		return p
	}
	p.body = compact(map[string]string{"encrypt": encrypt(s.cfg.EncryptKey, plain)})
	s.resign(&p)
	return p
}

func (s *Server) resign(p *pushRequest) {
	ts, nonce := s.signatureTime(s.cfg.Now().Add(-time.Duration(s.clockOff.Load()))), newID("")[:16]
	p.header.Set("X-Lark-Request-Timestamp", ts)
	p.header.Set("X-Lark-Request-Nonce", nonce)
	p.header.Set("X-Lark-Signature", sign(ts, nonce, s.cfg.EncryptKey, p.body))
}

var errNoWebhook = errors.New("feishu sim: no webhook is configured")

// push sends one request to the bot and reads at most 1 MB of the answer.
func (s *Server) push(ctx context.Context, p pushRequest, within time.Duration) (status int, answer []byte, err error) {
	if p.plain != nil {
		return s.pushLong(ctx, p.plain, within)
	}
	url := ""
	if s.cfg.Webhook != nil {
		url = s.cfg.Webhook()
	}
	if url == "" {
		return 0, nil, errNoWebhook
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(p.body))
	if err != nil {
		return 0, nil, err
	}
	req.Header = p.header.Clone()
	resp, err := s.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, answer, err
}

// RawEvent posts a body with exactly these headers to the webhook, to imitate requests that Feishu never sends.
func (s *Server) RawEvent(ctx context.Context, body []byte, header http.Header) (status int, answer []byte, err error) {
	return s.push(ctx, pushRequest{body: body, header: header}, s.cfg.AnswerWithin)
}

// Forgery is a way in which a request differs from a genuine one.
type Forgery int

const (
	Genuine      Forgery = iota // correct in every respect
	BadSignature                // encrypted with the correct key, signature of another body
	Unsigned                    // encrypted, no signature headers
	WrongKey                    // encrypted and signed with another key
	WrongToken                  // correct key, wrong verification token
	WrongApp                    // correct key, id of another app
	WrongTenant                 // correct key, key of another tenant
	PlainText                   // not encrypted, no signature headers
	Stale                       // signed nine hours ago
)

// Forge posts an event with one defect and returns the bot's answer. It does not record a delivery.
func (s *Server) Forge(ctx context.Context, how Forgery, eventType string,
	event any) (status int, answer []byte, err error) {
	env := envelope{Schema: "2.0", Header: s.header(eventType, millis(s.cfg.Now())), Event: event}
	switch how {
	case WrongToken:
		env.Header.Token = "not-" + env.Header.Token
	case WrongApp:
		env.Header.AppID = "cli_other"
	case WrongTenant:
		env.Header.TenantKey = "tk_other"
	}
	plain := compact(env)
	p := s.seal(plain)
	switch how {
	case BadSignature:
		p.header.Set("X-Lark-Signature", sign("1", "x", s.cfg.EncryptKey, plain))
	case Unsigned:
		unsign(p.header)
	case WrongKey:
		other := &Server{cfg: s.cfg}
		other.cfg.EncryptKey = "not-" + s.cfg.EncryptKey
		p = other.seal(plain)
	case PlainText:
		p.body = plain
		unsign(p.header)
	case Stale:
		ts := strconv.FormatInt(s.cfg.Now().Add(-9*time.Hour).Unix(), 10)
		p.header.Set("X-Lark-Request-Timestamp", ts)
		p.header.Set("X-Lark-Signature", sign(ts, p.header.Get("X-Lark-Request-Nonce"), s.cfg.EncryptKey, p.body))
	}
	return s.RawEvent(ctx, p.body, p.header)
}

func unsign(h http.Header) {
	for _, k := range []string{"X-Lark-Request-Timestamp", "X-Lark-Request-Nonce", "X-Lark-Signature"} {
		h.Del(k)
	}
}

// Challenge performs url_verification, as the console does when it saves the request URL: encrypted and never signed.
// The bot must answer with {"challenge": …} unchanged within a second.
func (s *Server) Challenge(ctx context.Context) error {
	want := newID("")
	p := s.seal(compact(map[string]string{
		"challenge": want,
		"token":     s.cfg.VerificationToken,
		"type":      "url_verification",
	}))
	unsign(p.header)
	status, answer, err := s.push(ctx, p, s.cfg.ChallengeWithin)
	if err != nil {
		return fmt.Errorf("feishu sim: challenge: %s", failureWord(err))
	}
	var got struct {
		Challenge string `json:"challenge"`
	}
	if status != http.StatusOK || json.Unmarshal(answer, &got) != nil || got.Challenge != want {
		return fmt.Errorf("feishu sim: challenge: wrong answer, HTTP status %d", status)
	}
	return nil
}
