package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"testing"
	"time"

	"shiming/bot"
	"shiming/cards"
	"shiming/failure"
	"shiming/flows"
	"shiming/idcard"
	"shiming/sim/feishu"
)

func TestSimChallenge(t *testing.T) {
	t.Parallel()
	if err := newWorld(t).Challenge(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSimForgedEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	event := map[string]any{
		"operator":  map[string]any{"operator_id": map[string]any{"open_id": "ou_emp"}},
		"event_key": "start",
	}
	for how, want := range map[feishu.Forgery]int{
		feishu.Genuine:      200,
		feishu.BadSignature: 401,
		feishu.Unsigned:     401,
		feishu.WrongKey:     401,
		feishu.WrongToken:   403,
		feishu.WrongApp:     403,
		feishu.PlainText:    401,
		feishu.Stale:        401,
	} {
		t.Run(fmt.Sprint(how), func(t *testing.T) {
			status, answer, err := w.Forge(t.Context(), how, "application.bot.menu_v6", event)
			if status != want || err != nil {
				t.Errorf("got %d %s, %v; want %d", status, answer, err, want)
			}
			if want == 200 {
				only[flows.Menu](t, w.handler)
			} else if got := len(w.handler.got); got != 0 {
				t.Errorf("got %d calls of the Handler, want 0", got)
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

// TestSimCards sends a card twice with the same uuid, clicks it, and patches it while the response to the click is
// under way. The simulator refuses a patch that arrives before the response.
func TestSimCards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	to := flows.Receiver{Type: "open_id", ID: "ou_emp"}
	id, err := w.client.Send(ctx, to, json.RawMessage(startCard), "job/1")
	if err != nil {
		t.Fatal(err)
	}
	if repeated, err := w.client.Send(ctx, to, json.RawMessage(startCard), "job/1"); err == nil && repeated != id {
		t.Errorf("got another message %s for the same uuid, want %s", repeated, id)
	}
	patched := make(chan error, 1)
	w.handler.onClick = func(c flows.CardAction) {
		go func() {
			patched <- w.client.Patch(context.WithoutCancel(ctx), c.MessageID, func() (json.RawMessage, error) {
				return json.RawMessage(doneCard), nil
			})
		}()
	}
	toast := cards.NewToast("saved", nil)
	w.handler.answer = flows.Answer{Toast: &toast, Card: plainCard(startCard)}
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
	if _, err = w.client.Reply(ctx, id, json.RawMessage(doneCard), "job/2"); err != nil {
		t.Errorf("reply: %v", err)
	}
	if err = w.client.Recall(ctx, id); err != nil {
		t.Errorf("recall: %v", err)
	}
	var refused *bot.APIError
	if err = w.client.Patch(ctx, id, func() (json.RawMessage, error) {
		return json.RawMessage(doneCard), nil
	}); !errors.As(err, &refused) || refused.Class() != bot.ClassGone {
		t.Errorf("patch of a recalled card: %v", err)
	}
	_, err = w.client.Send(ctx, to, json.RawMessage(`{"schema":"2.0","oops":1}`), "job/3")
	if !errors.As(err, &refused) || refused.Class() != bot.ClassCard {
		t.Errorf("got %v for an invalid card, want an error of class %s", err, bot.ClassCard)
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
	file, err := w.client.UploadFile(ctx, "a.xlsx", []byte("PK"))
	if err != nil || file == "" {
		t.Errorf("upload of a file: %q, %v", file, err)
	}
	emp := flows.Receiver{Type: "open_id", ID: "ou_emp"}
	if id, err := w.client.SendFile(ctx, emp, file, "job/4"); err != nil || id == "" {
		t.Errorf("message with a file: %q, %v", id, err)
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

// TestSimDocuments: each kind of document is read by the API and with the scope that the simulation demands.
func TestSimDocuments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jpeg := append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), make([]byte, 100)...)
	for kind, key := range map[idcard.Document]string{
		idcard.HKMTravelPermit: feishu.DocumentHKMPermit,
		idcard.TWTravelPermit:  feishu.DocumentTWPermit,
		idcard.Passport:        feishu.DocumentPassport,
	} {
		read := func(img []byte) (class bot.Class, code string) {
			_, err := w.client.ReadDocument(t.Context(), kind, img, func() {})
			if refused, ok := errors.AsType[*bot.APIError](err); ok {
				return refused.Class(), refused.UpstreamCode()
			}
			return "", ""
		}
		got, err := w.client.ReadDocument(t.Context(), kind, jpeg, func() {})
		if err != nil || len(got) != 1 || got[0].Value != key {
			t.Errorf("%s: got %d entities, %v, want one of %s", kind, len(got), err, key)
		}
		if class, code := read(jpeg[:12]); class != bot.ClassPerson || code != "2110002" {
			t.Errorf("%s: got %s, %s for nothing, want the person's", kind, class, code)
		}
		w.OCRQuota(0)
		if class, _ := read(jpeg); class != bot.ClassQuota {
			t.Errorf("%s: got %s without quota, want %s", kind, class, bot.ClassQuota)
		}
		w.OCRQuota(-1)
		w.Revoke("document_ai:" + key + ":recognize")
		if class, _ := read(jpeg); class != bot.ClassPermission {
			t.Errorf("%s: got %s without the scope, want %s", kind, class, bot.ClassPermission)
		}
	}
	if n := len(w.OCRCalls()); n != 9 {
		t.Errorf("got %d calls, want 9", n)
	}
}

// TestSimLogin follows a login as a browser does, from the address that the client gives to the person who came back.
func TestSimLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const back = "https://hr.example.com/agreement/login"
	w.SetRedirectURLs(back)
	guest := w.AddUser(feishu.User{Name: "李四", TenantKey: "tk_guest"})
	login := func(openID string) string {
		stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		browser := &http.Client{CheckRedirect: stay}
		resp, err := browser.Get(w.client.AuthorizeURL(back, "state") + "&" + feishu.LoginPerson + "=" + openID)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		to, err := resp.Location()
		if err != nil || to.Query().Get("state") != "state" {
			t.Fatalf("got HTTP %d to %v, want back with the state", resp.StatusCode, to)
		}
		return to.Query().Get("code")
	}
	for name, tt := range map[string]struct {
		code                   string
		change                 func(*feishu.User)
		wantTenant, wantPerson string
		want                   failure.Login
	}{
		"employee":      {login("ou_emp"), nil, "tk_sim", "ou_emp", ""},
		"guest":         {login(guest.OpenID), nil, "tk_guest", guest.OpenID, ""},
		"unknown code":  {"nonsense", nil, "", "", failure.LoginAgain},
		"of an app":     {w.ForeignCode("ou_emp", back), nil, "", "", failure.LoginSetup},
		"not available": {login("ou_emp"), func(u *feishu.User) { u.Outside = true }, "", "", failure.LoginRefused},
		"left":          {login("ou_emp"), func(u *feishu.User) { u.Resigned = true }, "", "", failure.LoginRefused},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.change != nil {
				was, _ := w.User("ou_emp")
				w.ChangeUser("ou_emp", tt.change)
				defer w.ChangeUser("ou_emp", func(u *feishu.User) { *u = was })
			}
			tenant, person, err := w.client.Identify(t.Context(), tt.code, back)
			if tenant != tt.wantTenant || person != tt.wantPerson || (err == nil) != (tt.want == "") {
				t.Fatalf("got %q, %q, %v; want %q, %q", tenant, person, err, tt.wantTenant, tt.wantPerson)
			}
			if err != nil && failure.LoginOf(err) != tt.want {
				t.Errorf("got %v, which is %q, want %q", err, failure.LoginOf(err), tt.want)
			}
			_, _, err = w.client.Identify(t.Context(), tt.code, back)
			if tt.want == "" && (err == nil || failure.LoginOf(err) != failure.LoginAgain) {
				t.Errorf("got %v for a code that was used, want %q", err, failure.LoginAgain)
			}
		})
	}
}
