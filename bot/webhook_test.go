package bot

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestNewServerNeedsKeys(t *testing.T) {
	t.Parallel()
	_, err := NewServer(ServerConfig{})
	for _, want := range []string{"app id", "encrypt key", "verification token", "inbox", "store for pushes"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one that names %q", err, want)
		}
	}
}

func at(offset time.Duration) string { return strconv.FormatInt(testNow.Add(offset).Unix(), 10) }

// TestWebhookRefuses sends pushes that a stranger could send, or Feishu by mistake. None reaches the Handler.
func TestWebhookRefuses(t *testing.T) {
	t.Parallel()
	hello := messageEvent("text", `{"text":"hi"}`)
	verification := `{"type":"url_verification","token":"vtok","challenge":"c"}`
	deep := `{"schema":"2.0","header":{"token":"vtok","app_id":"cli_test"},"event":` +
		strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000) + `}`
	for _, tt := range []struct {
		name   string
		push   func(*push)
		status int
		body   string
	}{
		{"unsigned event", func(p *push) { p.unsigned = true }, 401, "unauthorized"},
		{"unsigned garbage", func(p *push) { p.unsigned, p.body = true, []byte("\x00\xff garbage") }, 401, "unauthorized"},
		{"unsigned and empty", func(p *push) { p.unsigned, p.body = true, []byte{} }, 401, "unauthorized"},
		{"unsigned plaintext event", func(p *push) { p.unsigned, p.body = true, []byte(hello) }, 401, "unauthorized"},
		{"unsigned plaintext challenge", func(p *push) {
			p.unsigned, p.body = true, []byte(verification)
		}, 401, "unauthorized"},
		{"unsigned challenge, wrong token", func(p *push) {
			p.unsigned, p.plain = true, strings.Replace(verification, "vtok", "other", 1)
		}, 401, "unauthorized"},
		{"unsigned challenge, wrong key", func(p *push) {
			p.unsigned, p.plain, p.key = true, verification, "other"
		}, 401, "unauthorized"},
		{"signed with another key", func(p *push) { p.key = "other" }, 401, "unauthorized"},
		{"signature of another body", func(p *push) {
			p.signature = sign(p.timestamp, p.nonce, p.key, []byte("{}"))
		}, 401, "unauthorized"},
		{"signature in capitals", func(p *push) {
			p.body = encryptedBody(p.plain, p.key)
			p.signature = strings.ToUpper(sign(p.timestamp, p.nonce, p.key, p.body))
		}, 401, "unauthorized"},
		{"timestamp is a word", func(p *push) { p.timestamp = "timestamp" }, 401, "unauthorized"},
		{"timestamp overflows", func(p *push) { p.timestamp = "99999999999999999999" }, 401, "unauthorized"},
		{"timestamp is the smallest number", func(p *push) { p.timestamp = "-9223372036854775808" }, 401, "unauthorized"},
		{"timestamp stale", func(p *push) { p.timestamp = at(-signatureWindow - time.Second) }, 401, "unauthorized"},
		{"timestamp in the future", func(p *push) { p.timestamp = at(signatureWindow + time.Second) }, 401, "unauthorized"},
		{"signed garbage", func(p *push) { p.body = []byte("\x00\xff garbage") }, 400, "bad_request"},
		{"signed and empty", func(p *push) { p.body = []byte{} }, 400, "bad_request"},
		{"signed plaintext", func(p *push) { p.body = []byte(hello) }, 400, "bad_request"},
		{"signed plaintext challenge", func(p *push) { p.body = []byte(verification) }, 400, "bad_request"},
		{"encrypt is a number", func(p *push) { p.body = []byte(`{"encrypt":1}`) }, 400, "bad_request"},
		{"encrypt is not base64", func(p *push) { p.body = []byte(`{"encrypt":"%"}`) }, 400, "bad_request"},
		{"two documents", func(p *push) { p.body = append(encryptedBody(hello, testKey), "{}"...) }, 400, "bad_request"},
		{"plain is not JSON", func(p *push) { p.plain = "hello world" }, 400, "bad_request"},
		{"plain is a list", func(p *push) { p.plain = "[]" }, 400, "bad_request"},
		{"plain ends early", func(p *push) { p.plain = hello[:len(hello)-1] }, 400, "bad_request"},
		{"plain goes on", func(p *push) { p.plain = hello + "x" }, 400, "bad_request"},
		{"header is a list", func(p *push) { p.plain = `{"header":[]}` }, 400, "bad_request"},
		{"deeply nested", func(p *push) { p.plain = deep }, 400, "bad_request"},
		{"plain is null", func(p *push) { p.plain = "null" }, 403, "forbidden"},
		{"wrong token", func(p *push) { p.plain = strings.Replace(hello, "vtok", "vtoc", 1) }, 403, "forbidden"},
		{"no token", func(p *push) { p.plain = strings.Replace(hello, `"token":"vtok",`, "", 1) }, 403, "forbidden"},
		{"wrong app", func(p *push) { p.plain = strings.Replace(hello, "cli_test", "cli_other", 1) }, 403, "forbidden"},
		{"signed challenge, wrong token", func(p *push) {
			p.plain = strings.Replace(verification, "vtok", "other", 1)
		}, 403, "forbidden"},
		{"schema 1.0 of another app", func(p *push) {
			p.plain = `{"type":"event_callback","token":"vtok","event":{"app_id":"cli_other"}}`
		}, 403, "forbidden"},
		{"too large", func(p *push) { p.body = bytes.Repeat([]byte(" "), maxPush+1) }, 413, "too_large"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newTestServer(t)
			p := pushOf(hello)
			tt.push(&p)
			w := r.send(p)
			wantResponse(t, w, tt.status, `{"error":"`+tt.body+`"}`)
			r.wantCalls(t, 0)
		})
	}
}

