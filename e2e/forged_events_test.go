package e2e

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/feishu"
)

// TestBadPushes sends pushes that Feishu would never send. Each is refused with a fixed text and stores nothing.
func TestBadPushes(t *testing.T) {
	h := harness.Start(t, harness.Setup{Noisy: true}) // malformed events are logged as errors
	p := h.Hire()
	says := map[string]any{
		"sender": map[string]any{"sender_id": map[string]any{"open_id": p.OpenID}, "sender_type": "user",
			"tenant_key": harness.Tenant},
		"message": map[string]any{
			"message_id":   "om_forged",
			"create_time":  strconv.FormatInt(h.World.Now().UnixMilli(), 10),
			"chat_id":      p.ChatID,
			"chat_type":    "p2p",
			"message_type": "text",
			"content":      `{"text":"实名"}`,
		},
	}
	signed := func(at time.Time) http.Header {
		header := http.Header{}
		header.Set("Content-Type", "application/json")
		header.Set("X-Lark-Request-Timestamp", strconv.FormatInt(at.Unix(), 10))
		header.Set("X-Lark-Request-Nonce", "nonce")
		header.Set("X-Lark-Signature", strings.Repeat("0", 64))
		return header
	}
	neutral := func(name string, want, status int, body []byte, err error) {
		t.Helper()
		if err != nil || status != want {
			t.Errorf("%s: status %d %v, want %d", name, status, err, want)
		}
		if !bytes.HasPrefix(body, []byte(`{"error":"`)) || len(body) > 40 {
			t.Errorf("%s: got the answer %q, want a fixed text", name, body)
		}
	}
	for name, c := range map[string]struct {
		how  feishu.Forgery
		want int
	}{
		"signature of another body": {feishu.BadSignature, 401},
		"unsigned":                  {feishu.Unsigned, 401},
		"wrong key":                 {feishu.WrongKey, 401},
		"wrong token":               {feishu.WrongToken, 403},
		"another app":               {feishu.WrongApp, 403},
		"plain text":                {feishu.PlainText, 401},
		"nine hours old":            {feishu.Stale, 401},
	} {
		status, body, err := h.World.Feishu.Forge(h.Ctx, c.how, "im.message.receive_v1", says)
		neutral(name, c.want, status, body, err)
	}
	for name, c := range map[string]struct {
		body   string
		header http.Header
		want   int
	}{
		"garbage":          {"\x00\xff garbage", http.Header{}, 401},
		"signed garbage":   {"\x00\xff garbage", signed(h.World.Now()), 401},
		"nothing":          {"", http.Header{}, 401},
		"truncated":        {`{"encrypt":"aGFsZi`, signed(h.World.Now()), 401},
		"a bare challenge": {`{"type":"url_verification","challenge":"x","token":"y"}`, http.Header{}, 401},
		"deep":             {strings.Repeat(`{"a":`, 100_000), signed(h.World.Now()), 401},
		"oversized":        {`{"encrypt":"` + strings.Repeat("A", 1<<20) + `"}`, signed(h.World.Now()), 413},
		"no time":          {`{"encrypt":"AAAA"}`, http.Header{"X-Lark-Signature": {"x"}}, 401},
		"to come":          {`{"encrypt":"AAAA"}`, signed(h.World.Now().Add(9 * time.Hour)), 401},
	} {
		status, body, err := h.World.Feishu.RawEvent(h.Ctx, []byte(c.body), c.header)
		neutral(name, c.want, status, body, err)
	}
	for _, path := range []string{"/", "/webhook", "/webhook/event/x", "/webhook/event?x=1"} {
		resp, err := http.Get(h.App.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode < 400 || resp.StatusCode >= 500 {
			t.Errorf("GET %s: got status %d, want 4xx", path, resp.StatusCode)
		}
	}
	waitIdle(h)
	if h.CaseOf(p.OpenID) != nil || len(h.World.Feishu.Messages(p.ChatID)) > 0 {
		t.Error("got an effect of a refused push, want none")
	}

	// Genuine events that the bot does not use are acknowledged, so that Feishu does not repeat them.
	for name, event := range map[string]any{
		"nothing":   nil,
		"a list":    []any{1},
		"strings":   "x",
		"no sender": map[string]any{"message": map[string]any{}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, kind := range []string{"im.message.receive_v1", "im.message.recalled_v1", "im.message.message_read_v1", "application.bot.menu_v6",
				"im.chat.access_event.bot_p2p_chat_entered_v1", "card.action.trigger", "contact.user.deleted_v3",
				"contact.user.created_v3", "contact.user.updated_v3", "app_uninstalled", "app_status_change",
				"certainly.not.there_v9"} {
				status, body, err := h.World.Feishu.Forge(h.Ctx, feishu.Genuine, kind, event)
				if err != nil || status != 200 || !bytes.HasPrefix(body, []byte("{")) {
					t.Errorf("%s with %s: %d %v %q, want 200", kind, name, status, err, body)
				}
			}
		})
	}

	// A replayed push is answered as before and has no effect.
	sent := p.Say("实名")
	first := p.See(sim.StageConsent)
	for range 3 {
		d, err := h.World.Feishu.Redeliver(h.Ctx, sent.Delivery.EventID)
		if err != nil || d.Attempts[len(d.Attempts)-1].Status != 200 {
			t.Errorf("replay: got %v and %+v, want it acknowledged", err, d)
		}
	}
	waitIdle(h)
	if now, _ := p.CaseCard(); now.Msg.ID != first.Msg.ID || len(h.World.Feishu.Messages(p.ChatID)) != 2 {
		t.Error("got an effect of a replay, want none")
	}
}

