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

// call calls the control API, checks the status and decodes the answer into out unless that is nil.
func (h *player) call(method, path, body string, want int, out any) {
	h.T.Helper()
	h.callIn(h.T, method, path, body, want, out)
}

// callIn is call for a subtest.
func (h *player) callIn(t *testing.T, method, path, body string, want int, out any) {
	t.Helper()
	req, err := http.NewRequestWithContext(h.Ctx, method, h.pg.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	status, raw := h.send(req)
	if status != want {
		t.Fatalf("%s %s: got %d %s, want %d", method, path, status, raw, want)
	}
	if want >= 400 {
		var e struct{ Error string }
		if json.Unmarshal(raw, &e) != nil || e.Error == "" {
			t.Errorf("%s %s: got %s, want an error text", method, path, raw)
		}
	}
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, raw)
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
	body, err = io.ReadAll(resp.Body)
	if err != nil {
		h.T.Fatal(err)
	}
	return resp.StatusCode, body
}

// addressAfter returns the address of a base URL with its port increased by n.
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

// TestStartFailsAndClosesItsPorts checks that a start that fails on a taken port closes the ports before it.
func TestStartFailsAndClosesItsPorts(t *testing.T) {
	h := newPlayer(t, Config{})
	free := func(address string) bool {
		l, err := net.Listen("tcp", address)
		if err == nil {
			_ = l.Close()
		}
		return err == nil
	}
	for name, listen := range map[string]string{
		"its own port": addressAfter(t, h.pg.URL, 0),
		"a platform's": addressAfter(t, h.w.FeishuURL, -1),
	} {
		t.Run(name, func(t *testing.T) {
			before := free(listen) // another program may use it
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
		t.Errorf("a listener on all interfaces: got %v, want a *sim.ConfigError", err)
	}
}

// TestPorts checks that the control API listens on a fixed port and the platforms on the ports after it.
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
		t.Fatalf("got %+v, want two people with a name and a number", hired)
	}
	who, chat := hired[0].OpenID, "/sim/chats/"+hired[0].OpenID
	var event struct {
		Delivered bool
		MessageID string `json:"message_id"`
	}
	for path, body := range map[string]string{
		"/enter":            "",
		"/text":             `{"text":"实名"}`,
		"/photo?side=front": "",
		"/photo?side=back&variant=rotated&as=file": "",
		"/photo?side=back&as=post":                 "",
	} {
		h.call("POST", chat+path, body, 200, &event)
		if !event.Delivered {
			t.Errorf("%s: got an event that was not delivered", path)
		}
	}
	mention := `{"text":"待审","chat":"` + h.w.ReviewChat() + `","at_bot":true}`
	h.call("POST", "/sim/chats/"+h.w.Admins()[0]+"/text", mention, 200, &event)
	form := simtest.Form("details", simtest.Input("identity_name", "样甲", true), simtest.Submit("confirm"))
	m := h.Send("open_id", who, simtest.Card("核对", form, simtest.Button("cancel")))
	var shown []shownMessage
	h.call("GET", chat+"/messages", "", 200, &shown)
	last := shown[len(shown)-1]
	if last.ID != m || last.From != "bot" || last.Stage != sim.StageConfirmation || last.Case != simtest.CaseOne ||
		last.Title != "核对" || len(last.Buttons) != 2 || len(last.Fields) != 1 || last.Fields[0].Value != "样甲" ||
		!slices.Contains(last.Text, "核对") {
		t.Errorf("got the message %+v, want the card of case %s as it was sent", last, simtest.CaseOne)
	}
	h.call("GET", "/sim/chats/"+h.w.ReviewChat()+"/messages?lang=en_us", "", 200, &shown)
	if len(shown) != 1 || shown[0].From != h.w.Admins()[0] || !strings.Contains(shown[0].Content, "待审") {
		t.Errorf("got %+v in the group, want the admin's text", shown)
	}
	var res struct {
		ErrorCode int `json:"error_code"`
		Status    int
	}
	h.call("POST", chat+"/click", `{"message_id":"`+m+`","act":"confirm","form":{"identity_name":"样乙"}}`, 200, &res)
	c := h.Clicked(m, 1)[0]
	if res.ErrorCode != 0 || res.Status != 200 || c.Event.Action.Form["identity_name"] != "样乙" ||
		c.Event.Operator.OpenID != who {
		t.Errorf("got %+v, %+v, want a click with the name by %s, answered with 200", res, c, who)
	}
	var state struct {
		People []profile
		Totals sim.Report
	}
	h.call("GET", "/sim/state", "", 200, &state)
	if len(state.People) != 2 || state.People[0].Stage != sim.StageConfirmation ||
		state.Totals.Calls["feishu message.create"] != 1 {
		t.Errorf("got the state %+v, want two people, the first one at %q, one message", state, sim.StageConfirmation)
	}
	sendCode(t, h.w, hired[0].Mobile, "483920")
	var box []struct{ Text, Code string }
	h.call("GET", "/sim/sms/"+who, "", 200, &box)
	if len(box) != 1 || box[0].Code != "483920" || !strings.Contains(box[0].Text, "483920") {
		t.Errorf("got the text messages %+v, want one with the code 483920", box)
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
			t.Errorf("%s: got %v, want a JPEG", path, err)
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
		t.Errorf("got the faults %+v, want two, the first one as posted", armed)
	}
	resp, err := http.Get(h.w.ESignURL + "/v3/files/x")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	var listed []faultForm
	h.call("GET", "/sim/faults", "", 200, &listed)
	if resp.StatusCode != 503 || len(listed) != 2 || listed[0].Times != 1 || listed[0].Delay != "5ms" {
		t.Errorf("got status %d, faults %+v, want 503, two faults, the first one once more", resp.StatusCode, listed)
	}
	h.call("DELETE", "/sim/faults?id=2", "", 200, &listed)
	h.call("DELETE", "/sim/faults?id=2", "", 404, nil)
	h.call("DELETE", "/sim/faults", "", 200, nil)
	if left := h.w.Faults.List(); len(listed) != 1 || len(left) != 0 {
		t.Errorf("got %d faults after the first deletion and %v after the second, want 1 and none", len(listed), left)
	}
	var calls struct {
		Counts map[string]int
		Calls  []struct{ Upstream, Operation, Fault string }
	}
	h.call("GET", "/sim/calls?limit=1", "", 200, &calls)
	if calls.Counts["esign files.status"] != 1 || len(calls.Calls) != 1 || calls.Calls[0].Fault != "error" {
		t.Errorf("got the calls %+v, want one to esign files.status with the fault error", calls)
	}
}

