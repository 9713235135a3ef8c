package bot

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"shiming/flows"
	"shiming/idcard"
)

func TestNewClientChecks(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"":                                  "http(s)://host",
		"open.feishu.cn":                    "http(s)://host",
		"ftp://open.feishu.cn":              "http(s)://host",
		"https://open.feishu.cn/":           "scheme and host",
		"https://open.feishu.cn/open-apis":  "scheme and host",
		"https://open.feishu.cn?x=1":        "scheme and host",
		"https://user:pass@open.feishu.cn":  "scheme and host",
		"http://open.feishu.cn":             "https",
		"http://127.0.0.1.example.com:8080": "https",
		"https://open.feishu.cn":            "",
		"http://127.0.0.1:8080":             "",
		"http://[::1]:8080":                 "",
		"http://localhost:8080":             "",
	} {
		t.Run(base, func(t *testing.T) {
			_, err := NewClient(ClientConfig{BaseURL: base, AppID: "a", AppSecret: "s"})
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("got error %v, want %q", err, want)
			}
		})
	}
	_, err := NewClient(ClientConfig{})
	for _, want := range []string{"base url", "app id", "app secret"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one that names %q", err, want)
		}
	}
}

func TestSend(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.handle("POST /open-apis/im/v1/messages", func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.RawQuery; got != "receive_id_type=chat_id" {
			t.Errorf("query %s, want %q", got, "receive_id_type=chat_id")
		}
		want := m{"receive_id": "oc_1", "msg_type": "interactive", "content": `{"schema":"2.0"}`, "uuid": "u1"}
		if got := bodyOf(t, r); !reflect.DeepEqual(got, want) {
			t.Errorf("body %v", got)
		}
		ok(w, `{"message_id":"om_new"}`)
	})
	id, err := f.client(t).Send(t.Context(), flows.Receiver{Type: "chat_id", ID: "oc_1"},
		json.RawMessage(`{"schema":"2.0"}`), "u1")
	if id != "om_new" || err != nil {
		t.Errorf("got %q, %v, want %q", id, err, "om_new")
	}
}

func TestReplyPatchRecall(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.handle("POST /open-apis/im/v1/messages/om_1/reply", func(w http.ResponseWriter, r *http.Request) {
		want := m{"msg_type": "interactive", "content": `{}`, "uuid": "u2"}
		if got := bodyOf(t, r); !reflect.DeepEqual(got, want) {
			t.Errorf("got body %v, want %v", got, want)
		}
		ok(w, `{"message_id":"om_2"}`)
	})
	f.handle("PATCH /open-apis/im/v1/messages/om_1", func(w http.ResponseWriter, r *http.Request) {
		if got, want := bodyOf(t, r), (m{"content": `{"a":1}`}); !reflect.DeepEqual(got, want) {
			t.Errorf("body %v", got)
		}
		ok(w, `{}`)
	})
	f.handle("DELETE /open-apis/im/v1/messages/om_1", func(w http.ResponseWriter, _ *http.Request) { ok(w, `{}`) })
	c := f.client(t)
	if id, err := c.Reply(t.Context(), "om_1", json.RawMessage(`{}`), "u2"); id != "om_2" || err != nil {
		t.Errorf("reply: %q, %v, want %q", id, err, "om_2")
	}
	if err := c.Patch(t.Context(), "om_1", fixedCard(json.RawMessage(`{"a":1}`))); err != nil {
		t.Errorf("patch: %v", err)
	}
	if err := c.Recall(t.Context(), "om_1"); err != nil {
		t.Errorf("recall: %v", err)
	}
	if n := f.issued(); n != 1 {
		t.Errorf("%d tokens fetched for three calls, want 1", n)
	}
}

