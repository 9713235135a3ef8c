package feishu

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestSendReachesTheChatAndTheSameUUIDOnlyOnce(t *testing.T) {
	w := newWorld(t).login()
	u := w.AddUser(User{OpenID: "ou_emp", Name: "张三"})
	a := w.send(u.OpenID, "text", `{"text":"你好"}`, "job-1")
	w.want(a, 200, 0)
	id := str(a.data()["message_id"])
	if a.data()["chat_id"] != w.P2PChat(u.OpenID) || object(a.data()["sender"])["id"] != "cli_test" {
		t.Errorf("got data %v", a.data())
	}
	again := w.send(u.OpenID, "text", `{"text":"你好"}`, "job-1")
	w.want(again, 200, 0)
	if again.data()["message_id"] != id || len(w.Messages(w.P2PChat(u.OpenID))) != 1 {
		t.Error("the same uuid sent a second message")
	}
	w.clock.add(time.Hour)
	if late := w.send(u.OpenID, "text", `{"text":"你好"}`, "job-1"); late.data()["message_id"] == id {
		t.Error("after an hour the uuid still protects")
	}
	w.want(w.send(u.OpenID, "text", `{"text":"x"}`, strings.Repeat("u", 51)), 400, 230001)
}

func TestSendRefusals(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.NoLimits = true }).login()
	u := w.AddUser(User{OpenID: "ou_emp"})
	w.AddUser(User{OpenID: "ou_outside", Outside: true})
	w.AddUser(User{OpenID: "ou_gone", Resigned: true})
	w.AddUser(User{OpenID: "ou_deaf", Stopped: true})
	w.AddGroup("oc_left", "left", u.OpenID)
	w.AddGroup("oc_over", "over", u.OpenID)
	if _, err := w.RemoveBotFromGroup(within(t), "oc_left", u.OpenID); err != nil {
		t.Fatal(err)
	}
	w.Dissolve("oc_over")
	const hello = `{"text":"hello"}`
	for _, v := range []struct {
		name, to, kind, content string
		code                    int
	}{
		{"unknown person", "ou_nobody", "text", hello, 99992351},
		{"unknown chat", "oc_nowhere", "text", hello, 230034},
		{"outside", "ou_outside", "text", hello, 230013},
		{"resigned", "ou_gone", "text", hello, 230029},
		{"stopped", "ou_deaf", "text", hello, 230053},
		{"bot not in group", "oc_left", "text", hello, 230002},
		{"dissolved", "oc_over", "text", hello, 232009},
		{"content not JSON", "ou_emp", "text", "hello", 230001},
		{"empty text", "ou_emp", "text", `{"text":""}`, 230001},
		{"no such type", "ou_emp", "letter", hello, 230001},
		{"text too long", "ou_emp", "text", `{"text":"` + strings.Repeat("x", 150<<10) + `"}`, 230025},
		{"card too long", "ou_emp", "interactive", `{"schema":"2.0","body":{"elements":[{"tag":"markdown","content":"` +
			strings.Repeat("x", 30<<10) + `"}]}}`, 230025},
		{"another's picture", "ou_emp", "image", `{"image_key":"img_v3_nobody"}`, 230017},
		{"bad card", "ou_emp", "interactive", `{"schema":"2.0","body":{"elements":[{"tag":"note"}]}}`, 230099},
	} {
		t.Run(v.name, func(t *testing.T) {
			w.t = t
			w.want(w.send(v.to, v.kind, v.content, ""), 400, v.code)
		})
	}
	w.t = t
	a := w.do("POST", "/im/v1/messages", map[string]string{"receive_id": "ou_emp", "msg_type": "text", "content": hello})
	w.want(a, 400, 99992402)
	a = w.send("ou_emp", "interactive", `{"schema":"2.0","body":{"elements":[{"tag":"note"}]}}`, "")
	if !strings.Contains(str(a.body["msg"]), "ErrCode: 200861;") {
		t.Errorf("msg does not carry the sub-code: %s", a.raw)
	}
	w.Set(func(k *Behaviour) { k.DLP = true })
	w.want(w.send("ou_emp", "text", `{"text":"电话 13800138000"}`, ""), 400, 230028)
	w.want(w.send("ou_emp", "text", `{"text":"110101199003070123"}`, ""), 200, 0)
}

func TestFivePerSecondToOneReceiver(t *testing.T) {
	w := newWorld(t).login()
	w.AddUser(User{OpenID: "ou_a"})
	w.AddUser(User{OpenID: "ou_b"})
	for range 5 {
		w.want(w.send("ou_a", "text", `{"text":"x"}`, ""), 200, 0)
	}
	w.want(w.send("ou_a", "text", `{"text":"x"}`, ""), 400, 230020)
	w.want(w.send(w.P2PChat("ou_a"), "text", `{"text":"x"}`, ""), 400, 230020)
	w.want(w.send("ou_b", "text", `{"text":"x"}`, ""), 200, 0)
	w.clock.add(time.Second)
	w.want(w.send("ou_a", "text", `{"text":"x"}`, ""), 200, 0)
}

