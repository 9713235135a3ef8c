package playground

import (
	"bytes"
	"encoding/json"
	"errors"
	"image/jpeg"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"shiming/sim"
	"shiming/sim/simtest"
)

// call uses the control API and decodes the answer into out, if that is not nil.
func (h *player) call(method, path, body string, want int, out any) {
	h.T.Helper()
	req, err := http.NewRequestWithContext(h.Ctx, method, h.pg.URL+path, strings.NewReader(body))
	if err != nil {
		h.T.Fatal(err)
	}
	status, raw := h.send(req)
	if status != want {
		h.T.Fatalf("%s %s: %d %s, want %v", method, path, status, raw, want)
	}
	if want >= 400 {
		var e struct{ Error string }
		if json.Unmarshal(raw, &e) != nil || e.Error == "" {
			h.T.Errorf("%s %s: no error text in %s", method, path, raw)
		}
	}
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			h.T.Fatalf("%s %s: %v in %s", method, path, err, raw)
		}
	}
}

// send sends a request and reads the answer.
func (h *player) send(req *http.Request) (status int, body []byte) {
	h.T.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.T.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if body, err = io.ReadAll(resp.Body); err != nil {
		h.T.Fatal(err)
	}
	return resp.StatusCode, body
}

// addressAfter is the address whose port is n after that of a base URL.
func addressAfter(t *testing.T, base string, n int) string {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort(u.Hostname(), strconv.Itoa(port+n))
}

// TestStartFailsWithoutLeaving: whichever of its ports is taken, a playground leaves none of the others open.
func TestStartFailsWithoutLeaving(t *testing.T) {
	h := newPlayer(t, Config{})
	free := func(address string) bool {
		l, err := net.Listen("tcp", address)
		if err == nil {
			_ = l.Close()
		}
		return err == nil
	}
	for name, listen := range map[string]string{"its own port": addressAfter(t, h.pg.URL, 0),
		"a platform's": addressAfter(t, h.w.FeishuURL, -1)} {
		t.Run(name, func(t *testing.T) {
			before := free(listen) // another program may have it
			if pg, err := Start(h.Ctx, Config{World: sim.Config{Listen: listen}}); err == nil {
				_ = pg.Close(h.Ctx)
				t.Error("got two on one port, want an error")
			}
			if before && !free(listen) {
				t.Errorf("got %s left open, want it closed", listen)
			}
		})
	}
	var bad *sim.ConfigError
	if _, err := Start(h.Ctx, Config{World: sim.Config{Listen: ":7000"}}); !errors.As(err, &bad) {
		t.Errorf("everywhere: %v", err)
	}
}

