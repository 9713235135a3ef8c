package sim

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
	"sync"
	"testing"
	"time"

	"shiming/sim/feishu"
)

// bot is a bot that does nothing by itself: it answers every event with {}, and the test sends its cards by hand.
type bot struct {
	t   *testing.T
	ctx context.Context

	feishu   *feishu.Server
	url      string // of feishu
	settings map[string]string
	token    string

	mu     sync.Mutex
	clicks []click
}

// click is what the bot was told of a pressed button.
type click struct {
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

func (c click) act() string { s, _ := c.Event.Action.Value["act"].(string); return s }

// newBot starts a bot, opens a world around its webhook and connects the two. Both end with the test.
func newBot(t *testing.T, open func(ctx context.Context, webhook string) (world, error)) *bot {
	t.Helper()
	b := &bot{t: t}
	hook := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if c := b.opened(r.Body); c.Event.Context.Message != "" {
			b.mu.Lock()
			b.clicks = append(b.clicks, c)
			b.mu.Unlock()
		}
		_, _ = io.WriteString(rw, "{}")
	}))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	w, err := open(ctx, hook.URL)
	if err != nil {
		t.Fatal(err)
	}
	b.ctx, b.feishu, b.url, b.settings = ctx, w.feishu, w.settings["feishu.base_url"], w.settings
	t.Cleanup(func() {
		if err := w.close(ctx); err != nil {
			t.Error(err)
		}
		cancel()
		hook.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	b.token = b.api("POST", "/open-apis/auth/v3/tenant_access_token/internal",
		map[string]any{"app_id": b.settings["feishu.app_id"], "app_secret": b.settings["feishu.app_secret"]})["tenant_access_token"].(string)
	return b
}

// world is what the bot needs of a world.
type world struct {
	feishu   *feishu.Server
	settings map[string]string
	close    func(context.Context) error
}

// api calls the platform and wants code 0. It returns data, or everything when there is none.
func (b *bot) api(method, path string, body any) map[string]any {
	b.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(b.ctx, method, b.url+path, bytes.NewReader(raw))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Authorization", "Bearer "+b.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		b.t.Fatal(err)
	}
	if out["code"] != float64(0) {
		b.t.Fatalf("%s %s: %v", method, path, out)
	}
	if data, ok := out["data"].(map[string]any); ok {
		return data
	}
	return out
}

func (b *bot) send(idType, to, card string) (messageID string) {
	b.t.Helper()
	return b.api("POST", "/open-apis/im/v1/messages?receive_id_type="+idType,
		map[string]any{"receive_id": to, "msg_type": "interactive", "content": card})["message_id"].(string)
}

func (b *bot) reply(to, card string) {
	b.t.Helper()
	b.api("POST", "/open-apis/im/v1/messages/"+to+"/reply", map[string]any{"msg_type": "interactive", "content": card})
}

func (b *bot) patch(messageID, card string) {
	b.t.Helper()
	b.api("PATCH", "/open-apis/im/v1/messages/"+messageID, map[string]any{"content": card})
}

// see waits for a message in a chat.
func (b *bot) see(chat string, ok func(feishu.Message) bool) feishu.Message {
	b.t.Helper()
	m, err := b.feishu.Watch(b.ctx, chat, ok)
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}

// clicked waits until a message has been clicked n times and the clicks are answered. It returns them.
func (b *bot) clicked(messageID string, n int) []click {
	b.t.Helper()
	clicks := func() int {
		return b.feishu.Count(func(e feishu.Entry) bool { return e.Kind == "click" && e.Subject == messageID })
	}
	for tick := time.NewTicker(time.Millisecond); clicks() < n; {
		select {
		case <-tick.C: // the journal cannot be waited for
		case <-b.ctx.Done():
			b.t.Fatalf("%d clicks, want %d", clicks(), n)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []click
	for _, c := range b.clicks {
		if c.Event.Context.Message == messageID {
			out = append(out, c)
		}
	}
	return out
}

// opened decrypts an event (AES-256-CBC under SHA-256 of the key, the IV in front).
func (b *bot) opened(body io.Reader) (c click) {
	var sealed struct{ Encrypt []byte }
	key := sha256.Sum256([]byte(b.settings["feishu.encrypt_key"]))
	block, err := aes.NewCipher(key[:])
	if json.NewDecoder(body).Decode(&sealed) != nil || err != nil || len(sealed.Encrypt) < 32 {
		return click{}
	}
	plain := sealed.Encrypt[16:]
	cipher.NewCBCDecrypter(block, sealed.Encrypt[:16]).CryptBlocks(plain, plain)
	if json.Unmarshal(plain[:len(plain)-int(plain[len(plain)-1])], &c) != nil {
		return click{}
	}
	return c
}

// A card made by hand.
func card(title string, elements ...map[string]any) string {
	if elements == nil {
		elements = []map[string]any{}
	}
	raw, err := json.Marshal(map[string]any{
		"schema": "2.0", "config": map[string]any{"update_multi": true, "enable_forward": false},
		"header": map[string]any{"title": map[string]any{"tag": "plain_text", "content": title}, "template": "blue"},
		"body":   map[string]any{"elements": elements},
	})
	if err != nil {
		panic(err)
	}
	return string(raw)
}

const caseOne = "019a1b2c-3d4e-7f50-8a61-0123456789ab"

func button(act string, more ...map[string]any) map[string]any {
	value := map[string]any{"v": 1, "act": act, "case": caseOne, "rev": 1}
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

func submit(act string) map[string]any {
	return button(act, map[string]any{"name": act, "form_action_type": "submit"})
}

func input(name, value string, required bool) map[string]any {
	in := map[string]any{"tag": "input", "name": name, "required": required}
	if value != "" {
		in["default_value"] = value
	}
	return in
}

func form(name string, elements ...map[string]any) map[string]any {
	return map[string]any{"tag": "form", "name": name, "elements": elements}
}

func text(s string) map[string]any {
	return map[string]any{"tag": "div", "text": map[string]any{"tag": "plain_text", "content": s}}
}