func TestGatewayLimits(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.PerSecond, c.PerMinute = 3, 5 }).login()
	info := func() answer { return w.do("GET", "/bot/v3/info", nil) }
	for range 3 {
		w.want(info(), 200, 0)
	}
	a := info()
	w.want(a, 429, 99991400)
	if a.header.Get("x-ogw-ratelimit-limit") != "3" || a.header.Get("x-ogw-ratelimit-reset") != "1" {
		t.Errorf("headers: %v", a.header)
	}
	w.clock.add(time.Second)
	w.want(info(), 200, 0)
	w.want(info(), 200, 0)
	a = info() // five calls in this minute
	w.want(a, 429, 99991400)
	if a.header.Get("x-ogw-ratelimit-reset") != "59" {
		t.Errorf("reset = %s, want 59", a.header.Get("x-ogw-ratelimit-reset"))
	}
}

const plainCard = `{"schema":"2.0","config":{"update_multi":true},"body":{"elements":[{"tag":"markdown","content":"one"}]}}`

func TestPatchRules(t *testing.T) {
	w := newWorld(t).login()
	u := w.AddUser(User{OpenID: "ou_a"})
	id := w.sendCard(u.OpenID, plainCard)
	patch := func(id, card string) answer {
		return w.do("PATCH", "/im/v1/messages/"+id, map[string]string{"content": card})
	}
	two := strings.Replace(plainCard, "one", "two", 1)
	w.want(patch(id, two), 200, 0)
	m, _ := w.Message(id)
	if m.Edits != 1 || m.View().Text("zh_cn") != "two" || len(m.History) != 2 || m.History[0].By != "send" ||
		m.History[1].By != "patch" {
		t.Errorf("after the patch: %v, history %d, want 2", m, len(m.History))
	}
	w.want(patch(id, `{"schema":"2.0"}`), 400, 230099)
	w.want(patch("om_unknown", two), 400, 230001)
	w.want(patch("xx_1", two), 400, 99992354)

	text := str(w.send(u.OpenID, "text", `{"text":"x"}`, "").data()["message_id"])
	w.want(patch(text, two), 400, 230001)
	sent, err := w.SendText(within(t), u.OpenID, "hi")
	if err != nil {
		t.Fatal(err)
	}
	w.want(patch(sent.MessageID, two), 400, 230001)

	for range 3 {
		w.want(patch(id, two), 200, 0)
	}
	w.want(patch(id, two), 400, 230020)
	w.clock.add(14*24*time.Hour - time.Second)
	w.login().want(patch(id, two), 200, 0)
	w.clock.add(2 * time.Second)
	w.want(patch(id, two), 400, 230031)

	w.Set(func(b *Behaviour) { b.RecallWithin = 14 * 24 * time.Hour })
	w.want(w.do("DELETE", "/im/v1/messages/"+id, nil), 400, 230009)
	w.Set(func(b *Behaviour) { b.RecallWithin = 0 })
	w.want(w.do("DELETE", "/im/v1/messages/"+id, nil), 200, 0)
	w.want(patch(id, two), 400, 230011)
	w.want(w.do("DELETE", "/im/v1/messages/"+id, nil), 400, 230110)
	w.want(w.do("DELETE", "/im/v1/messages/"+sent.MessageID, nil), 400, 230026)
}

func TestReplyGoesToTheSameChat(t *testing.T) {
	w := newWorld(t).login()
	u := w.AddUser(User{OpenID: "ou_a"})
	g := w.AddGroup("", "HR", u.OpenID)
	sent, err := w.SendGroupText(within(t), u.OpenID, g, "待审", true)
	if err != nil {
		t.Fatal(err)
	}
	a := w.do("POST", "/im/v1/messages/"+sent.MessageID+"/reply",
		map[string]string{"msg_type": "interactive", "content": plainCard})
	w.want(a, 200, 0)
	if a.data()["chat_id"] != g || a.data()["parent_id"] != sent.MessageID {
		t.Errorf("data: %v", a.data())
	}
	if m, ok := w.LatestCard(g); !ok || m.ParentID != sent.MessageID {
		t.Error("the reply is not the latest card")
	}
}

func TestResourceOnlyWithItsOwnMessage(t *testing.T) {
	w := newWorld(t).login()
	u := w.AddUser(User{OpenID: "ou_a"})
	one, _ := w.SendImage(within(t), u.OpenID, jpeg(1))
	post, _ := w.SendPost(within(t), u.OpenID, "both sides", jpeg(2), jpeg(3))
	file, err := w.SendFile(within(t), u.OpenID, "id.jpg", jpeg(4))
	if err != nil {
		t.Fatal(err)
	}
	get := func(msg, key, kind string) answer {
		return w.do("GET", "/im/v1/messages/"+msg+"/resources/"+key+"?type="+kind, nil)
	}
	for i, v := range []struct{ msg, key, kind string }{
		{one.MessageID, one.Keys[0], "image"}, {post.MessageID, post.Keys[0], "image"},
		{post.MessageID, post.Keys[1], "image"}, {file.MessageID, file.Keys[0], "file"},
	} {
		t.Run(v.msg, func(t *testing.T) {
			a := get(v.msg, v.key, v.kind)
			if a.status != 200 || string(a.raw) != string(jpeg(byte(i+1))) || a.header.Get("Content-Type") != "image/jpeg" {
				contentType := a.header.Get("Content-Type")
				t.Errorf("HTTP %d, %d bytes, %s, want 200, picture %d, image/jpeg", a.status, len(a.raw), contentType, i+1)
			}
		})
	}
	w.want(get(one.MessageID, post.Keys[0], "image"), 400, 234003)
	w.want(get(file.MessageID, file.Keys[0], "image"), 400, 234003)
	w.want(get(one.MessageID, one.Keys[0], "photo"), 400, 234001)
	w.want(w.do("GET", "/im/v1/images/"+one.Keys[0], nil), 400, 234008)
	if _, err := w.RecallMessage(within(t), one.MessageID); err != nil {
		t.Fatal(err)
	}
	w.want(get(one.MessageID, one.Keys[0], "image"), 400, 230110)
}

