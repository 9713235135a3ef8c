package feishu

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const formCard = `{"schema":"2.0","config":{"update_multi":true,"enable_forward":false,"summary":{"content":"preview"}},
 "header":{"title":{"tag":"plain_text","content":"请核对","i18n_content":{"en_us":"Please check"}},"template":"blue"},
 "body":{"elements":[
  {"tag":"form","name":"idcard","elements":[
   {"tag":"input","name":"identity_name","label":{"tag":"plain_text","content":"姓名"},"default_value":"张三","required":true,"max_length":5},
   {"tag":"input","name":"note"},
   {"tag":"select_static","name":"gender","initial_option":"男","options":[{"text":{"tag":"plain_text","content":"男"},"value":"男"},{"text":{"tag":"plain_text","content":"女"},"value":"女"}]},
   {"tag":"date_picker","name":"birth","initial_date":"1990-01-01"},
   {"tag":"button","name":"confirm","text":{"tag":"plain_text","content":"确认"},"form_action_type":"submit","behaviors":[{"type":"callback","value":{"v":1,"act":"confirm","case":"c1","rev":12345678901234567890}}]},
   {"tag":"button","name":"clear","text":{"tag":"plain_text","content":"清空"},"form_action_type":"reset"}]},
  {"tag":"button","text":{"tag":"plain_text","content":"重拍"},"behaviors":[{"type":"callback","value":{"v":1,"act":"retake","case":"c1"}}]},
  {"tag":"button","text":{"tag":"plain_text","content":"稍后"},"disabled":true,"behaviors":[{"type":"callback","value":{"act":"later"}}]},
  {"tag":"button","text":{"tag":"plain_text","content":"官网"},"behaviors":[{"type":"open_url","default_url":"https://example.com"}]}]}}`

func clickWorld(t *testing.T, change ...func(*Config)) (*world, string) {
	w := newWorld(t, change...).login()
	w.AddUser(User{OpenID: "ou_emp", Name: "张三"})
	w.AddUser(User{OpenID: "ou_other"})
	return w, w.sendCard("ou_emp", formCard)
}

func TestClickSendsTheForm(t *testing.T) {
	w, id := clickWorld(t)
	w.bot.set(func(got) (int, string) {
		return 200, `{"toast":{"type":"success","content":"好","i18n":{"en_us":"OK"}},"card":{"type":"raw","data":` +
			plainCard + `}}`
	})
	res, err := w.ClickAct(within(t), "ou_emp", id, "confirm", map[string]any{"gender": "女", "birth": "1991-02-03"})
	if err != nil || res.ErrorCode != 0 || res.HTTPStatus != 200 {
		t.Fatalf("got %+v, %v, want a success", res, err)
	}
	if res.Toast.Text("en_us") != "OK" || res.Toast.Text("zh_cn") != "好" {
		t.Errorf("toast: %+v", res.Toast)
	}
	g := w.bot.all()[0]
	h, ev := object(g.plain["header"]), object(g.plain["event"])
	if h["event_type"] != "card.action.trigger" || h["create_time"] != millis(w.clock.Now())+"000" ||
		h["event_id"] != res.EventID {
		t.Errorf("header: %v", h)
	}
	if op := object(ev["operator"]); op["open_id"] != "ou_emp" || op["tenant_key"] != "tk" || op["union_id"] == "" {
		t.Errorf("operator: %v", op)
	}
	if c := object(ev["context"]); c["open_message_id"] != id || c["open_chat_id"] != w.P2PChat("ou_emp") ||
		ev["host"] != "im_message" || ev["token"] != res.Token {
		t.Errorf("event: %v", ev)
	}
	a := object(ev["action"])
	if a["tag"] != "button" || a["name"] != "confirm" || object(a["value"])["act"] != "confirm" {
		t.Errorf("action: %v", a)
	}
	plain, err := decrypt(testKey, string(g.body[len(`{"encrypt":"`):len(g.body)-2]))
	if err != nil || !strings.Contains(string(plain), `"rev":12345678901234567890`) {
		t.Errorf("the callback value lost digits: %s, %v", plain, err)
	}
	if want := map[string]any{
		"identity_name": "张三",
		"note":          "",
		"gender":        "女",
		"birth":         "1991-02-03 +0800",
	}; fmt.Sprint(a["form_value"]) != fmt.Sprint(want) {
		t.Errorf("form_value: %v, want %v", a["form_value"], want)
	}
	m, _ := w.Message(id)
	if m.View().Text("zh_cn") != "one" || m.History[1].By != "callback" {
		t.Errorf("the card was not replaced: %v", m)
	}
}

