// Package simtest provides a bot that a test plays by hand. The tests of the simulated world and of the playground use
// it.
package simtest

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"shiming/sim/feishu"
)

// Bot answers every event with {}. The test sends its cards.
type Bot struct {
	T   *testing.T
	Ctx context.Context // ends four minutes after the start

	feishu   *feishu.Server
	url      string // base URL of feishu
	settings map[string]string
	token    string

	mu        sync.Mutex
	clicks    []Click
	agreement *Agreement // nil unless ServeAgreement
}

// Click is the callback of a pressed button, as far as tests need it.
type Click struct {
	Event struct {
		Operator struct {
			OpenID string `json:"open_id"`
		} `json:"operator"`
		Action struct {
			Value map[string]any    `json:"value"`
			Form  map[string]string `json:"form_value"`
		} `json:"action"`
		Context struct {
			Message string `json:"open_message_id"`
		} `json:"context"`
	} `json:"event"`
}

// Act returns the act of the button.
func (c Click) Act() string {
	s, _ := c.Event.Action.Value["act"].(string)
	return s
}

// New starts a bot, opens a world around its webhook and connects the two. Both end with the test.
func New(t *testing.T, open func(ctx context.Context, webhook string) (World, error)) *Bot {
	t.Helper()
	b := &Bot{T: t}
	hook := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if page := b.pageAt(r.URL.Path); page != nil {
			page.ServeHTTP(rw, r)
			return
		}
		if c := b.decrypt(r.Body); c.Event.Context.Message != "" {
			b.mu.Lock()
			b.clicks = append(b.clicks, c)
			b.mu.Unlock()
		}
		_, _ = io.WriteString(rw, "{}")
	}))
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	w, err := open(ctx, hook.URL)
	if err != nil {
		t.Fatal(err)
	}
	b.Ctx, b.feishu, b.url, b.settings = ctx, w.Feishu, w.Settings["feishu.base_url"], w.Settings
	t.Cleanup(func() {
		if err := w.Close(ctx); err != nil {
			t.Error(err)
		}
		cancel()
		hook.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	credentials := map[string]any{
		"app_id":     b.settings["feishu.app_id"],
		"app_secret": b.settings["feishu.app_secret"],
	}
	answer := b.API("POST", "/open-apis/auth/v3/tenant_access_token/internal", credentials)
	b.token = answer["tenant_access_token"].(string)
	return b
}

// pageAt returns the agreement page if the path belongs to it.
func (b *Bot) pageAt(path string) *Agreement {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !strings.HasPrefix(path, agreementPath) {
		return nil
	}
	return b.agreement
}

// World is the part of a world that the bot needs.
type World struct {
	Feishu   *feishu.Server
	Settings map[string]string // settings for a bot in this world
	Close    func(context.Context) error
}

// API calls the platform and fails the test unless the answer has code 0. It returns data, or the whole answer if it
// has none.
func (b *Bot) API(method, path string, body any) map[string]any {
	b.T.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		b.T.Fatal(err)
	}
	req, err := http.NewRequestWithContext(b.Ctx, method, b.url+path, bytes.NewReader(raw))
	if err != nil {
		b.T.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Authorization", "Bearer "+b.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.T.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		b.T.Fatal(err)
	}
	if out["code"] != float64(0) {
		b.T.Fatalf("%s %s: %v", method, path, out)
	}
	if data, ok := out["data"].(map[string]any); ok {
		return data
	}
	return out
}

// Send sends a card to a receiver of the given type.
func (b *Bot) Send(idType, to, card string) (messageID string) {
	b.T.Helper()
	message := map[string]any{"receive_id": to, "msg_type": "interactive", "content": card}
	sent := b.API("POST", "/open-apis/im/v1/messages?receive_id_type="+idType, message)
	return sent["message_id"].(string)
}

// Reply answers a message with a card.
func (b *Bot) Reply(to, card string) {
	b.T.Helper()
	b.API("POST", "/open-apis/im/v1/messages/"+to+"/reply", map[string]any{"msg_type": "interactive", "content": card})
}

