package bot

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
)

const (
	testApp   = "cli_test"
	testKey   = "key for tests"
	testToken = "vtok"
)

var testNow = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// fakeHandler is a Handler that records its calls. The zero value accepts everything and returns empty answers.
type fakeHandler struct {
	mu      sync.Mutex
	got     []any
	err     error
	answer  flows.Answer
	onClick func()
}

func (b *fakeHandler) put(v any) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got = append(b.got, v)
	return b.err
}

func (b *fakeHandler) all() []any {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]any(nil), b.got...)
}

func (b *fakeHandler) Message(_ context.Context, v flows.Message) error   { return b.put(v) }
func (b *fakeHandler) Entered(_ context.Context, v flows.Entered) error   { return b.put(v) }
func (b *fakeHandler) Menu(_ context.Context, v flows.Menu) error         { return b.put(v) }
func (b *fakeHandler) Recalled(_ context.Context, v flows.Recalled) error { return b.put(v) }
func (b *fakeHandler) MessageRead(_ context.Context, v flows.MessageRead) error {
	return b.put(v)
}
func (b *fakeHandler) StaffChange(_ context.Context, v flows.StaffChange) error { return b.put(v) }
func (b *fakeHandler) AppChange(_ context.Context, v flows.AppChange) error     { return b.put(v) }
func (b *fakeHandler) Click(_ context.Context, v flows.CardAction) (flows.Answer, error) {
	err := b.put(v)
	if b.onClick != nil {
		b.onClick()
	}
	return b.answer, err
}

// fakePushStore is a PushStore in memory. Every stored push is due at once.
type fakePushStore struct {
	mu     sync.Mutex
	n      int
	kept   map[string]flows.Push
	chats  map[string]string // by id
	tries  int               // of every push that is read
	lookup error             // of OlderPushes
	err    error             // of SavePush
}

func (s *fakePushStore) SavePush(_ context.Context, chat string, body []byte) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return "", s.err
	}
	s.n++
	p := flows.Push{ID: fmt.Sprintf("%06d", s.n), Body: body}
	if s.kept == nil {
		s.kept = map[string]flows.Push{}
	}
	s.kept[p.ID] = p
	if s.chats == nil {
		s.chats = map[string]string{}
	}
	s.chats[p.ID] = chat
	return p.ID, nil
}

func (s *fakePushStore) OlderPushes(_ context.Context, chat, id string) (older []string, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range slices.Sorted(maps.Keys(s.kept)) {
		if other < id && s.chats[other] == chat {
			older = append(older, other)
		}
	}
	return older, s.lookup
}

func (s *fakePushStore) ReadPush(_ context.Context, id string) (flows.Push, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.kept[id]
	if !ok {
		return flows.Push{}, flows.ErrNotFound
	}
	p.Tries = s.tries
	return p, nil
}

func (s *fakePushStore) DeletePushes(_ context.Context, ids []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.kept, id)
	}
	return nil
}

func (s *fakePushStore) TakeDuePushes(_ context.Context, limit int) ([]flows.Push, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	due := slices.SortedFunc(maps.Values(s.kept), func(a, b flows.Push) int { return strings.Compare(a.ID, b.ID) })
	return due[:min(limit, len(due))], nil
}

func (s *fakePushStore) left() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.kept)
}

// testServer is a Server with its fakes and its log.
type testServer struct {
	*Server
	stub   *fakeHandler
	pushes *fakePushStore
	log    *bytes.Buffer
	aside  []string // reasons given to SetAside
}

