package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"shiming/bot"
	"shiming/flows"
	"shiming/sim/feishu"
)

// fakeHandler is a Handler that sends each call to got and returns answer for a click.
type fakeHandler struct {
	got     chan any
	answer  flows.Answer
	onClick func(flows.CardAction)
}

func (b *fakeHandler) put(v any) error {
	b.got <- v
	return nil
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
		b.onClick(v)
	}
	return b.answer, err
}

// world is a simulated Feishu that is connected to a bot: its webhook is a bot.Server, and client calls its API.
type world struct {
	*feishu.Server
	handler *fakeHandler
	pushes  fakePushStore
	client  *bot.Client
	emp     feishu.User
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{handler: &fakeHandler{got: make(chan any, 100)}}
	var hook string
	w.Server = feishu.New(feishu.Config{
		AppID:             "cli_sim",
		AppSecret:         "sim-secret",
		EncryptKey:        "sim-key",
		VerificationToken: "sim-token",
		Webhook:           func() string { return hook },
		ReadIDCard: func(img []byte) ([]feishu.Entity, int, []int, int) {
			if len(img) < 20 {
				return nil, 0, nil, 2110002
			}
			return []feishu.Entity{{Type: "identity_name", Value: "张三"}}, 1, []int{1, 2, 3, 4, 5, 6, 7, 8}, 0
		},
		ReadDocument: func(key string, img []byte) ([]feishu.Entity, int) {
			if len(img) < 20 {
				return nil, 2110002
			}
			return []feishu.Entity{{Type: "full_name_cn", Value: key}}, 0
		},
	})
	t.Cleanup(w.Close)
	api := httptest.NewServer(w.Server)
	t.Cleanup(api.Close)
	order := &bot.PatchOrder{}
	log := slog.New(slog.DiscardHandler)
	server, err := bot.NewServer(bot.ServerConfig{
		AppID:             "cli_sim",
		EncryptKey:        "sim-key",
		VerificationToken: "sim-token",
		Handler:           w.handler,
		Pushes:            &w.pushes,
		PatchOrder:        order,
		Log:               log,
	})
	if err != nil {
		t.Fatal(err)
	}
	working, stop := context.WithCancel(context.Background())
	var inbox sync.WaitGroup
	inbox.Go(func() { server.Run(working, 0) })
	t.Cleanup(func() {
		stop()
		inbox.Wait()
	})
	ours := httptest.NewServer(server.Handler())
	t.Cleanup(ours.Close)
	hook = ours.URL + "/webhook/event"
	w.client, err = bot.NewClient(bot.ClientConfig{
		BaseURL:    api.URL,
		AppID:      "cli_sim",
		AppSecret:  "sim-secret",
		PatchOrder: order,
		Log:        log,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.client.CloseIdleConnections)
	w.emp = w.AddUser(feishu.User{OpenID: "ou_emp", Name: "张三", Mobile: "+8613812345678"})
	return w
}

// only returns the single recorded call, which must have the type T.
func only[T any](t *testing.T, b *fakeHandler) T {
	t.Helper()
	var got any
	select {
	case got = <-b.got:
	case <-time.After(2 * time.Minute):
		t.Fatal("got no call of the Handler, want one")
	}
	v, ok := got.(T)
	if !ok || len(b.got) > 0 {
		t.Fatalf("got a %T and %d more calls, want one %T", got, len(b.got), v)
	}
	return v
}

// fakePushStore is a PushStore that stores nothing.
type fakePushStore struct {
	n    atomic.Int64
	full atomic.Bool
}

func (s *fakePushStore) SavePush(context.Context, string, []byte) (string, error) {
	if s.full.Load() {
		return "", errors.New("disk full")
	}
	return strconv.FormatInt(s.n.Add(1), 10), nil
}
func (*fakePushStore) OlderPushes(context.Context, string, string) ([]string, error) { return nil, nil }
func (*fakePushStore) ReadPush(context.Context, string) (flows.Push, error) {
	return flows.Push{}, flows.ErrNotFound
}
func (*fakePushStore) DeletePushes(context.Context, []string) error             { return nil }
func (*fakePushStore) TakeDuePushes(context.Context, int) ([]flows.Push, error) { return nil, nil }

// startCard has one button, which starts a registration.
const startCard = `{"schema":"2.0","config":{"update_multi":true,"enable_forward":false},` +
	`"body":{"elements":[{"tag":"button","text":{"tag":"plain_text","content":"go"},` +
	`"behaviors":[{"type":"callback","value":{"v":1,"act":"start","case":"","rev":0}}]}]}}`

// doneCard has no button.
const doneCard = `{"schema":"2.0","config":{"update_multi":true,"enable_forward":false},` +
	`"body":{"elements":[{"tag":"div","text":{"tag":"plain_text","content":"done"}}]}}`

// plainCard is a card that is its own JSON.
type plainCard string

func (c plainCard) JSON() json.RawMessage { return json.RawMessage(c) }