func TestWebhook(t *testing.T) {
	h := newPlayer(t, Config{})
	var out map[string]string
	good := h.w.Webhook()
	h.call("POST", "/sim/webhook", `{"url":"http://127.0.0.1:9/webhook/event"}`, 200, &out)
	if out["challenge"] == "ok" || h.w.Webhook() == good {
		t.Errorf("a webhook without a listener: got %v, want it set and the challenge failed", out)
	}
	h.call("POST", "/sim/webhook", `{"url":"`+good+`"}`, 200, &out)
	if got := h.w.Webhook(); got != good {
		t.Errorf("got the webhook %s, want %s", got, good)
	}
	if !strings.Contains(out["challenge"], "wrong answer") { // the test's bot answers {}
		t.Errorf("got %v, want a challenge with a wrong answer", out)
	}
}

func TestSettingsAndHelp(t *testing.T) {
	h := newPlayer(t, Config{})
	var s map[string]string
	h.call("GET", "/sim/settings", "", 200, &s)
	if got := s["feishu.base_url"]; got != h.w.FeishuURL {
		t.Errorf("got feishu.base_url %q, want %q", got, h.w.FeishuURL)
	}
	for path, want := range map[string]string{
		"/":        "curl " + h.pg.URL + "/sim/state",
		"/sim/env": "export SHIMING_HR_ADMINS='",
	} {
		resp, err := http.Get(h.pg.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if !strings.Contains(string(raw), want) || strings.Contains(string(raw), "HOST") {
			t.Errorf("%s: got %s, want %q in it and no HOST", path, raw, want)
		}
	}
}
