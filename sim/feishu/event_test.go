package feishu

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

func TestEventIsEncryptedAndSigned(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser(User{OpenID: "ou_emp", UserID: "e1", Name: "张三"})
	sent, err := w.SendImage(within(t), u.OpenID, jpeg(1))
	if err != nil {
		t.Fatal(err)
	}
	if !sent.Delivery.Delivered || len(w.bot.all()) != 1 {
		t.Fatalf("delivery: %+v", sent.Delivery)
	}
	g := w.bot.all()[0]
	want := sign(g.header.Get("X-Lark-Request-Timestamp"), g.header.Get("X-Lark-Request-Nonce"), testKey, g.body)
	if g.header.Get("X-Lark-Signature") != want || want == "" {
		t.Error("the signature does not fit the body")
	}
	h := object(g.plain["header"])
	if g.plain["schema"] != "2.0" || h["event_type"] != "im.message.receive_v1" || h["token"] != testToken ||
		h["app_id"] != "cli_test" || h["tenant_key"] != "tk" || h["create_time"] != millis(w.clock.Now()) ||
		h["event_id"] != sent.Delivery.EventID {
		t.Errorf("header: %v", h)
	}
	ev := object(g.plain["event"])
	m := object(ev["message"])
	if m["message_id"] != sent.MessageID || m["chat_type"] != "p2p" || m["message_type"] != "image" ||
		m["content"] != `{"image_key":"`+sent.Keys[0]+`"}` {
		t.Errorf("message: %v", m)
	}
	if id := object(object(ev["sender"])["sender_id"]); id["open_id"] != "ou_emp" || id["user_id"] != "e1" {
		t.Errorf("sender: %v", ev["sender"])
	}
}

func TestEventsFollowScopes(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser(User{OpenID: "ou_a"})
	g := w.AddGroup("", "HR", "ou_a")
	ctx := within(t)
	events := func(do func()) int {
		before := len(w.bot.all())
		do()
		return len(w.bot.all()) - before
	}
	for _, v := range []struct {
		name string
		want int
		do   func()
	}{
		{"p2p text", 1, func() { _, _ = w.SendText(ctx, "ou_a", "实名") }},
		{"group without mention", 0, func() { _, _ = w.SendGroupText(ctx, "ou_a", g, "午饭?", false) }},
		{"group with mention", 1, func() { _, _ = w.SendGroupText(ctx, "ou_a", g, "待审", true) }},
		{"enter", 1, func() { _, _ = w.EnterP2P(ctx, "ou_a") }},
		{"menu", 1, func() { _, _ = w.ClickMenu(ctx, "ou_a", "start") }},
		{"bot added", 1, func() { _, _ = w.AddBotToGroup(ctx, g, "ou_a") }},
		{"two photos", 2, func() { _, _ = w.SendImages(ctx, "ou_a", jpeg(1), jpeg(2)) }},
		{"post", 1, func() { _, _ = w.SendPost(ctx, "ou_a", "", jpeg(1), jpeg(2)) }},
		{"hired", 1, func() { w.Hire(ctx, User{Name: "新人"}) }},
		{"renamed", 1, func() { _, _ = w.Edit(ctx, "ou_a", func(u *User) { u.Name = "李四" }) }},
		{"renamed and another mobile", 2, func() {
			_, _ = w.Edit(ctx, "ou_a", func(u *User) { u.Name, u.Mobile = "王五", "+8613800138009" })
		}},
		{"renamed outside the range", 0, func() {
			out := w.AddUser(User{Outside: true})
			_, _ = w.Edit(ctx, out.OpenID, func(u *User) { u.Name = "李四" })
		}},
		{"resigned", 1, func() { _, _ = w.Resign(ctx, w.AddUser(User{}).OpenID) }},
		{"no p2p scope", 0, func() {
			w.Revoke("im:message.p2p_msg:readonly")
			_, _ = w.SendText(ctx, "ou_a", "实名")
		}},
	} {
		t.Run(v.name, func(t *testing.T) {
			if got := events(v.do); got != v.want {
				t.Errorf("%d events, want %d", got, v.want)
			}
		})
	}
	menu := w.bot.all()[3].plain["event"].(map[string]any)
	if menu["timestamp"] != float64(w.clock.Now().Unix()) || menu["event_key"] != "start" || menu["chat_id"] != nil {
		t.Errorf("menu event: %v", menu)
	}
	mention := object(list(object(object(w.bot.all()[1].plain["event"])["message"])["mentions"])[0])
	if mention["key"] != "@_user_1" || object(mention["id"])["open_id"] != w.BotOpenID() {
		t.Errorf("mention: %v", mention)
	}
	if _, err := w.SendText(ctx, "ou_nobody", "x"); !errors.Is(err, ErrNoUser) {
		t.Error(err)
	}
	w.RemoveMember(g, u.OpenID)
	if _, err := w.SendGroupText(ctx, "ou_a", g, "x", true); !errors.Is(err, ErrNotInChat) {
		t.Error(err)
	}
}

