package main

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"shiming/sim"
	"shiming/sim/feishu"
)

// TestBadPushes sends to the webhook what Feishu never would. Each is refused with a fixed word, and leaves nothing behind.
func TestBadPushes(t *testing.T) {
	r := start(t, setup{noisy: true}) // events of no shape are worth an error
	p := r.hire()
	says := map[string]any{
		"sender": map[string]any{"sender_id": map[string]any{"open_id": p.OpenID}, "sender_type": "user", "tenant_key": tenant},
		"message": map[string]any{"message_id": "om_forged", "create_time": strconv.FormatInt(time.Now().UnixMilli(), 10), "chat_id": p.ChatID,
			"chat_type": "p2p", "message_type": "text", "content": `{"text":"实名"}`},
	}
	signed := func(at time.Time) http.Header {
		h := http.Header{}
		h.Set("Content-Type", "application/json")
		h.Set("X-Lark-Request-Timestamp", strconv.FormatInt(at.Unix(), 10))
		h.Set("X-Lark-Request-Nonce", "nonce")
		h.Set("X-Lark-Signature", strings.Repeat("0", 64))
		return h
	}
	neutral := func(name string, want, status int, body []byte, err error) {
		t.Helper()
		if err != nil || status != want {
			t.Errorf("%s: status %d %v, want %d", name, status, err, want)
		}
		if !bytes.HasPrefix(body, []byte(`{"error":"`)) || len(body) > 40 {
			t.Errorf("%s: answered %q", name, body)
		}
	}
	for name, c := range map[string]struct {
		how  feishu.Forgery
		want int
	}{
		"signature of another body": {feishu.BadSignature, 401}, "unsigned": {feishu.Unsigned, 401}, "wrong key": {feishu.WrongKey, 401},
		"wrong token": {feishu.WrongToken, 403}, "another app": {feishu.WrongApp, 403}, "plain text": {feishu.PlainText, 401},
		"nine hours old": {feishu.Stale, 401},
	} {
		status, body, err := r.world.Feishu.Forge(r.ctx, c.how, "im.message.receive_v1", says)
		neutral(name, c.want, status, body, err)
	}
	for name, c := range map[string]struct {
		body   string
		header http.Header
		want   int
	}{
		"garbage":          {"\x00\xff garbage", http.Header{}, 401},
		"signed garbage":   {"\x00\xff garbage", signed(time.Now()), 401},
		"nothing":          {"", http.Header{}, 401},
		"truncated":        {`{"encrypt":"aGFsZi`, signed(time.Now()), 401},
		"a bare challenge": {`{"type":"url_verification","challenge":"x","token":"y"}`, http.Header{}, 401},
		"deep":             {strings.Repeat(`{"a":`, 100_000), signed(time.Now()), 401},
		"oversized":        {`{"encrypt":"` + strings.Repeat("A", 1<<20) + `"}`, signed(time.Now()), 413},
		"no time":          {`{"encrypt":"AAAA"}`, http.Header{"X-Lark-Signature": {"x"}}, 401},
		"to come":          {`{"encrypt":"AAAA"}`, signed(time.Now().Add(9 * time.Hour)), 401},
	} {
		status, body, err := r.world.Feishu.RawEvent(r.ctx, []byte(c.body), c.header)
		neutral(name, c.want, status, body, err)
	}
	for _, path := range []string{"/", "/webhook", "/webhook/event/x", "/webhook/event?x=1"} {
		resp, err := http.Get(r.app.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode < 400 || resp.StatusCode >= 500 {
			t.Errorf("GET %s: %d", path, resp.StatusCode)
		}
	}
	r.idle()
	if r.caseOf(p.OpenID) != nil || len(r.world.Feishu.Messages(p.ChatID)) > 0 {
		t.Error("a refused push had an effect")
	}

	// What is genuine and of no use is taken, so that it does not come again.
	for name, event := range map[string]any{"nothing": nil, "a list": []any{1}, "strings": "x", "no sender": map[string]any{"message": map[string]any{}}} {
		for _, kind := range []string{"im.message.receive_v1", "im.message.recalled_v1", "application.bot.menu_v6",
			"im.chat.access_event.bot_p2p_chat_entered_v1", "card.action.trigger", "contact.user.deleted_v3", "certainly.not.there_v9"} {
			if status, body, err := r.world.Feishu.Forge(r.ctx, feishu.Genuine, kind, event); err != nil || status != 200 || !bytes.HasPrefix(body, []byte("{")) {
				t.Errorf("%s with %s: %d %v %q", kind, name, status, err, body)
			}
		}
	}

	// A replay is answered like the first time and does nothing.
	sent := p.say("实名")
	first := p.see(sim.StageConsent)
	for range 3 {
		if d, err := r.world.Feishu.Redeliver(r.ctx, sent.Delivery.EventID); err != nil || d.Attempts[len(d.Attempts)-1].Status != 200 {
			t.Errorf("replay: %v %+v", err, d)
		}
	}
	r.idle()
	if now, _ := p.now(); now.msg.ID != first.msg.ID || len(r.world.Feishu.Messages(p.ChatID)) != 2 {
		t.Error("a replay had an effect")
	}
}

func TestEverythingTwice(t *testing.T) {
	r := start(t, setup{hr: diligent})
	r.world.Feishu.Set(func(k *feishu.Knobs) { k.Duplicate = 1000 })
	p := r.hire()
	p.enter()
	p.sendBoth()
	p.see(sim.StageConsent, "2 张照片")
	p.press("consent")
	s := p.see(sim.StageConfirmation)
	form := map[string]any{"identity_name": p.Person.Name, "identity_code": p.Person.Code, "mobile": p.Person.Mobile}
	r.clickTwice(p.OpenID, s, "confirm", form)
	code := p.code(0)
	s = p.see(sim.StageCode, "验证码已在")
	r.clickTwice(p.OpenID, s, "submit_code", map[string]any{"sms_code": code})
	p.filed()
	p.say("进度")
	r.idle()
	j := r.world.Journey(p.OpenID)
	if j.SMS != 1 || len(j.Points) != 1 || j.Identities != 1 || len(j.Cases) != 1 || r.calls("tencent", "PhoneVerification") != 1 {
		t.Errorf("%+v", j)
	}
	if n := len(r.world.Feishu.OCRCalls()); n != 2 {
		t.Errorf("%d readings", n)
	}
	if n := r.cardsIn(p.ChatID, "你好，我是实名助手"); n != 1 {
		t.Errorf("%d greetings", n)
	}
}

// clickTwice presses a button twice at the same moment.
func (r *rig) clickTwice(openID string, s screen, act string, form any) {
	r.Helper()
	done := make(chan forged, 2)
	for range 2 {
		go func() { done <- r.forge(openID, s.msg, s.value(act), form) }()
	}
	for range 2 {
		if a := <-done; a.status != 200 || a.toast == "" {
			r.Errorf("%s twice: %d %q", act, a.status, a.toast)
		}
	}
}

func TestOutOfOrder(t *testing.T) {
	r := start(t, setup{hr: diligent})
	p := r.hire()
	r.world.Feishu.Set(func(k *feishu.Knobs) { k.Reorder = 4; k.Duplicate = 4 })
	p.say("实名") // arrives last, when the photos have opened the case
	if _, err := r.world.Feishu.EnterP2P(r.ctx, p.OpenID); err != nil {
		t.Fatal(err)
	}
	p.send("front")
	p.send("back")
	r.idle()
	p.see(sim.StageConsent, "2 张照片")
	p.press("consent")
	p.see(sim.StageConfirmation)
	p.confirms()
	p.filed()
	if j := r.world.Journey(p.OpenID); j.SMS != 1 || len(j.Cases) != 1 {
		t.Errorf("%+v", j)
	}
	// A recall that overtakes its photo.
	q := r.hire()
	q.toPhotos()
	r.world.Feishu.Set(func(k *feishu.Knobs) { k.Reorder = 2 })
	gone := q.send("front")
	if _, err := r.world.Feishu.RecallMessage(r.ctx, gone); err != nil {
		t.Fatal(err)
	}
	r.find(q.ChatID, "what became of the photo", func(s screen) bool { return s.says("照片被撤回了") })
	q.sendBoth()
	q.see(sim.StageConfirmation)
}