// wantResponse checks status, body and content type of a response.
func wantResponse(t *testing.T, w *httptest.ResponseRecorder, status int, body string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("got status %d, want %d", w.Code, status)
	}
	if got := w.Body.String(); got != body {
		t.Errorf("got body %s, want %s", got, body)
	}
	const contentType = "application/json; charset=utf-8"
	if got := w.Header().Get("Content-Type"); got != contentType {
		t.Errorf("got Content-Type %q, want %q", got, contentType)
	}
}

// wantCalls checks how often the server called the Handler.
func (r *testServer) wantCalls(t *testing.T, want int) {
	t.Helper()
	if got := r.stub.all(); len(got) != want {
		t.Errorf("got %d calls of the Handler, want %d: %v", len(got), want, got)
	}
}

func TestWebhookRefusesIncompleteSignature(t *testing.T) {
	t.Parallel()
	hello := messageEvent("text", `{"text":"hi"}`)
	for _, name := range []string{headerTimestamp, headerNonce, headerSignature} {
		for how, change := range map[string]func(http.Header){
			"missing": func(h http.Header) { h.Del(name) },
			"twice":   func(h http.Header) { h.Add(name, "another") },
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				r := newTestServer(t)
				req := pushOf(hello).request()
				change(req.Header)
				wantResponse(t, r.serve(req), 401, `{"error":"unauthorized"}`)
				r.wantCalls(t, 0)
			})
		}
	}
}

func TestWebhookRefusesTruncatedBody(t *testing.T) {
	t.Parallel()
	r := newTestServer(t)
	server := httptest.NewServer(r.Handler())
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	const truncated = "POST /webhook/event HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"encrypt\":"
	if _, err = io.WriteString(conn, truncated); err != nil {
		t.Fatal(err)
	}
	if err = conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 400 || string(body) != `{"error":"bad_request"}` {
		t.Errorf("got %d %s, want 400", resp.StatusCode, body)
	}
}