// retryClock provides Config.After; the test ends each wait.
type retryClock struct {
	*clock
	waits chan time.Duration
	fire  chan struct{}
}

func (l *retryClock) After(d time.Duration) <-chan time.Time {
	done := make(chan time.Time, 1)
	l.waits <- d
	go func() {
		<-l.fire
		l.add(d)
		done <- l.Now()
	}()
	return done
}

func TestRedeliverySchedule(t *testing.T) {
	l := &retryClock{clock: newClock(), waits: make(chan time.Duration), fire: make(chan struct{})}
	w := newWorld(t, func(c *Config) { c.Now, c.After = l.Now, l.After })
	w.AddUser(User{OpenID: "ou_a"})
	w.bot.set(func(got) (int, string) { return 500, `{"msg":"busy"}` })
	began := l.Now()
	sent, err := w.SendText(within(t), "ou_a", "实名")
	if err != nil || sent.Delivery.Delivered || sent.Delivery.Attempts[0].Status != 500 {
		t.Fatalf("got %+v, %v, want a first attempt with status 500", sent.Delivery, err)
	}
	for i, want := range []time.Duration{15 * time.Second, 5 * time.Minute, time.Hour, 6 * time.Hour} {
		if got := <-l.waits; got != want {
			t.Fatalf("wait %d is %v, want %v", i, got, want)
		}
		if i == 3 {
			w.bot.set(nil)
		}
		l.fire <- struct{}{}
	}
	d, err := w.WaitDelivered(within(t), sent.Delivery.EventID)
	if err != nil || len(d.Attempts) != 5 || !d.Delivered || d.GaveUp {
		t.Fatalf("got %+v, %v, want 5 attempts, the last one successful", d, err)
	}
	if at := d.Attempts[4].At.Sub(began); at != 7*time.Hour+5*time.Minute+15*time.Second {
		t.Errorf("the last attempt came after %v, want %v", at, 7*time.Hour+5*time.Minute+15*time.Second)
	}
	all := w.bot.all()
	if first, last := all[0], all[4]; string(first.body) != string(last.body) ||
		first.header.Get("X-Lark-Signature") != last.header.Get("X-Lark-Signature") {
		t.Error("a redelivery does not carry the bytes and signature of the first attempt")
	}
}

func TestRedeliveryGivesUp(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.RetrySchedule = []time.Duration{time.Millisecond, time.Millisecond} })
	w.AddUser(User{OpenID: "ou_a"})
	w.bot.set(func(got) (int, string) { return 302, "" })
	w.Set(func(k *Behaviour) { k.ResignRetries = true })
	sent, _ := w.SendText(within(t), "ou_a", "x")
	d, err := w.WaitDelivered(within(t), sent.Delivery.EventID)
	if !errors.Is(err, ErrGaveUp) || len(d.Attempts) != 3 {
		t.Errorf("%+v, %v, want %v", d, err, ErrGaveUp)
	}
	if all := w.bot.all(); all[0].header.Get("X-Lark-Signature") == all[1].header.Get("X-Lark-Signature") ||
		string(all[0].body) != string(all[1].body) {
		t.Error("ResignRetries does not sign the same body anew")
	}
	if _, err := w.WaitDelivered(within(t), "nothing"); !errors.Is(err, ErrUnknownEvent) {
		t.Error(err)
	}
}

// TestRetryComesEarly checks that a retry happens when the clock moves past its time, and at once after Hurry.
func TestRetryComesEarly(t *testing.T) {
	for name, shorten := range map[string]func(*world){
		"hurried": func(w *world) { w.Hurry() },
		"clock": func(w *world) {
			w.clock.add(61 * time.Minute)
			w.ClockMoved()
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *Config) { c.RetrySchedule = []time.Duration{time.Hour, 100 * time.Hour} })
			w.AddUser(User{OpenID: "ou_a"})
			w.bot.set(func(got) (int, string) { return 500, "" })
			sent, err := w.SendText(within(t), "ou_a", "x")
			if err != nil || sent.Delivery.Delivered {
				t.Fatalf("%+v, %v", sent.Delivery, err)
			}
			w.bot.set(nil)
			w.clock.add(59 * time.Minute)
			w.ClockMoved() // too early
			if n := len(w.bot.all()); n != 1 {
				t.Errorf("%d attempts before it is due, want 1", n)
			}
			shorten(w)
			if d, err := w.WaitDelivered(within(t), sent.Delivery.EventID); err != nil || len(d.Attempts) != 2 {
				t.Errorf("%+v, %v", d, err)
			}
		})
	}
}

func TestSlowBotIsATimeout(t *testing.T) {
	release := make(chan struct{})
	var once sync.Once
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer slow.Close()
	defer once.Do(func() { close(release) })
	w := newWorld(t, func(c *Config) {
		c.Webhook, c.AnswerWithin, c.RetrySchedule = func() string { return slow.URL }, 20*time.Millisecond, []time.Duration{}
	})
	w.AddUser(User{OpenID: "ou_a"})
	sent, err := w.SendText(within(t), "ou_a", "x")
	if err != nil || sent.Delivery.Delivered || sent.Delivery.Attempts[0].Failure != "timeout" {
		t.Errorf("%+v, %v", sent.Delivery, err)
	}
	once.Do(func() { close(release) })
}