func TestClientRefusesClicks(t *testing.T) {
	w, id := clickWorld(t)
	text := str(w.send("ou_emp", "text", `{"text":"x"}`, "").data()["message_id"])
	for _, v := range []struct {
		name     string
		who, msg string
		match    func(Button) bool
		form     map[string]any
		want     error
	}{
		{"unknown act", "ou_emp", id, ByAct("approve"), nil, ErrNoButton},
		{"disabled", "ou_emp", id, ByAct("later"), nil, ErrDisabled},
		{"only a link", "ou_emp", id, func(b Button) bool { return b.Text == "官网" }, nil, ErrNoCallback},
		{"reset", "ou_emp", id, func(b Button) bool { return b.Reset }, nil, ErrNoCallback},
		{"not in the chat", "ou_other", id, ByAct("confirm"), nil, ErrNotInChat},
		{"no such person", "ou_x", id, ByAct("confirm"), nil, ErrNoUser},
		{"no such message", "ou_emp", "om_x", ByAct("confirm"), nil, ErrNoMessage},
		{"not a card", "ou_emp", text, ByAct("confirm"), nil, ErrNotACard},
		{"required empty", "ou_emp", id, ByAct("confirm"), map[string]any{"identity_name": ""}, ErrRequired},
		{"too long", "ou_emp", id, ByAct("confirm"), map[string]any{"identity_name": "一二三四五六"}, ErrTooLong},
		{"no such field", "ou_emp", id, ByAct("confirm"), map[string]any{"mobile": "1"}, ErrNoField},
		{"no such option", "ou_emp", id, ByAct("confirm"), map[string]any{"gender": "x"}, ErrBadValue},
		{"not a date", "ou_emp", id, ByAct("confirm"), map[string]any{"birth": "长期"}, ErrBadValue},
		{"form on a plain button", "ou_emp", id, ByAct("retake"), map[string]any{"note": "x"}, ErrFormOnButton},
	} {
		t.Run(v.name, func(t *testing.T) {
			if _, err := w.Click(within(t), v.who, v.msg, v.match, v.form); !errors.Is(err, v.want) {
				t.Errorf("got %v, want %v", err, v.want)
			}
		})
	}
	if n := len(w.bot.all()); n != 0 {
		t.Errorf("%d callbacks reached the bot, want 0", n)
	}
	w.clock.add(14*24*time.Hour + time.Second)
	if _, err := w.ClickAct(within(t), "ou_emp", id, "confirm", nil); !errors.Is(err, ErrCardExpired) {
		t.Error(err)
	}
}

func TestCallbackAnswers(t *testing.T) {
	w, id := clickWorld(t)
	card := func(c string) string { return `{"card":{"type":"raw","data":` + c + `}}` }
	for _, v := range []struct {
		name   string
		status int
		answer string
		code   int
	}{
		{"empty object", 200, `{}`, 0},
		{"toast", 200, `{"toast":{"type":"warning","content":"晚了"}}`, 0},
		{"card", 200, card(formCard), 0},
		{"500", 500, `{}`, 200671},
		{"redirect", 302, `{}`, 200671},
		{"204", 204, ``, 200671},
		{"nothing", 200, ``, 200672},
		{"null", 200, `null`, 200672},
		{"not JSON", 200, `ok`, 200672},
		{"unknown member", 200, `{"msg":"ok"}`, 200672},
		{"toast type", 200, `{"toast":{"type":"fine","content":"x"}}`, 200672},
		{"toast language", 200, `{"toast":{"content":"x","i18n":{"english":"x"}}}`, 200672},
		{"something after", 200, `{}{}`, 200672},
		{"bad card", 200, card(`{"schema":"2.0","body":{"elements":[{"tag":"action"}]}}`), 200673},
		{"template", 200, `{"card":{"type":"template","data":{"template_id":"x"}}}`, 200673},
		{"card as string", 200, `{"card":{"type":"raw","data":"{}"}}`, 200673},
		{"1.0 card", 200, card(`{"elements":[]}`), 200830},
	} {
		t.Run(v.name, func(t *testing.T) {
			w.bot.set(func(got) (int, string) { return v.status, v.answer })
			before, _ := w.Message(id)
			res, err := w.ClickAct(within(t), "ou_emp", id, "retake", nil)
			if err != nil || res.ErrorCode != v.code || res.HTTPStatus != v.status {
				t.Errorf("got %d (HTTP %d) %v, want %d", res.ErrorCode, res.HTTPStatus, err, v.code)
			}
			if after, _ := w.Message(id); v.code != 0 && (after.Edits != before.Edits || res.Toast != nil) {
				t.Error("a refused answer had an effect")
			}
		})
	}
}

func TestCallbackWithoutAnswer(t *testing.T) {
	url := ""
	w, id := clickWorld(t, func(c *Config) {
		c.Webhook, c.AnswerWithin = func() string { return url }, 20*time.Millisecond
	})
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, v := range []struct {
		url  string
		code int
	}{{"", 200340}, {slow.URL, 200341}, {closed.URL, 200342}} {
		t.Run(fmt.Sprint(v.code), func(t *testing.T) {
			url = v.url
			if res, err := w.ClickAct(within(t), "ou_emp", id, "retake", nil); err != nil || res.ErrorCode != v.code {
				t.Errorf("%+v, %v, want %d", res, err, v.code)
			}
		})
	}
	close(release)
	slow.Close()
}

