package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"shiming/bot"
	"shiming/cards"
	"shiming/flows"
	"shiming/sim/feishu"
)

// fakeHandler keeps what comes in, and answers clicks with answer.
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
func (b *fakeHandler) Click(_ context.Context, v flows.CardAction) (flows.Answer, error) {
	err := b.put(v)
	if b.onClick != nil {
		b.onClick(v)
	}
	return b.answer, err
}

// world is a simulated Feishu with the bot behind its webhook and a client towards it.
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

// only returns the single thing that came in.
func only[T any](t *testing.T, b *fakeHandler) T {
	t.Helper()
	var got any
	select {
	case got = <-b.got:
	case <-time.After(2 * time.Minute):
		t.Fatal("nothing came in")
	}
	v, ok := got.(T)
	if !ok || len(b.got) > 0 {
		t.Fatalf("a %T and %d more came in", got, len(b.got))
	}
	return v
}

// fakePushStore is a PushStore that never gives anything back.
type fakePushStore struct {
	n    atomic.Int64
	full atomic.Bool
}

func (s *fakePushStore) KeepPush(context.Context, []byte) (string, error) {
	if s.full.Load() {
		return "", errors.New("disk full")
	}
	return strconv.FormatInt(s.n.Add(1), 10), nil
}
func (*fakePushStore) DropPushes(context.Context, []string) error           { return nil }
func (*fakePushStore) DuePushes(context.Context, int) ([]flows.Push, error) { return nil, nil }

func TestSimChallenge(t *testing.T) {
	t.Parallel()
	if err := newWorld(t).Challenge(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSimForgedEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	event := map[string]any{"operator": map[string]any{"operator_id": map[string]any{"open_id": "ou_emp"}},
		"event_key": "start"}
	for how, want := range map[feishu.Forgery]int{
		feishu.Genuine: 200, feishu.BadSignature: 401, feishu.Unsigned: 401, feishu.WrongKey: 401, feishu.WrongToken: 403,
		feishu.WrongApp: 403, feishu.PlainText: 401, feishu.Stale: 401,
	} {
		t.Run(fmt.Sprint(how), func(t *testing.T) {
			status, answer, err := w.Forge(t.Context(), how, "application.bot.menu_v6", event)
			if status != want || err != nil {
				t.Errorf("forgery %d: %d %s, %v, want %v", how, status, answer, err, want)
			}
			if want == 200 {
				only[flows.Menu](t, w.handler)
			} else if got := len(w.handler.got); got != 0 {
				t.Errorf("forgery %d: %d reached the inbox, want 0", how, got)
			}
		})
	}
}

func TestSimEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	photo := make([]byte, 100)

	if _, err := w.SendText(ctx, "ou_emp", " 实名 "); err != nil {
		t.Fatal(err)
	}
	if got := only[flows.Message](t, w.handler); got.Text != "实名" || !got.Private || got.OpenID != "ou_emp" ||
		got.TenantKey != "tk_sim" || time.Since(got.At) > time.Minute {
		t.Errorf("text: %+v", got)
	}
	sent, err := w.SendPost(ctx, "ou_emp", "两面", photo, photo)
	if err != nil {
		t.Fatal(err)
	}
	got := only[flows.Message](t, w.handler)
	want := []flows.PhotoRef{{FileKey: sent.Keys[0], Kind: "image"}, {FileKey: sent.Keys[1], Kind: "image"}}
	if got.Text != "两面" || !reflect.DeepEqual(got.Photos, want) {
		t.Errorf("post: %+v", got)
	}
	if sent, err = w.SendFile(ctx, "ou_emp", "front.jpg", photo); err != nil {
		t.Fatal(err)
	}
	got = only[flows.Message](t, w.handler)
	if len(got.Photos) != 1 || got.Photos[0] != (flows.PhotoRef{FileKey: sent.Keys[0], Kind: "file"}) {
		t.Errorf("file: %+v", got)
	}
	if data, err := w.client.Download(ctx, got.MessageID, got.Photos[0].FileKey, "file"); err != nil || len(data) != 100 {
		t.Errorf("download: %d bytes, %v, want 100", len(data), err)
	}
	if _, err = w.SendOther(ctx, "ou_emp", "sticker", map[string]any{"file_key": "f"}); err != nil {
		t.Fatal(err)
	}
	if got = only[flows.Message](t, w.handler); got.Unsupported != "sticker" {
		t.Errorf("sticker: %+v", got)
	}
	if _, err = w.RecallMessage(ctx, sent.MessageID); err != nil {
		t.Fatal(err)
	}
	if got := only[flows.Recalled](t, w.handler); got.MessageID != sent.MessageID || got.ChatID != sent.ChatID {
		t.Errorf("recalled: %+v", got)
	}
	if _, err = w.EnterP2P(ctx, "ou_emp"); err != nil {
		t.Fatal(err)
	}
	if got := only[flows.Entered](t, w.handler); got.OpenID != "ou_emp" || got.ChatID != w.P2PChat("ou_emp") {
		t.Errorf("entered: %+v", got)
	}
	if _, err = w.ClickMenu(ctx, "ou_emp", "start"); err != nil {
		t.Fatal(err)
	}
	if got := only[flows.Menu](t, w.handler); got.OpenID != "ou_emp" || got.Key != "start" {
		t.Errorf("menu: %+v", got)
	}
	group := w.AddGroup("oc_hr", "HR", "ou_emp")
	if _, err = w.SendGroupText(ctx, "ou_emp", group, "进度", true); err != nil {
		t.Fatal(err)
	}
	if got = only[flows.Message](t, w.handler); got.Text != "进度" || got.Private || got.ChatID != group {
		t.Errorf("group: %+v", got)
	}
}

