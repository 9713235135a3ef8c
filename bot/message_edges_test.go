package bot

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"shiming/flows"
)

// TestPostShapes reads rich text in every wrapping, and rich text with elements of unexpected shapes.
func TestPostShapes(t *testing.T) {
	t.Parallel()
	flat := m{"title": "照片", "content": []any{
		[]any{m{"tag": "text", "text": "请看"}},
		[]any{m{"tag": "img", "image_key": "k", "width": 300}},
	}}
	english := m{"title": "photo", "content": []any{[]any{m{"tag": "img", "image_key": "e"}}}}
	read := content{text: "照片\n请看", photos: []flows.PhotoRef{{FileKey: "k", Kind: "image"}}}
	line := func(items ...any) m { return m{"content": []any{items}} }
	image := m{"tag": "img", "image_key": "k"}
	onePhoto := content{photos: []flows.PhotoRef{{FileKey: "k", Kind: "image"}}}
	for _, tt := range []struct {
		name string
		post any
		want content
	}{
		{"flat", flat, read},
		{"in a language", m{"zh_cn": flat}, read},
		{"in another language", m{"fr_fr": flat}, read},
		{"in two languages", m{"en_us": english, "zh_cn": flat}, read},
		{"in post", m{"post": flat}, read},
		{"in post and a language", m{"post": m{"zh_cn": flat}}, read},
		{"in post and two languages", m{"post": m{"en_us": english, "zh_hk": flat}}, read},
		{"beside something else", m{"version": 1, "ja_jp": flat}, read},
		{"without content", m{"zh_cn": m{"title": "x"}}, content{unsupported: "post"}},
		{"buried", m{"a": m{"b": m{"c": m{"d": flat}}}}, content{unsupported: "post"}},
		{"a list", []any{flat}, content{unsupported: "post"}},
		{"paragraphs without lines", m{"content": []any{image}}, onePhoto},
		{"an element of another shape", line(7, m{"tag": "text", "text": 7}, image), onePhoto},
		{"markdown", line(m{"tag": "md", "text": "实名"}), content{text: "实名"}},
		{"a picture without key", line(m{"tag": "img"}), content{unsupported: "post"}},
		{"an emoji", line(m{"tag": "emotion", "emoji_type": "SMILE"}), content{unsupported: "post"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw, err := json.Marshal(tt.post)
			if err != nil {
				t.Fatal(err)
			}
			if got := decodeContent("post", string(raw), nil); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestSetAside counts every message that leads no further, by its reason.
func TestSetAside(t *testing.T) {
	t.Parallel()
	group := func(mentions ...any) func(m) {
		return func(e m) { e["message"].(m)["chat_type"], e["message"].(m)["mentions"] = "group", mentions }
	}
	for _, tt := range []struct {
		name, plain string
		want        string // "" = none
		handled     int
	}{
		{"a word", messageEvent("text", `{"text":"实名"}`), "", 1},
		{"an audio", messageEvent("audio", `{}`), asideUnsupported, 1},
		{"a post of nothing", messageEvent("post", `{"zh_cn":{}}`), asideUnsupported, 1},
		{"without content", messageEvent("text", ""), asideEmpty, 0},
		{"of a bot", messageEvent("text", `{"text":"x"}`, func(e m) { e["sender"].(m)["sender_type"] = "app" }), asideBot, 0},
		{"without sender", messageEvent("text", `{"text":"x"}`, func(e m) { delete(e, "sender") }), asideIncomplete, 0},
		{"of another shape", event20(eventMessage, "x"), asideIncomplete, 0},
		{"in a group, to others", messageEvent("text", `{"text":"x"}`, group()), asideUnaddressed, 0},
		{"of another company", messageEvent("text", `{"text":"x"}`, func(e m) {
			e["sender"].(m)["tenant_key"] = "tk_other"
		}), asideForeign, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newTestServer(t)
			wantResponse(t, r.send(pushOf(tt.plain)), 200, `{}`)
			var want []string
			if tt.want != "" {
				want = []string{tt.want}
			}
			if !slices.Equal(r.aside, want) || len(r.stub.all()) != tt.handled {
				t.Errorf("got reasons %v and %d messages, want %v and %d", r.aside, len(r.stub.all()), want, tt.handled)
			}
		})
	}
}

// TestMentionWhileOwnOpenIDIsUnknown: the mention of any bot counts then, and the message says that it is not sure.
func TestMentionWhileOwnOpenIDIsUnknown(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		mention m
		want    bool
	}{
		"a bot":            {m{"key": "@_user_1", "id": m{"open_id": "ou_x"}, "mentioned_type": "bot"}, true},
		"somebody untold":  {m{"key": "@_user_1", "id": m{"open_id": "ou_x"}}, true},
		"an older id":      {m{"key": "@_user_1", "id": "ou_x"}, true},
		"a person":         {m{"key": "@_user_1", "id": m{"open_id": "ou_x"}, "mentioned_type": "user"}, false},
		"without anything": {m{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newTestServer(t, func(c *ServerConfig) { c.OwnOpenID = nil })
			r.send(pushOf(messageEvent("text", `{"text":"@_user_1 统计"}`, func(e m) {
				e["message"].(m)["chat_type"], e["message"].(m)["mentions"] = "group", []any{tt.mention}
			})))
			got := r.stub.all()
			if !tt.want {
				if len(got) != 0 {
					t.Errorf("got %+v, want nothing", got)
				}
				return
			}
			if len(got) != 1 || !got[0].(flows.Message).MentionUnsure {
				t.Errorf("got %+v, want one message that is unsure", got)
			}
		})
	}
}

// TestAnyEventAsksForTheOwnOpenID: a marketplace app meets a company with any event, so that its open_id there is known
// before the first word in a group.
func TestAnyEventAsksForTheOwnOpenID(t *testing.T) {
	t.Parallel()
	for name, plain := range map[string]string{
		"entered": event20(eventEntered, m{"operator_id": m{"open_id": "ou_emp"}}),
		"menu":    event20(eventMenu, m{"operator": m{"operator_id": m{"open_id": "ou_emp"}}, "event_key": "help"}),
		"recall":  event20(eventRecalled, m{"message_id": "om_1"}),
	} {
		t.Run(name, func(t *testing.T) {
			asked := make(chan string, 1)
			r := newTestServer(t, func(c *ServerConfig) {
				c.OwnOpenID = func(tenantKey string) string {
					asked <- tenantKey
					return ""
				}
			})
			wantResponse(t, r.send(pushOf(plain)), 200, `{}`)
			r.stub.all()
			if got := <-asked; got != "tk" {
				t.Errorf("got a question for %q, want tk", got)
			}
		})
	}
}

// TestSelf asks for the own open_id until it is known, then no more.
func TestSelf(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	answers := make(chan string)
	f.handle("GET /open-apis/bot/v3/info", func(w http.ResponseWriter, r *http.Request) {
		select {
		case id := <-answers:
			_, _ = io.WriteString(w, `{"code":0,"bot":{"open_id":"`+id+`"}}`)
		case <-r.Context().Done():
		}
	})
	s := f.client(t).Self()
	tried := make(chan struct{})
	go s.Keep(t.Context(), tried)
	answers <- "" // at start, though nobody has asked
	<-tried
	if got := s.OpenID("tk"); got != "" {
		t.Errorf("got %q before the answer, want nothing", got)
	}
	s.asked <- struct{}{} // instead of selfPause
	answers <- "ou_bot"
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for s.OpenID("tk") == "" {
		<-tick.C
	}
	if got := s.OpenID("another"); got != "ou_bot" {
		t.Errorf("got %q, want ou_bot", got)
	}
	if len(s.wanted) != 0 {
		t.Errorf("got %d tenants to ask for, want none", len(s.wanted))
	}
}

// TestSignatureTime accepts a good signature with its time in any unit, and one of unknown form as long as the event's
// key is kept.
func TestSignatureTime(t *testing.T) {
	t.Parallel()
	unix := testNow.Unix()
	fresh := strconv.FormatInt(testNow.Add(-6*24*time.Hour).UnixMilli(), 10)
	old := strconv.FormatInt(testNow.Add(-8*24*time.Hour).UnixMilli(), 10)
	for _, tt := range []struct {
		name, timestamp, happened string
		status, logged            int
	}{
		{"seconds", strconv.FormatInt(unix, 10), old, 200, 0},
		{"milliseconds", strconv.FormatInt(unix*1e3, 10), old, 200, 0},
		{"microseconds", strconv.FormatInt(unix*1e6, 10), old, 200, 0},
		{"milliseconds, stale", strconv.FormatInt((unix-9*3600)*1e3, 10), fresh, 401, 0},
		{"milliseconds, to come", strconv.FormatInt((unix+9*3600)*1e3, 10), fresh, 401, 0},
		{"RFC 3339", testNow.Format(time.RFC3339), fresh, 200, 1},
		{"a fraction", "1760000000.5", fresh, 200, 1},
		{"nothing", "", fresh, 200, 1},
		{"a word, the event without time", "now", "", 200, 1},
		{"a word, the event forgotten", "now", old, 401, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newTestServer(t)
			p := pushOf(strings.Replace(messageEvent("text", `{"text":"x"}`), "1760000000000", tt.happened, 1))
			p.timestamp = tt.timestamp
			for range 2 {
				if w := r.send(p); w.Code != tt.status {
					t.Errorf("got %d, want %d", w.Code, tt.status)
				}
			}
			if n := strings.Count(r.log.String(), "has an unknown form;"); n != tt.logged {
				t.Errorf("logged %d times, want %d", n, tt.logged)
			}
		})
	}
}
