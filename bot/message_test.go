package bot

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"shiming/flows"
)

func TestMessage(t *testing.T) {
	t.Parallel()
	base := flows.Message{
		EventID:   "ev_1",
		MessageID: "om_1",
		TenantKey: "tk",
		OpenID:    "ou_emp",
		ChatID:    "oc_p2p",
		Private:   true,
		At:        time.UnixMilli(1760000000001),
	}
	group := func(mentions ...any) func(m) {
		return func(e m) {
			e["message"].(m)["chat_type"], e["message"].(m)["mentions"] = "group", mentions
		}
	}
	atBot := m{"key": "@_user_1", "id": m{"open_id": "ou_bot"}, "mentioned_type": "bot", "name": "实名助手"}
	atOtherBot := m{"key": "@_user_3", "id": m{"open_id": "ou_other_bot"}, "mentioned_type": "bot", "name": "别的"}
	atBotUntold := m{"key": "@_user_1", "id": m{"open_id": "ou_bot"}, "name": "实名助手"}
	atUser := m{"key": "@_user_2", "id": m{"open_id": "ou_b"}, "mentioned_type": "user", "name": "李四"}
	atSomebody := m{"key": "@_user_1", "id": m{"open_id": "ou_x"}, "name": "X"}
	set := func(path, key string, value any) func(m) {
		return func(e m) { e[path].(m)[key] = value }
	}
	for _, tt := range []struct {
		name          string
		kind, content string
		change        func(m)
		want          func(*flows.Message) // nil = ignored
	}{
		{"text", "text", `{"text":" 实名 "}`, nil, func(w *flows.Message) { w.Text = "实名" }},
		{"full width", "text", `{"text":"ｓｔａｔｕｓ　１２３"}`, nil, func(w *flows.Message) { w.Text = "status 123" }},
		{"a long text", "text", `{"text":"` + strings.Repeat("实", maxText+1) + `"}`, nil, func(w *flows.Message) {
			w.Text, w.Cut = strings.Repeat("实", maxText), true
		}},
		{"image", "image", `{"image_key":"img_1"}`, nil, func(w *flows.Message) {
			w.Photos = []flows.PhotoRef{{FileKey: "img_1", Kind: "image"}}
		}},
		{"file", "file", `{"file_key":"file_1","file_name":"cv.docx"}`, nil, func(w *flows.Message) {
			w.Photos = []flows.PhotoRef{{FileKey: "file_1", Kind: "file"}}
		}},
		{"table", "file", `{"file_key":"file_1","file_name":"新员工名单.XLSX"}`, nil, func(w *flows.Message) {
			w.Photos = []flows.PhotoRef{{FileKey: "file_1", Kind: "file", Table: true}}
		}},
		{"post", "post",
			`{"title":"照片","content":[[{"tag":"text","text":"请看"},{"tag":"img","image_key":"a"}],` +
				`[{"tag":"img","image_key":"b"}]]}`, nil,
			func(w *flows.Message) {
				w.Text = "照片\n请看"
				w.Photos = []flows.PhotoRef{{FileKey: "a", Kind: "image"}, {FileKey: "b", Kind: "image"}}
			}},
		{"post with a link and code", "post",
			`{"content":[[{"tag":"a","href":"http://x","text":"l"},{"tag":"code_block","text":"c"}]]}`, nil,
			func(w *flows.Message) {
				w.Text = "lc"
			}},
		{"post of a video", "post", `{"content":[[{"tag":"media","file_key":"f","image_key":"i"}]]}`, nil,
			func(w *flows.Message) {
				w.Unsupported = "post"
			}},
		{"post of a mention", "post", `{"content":[[{"tag":"at","user_id":"@_user_1"}]]}`, nil, func(*flows.Message) {}},
		{"audio", "audio", `{"file_key":"f","duration":1}`, nil, func(w *flows.Message) { w.Unsupported = "audio" }},
		{"sticker", "sticker", `{"file_key":"f"}`, nil, func(w *flows.Message) { w.Unsupported = "sticker" }},
		{"unheard of", "hologram", `whatever`, nil, func(w *flows.Message) { w.Unsupported = "hologram" }},
		{"without type", "", `{}`, nil, func(w *flows.Message) { w.Unsupported = "unknown" }},
		{"malformed text", "text", `{"text":`, nil, func(w *flows.Message) { w.Unsupported = "text" }},
		{"text of another type", "text", `{"text":[1]}`, nil, func(w *flows.Message) { w.Unsupported = "text" }},
		{"image without key", "image", `{}`, nil, func(w *flows.Message) { w.Unsupported = "image" }},
		{"file without key", "file", `{"file_name":"a.jpg"}`, nil, func(w *flows.Message) { w.Unsupported = "file" }},
		{"post of another shape", "post", `{"content":"x"}`, nil, func(w *flows.Message) { w.Unsupported = "post" }},
		{"recalled", "text", "", nil, nil},
		{"from a bot", "text", `{"text":"x"}`, set("sender", "sender_type", "bot"), nil},
		{"from nobody", "text", `{"text":"x"}`, set("sender", "sender_id", nil), nil},
		{"without sender", "text", `{"text":"x"}`, func(e m) { delete(e, "sender") }, nil},
		{"without message", "text", `{"text":"x"}`, func(e m) { delete(e, "message") }, nil},
		{"without message id", "text", `{"text":"x"}`, set("message", "message_id", nil), nil},
		{"without time", "text", `{"text":"x"}`, set("message", "create_time", "soon"), func(w *flows.Message) {
			w.Text, w.At = "x", time.UnixMilli(1760000000000) // the header's
		}},
		{"group, bot mentioned", "text", `{"text":"@_user_1 进度"}`, group(atBot), func(w *flows.Message) {
			w.Text, w.Private = "进度", false
		}},
		{"group, two mentioned", "text", `{"text":"@_user_2 @_user_1 催办"}`, group(atUser, atBot), func(w *flows.Message) {
			w.Text, w.Private = "催办", false
		}},
		{"group, others mentioned", "text", `{"text":"@_user_2 hi"}`, group(atUser), nil},
		{"group, nobody mentioned", "text", `{"text":"hi"}`, group(), nil},
		{"group, somebody untold mentioned", "text", `{"text":"@_user_1 hi"}`, group(atSomebody), nil},
		{"group, another bot mentioned", "text", `{"text":"@_user_1 设为审核群"}`, group(atOtherBot), nil},
		{"group, this bot untold mentioned", "text", `{"text":"@_user_1 hi"}`, group(atBotUntold), func(w *flows.Message) {
			w.Text, w.Private = "hi", false
		}},
		{"group, both bots mentioned", "text", `{"text":"@_user_3 @_user_1 统计"}`, group(atOtherBot, atBot),
			func(w *flows.Message) {
				w.Text, w.Private = "统计", false
			}},
		{"of another company", "text", `{"text":"实名"}`, set("sender", "tenant_key", "tk_other"), func(w *flows.Message) {
			w.Foreign = true
		}},
		{"photo of another company", "image", `{"image_key":"k"}`, set("sender", "tenant_key", "tk_other"),
			func(w *flows.Message) {
				w.Foreign = true
			}},
		{"of an unnamed company", "text", `{"text":"实名"}`, func(e m) { delete(e["sender"].(m), "tenant_key") },
			func(w *flows.Message) {
				w.Text = "实名"
			}},
		{"content as an object", "text", "", set("message", "content", m{"text": "实名"}), func(w *flows.Message) {
			w.Text = "实名"
		}},
		{"time as a number", "text", `{"text":"x"}`, set("message", "create_time", 1760000000001),
			func(w *flows.Message) {
				w.Text = "x"
			}},
		{"group, everybody", "text", `{"text":"@_all @_user_1 hi"}`, group(atBot), func(w *flows.Message) {
			w.Text, w.Private = "hi", false
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newTestServer(t)
			change := tt.change
			if change == nil {
				change = func(m) {}
			}
			wantResponse(t, r.send(pushOf(messageEvent(tt.kind, tt.content, change))), 200, `{}`)
			got := r.stub.all()
			if tt.want == nil {
				if len(got) != 0 {
					t.Fatalf("not ignored: %+v", got)
				}
				return
			}
			want := base
			tt.want(&want)
			if len(got) != 1 || !reflect.DeepEqual(got[0], want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestMentionKeysLongestFirst(t *testing.T) {
	t.Parallel()
	var mentions []any
	var words []string
	for i := 1; i <= 12; i++ {
		mentions = append(mentions, m{"key": fmt.Sprintf("@_user_%d", i), "mentioned_type": "bot"})
		words = append(words, fmt.Sprintf("@_user_%d", i))
	}
	r := newTestServer(t)
	r.send(pushOf(messageEvent("text", `{"text":"`+strings.Join(words, "")+`hi"}`, func(e m) {
		e["message"].(m)["mentions"] = mentions
	})))
	if got := r.stub.all()[0].(flows.Message).Text; got != "hi" {
		t.Errorf("got %q, want %q", got, "hi")
	}
}

func TestLongContent(t *testing.T) {
	t.Parallel()
	length := func(text string) int {
		return utf8.RuneCountInString(decodeContent("text", `{"text":"`+text+`"}`, nil).text)
	}
	if got := length(strings.Repeat("实", 5000)); got != maxText {
		t.Errorf("got %d characters, want %d", got, maxText)
	}
	if got := length(strings.Repeat("ﷺ", 5000)); got > maxText { // NFKC turns it into 18 characters
		t.Errorf("got %d characters, want at most %d", got, maxText)
	}
	images := strings.TrimSuffix(strings.Repeat(`[{"tag":"img","image_key":"k"}],`, 100), ",")
	if got := decodeContent("post", `{"content":[`+images+`]}`, nil).photos; len(got) != maxPhotos {
		t.Errorf("got %d photos, want %d", len(got), maxPhotos)
	}
}

func FuzzDecodeContent(f *testing.F) {
	f.Add("text", `{"text":"@_user_1 实名"}`, "@_user_1")
	f.Add("image", `{"image_key":"k"}`, "")
	f.Add("file", `{"file_key":"k"}`, "")
	f.Add("post", `{"title":"t","content":[[{"tag":"img","image_key":"k"},{"tag":"text","text":"x"}]]}`, "x")
	f.Add("sticker", ``, "")
	f.Fuzz(func(t *testing.T, kind, raw, mention string) {
		c := decodeContent(kind, raw, []string{mention})
		if !utf8.ValidString(c.text) || utf8.RuneCountInString(c.text) > maxText || c.text != strings.TrimSpace(c.text) {
			t.Errorf("text %q", c.text)
		}
		if len(c.photos) > maxPhotos || c.unsupported != "" && (c.text != "" || len(c.photos) > 0) {
			t.Errorf("%+v", c)
		}
		for _, p := range c.photos {
			if p.FileKey == "" || p.Kind != "image" && p.Kind != "file" {
				t.Errorf("photo %+v", p)
			}
		}
	})
}

func TestOtherEvents(t *testing.T) {
	t.Parallel()
	when := time.UnixMilli(1760000000000)
	for _, tt := range []struct {
		name, plain string
		want        any // nil = ignored
	}{
		{"entered",
			event20(eventEntered, m{
				"chat_id":         "oc_p2p",
				"operator_id":     m{"open_id": "ou_emp"},
				"last_message_id": "om",
			}),
			flows.Entered{
				EventID:   "ev_1",
				TenantKey: "tk",
				OpenID:    "ou_emp",
				ChatID:    "oc_p2p",
				At:        when,
			}},
		{"entered, its own company named",
			event20(eventEntered, m{"operator_id": m{"open_id": "ou_emp"}, "operator_tenant_key": "tk"}),
			flows.Entered{EventID: "ev_1", TenantKey: "tk", OpenID: "ou_emp", At: when}},
		{"entered by a foreigner",
			event20(eventEntered, m{"operator_id": m{"open_id": "ou_x"}, "operator_tenant_key": "tk_other"}), nil},
		{"entered by a foreigner, key among the ids",
			event20(eventEntered, m{"operator_id": m{"open_id": "ou_x", "tenant_key": "tk_other"}}), nil},
		{"menu by a foreigner",
			event20(eventMenu, m{
				"operator":  m{"operator_id": m{"open_id": "ou_x"}, "tenant_key": "tk_other"},
				"event_key": "start",
			}),
			flows.Menu{EventID: "ev_1", TenantKey: "tk", OpenID: "ou_x", Key: "start", Foreign: true, At: when}},
		{"entered by nobody", event20(eventEntered, m{"chat_id": "oc_p2p"}), nil},
		{"menu",
			event20(eventMenu, m{
				"operator":  m{"operator_name": "张三", "operator_id": m{"open_id": "ou_emp"}},
				"event_key": "start",
				"timestamp": 1760000000,
			}),
			flows.Menu{
				EventID:   "ev_1",
				TenantKey: "tk",
				OpenID:    "ou_emp",
				Key:       "start",
				At:        when,
			}},
		{"menu by nobody", event20(eventMenu, m{"event_key": "start"}), nil},
		{"recalled",
			event20(eventRecalled, m{
				"message_id":  "om_1",
				"chat_id":     "oc_p2p",
				"recall_time": "1",
				"recall_type": "message_owner",
			}),
			flows.Recalled{
				EventID:   "ev_1",
				TenantKey: "tk",
				MessageID: "om_1",
				ChatID:    "oc_p2p",
				At:        when,
			}},
		{"read",
			event20(eventRead, m{
				"reader":          m{"reader_id": m{"open_id": "ou_emp"}, "read_time": "1760000001000", "tenant_key": "tk"},
				"message_id_list": []any{"om_1", "om_2"},
			}),
			flows.MessageRead{
				EventID:    "ev_1",
				TenantKey:  "tk",
				OpenID:     "ou_emp",
				MessageIDs: []string{"om_1", "om_2"},
				At:         when.Add(time.Second),
			}},
		{"read by a stranger",
			event20(eventRead, m{
				"reader":          m{"reader_id": m{"open_id": "ou_emp"}, "tenant_key": "other"},
				"message_id_list": []any{"om_1"},
			}), nil},
		{"read nothing", event20(eventRead, m{"reader": m{"reader_id": m{"open_id": "ou_emp"}}}), nil},
		{"recalled nothing", event20(eventRecalled, m{}), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newTestServer(t)
			wantResponse(t, r.send(pushOf(tt.plain)), 200, `{}`)
			got := r.stub.all()
			if tt.want == nil {
				if len(got) != 0 {
					t.Errorf("not ignored: %+v", got)
				}
			} else if len(got) != 1 || !reflect.DeepEqual(got[0], tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestMadeAt: the time of an event in every unit that Feishu uses. What is unreadable or far ahead is not known.
func TestMadeAt(t *testing.T) {
	t.Parallel()
	e := &events{now: func() time.Time { return testNow }}
	ahead := testNow.Add(signatureWindow)
	for in, want := range map[string]time.Time{
		"1760000000":                             time.UnixMilli(1760000000999), // made at any moment of this second
		"1760000000001":                          time.UnixMilli(1760000000001),
		"1760000000000001":                       time.UnixMilli(1760000000000),
		"1760000000001999":                       time.UnixMilli(1760000000001),
		"":                                       {},
		"-1":                                     {},
		"soon":                                   {},
		"1760000000000000001":                    {},
		"99999999999999999999":                   {},
		strconv.FormatInt(ahead.UnixMilli(), 10): ahead,
		strconv.FormatInt(ahead.UnixMilli()+1, 10): {},
	} {
		t.Run(in, func(t *testing.T) {
			if got := e.madeAt(in); !got.Equal(want) {
				t.Errorf("%q: %v, want %v", in, got, want)
			}
		})
	}
}