func TestUploads(t *testing.T) {
	w := newWorld(t).login()
	u := w.AddUser(User{OpenID: "ou_a"})
	a := w.upload("/im/v1/images", "image", jpeg(1), map[string]string{"image_type": "message"})
	w.want(a, 200, 0)
	key := str(a.data()["image_key"])
	card := `{"schema":"2.0","body":{"elements":[{"tag":"img","img_key":"` + key +
		`","alt":{"tag":"plain_text","content":"photo"}}]}}`
	w.want(w.send(u.OpenID, "interactive", card, ""), 200, 0)
	sent, _ := w.SendImage(within(t), u.OpenID, jpeg(1))
	foreign := strings.Replace(card, key, sent.Keys[0], 1)
	if a := w.send(u.OpenID, "interactive", foreign, ""); !strings.Contains(str(a.body["msg"]), "200570") {
		t.Errorf("a person's picture on a card: %s", a.raw)
	}
	w.want(w.upload("/im/v1/images", "image", []byte{}, map[string]string{"image_type": "message"}), 400, 234010)
	w.want(w.upload("/im/v1/images", "image", []byte("text"), map[string]string{"image_type": "message"}), 400, 234011)
	w.want(w.upload("/im/v1/images", "image", nil, map[string]string{"image_type": "message"}), 400, 234001)
	w.want(w.upload("/im/v1/images", "image", jpeg(1), nil), 400, 234001)
	large := append(jpeg(1), make([]byte, 10<<20)...)
	w.want(w.upload("/im/v1/images", "image", large, map[string]string{"image_type": "message"}), 400, 234006)
}

func TestUrgent(t *testing.T) {
	w := newWorld(t).login()
	w.AddUser(User{OpenID: "ou_a"})
	w.AddUser(User{OpenID: "ou_b"})
	id := w.sendCard(w.AddGroup("", "HR", "ou_a"), plainCard)
	urge := func(ids ...string) answer {
		return w.do("PATCH", "/im/v1/messages/"+id+"/urgent_app?user_id_type=open_id", map[string]any{"user_id_list": ids})
	}
	a := urge("ou_a", "ou_b")
	w.want(a, 200, 0)
	if inv := texts(a.data()["invalid_user_id_list"]); len(inv) != 1 || inv[0] != "ou_b" {
		t.Errorf("got invalid list %v, want ou_b", inv)
	}
	w.want(urge("ou_b"), 400, 230001)
	if m, _ := w.Message(id); len(m.Urgent) != 1 || m.Urgent[0] != "ou_a" {
		t.Errorf("got urgent %v, want ou_a", m.Urgent)
	}
}

func TestContentTypeAndBody(t *testing.T) {
	w := newWorld(t).login()
	req, _ := http.NewRequest("POST", w.api.URL+prefix+"/im/v1/messages?receive_id_type=open_id", strings.NewReader(`{}`))
	req.Header.Set("Content-Type", "text/plain")
	w.want(w.finish(req), 400, 9499)
}

func TestWatchWakesOnChangesOnly(t *testing.T) {
	w := newWorld(t).login()
	u := w.AddUser(User{OpenID: "ou_a"})
	id := w.sendCard(u.OpenID, plainCard)
	chat := w.P2PChat(u.OpenID)
	looked := make(chan struct{}, 1)
	found := make(chan Message, 1)
	go func() {
		m, err := w.Watch(within(t), chat, func(m Message) bool {
			select {
			case looked <- struct{}{}:
			default:
			}
			return m.View().Text("zh_cn") == "two"
		})
		if err != nil {
			t.Error(err)
		}
		found <- m
	}()
	<-looked
	two := strings.Replace(plainCard, "one", "two", 1)
	w.want(w.do("PATCH", "/im/v1/messages/"+id, map[string]string{"content": two}), 200, 0)
	if m := <-found; m.ID != id || m.Edits != 1 {
		t.Errorf("got %v, want the card after one edit", m)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := w.Watch(ctx, chat, func(Message) bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want %v", err, context.Canceled)
	}
	if _, err := w.Watch(ctx, "oc_none", nil); !errors.Is(err, ErrNoChat) {
		t.Errorf("err = %v, want %v", err, ErrNoChat)
	}
}