func TestEverythingTwice(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent})
	h.World.Feishu.Set(func(k *feishu.Behaviour) { k.Duplicate = 1000 })
	p := h.Hire()
	enterChat(p)
	p.SendBoth()
	p.See(sim.StageConsent, "2 张照片")
	p.Consent()
	s := p.See(sim.StageConfirmation)
	form := map[string]any{"identity_name": p.Person.Name, "identity_code": p.Person.Code, "mobile": p.Person.Mobile}
	clickTwice(h, p.OpenID, s, "confirm", form)
	code := p.SentCode(0)
	s = p.See(sim.StageCode, "验证码已在")
	clickTwice(h, p.OpenID, s, "submit_code", map[string]any{"sms_code": code})
	p.CheckFiled()
	p.Say("进度")
	waitIdle(h)
	j := h.World.Journey(p.OpenID)
	if j.SMS != 1 || len(j.Points) != 1 || j.Identities != 1 || len(j.Cases) != 1 ||
		h.CountCalls("tencent", "PhoneVerification") != 1 {
		t.Errorf("got the journey %+v, want everything once", j)
	}
	if n := len(h.World.Feishu.OCRCalls()); n != 2 {
		t.Errorf("%d readings, want 2", n)
	}
	if n := cardsIn(h, p.ChatID, "你好，我是实名助手"); n != 1 {
		t.Errorf("%d greetings, want 1", n)
	}
}

// clickTwice sends the same click twice at the same time.
func clickTwice(h *harness.Harness, openID string, s harness.CardView, act string, form any) {
	h.Helper()
	done := make(chan harness.ForgedAnswer, 2)
	for range 2 {
		go func() { done <- h.Forge(openID, s.Msg, s.Value(act), form) }()
	}
	for range 2 {
		if a := <-done; a.Status != 200 || a.Toast == "" {
			h.Errorf("%s twice: %d %q, want 200", act, a.Status, a.Toast)
		}
	}
}

func TestOutOfOrder(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent})
	p := h.Hire()
	h.World.Feishu.Set(func(k *feishu.Behaviour) {
		k.Reorder = 4
		k.Duplicate = 4
	})
	p.Say("实名") // arrives after the photos, which have opened the case
	if _, err := h.World.Feishu.EnterP2P(h.Ctx, p.OpenID); err != nil {
		t.Fatal(err)
	}
	p.Send("front")
	p.Send("back")
	waitIdle(h)
	p.See(sim.StageConsent, "2 张照片")
	p.Consent()
	p.See(sim.StageConfirmation)
	submitForm(p)
	p.CheckFiled()
	if j := h.World.Journey(p.OpenID); j.SMS != 1 || len(j.Cases) != 1 {
		t.Errorf("got the journey %+v, want it filed once", j)
	}
	// A recall that arrives before its photo.
	q := h.Hire()
	q.ToPhotos()
	h.World.Feishu.Set(func(k *feishu.Behaviour) { k.Reorder = 2 })
	gone := q.Send("front")
	if _, err := h.World.Feishu.RecallMessage(h.Ctx, gone); err != nil {
		t.Fatal(err)
	}
	h.Find(q.ChatID, "what became of the photo", func(s harness.CardView) bool { return s.Says("照片被撤回了") })
	q.SendBoth()
	q.See(sim.StageConfirmation)
}