func TestDuplicateAndReorder(t *testing.T) {
	w := newWorld(t)
	w.AddUser(User{OpenID: "ou_a"})
	ctx := within(t)
	w.Set(func(k *Behaviour) { k.Duplicate = 1 })
	sent, _ := w.SendText(ctx, "ou_a", "x")
	_, _ = w.SendText(ctx, "ou_a", "y")
	if len(sent.Delivery.Attempts) != 2 || !sent.Delivery.Attempts[1].Duplicate || len(w.bot.all()) != 3 {
		t.Errorf("duplicate: %+v, %d requests, want 3", sent.Delivery, len(w.bot.all()))
	}
	w.Set(func(k *Behaviour) { k.Reorder = 3 })
	var ids []string
	for range 3 {
		s, _ := w.SendText(ctx, "ou_a", "z")
		ids = append(ids, s.Delivery.EventID)
	}
	var seen []string
	for _, g := range w.bot.all()[3:] {
		seen = append(seen, str(object(g.plain["header"])["event_id"]))
	}
	if len(seen) != 3 || seen[0] != ids[2] || seen[1] != ids[1] || seen[2] != ids[0] {
		t.Errorf("sent %v, got %v, want the reverse order", ids, seen)
	}
	w.Set(func(k *Behaviour) { k.Reorder = 5 })
	s, _ := w.SendText(ctx, "ou_a", "held")
	if !s.Delivery.Held || len(s.Delivery.Attempts) != 0 {
		t.Errorf("got %+v, want a held event", s.Delivery)
	}
	w.Release(ctx)
	if d, err := w.WaitDelivered(ctx, s.Delivery.EventID); err != nil || d.Held {
		t.Errorf("%+v, %v", d, err)
	}
	if d, err := w.Redeliver(ctx, s.Delivery.EventID); err != nil || len(d.Attempts) != 2 || !d.Attempts[1].Duplicate {
		t.Errorf("%+v, %v", d, err)
	}
	if n := w.Count(func(e Entry) bool { return e.Kind == "event" && e.Status == 200 }); n != 8 {
		t.Errorf("the journal holds %d attempts, want 8", n)
	}
	if n := len(w.Deliveries()); n != 6 {
		t.Errorf("%d deliveries on record, want 6", n)
	}
}

func TestForgeriesDifferInOneRespect(t *testing.T) {
	w := newWorld(t)
	ctx := within(t)
	signed := func(g got) bool {
		return g.header.Get("X-Lark-Signature") == sign(g.header.Get("X-Lark-Request-Timestamp"),
			g.header.Get("X-Lark-Request-Nonce"), testKey, g.body)
	}
	for _, v := range []struct {
		name           string
		how            Forgery
		signed, opened bool
		token, app     string
	}{
		{"genuine", Genuine, true, true, testToken, "cli_test"},
		{"bad signature", BadSignature, false, true, testToken, "cli_test"},
		{"unsigned", Unsigned, false, true, testToken, "cli_test"},
		{"wrong key", WrongKey, false, false, "", ""},
		{"wrong token", WrongToken, true, true, "not-" + testToken, "cli_test"},
		{"wrong app", WrongApp, true, true, testToken, "cli_other"},
		{"plain", PlainText, false, false, "", ""},
		{"stale", Stale, true, true, testToken, "cli_test"},
	} {
		t.Run(v.name, func(t *testing.T) {
			before := len(w.bot.all())
			if _, _, err := w.Forge(ctx, v.how, "im.message.receive_v1", map[string]any{}); err != nil {
				t.Fatal(err)
			}
			g := w.bot.all()[before]
			if signed(g) != v.signed || (g.plain != nil) != v.opened {
				t.Errorf("signed %v, opened %v, want %v", signed(g), g.plain != nil, v.signed)
			}
			if h := object(g.plain["header"]); v.opened && (h["token"] != v.token || h["app_id"] != v.app) {
				t.Errorf("header: %v", h)
			}
		})
	}
	if len(w.Deliveries()) != 0 {
		t.Error("forgeries are on the delivery record")
	}
}

func TestChallenge(t *testing.T) {
	w := newWorld(t)
	w.bot.set(func(g got) (int, string) {
		if g.header.Get("X-Lark-Signature") != "" || g.plain["token"] != testToken || g.plain["type"] != "url_verification" {
			return 403, ""
		}
		out, _ := json.Marshal(map[string]any{"challenge": g.plain["challenge"]})
		return 200, string(out)
	})
	if err := w.Challenge(within(t)); err != nil {
		t.Error(err)
	}
	w.bot.set(func(got) (int, string) { return 200, `{"challenge":"other"}` })
	if err := w.Challenge(within(t)); err == nil {
		t.Error("a wrong challenge is accepted")
	}
}