func newTestServer(t testing.TB, change ...func(*ServerConfig)) *testServer {
	t.Helper()
	r := &testServer{stub: &fakeHandler{}, pushes: &fakePushStore{}, log: &bytes.Buffer{}}
	cfg := ServerConfig{
		AppID:             testApp,
		EncryptKey:        testKey,
		VerificationToken: testToken,
		Handler:           r.stub,
		Pushes:            r.pushes,
		OwnOpenID:         func(string) string { return "ou_bot" },
		SetAside:          func(reason string) { r.aside = append(r.aside, reason) },
		Log:               slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now:               func() time.Time { return testNow },
	}
	for _, f := range change {
		f(&cfg)
	}
	s, err := NewServer(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.Server = s
	return r
}

// push is a request as Feishu sends it. A test changes one field to make it invalid.
type push struct {
	plain     string
	key       string // to encrypt and sign with
	timestamp string
	nonce     string
	signature string // "" = the right one
	unsigned  bool
	body      []byte // nil = plain, encrypted
}

func pushOf(plain string) push {
	return push{
		plain:     plain,
		key:       testKey,
		timestamp: strconv.FormatInt(testNow.Unix(), 10),
		nonce:     "n1",
	}
}

func (p push) request() *http.Request {
	body := p.body
	if body == nil {
		body = encryptedBody(p.plain, p.key)
	}
	req := httptest.NewRequest(http.MethodPost, "/webhook/event", bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	if !p.unsigned {
		signature := p.signature
		if signature == "" {
			signature = sign(p.timestamp, p.nonce, p.key, body)
		}
		req.Header.Set(headerTimestamp, p.timestamp)
		req.Header.Set(headerNonce, p.nonce)
		req.Header.Set(headerSignature, signature)
	}
	return req
}

// send serves a push and then handles all acknowledged events.
func (r *testServer) send(p push) *httptest.ResponseRecorder { return r.serve(p.request()) }

func (r *testServer) serve(req *http.Request) *httptest.ResponseRecorder {
	w := r.acknowledge(req)
	r.drain()
	return w
}

// acknowledge serves a request and leaves the acknowledged event in the inbox.
func (r *testServer) acknowledge(req *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r.Handler().ServeHTTP(w, req)
	return w
}

// drain handles all acknowledged events.
func (r *testServer) drain() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r.Run(ctx, time.Minute)
}

func encryptedBody(plain, key string) []byte {
	return fmt.Appendf(nil, `{"encrypt":%q}`, encrypt([]byte(plain), key))
}

// encrypt encrypts as the platform does.
func encrypt(plain []byte, encryptKey string) string {
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	data := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	key := sha256.Sum256([]byte(encryptKey))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err)
	}
	out := make([]byte, aes.BlockSize+len(data))
	iv := sha256.Sum256(plain)
	copy(out, iv[:aes.BlockSize])
	cipher.NewCBCEncrypter(block, out[:aes.BlockSize]).CryptBlocks(out[aes.BlockSize:], data)
	return base64.StdEncoding.EncodeToString(out)
}

// event20 returns an event of schema 2.0 with a valid header.
func event20(kind string, event any) string {
	raw, err := json.Marshal(event)
	if err != nil {
		panic(err)
	}
	const format = `{"schema":"2.0","header":{"event_id":"ev_1","event_type":%q,"create_time":"1760000000000",` +
		`"token":%q,"app_id":%q,"tenant_key":"tk"},"event":%s}`
	return fmt.Sprintf(format, kind, testToken, testApp, raw)
}

type m = map[string]any

// messageEvent returns a p2p message. change may alter the event.
func messageEvent(kind, content string, change ...func(event m)) string {
	event := m{
		"sender": m{
			"sender_id":   m{"open_id": "ou_emp", "union_id": "on_emp", "user_id": "e1"},
			"sender_type": "user",
			"tenant_key":  "tk",
		},
		"message": m{
			"message_id":   "om_1",
			"create_time":  "1760000000001",
			"update_time":  "1760000000001",
			"chat_id":      "oc_p2p",
			"chat_type":    "p2p",
			"message_type": kind,
			"content":      content,
		},
	}
	for _, f := range change {
		f(event)
	}
	return event20(eventMessage, event)
}

const testCase = "0199d0a0-0000-7000-8000-000000000001"

// clickEvent returns a click on a button of a card. change may alter the event.
func clickEvent(value, form any, change ...func(event m)) string {
	event := m{
		"operator": m{"tenant_key": "tk", "open_id": "ou_emp", "union_id": "on_emp"},
		"token":    "c-1",
		"host":     "im_message",
		"action": m{
			"tag":        "button",
			"name":       "confirm",
			"timezone":   "Asia/Shanghai",
			"value":      value,
			"form_value": form,
		},
		"context": m{"open_message_id": "om_card", "open_chat_id": "oc_p2p"},
	}
	for _, f := range change {
		f(event)
	}
	return event20(eventClick, event)
}

func confirmValue() m { return m{"v": 1, "act": "confirm", "case": testCase, "rev": 7} }

// plainCard is a card that is its own JSON.
type plainCard string

func (c plainCard) JSON() json.RawMessage { return json.RawMessage(c) }

var _ cards.Card = plainCard("")

func decodeBase64(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func encodeBase64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// fixedCard returns a draw function that always returns card.
func fixedCard(card json.RawMessage) func() (json.RawMessage, error) {
	return func() (json.RawMessage, error) { return card, nil }
}
