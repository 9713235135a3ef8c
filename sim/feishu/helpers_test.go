package feishu

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

const testKey, testToken = "test key", "vtok"

// clock is a clock that only the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a platform behind a real HTTP server, and a bot behind another.
type world struct {
	*Server
	t     *testing.T
	clock *clock
	api   *httptest.Server
	bot   *bot
	token string
}

// got is a request that reached the bot.
type got struct {
	header http.Header
	body   []byte
	plain  map[string]any
}

// bot gives the answers that the test sets.
type bot struct {
	mu     sync.Mutex
	seen   []got
	answer func(got) (int, string)
}

func (b *bot) set(f func(got) (int, string)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = f
}

func (b *bot) all() []got {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]got(nil), b.seen...)
}

func (b *bot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	g := got{header: r.Header, body: body}
	var env struct {
		Encrypt string `json:"encrypt"`
	}
	if json.Unmarshal(body, &env) == nil && env.Encrypt != "" {
		if plain, err := decrypt(testKey, env.Encrypt); err == nil {
			_ = json.Unmarshal(plain, &g.plain)
		}
	}
	b.mu.Lock()
	b.seen = append(b.seen, g)
	answer := b.answer
	b.mu.Unlock()
	status, text := http.StatusOK, "{}"
	if answer != nil {
		status, text = answer(g)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

func newWorld(t *testing.T, change ...func(*Config)) *world {
	t.Helper()
	w := &world{t: t, clock: newClock(), bot: &bot{}}
	botServer := httptest.NewServer(w.bot)
	cfg := Config{
		AppID:             "cli_test",
		AppSecret:         "secret",
		EncryptKey:        testKey,
		VerificationToken: testToken,
		TenantKey:         "tk",
		Webhook:           func() string { return botServer.URL },
		Now:               w.clock.Now,
	}
	for _, f := range change {
		f(&cfg)
	}
	w.Server = New(cfg)
	w.api = httptest.NewServer(w.Server)
	t.Cleanup(func() {
		w.Server.Close()
		w.api.Close()
		botServer.Close()
	})
	return w
}

// login fetches a token.
func (w *world) login() *world {
	w.t.Helper()
	a := w.do("POST", "/auth/v3/tenant_access_token/internal",
		map[string]string{"app_id": "cli_test", "app_secret": "secret"})
	w.token, _ = a.body["tenant_access_token"].(string)
	if w.token == "" {
		w.t.Fatalf("no token: %v", a.body)
	}
	return w
}

type answer struct {
	status int
	header http.Header
	body   map[string]any
	raw    []byte
}

func (a answer) code() int {
	n, _ := a.body["code"].(float64)
	return int(n)
}

func (a answer) data() map[string]any { return object(a.body["data"]) }

func (w *world) do(method, path string, body any) answer {
	w.t.Helper()
	var r io.Reader
	if body != nil {
		r = bytes.NewReader(compact(body))
	}
	req, err := http.NewRequest(method, w.api.URL+prefix+path, r)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	return w.finish(req)
}

func (w *world) finish(req *http.Request) answer {
	w.t.Helper()
	return w.finishWith(http.DefaultClient, req)
}

func (w *world) finishWith(client *http.Client, req *http.Request) answer {
	w.t.Helper()
	if w.token != "" {
		req.Header.Set("Authorization", "Bearer "+w.token)
	}
	resp, err := client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	a.raw, _ = io.ReadAll(resp.Body)
	_ = json.Unmarshal(a.raw, &a.body)
	if a.header.Get("X-Tt-Logid") == "" {
		w.t.Error("an answer without X-Tt-Logid")
	}
	return a
}

func (w *world) upload(path, field string, file []byte, fields map[string]string) answer {
	w.t.Helper()
	var b bytes.Buffer
	mw := multipart.NewWriter(&b)
	for k, v := range fields {
		_ = mw.WriteField(k, v)
	}
	if file != nil {
		part, _ := mw.CreateFormFile(field, "front.jpg")
		_, _ = part.Write(file)
	}
	_ = mw.Close()
	req, err := http.NewRequest("POST", w.api.URL+prefix+path, &b)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", mw.FormDataContentType())
	return w.finish(req)
}

func (w *world) send(receiver, msgType, content, uuid string) answer {
	w.t.Helper()
	kind := "open_id"
	if receiver[:3] == "oc_" {
		kind = "chat_id"
	}
	return w.do("POST", "/im/v1/messages?receive_id_type="+kind,
		map[string]string{"receive_id": receiver, "msg_type": msgType, "content": content, "uuid": uuid})
}

// sendCard sends a valid card and returns its message id.
func (w *world) sendCard(receiver, card string) string {
	w.t.Helper()
	a := w.send(receiver, "interactive", card, "")
	if a.code() != 0 {
		w.t.Fatalf("card refused: %s", a.raw)
	}
	return str(a.data()["message_id"])
}

func (w *world) want(a answer, status, code int) {
	w.t.Helper()
	if a.status != status || a.code() != code {
		w.t.Fatalf("got HTTP %d code %d (%s), want HTTP %d code %d", a.status, a.code(), a.raw, status, code)
	}
}

// within returns a context with a timeout that no working test reaches.
func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// jpeg returns bytes that begin like a JPEG.
func jpeg(tag byte) []byte { return []byte{0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0, tag} }

// decrypt reverses the platform's encryption and checks the padding.
func decrypt(key, text string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(data) < 2*aes.BlockSize || len(data)%aes.BlockSize != 0 {
		return nil, errors.New("bad ciphertext")
	}
	k := sha256.Sum256([]byte(key))
	block, err := aes.NewCipher(k[:])
	if err != nil {
		return nil, err
	}
	out := data[aes.BlockSize:]
	cipher.NewCBCDecrypter(block, data[:aes.BlockSize]).CryptBlocks(out, out)
	pad := int(out[len(out)-1])
	if pad == 0 || pad > aes.BlockSize || !bytes.Equal(out[len(out)-pad:], bytes.Repeat([]byte{byte(pad)}, pad)) {
		return nil, errors.New("bad padding")
	}
	return out[:len(out)-pad], nil
}