// Patch replaces the content of a card.
func (b *Bot) Patch(messageID, card string) {
	b.T.Helper()
	b.API("PATCH", "/open-apis/im/v1/messages/"+messageID, map[string]any{"content": card})
}

// See waits for a message in a chat.
func (b *Bot) See(chat string, ok func(feishu.Message) bool) feishu.Message {
	b.T.Helper()
	m, err := b.feishu.Watch(b.Ctx, chat, ok)
	if err != nil {
		b.T.Fatal(err)
	}
	return m
}

// Clicked waits until a message has been clicked n times and every click was answered. It returns the clicks.
func (b *Bot) Clicked(messageID string, n int) []Click {
	b.T.Helper()
	clicks := func() int {
		return b.feishu.Count(func(e feishu.Entry) bool { return e.Kind == "click" && e.Subject == messageID })
	}
	for tick := time.NewTicker(time.Millisecond); clicks() < n; {
		select {
		case <-tick.C: // nothing signals a new entry of the journal
		case <-b.Ctx.Done():
			b.T.Fatalf("%d clicks, want %d", clicks(), n)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []Click
	for _, c := range b.clicks {
		if c.Event.Context.Message == messageID {
			out = append(out, c)
		}
	}
	return out
}

// decrypt decrypts an event: AES-256-CBC with the SHA-256 of the encrypt key; the IV comes first.
func (b *Bot) decrypt(body io.Reader) (c Click) {
	var sealed struct{ Encrypt []byte }
	key := sha256.Sum256([]byte(b.settings["feishu.encrypt_key"]))
	block, err := aes.NewCipher(key[:])
	if json.NewDecoder(body).Decode(&sealed) != nil || err != nil || len(sealed.Encrypt) < 32 {
		return Click{}
	}
	plain := sealed.Encrypt[16:]
	cipher.NewCBCDecrypter(block, sealed.Encrypt[:16]).CryptBlocks(plain, plain)
	if json.Unmarshal(plain[:len(plain)-int(plain[len(plain)-1])], &c) != nil {
		return Click{}
	}
	return c
}

// Card builds a card from a title and elements.
func Card(title string, elements ...map[string]any) string {
	if elements == nil {
		elements = []map[string]any{}
	}
	raw, err := json.Marshal(map[string]any{
		"schema": "2.0",
		"config": map[string]any{"update_multi": true, "enable_forward": false},
		"header": map[string]any{"title": map[string]any{"tag": "plain_text", "content": title}, "template": "blue"},
		"body":   map[string]any{"elements": elements},
	})
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// CaseOne is the case id of every button.
const CaseOne = "019a1b2c-3d4e-7f50-8a61-0123456789ab"

// Button builds a button. In more, "side" extends the button's value; other keys extend the button itself.
func Button(act string, more ...map[string]any) map[string]any {
	value := map[string]any{"v": 1, "act": act, "case": CaseOne, "rev": 1}
	b := map[string]any{"tag": "button", "text": map[string]any{"tag": "plain_text", "content": act}}
	for _, m := range more {
		for k, v := range m {
			if k == "side" {
				value[k] = v
			} else {
				b[k] = v
			}
		}
	}
	b["behaviors"] = []any{map[string]any{"type": "callback", "value": value}}
	return b
}

// Submit builds a button that submits the form around it.
func Submit(act string) map[string]any {
	return Button(act, map[string]any{"name": act, "form_action_type": "submit"})
}

// Input builds a text field.
func Input(name, value string, required bool) map[string]any {
	in := map[string]any{"tag": "input", "name": name, "required": required}
	if value != "" {
		in["default_value"] = value
	}
	return in
}

// Form builds a form from fields and buttons.
func Form(name string, elements ...map[string]any) map[string]any {
	return map[string]any{"tag": "form", "name": name, "elements": elements}
}

// Text builds a paragraph.
func Text(s string) map[string]any {
	return map[string]any{"tag": "div", "text": map[string]any{"tag": "plain_text", "content": s}}
}