func TestUpdateDuringCallback(t *testing.T) {
	two := strings.Replace(plainCard, "one", "two", 1)
	for _, v := range []struct {
		name  string
		how   EarlyPatch
		code  int
		after string
	}{
		{"lock", EarlyPatchLock, 230099, "preview\n请核对"},
		{"flip", EarlyPatchFlip, 0, "preview\n请核对"},
		{"allow", EarlyPatchAllow, 0, "two"},
	} {
		t.Run(v.name, func(t *testing.T) {
			w, id := clickWorld(t)
			w.Set(func(k *Behaviour) { k.EarlyPatch = v.how })
			w.bot.set(func(got) (int, string) {
				a := w.do("PATCH", "/im/v1/messages/"+id, map[string]string{"content": two})
				if a.code() != v.code {
					t.Errorf("the patch answers %s, want %d", a.raw, v.code)
				}
				return 200, `{}`
			})
			if res, err := w.ClickAct(within(t), "ou_emp", id, "retake", nil); err != nil || res.ErrorCode != 0 {
				t.Fatalf("got %+v, %v, want a success", res, err)
			}
			if m, _ := w.Message(id); !strings.HasPrefix(m.View().Text("zh_cn"), v.after) {
				t.Errorf("the card reads %q, want %q at its beginning", m.View().Text("zh_cn"), v.after)
			}
			w.bot.set(nil)
			w.want(w.do("PATCH", "/im/v1/messages/"+id, map[string]string{"content": two}), 200, 0)
		})
	}
}

// An update that arrives while the answer is in flight waits for the answer and then applies.
func TestUpdateRightAfterTheAnswerIsNotRefused(t *testing.T) {
	w, id := clickWorld(t)
	two := strings.Replace(plainCard, "one", "two", 1)
	patched := make(chan answer, 1)
	w.bot.set(func(got) (int, string) {
		go func() { patched <- w.do("PATCH", "/im/v1/messages/"+id, map[string]string{"content": two}) }()
		return 200, `{}`
	})
	if _, err := w.ClickAct(within(t), "ou_emp", id, "retake", nil); err != nil {
		t.Fatal(err)
	}
	w.want(<-patched, 200, 0)
	if m, _ := w.Message(id); m.View().Text("zh_cn") != "two" {
		t.Error("the update must apply after the answer")
	}
}

func TestDelayedUpdate(t *testing.T) {
	w, id := clickWorld(t)
	update := func(token string) answer {
		return w.do("POST", "/interactive/v1/card/update", map[string]any{
			"token": token,
			"card": raw(map[string]any{
				"schema": "2.0",
				"body":   map[string]any{"elements": []any{map[string]any{"tag": "hr"}}},
			}),
		})
	}
	var early answer
	w.bot.set(func(g got) (int, string) {
		early = update(str(object(g.plain["event"])["token"]))
		return 200, `{}`
	})
	res, err := w.ClickAct(within(t), "ou_emp", id, "retake", nil)
	if err != nil {
		t.Fatal(err)
	}
	w.want(early, 400, 300040)
	w.want(update(res.Token), 200, 0)
	w.want(update(res.Token), 200, 0)
	w.want(update(res.Token), 400, 300030)
	w.want(update("c-unknown"), 400, 300030)
	w.sendCard("ou_emp", formCard)
	if m, _ := w.Message(id); m.Edits != 2 || m.History[1].By != "delayed" {
		t.Errorf("message: %v", m)
	}
}

func TestOmitEmptyFields(t *testing.T) {
	w, id := clickWorld(t)
	w.Set(func(k *Behaviour) { k.OmitEmptyFields = true })
	if _, err := w.ClickAct(within(t), "ou_emp", id, "confirm", nil); err != nil {
		t.Fatal(err)
	}
	v := object(object(object(w.bot.all()[0].plain["event"])["action"])["form_value"])
	if _, there := v["note"]; there || v["identity_name"] != "张三" {
		t.Errorf("form_value: %v", v)
	}
}

func TestCardView(t *testing.T) {
	c, err := ParseCard([]byte(formCard))
	if err != nil {
		t.Fatal(err)
	}
	if c.Title() != "请核对" || c.Template() != "blue" {
		t.Errorf("title %q, template %q, want %q, %q", c.Title(), c.Template(), "请核对", "blue")
	}
	if b, ok := c.FindAct("confirm"); !ok || b.Form != "idcard" || !b.Submit || b.Name != "confirm" ||
		b.Value["case"] != "c1" {
		t.Errorf("button: %+v", b)
	}
	if _, ok := c.FindAct("none"); ok {
		t.Error("found a button that is not there")
	}
	if n := len(c.Buttons()); n != 5 {
		t.Errorf("%d buttons, want 5", n)
	}
	in := c.Inputs()
	if len(in) != 4 || in[0].Label != "姓名" || in[0].Default != "张三" || !in[0].Required || in[0].MaxLength != 5 ||
		in[1].MaxLength != 1000 || len(in[2].Options) != 2 {
		t.Errorf("inputs: %+v", in)
	}
	if got, want := c.Text("en_us"), "preview\nPlease check\n张三\n姓名\n男\n女\n1990-01-01\n确认\n清空\n重拍\n稍后\n官网"; got != want {
		t.Errorf("text:\n%s", got)
	}
}