func TestWebhookAccepts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		push  func(*push)
		calls int
		body  string
	}{
		{"event", func(*push) {}, 1, `{}`},
		{"oldest redelivery", func(p *push) { p.timestamp = at(-signatureWindow) }, 1, `{}`},
		{"clock of Feishu ahead", func(p *push) { p.timestamp = at(signatureWindow) }, 1, `{}`},
		{"unknown event", func(p *push) { p.plain = event20("contact.user.created_v3", m{"object": m{}}) }, 0, `{}`},
		{"schema 1.0", func(p *push) {
			p.plain = `{"uuid":"u","type":"event_callback","token":"vtok",` +
				`"event":{"app_id":"cli_test","type":"p2p_chat_create"}}`
		}, 0, `{}`},
		{"event of another shape", func(p *push) { p.plain = event20(eventMessage, m{"message": "a word"}) }, 0, `{}`},
		{"event without content", func(p *push) { p.plain = event20(eventMessage, nil) }, 0, `{}`},
		{"signed challenge", func(p *push) {
			p.plain = `{"type":"url_verification","token":"vtok","challenge":"c"}`
		}, 0, `{"challenge":"c"}`},
		{"unsigned challenge", func(p *push) {
			p.unsigned, p.plain = true, `{"type":"url_verification","token":"vtok","challenge":"a\"b\\<c>"}`
		}, 0, `{"challenge":"a\"b\\\u003cc\u003e"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newTestServer(t)
			p := pushOf(messageEvent("text", `{"text":"hi"}`))
			tt.push(&p)
			wantResponse(t, r.send(p), 200, tt.body)
			r.wantCalls(t, tt.calls)
		})
	}
}

// asyncEvents has an example of each event type that the bot acknowledges before it handles it.
var asyncEvents = map[string]string{
	eventMessage: messageEvent("text", `{"text":"hi"}`),
	eventRead: event20(eventRead, m{
		"reader":          m{"reader_id": m{"open_id": "ou_1"}, "read_time": "1764000000123", "tenant_key": "tk"},
		"message_id_list": []any{"om_1"},
	}),
	eventRecalled: event20(eventRecalled, m{"message_id": "om_1", "chat_id": "oc"}),
	eventEntered:  event20(eventEntered, m{"operator_id": m{"open_id": "ou"}, "chat_id": "oc"}),
	eventMenu:     event20(eventMenu, m{"operator": m{"operator_id": m{"open_id": "ou"}}, "event_key": "start"}),

	eventStaffJoined:  event20(eventStaffJoined, m{"object": m{"open_id": "ou"}}),
	eventStaffChanged: event20(eventStaffChanged, m{"object": m{"open_id": "ou"}, "old_object": m{}}),
	eventStaffLeft:    event20(eventStaffLeft, m{"object": m{"open_id": "ou"}}),
}

// TestAsyncEventsAreComplete checks that asyncEvents has an example for each async route.
func TestAsyncEventsAreComplete(t *testing.T) {
	t.Parallel()
	for kind, r := range routes {
		if _, got := asyncEvents[kind]; got != r.async {
			t.Errorf("%s: got an example %t, want %t", kind, got, r.async)
		}
	}
}

func TestWebhookStoreDown(t *testing.T) {
	t.Parallel()
	for kind, plain := range asyncEvents {
		t.Run(kind, func(t *testing.T) {
			r := newTestServer(t)
			r.pushes.err = errors.New("disk full")
			wantResponse(t, r.send(pushOf(plain)), 503, `{"error":"unavailable"}`)
			r.wantCalls(t, 0)
		})
	}
}

func TestWebhookPanic(t *testing.T) {
	t.Parallel()
	var status int
	r := newTestServer(t, func(c *ServerConfig) {
		c.Observe = func(_ string, s int, _ time.Duration) { status = s }
	})
	r.stub.onClick = func() { panic("110101199001011237 secret") }
	wantResponse(t, r.send(pushOf(clickEvent(confirmValue(), nil))), 500, `{"error":"internal"}`)
	if log := r.log.String(); !strings.Contains(log, "panic in handler") || strings.Contains(log, "secret") {
		t.Errorf("log: %s, want %q in it", log, "panic in handler")
	}
	if status != 500 {
		t.Errorf("observed as %d, want 500", status)
	}
}

func TestOtherRoutes(t *testing.T) {
	t.Parallel()
	r := newTestServer(t)
	for _, tt := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/webhook/event", 405, `{"error":"method_not_allowed"}`},
		{"POST", "/nowhere", 404, `{"error":"not_found"}`},
		{"GET", "/metrics", 404, `{"error":"not_found"}`},
	} {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			w := httptest.NewRecorder()
			r.Handler().ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, nil))
			if w.Code != tt.status || w.Body.String() != tt.body {
				t.Errorf("got %d %s, want %d %s", w.Code, w.Body, tt.status, tt.body)
			}
		})
	}
}

// TestNoPersonalDataInLogs sends canaries through every function that logs.
func TestNoPersonalDataInLogs(t *testing.T) {
	t.Parallel()
	const canary = "110101199001011237"
	r := newTestServer(t)
	r.send(pushOf(messageEvent("text", `{"text":"`+canary+`"}`)))
	r.send(pushOf(event20(eventMessage, m{"message": canary})))
	r.send(pushOf(event20(canary, m{"message": canary})))
	r.send(pushOf(clickEvent(canary, canary)))
	r.send(pushOf(canary))
	r.stub.err = errors.New("locked")
	r.send(pushOf(clickEvent(confirmValue(), m{"identity_code": canary})))
	r.send(pushOf(messageEvent("text", `{"text":"`+canary+`"}`)))
	log := r.log.String()
	for _, secret := range []string{canary, testKey, testToken} {
		if strings.Contains(log, secret) {
			t.Errorf("got a log with %q, want none:\n%s", secret, log)
		}
	}
	for _, want := range []string{"click not stored", "unexpected shape"} {
		if !strings.Contains(log, want) {
			t.Errorf("got a log without %q, want it:\n%s", want, log)
		}
	}
}

func TestObserve(t *testing.T) {
	t.Parallel()
	var kinds []string
	r := newTestServer(t, func(c *ServerConfig) {
		c.Observe = func(kind string, _ int, _ time.Duration) { kinds = append(kinds, kind) }
	})
	r.send(pushOf(messageEvent("text", `{"text":"hi"}`)))
	r.send(pushOf(event20("made.by.a.stranger", nil)))
	r.send(pushOf(`{"type":"url_verification","token":"vtok","challenge":"c"}`))
	r.send(pushOf(`garbage`))
	if got, want := strings.Join(kinds, " "), "im.message.receive_v1 other url_verification refused"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestResponsesAreJSON(t *testing.T) {
	t.Parallel()
	for name, plain := range map[string]string{
		"message": messageEvent("text", `{"text":"hi"}`),
		"click":   clickEvent(confirmValue(), nil),
		"refused": "x",
	} {
		t.Run(name, func(t *testing.T) {
			w := newTestServer(t).send(pushOf(plain))
			var v map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || v == nil {
				t.Errorf("got body %s, %v; want a JSON object", w.Body, err)
			}
			if got, want := w.Header().Get("Content-Length"), strconv.Itoa(w.Body.Len()); got != want {
				t.Errorf("got Content-Length %s, want %s", got, want)
			}
		})
	}
}