// TestPorts: a fixed port is that of the control API, and the platforms take those after it.
func TestPorts(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	pg, err := Start(t.Context(), Config{World: sim.Config{Listen: listen}})
	if errors.Is(err, syscall.EADDRINUSE) {
		t.Skip("another program has taken one of the ports")
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range []string{pg.URL, pg.World.FeishuURL, pg.World.ESignURL, pg.World.TencentURL} {
		if want := "http://" + addressAfter(t, "http://"+listen, i); got != want {
			t.Errorf("listener %d is at %s, want %s", i, got, want)
		}
	}
	if err := pg.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestPlayByHand(t *testing.T) {
	h := newPlayer(t, Config{})
	var hired []profile
	h.call("POST", "/sim/people", `{"n":2}`, 200, &hired)
	if len(hired) != 2 || len(hired[0].Number) != 18 || hired[0].Name == "" {
		t.Fatalf("hired %+v", hired)
	}
	who, chat := hired[0].OpenID, "/sim/chats/"+hired[0].OpenID
	var event struct {
		Delivered bool
		MessageID string `json:"message_id"`
	}
	for path, body := range map[string]string{
		"/enter": "", "/text": `{"text":"实名"}`, "/photo?side=front": "", "/photo?side=back&variant=rotated&as=file": "",
		"/photo?side=back&as=post": "",
	} {
		if h.call("POST", chat+path, body, 200, &event); !event.Delivered {
			t.Errorf("%s: not delivered", path)
		}
	}
	h.call("POST", "/sim/chats/"+h.w.Admins()[0]+"/text", `{"text":"待审","chat":"`+h.w.ReviewChat()+`","at_bot":true}`, 200,
		&event)
	m := h.Send("open_id", who, simtest.Card("核对", simtest.Form("details", simtest.Input("identity_name", "样甲", true),
		simtest.Submit("confirm")), simtest.Button("cancel")))
	var shown []shownMessage
	h.call("GET", chat+"/messages", "", 200, &shown)
	last := shown[len(shown)-1]
	if last.ID != m || last.From != "bot" || last.Stage != sim.StageConfirmation || last.Case != simtest.CaseOne ||
		last.Title != "核对" ||
		len(last.Buttons) != 2 || len(last.Fields) != 1 || last.Fields[0].Value != "样甲" || !slices.Contains(last.Text, "核对") {
		t.Errorf("shown %+v", last)
	}
	h.call("GET", "/sim/chats/"+h.w.ReviewChat()+"/messages?lang=en_us", "", 200, &shown)
	if len(shown) != 1 || shown[0].From != h.w.Admins()[0] || !strings.Contains(shown[0].Content, "待审") {
		t.Errorf("group %+v", shown)
	}
	var res struct {
		ErrorCode int `json:"error_code"`
		Status    int
	}
	h.call("POST", chat+"/click", `{"message_id":"`+m+`","act":"confirm","form":{"identity_name":"样乙"}}`, 200, &res)
	if c := h.Clicked(m, 1)[0]; res.ErrorCode != 0 || res.Status != 200 || c.Event.Action.Form["identity_name"] != "样乙" ||
		c.Event.Operator.OpenID != who {
		t.Errorf("click %+v, %+v", res, c)
	}
	var state struct {
		People []profile
		Totals sim.Report
	}
	if h.call("GET", "/sim/state", "", 200, &state); len(state.People) != 2 ||
		state.People[0].Stage != sim.StageConfirmation || state.Totals.Calls["feishu message.create"] != 1 {
		t.Errorf("state %+v", state)
	}
	sendCode(t, h.w, hired[0].Mobile, "483920")
	var box []struct{ Text, Code string }
	if h.call("GET", "/sim/sms/"+who, "", 200, &box); len(box) != 1 || box[0].Code != "483920" ||
		!strings.Contains(box[0].Text, "483920") {
		t.Errorf("phone %+v", box)
	}
}

func TestPictures(t *testing.T) {
	h := newPlayer(t, Config{World: sim.Config{People: 1}})
	for _, path := range []string{"/front.jpg", "/back.jpg?variant=small"} {
		resp, err := http.Get(h.pg.URL + "/sim/people/" + h.w.People()[0].OpenID + path)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.Header.Get("Content-Type") != "image/jpeg" {
			t.Fatal(err, resp.Header)
		}
		if _, err := jpeg.DecodeConfig(bytes.NewReader(raw)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestFaultsAndCalls(t *testing.T) {
	h := newPlayer(t, Config{})
	var f faultForm
	h.call("POST", "/sim/faults",
		`{"upstream":"esign","kind":"error","status":503,"times":2,"delay":"5ms","header":{"Retry-After":["1"]}}`, 200, &f)
	h.call("POST", "/sim/faults", `{"kind":"hang","upstream":"tencent"}`, 200, nil)
	armed := h.w.Faults.List()
	if len(armed) != 2 || armed[0].ID != f.ID || armed[0].Status != 503 || armed[0].Delay != 5*time.Millisecond ||
		armed[0].Header.Get("Retry-After") != "1" {
		t.Errorf("armed %+v", armed)
	}
	resp, err := http.Get(h.w.ESignURL + "/v3/files/x")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	var listed []faultForm
	if h.call("GET", "/sim/faults", "", 200, &listed); resp.StatusCode != 503 || len(listed) != 2 ||
		listed[0].Times != 1 || listed[0].Delay != "5ms" {
		t.Errorf("status %d, listed %+v, want 503", resp.StatusCode, listed)
	}
	h.call("DELETE", "/sim/faults?id=2", "", 200, &listed)
	h.call("DELETE", "/sim/faults?id=2", "", 404, nil)
	if h.call("DELETE", "/sim/faults", "", 200, nil); len(listed) != 1 || len(h.w.Faults.List()) != 0 {
		t.Error("faults are left")
	}
	var calls struct {
		Counts map[string]int
		Calls  []struct{ Upstream, Operation, Fault string }
	}
	if h.call("GET", "/sim/calls?limit=1", "", 200, &calls); calls.Counts["esign files.status"] != 1 ||
		len(calls.Calls) != 1 || calls.Calls[0].Fault != "error" {
		t.Errorf("calls %+v", calls)
	}
}

func TestWebhook(t *testing.T) {
	h := newPlayer(t, Config{})
	var out map[string]string
	good := h.w.Webhook()
	if h.call("POST", "/sim/webhook", `{"url":"http://127.0.0.1:9/webhook/event"}`, 200, &out); out["challenge"] == "ok" ||
		h.w.Webhook() == good {
		t.Errorf("nobody there: %v", out)
	}
	if h.call("POST", "/sim/webhook", `{"url":"`+good+`"}`, 200, &out); h.w.Webhook() != good {
		t.Error("not set")
	}
	if !strings.Contains(out["challenge"], "wrong answer") { // the test's bot answers {}
		t.Errorf("challenge %v", out)
	}
}

func TestSettingsAndHelp(t *testing.T) {
	h := newPlayer(t, Config{})
	var s map[string]string
	if h.call("GET", "/sim/settings", "", 200, &s); s["feishu.base_url"] != h.w.FeishuURL {
		t.Error("settings")
	}
	for path, want := range map[string]string{"/": "curl " + h.pg.URL + "/sim/state",
		"/sim/env": "export SHIMING_HR_ADMINS='"} {
		resp, err := http.Get(h.pg.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if !strings.Contains(string(raw), want) || strings.Contains(string(raw), "HOST") {
			t.Errorf("%s: %s", path, raw)
		}
	}
}

func TestControlRefuses(t *testing.T) {
	h := newPlayer(t, Config{World: sim.Config{People: 1}})
	who := h.w.People()[0].OpenID
	m := h.Send("open_id", who, simtest.Card("核对", simtest.Form("details", simtest.Input("identity_name", "", true),
		simtest.Submit("confirm")), simtest.Button("cancel")))
	click := "/sim/chats/" + who + "/click"
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{"GET", "/sim/sms/ou_nobody", "", 404},
		{"GET", "/sim/chats/oc_nowhere/messages", "", 404},
		{"POST", "/sim/chats/ou_nobody/enter", "", 404},
		{"POST", "/sim/chats/ou_nobody/text", `{"text":"x"}`, 404},
		{"POST", "/sim/chats/" + who + "/text", `{"text":"x","chat":"oc_nowhere"}`, 404},
		{"POST", "/sim/chats/" + who + "/text", `{"text":"x","chat":"` + h.w.ReviewChat() + `"}`, 422}, // not a member
		{"POST", "/sim/chats/" + who + "/text", ``, 400},
		{"POST", "/sim/chats/" + who + "/text", `{"text":7}`, 400},
		{"POST", "/sim/chats/" + who + "/text", `{"txt":"x"}`, 400},
		{"POST", "/sim/chats/" + who + "/text", `{"text":"x"} {}`, 400},
		{"POST", "/sim/chats/" + who + "/text", `{"text":"` + strings.Repeat("x", maxBody) + `"}`, 413},
		{"POST", "/sim/chats/" + who + "/photo?side=left", "", 400},
		{"POST", "/sim/chats/" + who + "/photo?side=front&variant=odd", "", 400},
		{"POST", "/sim/chats/" + who + "/photo?side=front&as=fax", "", 400},
		{"POST", "/sim/chats/ou_nobody/photo?side=front", "", 404},
		{"GET", "/sim/people/" + who + "/front.png", "", 404},
		{"GET", "/sim/people/" + who + "/side.jpg", "", 400},
		{"GET", "/sim/people/ou_nobody/front.jpg", "", 404},
		{"POST", click, `{"act":"confirm"}`, 400},
		{"POST", click, `{"message_id":"om_x","act":"confirm"}`, 404},
		{"POST", click, `{"message_id":"` + m + `","act":"approve"}`, 422},                    // no such button
		{"POST", click, `{"message_id":"` + m + `","act":"confirm"}`, 422},                    // a required field is empty
		{"POST", click, `{"message_id":"` + m + `","act":"confirm","form":{"age":"7"}}`, 422}, // no such field
		{"POST", "/sim/people", `{"n":0}`, 400},
		{"POST", "/sim/people", `{"n":100000}`, 400},
		{"POST", "/sim/webhook", `{"url":"ftp://x"}`, 400},
		{"POST", "/sim/webhook", `{"url":"/webhook"}`, 400},
		{"POST", "/sim/faults", `{"kind":"earthquake"}`, 400},
		{"POST", "/sim/faults", `{"kind":"delay","delay":"soon"}`, 400},
		{"POST", "/sim/faults", `{"kind":"error","status":7}`, 400},
		{"POST", "/sim/faults", `{"kind":"error","upstream":"bank"}`, 400},
		{"DELETE", "/sim/faults?id=x", "", 400},
		{"GET", "/sim/calls?limit=x", "", 400},
	} {
		h.call(c.method, c.path, c.body, c.want, nil)
	}
	if n := len(h.Clicked(m, 0)); n != 0 {
		t.Errorf("%d clicks went out, want 0", n)
	}
}

// TestControlIsForThisMachine: a page in a browser must not reach it, by whatever name.
func TestControlIsForThisMachine(t *testing.T) {
	h := newPlayer(t, Config{})
	for name, change := range map[string]func(*http.Request){
		"another name":      func(r *http.Request) { r.Host = "evil.example" },
		"another site":      func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"cross-site fetch":  func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"an address beyond": func(r *http.Request) { r.Host = "192.0.2.1:80" },
	} {
		req, err := http.NewRequest("POST", h.pg.URL+"/sim/people", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		change(req)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d, want %v", name, resp.StatusCode, http.StatusForbidden)
		}
	}
	if len(h.w.People()) != 0 {
		t.Error("somebody was hired")
	}
}