func TestSimStoreDownIsRedelivered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pushes.full.Store(true)
	sent, err := w.SendText(t.Context(), "ou_emp", "实名")
	if err != nil {
		t.Fatal(err)
	}
	if d := sent.Delivery; d.Delivered || d.Attempts[0].Status != http.StatusServiceUnavailable {
		t.Errorf("delivery %+v", d)
	}
}

const card1 = `{"schema":"2.0","config":{"update_multi":true,"enable_forward":false},"body":{"elements":[{"tag":"button","text":{"tag":"plain_text","content":"go"},"behaviors":[{"type":"callback","value":{"v":1,"act":"start","case":"","rev":0}}]}]}}`
const card2 = `{"schema":"2.0","config":{"update_multi":true,"enable_forward":false},"body":{"elements":[{"tag":"div","text":{"tag":"plain_text","content":"done"}}]}}`

type plainCard string

func (c plainCard) JSON() json.RawMessage { return json.RawMessage(c) }

// TestSimCards sends a card twice under one uuid, has it clicked, and patches it while the click is being answered; the
// simulator refuses such a patch if it overtakes the answer.
func TestSimCards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	to := flows.Receiver{Type: "open_id", ID: "ou_emp"}
	id, err := w.client.Send(ctx, to, json.RawMessage(card1), "job/1")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.client.Send(ctx, to, json.RawMessage(card1), "job/1"); err == nil && again != id {
		t.Errorf("sent twice: %s and %s", id, again)
	}
	patched := make(chan error, 1)
	w.handler.onClick = func(c flows.CardAction) {
		go func() {
			patched <- w.client.Patch(context.WithoutCancel(ctx), c.MessageID, func() (json.RawMessage, error) {
				return json.RawMessage(card2), nil
			})
		}()
	}
	toast := cards.NewToast("saved", nil)
	w.handler.answer = flows.Answer{Toast: &toast, Card: plainCard(card1)}
	result, err := w.ClickAct(ctx, "ou_emp", id, "start", nil)
	if err != nil || result.ErrorCode != 0 || result.Toast.Text("en_us") != toast.EN ||
		result.Toast.Text("zh_cn") != toast.ZH || result.Card == nil {
		t.Errorf("click: %+v, %v", result, err)
	}
	if err = <-patched; err != nil {
		t.Errorf("patch: %v", err)
	}
	if got := only[flows.CardAction](t, w.handler); got.Action.Act != cards.ActStart || got.OpenID != "ou_emp" ||
		got.MessageID != id || got.Malformed || time.Since(got.At) > time.Minute {
		t.Errorf("click: %+v", got)
	}
	if m, _ := w.Message(id); m.Edits != 2 {
		t.Errorf("%d edits, want 2", m.Edits)
	}
	if _, err = w.client.Reply(ctx, id, json.RawMessage(card2), "job/2"); err != nil {
		t.Errorf("reply: %v", err)
	}
	if err = w.client.Recall(ctx, id); err != nil {
		t.Errorf("recall: %v", err)
	}
	var refused *bot.APIError
	if err = w.client.Patch(ctx, id, func() (json.RawMessage, error) {
		return json.RawMessage(card2), nil
	}); !errors.As(err, &refused) || refused.Class() != bot.ClassGone {
		t.Errorf("patch of a recalled card: %v", err)
	}
	if _, err = w.client.Send(ctx, to, json.RawMessage(`{"schema":"2.0","oops":1}`), "job/3"); !errors.As(err, &refused) ||
		refused.Class() != bot.ClassCard {
		t.Errorf("bad card: %v", err)
	}
}

func TestSimOtherCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	if me, err := w.client.BotInfo(ctx); err != nil || me.OpenID != w.BotOpenID() || !me.Active {
		t.Errorf("bot: %+v, %v", me, err)
	}
	w.KillTokens()
	if c, err := w.client.Contact(ctx, "ou_emp"); err != nil || c.Name != "张三" {
		t.Errorf("contact: %v, %v, want %q", c.Name, err, "张三")
	}
	group := w.AddGroup("oc_hr", "HR", "ou_emp")
	if got, err := w.client.Members(ctx, group); err != nil || !reflect.DeepEqual(got, []string{"ou_emp"}) {
		t.Errorf("members: %v, %v", got, err)
	}
	jpeg := append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), make([]byte, 100)...)
	if key, err := w.client.UploadImage(ctx, jpeg); err != nil || key == "" {
		t.Errorf("upload: %q, %v", key, err)
	}
	if got, err := w.client.ReadIDCard(ctx, jpeg, func() {}); err != nil || *got.Side != 1 || len(got.Entities) != 1 ||
		len(got.Corners) != 8 {
		t.Errorf("ocr: %v", err)
	}
	var refused *bot.APIError
	if _, err := w.client.ReadIDCard(ctx, jpeg[:12], func() {}); !errors.As(err, &refused) ||
		refused.Class() != bot.ClassPerson || refused.UpstreamCode() != "2110002" {
		t.Errorf("ocr of nothing: %v", err)
	}
	if uid, err := w.client.RecordIdentity(ctx, "ou_emp", "张三", "110101199001011237", "13812345678"); err != nil ||
		uid == "" {
		t.Errorf("identity: %q, %v", uid, err)
	}
	w.BindIdentity("ou_emp", "李四", "110101199001011237", "13812345678")
	var api *bot.APIError
	if _, err := w.client.RecordIdentity(ctx, "ou_emp", "张三", "110101199001011237", ""); !errors.As(err, &api) ||
		api.Field() != "identity_name" {
		t.Errorf("identity of another name: %v", err)
	}
	w.Revoke("document_ai:id_card:recognize")
	if _, err := w.client.ReadIDCard(ctx, jpeg, func() {}); !errors.As(err, &refused) ||
		refused.Class() != bot.ClassPermission {
		t.Errorf("ocr without scope: %v", err)
	}
}