func TestContact(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	answer := `{"user":{"name":"张三","mobile":"+8613812345678"}}`
	f.handle("GET /open-apis/contact/v3/users/ou_1", func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.RawQuery; got != "user_id_type=open_id" {
			t.Errorf("query %s, want %q", got, "user_id_type=open_id")
		}
		ok(w, answer)
	})
	c := f.client(t)
	if got, err := c.Contact(t.Context(), "ou_1"); err != nil || got.Name != "张三" || got.Mobile != "+8613812345678" {
		t.Errorf("got %v, %v", got, err)
	}
	answer = `{"user":{"open_id":"ou_1"}}`
	if got, err := c.Contact(t.Context(), "ou_1"); err != nil || got != (flows.Contact{}) {
		t.Errorf("without scopes: %v, %v", got, err)
	}
	for status, left := range map[string]bool{
		`{"is_frozen":true,"is_resigned":false,"is_activated":true,"is_exited":false,"is_unjoin":false}`: false,
		`{"is_resigned":true}`: true, `{"is_exited":true}`: true,
	} {
		t.Run(status, func(t *testing.T) {
			answer = `{"user":{"open_id":"ou_1","status":` + status + `}}`
			if got, err := c.Contact(t.Context(), "ou_1"); err != nil || got != (flows.Contact{Left: left}) {
				t.Errorf("got left %t, %v; want %t", got.Left, err, left)
			}
		})
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.handle("GET /open-apis/im/v1/chats/oc_1/members", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("member_id_type") != "open_id" || q.Get("page_size") != "100" {
			t.Errorf("query %s", r.URL.RawQuery)
		}
		switch q.Get("page_token") {
		case "":
			ok(w, `{"items":[{"member_id":"ou_1"}],"has_more":true,"page_token":"p=2&"}`)
		case "p=2&":
			ok(w, `{"items":[{"member_id":"ou_2"},{"member_id":"ou_3"}],"has_more":false}`)
		default:
			t.Errorf("page %q", q.Get("page_token"))
		}
	})
	got, err := f.client(t).Members(t.Context(), "oc_1")
	if want := []string{"ou_1", "ou_2", "ou_3"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestBotInfo(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.handle("GET /open-apis/bot/v3/info", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"code":0,"msg":"ok","bot":{"activate_status":2,"app_name":"实名助手","open_id":"ou_bot"}}`)
	})
	got, err := f.client(t).BotInfo(t.Context())
	if want := (Bot{Name: "实名助手", OpenID: "ou_bot", Active: true}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %v", got, err, want)
	}
}

func TestReadIDCard(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	answer := `{"id_card":{"entities":[{"type":"identity_name","value":"张三"},null],"side":1,"conners":[1,2,3,4,5,6,7,8]}}`
	f.handle("POST /open-apis/document_ai/v1/id_card/recognize", func(w http.ResponseWriter, r *http.Request) {
		if name, content := fileOf(t, r, "file"); name != "card.jpg" || content != "jpeg bytes" {
			t.Errorf("file %q: %q, want %q, %q", name, content, "card.jpg", "jpeg bytes")
		}
		ok(w, answer)
	})
	c := f.client(t)
	got, err := c.ReadIDCard(t.Context(), []byte("jpeg bytes"), func() {})
	if err != nil || got.Side == nil || *got.Side != 1 || len(got.Corners) != 8 ||
		got.Entities[0] != (idcard.Entity{Type: "identity_name", Value: "张三"}) {
		t.Errorf("got %+v, %v", got.Entities, err)
	}
	answer = `{}`
	var api *APIError
	if _, err = c.ReadIDCard(t.Context(), []byte("jpeg bytes"), func() {}); !errors.As(err, &api) || !api.Temporary() {
		t.Errorf("without a card: %v", err)
	}
}

func TestUploadImage(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.handle("POST /open-apis/im/v1/images", func(w http.ResponseWriter, r *http.Request) {
		if _, content := fileOf(t, r, "image"); content != "png" || r.FormValue("image_type") != "message" {
			t.Errorf("file %q, type %q, want %q, %q", content, r.FormValue("image_type"), "png", "message")
		}
		ok(w, `{"image_key":"img_1"}`)
	})
	if key, err := f.client(t).UploadImage(t.Context(), []byte("png")); key != "img_1" || err != nil {
		t.Errorf("got %q, %v, want %q", key, err, "img_1")
	}
}

func TestRecordIdentity(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	var want m
	f.handle("POST /open-apis/human_authentication/v1/identities", func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query(); got.Get("user_id") != "ou_1" || got.Get("user_id_type") != "open_id" {
			t.Errorf("query %v", got)
		}
		if got := bodyOf(t, r); !reflect.DeepEqual(got, want) {
			t.Errorf("body %v", got)
		}
		ok(w, `{"verify_uid":"v1"}`)
	})
	c := f.client(t)
	for _, mobile := range []string{"", "13812345678"} {
		t.Run("mobile "+mobile, func(t *testing.T) {
			want = m{"identity_name": "张三", "identity_code": "11010119900101123X"}
			if mobile != "" {
				want["mobile"] = mobile
			}
			uid, err := c.RecordIdentity(t.Context(), "ou_1", "张三", "11010119900101123X", mobile)
			if uid != "v1" || err != nil {
				t.Errorf("got %q, %v, want %q", uid, err, "v1")
			}
		})
	}
}

func TestDownload(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	big := idcard.MaxPhotoBytes + 5_000_000
	f.handle("GET /open-apis/im/v1/messages/om_1/resources/{key}", func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.RawQuery; got != "type=image" && got != "type=file" {
			t.Errorf("query %s", got)
		}
		switch r.PathValue("key") {
		case "img/1?":
			w.Header().Set("Content-Type", "image/jpeg")
			_, _ = io.WriteString(w, "jpeg")
		case "json":
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"name":"a JSON file"}`)
		case "success without a picture":
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"code":0,"data":[]}`)
		case "empty":
		case "big":
			_, _ = io.CopyN(w, zeros{}, int64(big))
		case "cut":
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "half")
		case "refused":
			answerCode(w, 400, 234003)
		case "refused with 200":
			answerCode(w, 200, 234038)
		case "page":
			w.WriteHeader(502)
			_, _ = io.WriteString(w, "<html>")
		}
	})
	c := f.client(t)
	for key, want := range map[string]int{"img/1?": 4, "json": 22, "empty": 0, "big": idcard.MaxPhotoBytes + 1} {
		t.Run(key, func(t *testing.T) {
			got, err := c.Download(t.Context(), "om_1", key, "image")
			if err != nil || len(got) != want {
				t.Errorf("%s: %d bytes, %v, want %v", key, len(got), err, want)
			}
		})
	}
	var noPicture *APIError
	if got, err := c.Download(t.Context(), "om_1", "success without a picture", "image"); got != nil ||
		!errors.As(err, &noPicture) || !noPicture.Temporary() {
		t.Errorf("a success without a picture: %d bytes, %v", len(got), err)
	}
	if got, err := c.Download(t.Context(), "om_1", "success without a picture", "file"); err != nil || len(got) == 0 {
		t.Errorf("a file that somebody sent: %d bytes, %v", len(got), err)
	}
	for key, want := range map[string]Class{
		"cut":              ClassRetry,
		"refused":          ClassGone,
		"refused with 200": ClassPerson,
		"page":             ClassRetry,
	} {
		t.Run(key, func(t *testing.T) {
			got, err := c.Download(t.Context(), "om_1", key, "file")
			var api *APIError
			if got != nil || !errors.As(err, &api) || api.class != want || api.MaybeApplied() {
				t.Errorf("got %d bytes, %v; want an error of class %s", len(got), err, want)
			}
		})
	}
}

// zeros is a Reader of endless zeros.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestPathInjection checks that an id cannot change the target of a path, which would send the token elsewhere.
func TestPathInjection(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.client(t)
	if _, err := c.tokens.get(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", ".", "..", strings.Repeat("x", 513)} {
		_, err1 := c.Download(t.Context(), "om_1", id, "image")
		_, err2 := c.Download(t.Context(), id, "img", "image")
		_, err3 := c.Contact(t.Context(), id)
		for _, err := range []error{err1, err2, err3, c.Patch(t.Context(), id, fixedCard(json.RawMessage(`{}`)))} {
			var api *APIError
			if !errors.As(err, &api) || api.class != ClassBug || api.Temporary() || api.MaybeApplied() {
				t.Errorf("%q: got %v, want an error of class %s", id, err, ClassBug)
			}
		}
	}
	if _, err := c.Download(t.Context(), "om_1", "img", "image&x=1"); err == nil {
		t.Error("got no error for an invalid kind, want one")
	}
	if calls := f.called(); len(calls) != 1 {
		t.Errorf("got the calls %v, want one for the token", calls)
	}
}
