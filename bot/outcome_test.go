package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"shiming/flows"
)

// endings are the ways in which a call can end without a readable response. applied says that the call may have taken
// effect.
var endings = []struct {
	name    string
	end     func(http.ResponseWriter, *http.Request)
	applied bool
	cause   error // nil = any
}{
	{"reset", func(w http.ResponseWriter, _ *http.Request) { hangUp(w, true) }, true, nil},
	{"closed", func(w http.ResponseWriter, _ *http.Request) { hangUp(w, false) }, true, nil},
	{"no answer in time", func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
	}, true, context.DeadlineExceeded},
	{"502 page", page(502, "text/html"), true, errNotJSON},
	{"504", page(504, "text/html"), true, nil},
	{"200 page", page(200, "text/html"), true, errNotJSON},
	{"200 page called JSON", page(200, "application/json"), true, nil},
	{"JSON without code", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"message_id":"x"}`)
	}, true, errNotJSON},
	{"JSON null", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `null`) }, true, errNotJSON},
	{"data of another shape", func(w http.ResponseWriter, _ *http.Request) { ok(w, `"a string"`) }, true, errNotJSON},
	{"success without an id", func(w http.ResponseWriter, _ *http.Request) { ok(w, `{}`) }, true, errIncomplete},
	{"code 0 with 500", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(500)
		ok(w, `{}`)
	}, true, errNotJSON},
	{"cut short", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		ok(w, `{}`)
	}, true, io.ErrUnexpectedEOF},
	{"endless", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.CopyN(w, zeros{}, maxResponse+1000)
	}, true, errTooLong},
	{"redirect", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}, true, errNotJSON},
	{"429 page", page(429, "text/html"), false, errNotJSON},
}

func page(status int, contentType string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<html>canary 110101199001011237</html>")
	}
}

func hangUp(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	if reset {
		_ = conn.(*net.TCPConn).SetLinger(0)
	}
	_ = conn.Close()
}

// TestLostResponses checks that the client may repeat a message, which has a uuid, and not an identity.
func TestLostResponses(t *testing.T) {
	t.Parallel()
	for _, tt := range endings {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			var n atomic.Int32
			end := func(w http.ResponseWriter, r *http.Request) {
				n.Add(1)
				_, _ = io.Copy(io.Discard, r.Body)
				tt.end(w, r)
			}
			f.handle("POST /open-apis/im/v1/messages", end)
			f.handle("POST /open-apis/human_authentication/v1/identities", end)
			c := f.client(t)
			if _, err := c.tokens.get(t.Context(), ""); err != nil {
				t.Fatal(err)
			}
			ctx := t.Context()
			if errors.Is(tt.cause, context.DeadlineExceeded) {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 100*time.Millisecond)
				defer cancel()
			}
			_, err := c.Send(ctx, flows.Receiver{Type: "open_id", ID: "ou_1"}, json.RawMessage(`{}`), "u")
			wantError(t, "message", err, ClassRetry, true, tt.applied)
			wantCause(t, err, tt.cause)

			if errors.Is(tt.cause, context.DeadlineExceeded) {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer cancel()
			}
			_, err = c.RecordIdentity(ctx, "ou_1", "张三", "110101199001011237", "")
			if tt.applied {
				wantError(t, "identity", err, ClassUnknown, false, true)
			} else {
				wantError(t, "identity", err, ClassRetry, true, false)
			}
			wantCause(t, err, tt.cause)
			if n := n.Load(); n != 2 {
				t.Errorf("%d requests for 2 calls, want 2", n)
			}
		})
	}
}

func wantCause(t *testing.T, err, want error) {
	t.Helper()
	if want != nil && !errors.Is(err, want) {
		t.Errorf("got %v, want an error that wraps %v", err, want)
	}
	for _, secret := range []string{"canary", "11010119900", "张三", "ou_1", "127.0.0.1", "html", "t-1"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("got an error with %q, want none: %v", secret, err)
		}
	}
}

// TestNotSent checks that any call may be repeated that was not sent, even an identity.
func TestNotSent(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	if err = listener.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := NewClient(ClientConfig{BaseURL: closed, AppID: "a", AppSecret: "s"})
	if err != nil {
		t.Fatal(err)
	}
	c.tokens.put("", "t-1", time.Hour)
	_, err = c.RecordIdentity(t.Context(), "ou_1", "张三", "110101199001011237", "")
	wantError(t, "refused connection", err, ClassRetry, true, false)
	wantCause(t, err, syscall.ECONNREFUSED)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.RecordIdentity(ctx, "ou_1", "张三", "110101199001011237", "")
	wantError(t, "cancelled before", err, ClassRetry, true, false)
	wantCause(t, err, context.Canceled)

	c.tokens.drop("", "t-1")
	_, err = c.RecordIdentity(t.Context(), "ou_1", "张三", "110101199001011237", "")
	wantError(t, "no token", err, ClassRetry, true, false)
}

// TestLostToken checks that the client makes no call if it cannot fetch a token.
func TestLostToken(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.mux = http.NewServeMux()
	f.mux.HandleFunc("/", page(502, "text/html"))
	_, err := f.client(t).RecordIdentity(t.Context(), "ou_1", "张三", "110101199001011237", "")
	wantError(t, "token", err, ClassRetry, true, false)
	var api *APIError
	if errors.As(err, &api) && api.Op != opToken {
		t.Errorf("got op %s, want %s", api.Op, opToken)
	}
}

// TestTimeoutOfOwnClient checks that a timeout of the caller's http.Client has the same meaning as Timeout.
func TestTimeoutOfOwnClient(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.handle("PATCH /open-apis/im/v1/messages/om_1", func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a server notices a disconnect only after it has read the body
		<-r.Context().Done()
	})
	c := f.client(t, func(c *ClientConfig) { c.HTTP = &http.Client{Timeout: 100 * time.Millisecond} })
	err := c.Patch(t.Context(), "om_1", fixedCard(json.RawMessage(`{}`)))
	wantError(t, "patch", err, ClassRetry, true, true)
	wantCause(t, err, context.DeadlineExceeded)
}

// TestNothingLeaks checks that logs at level debug, errors and printed clients contain no personal data and no secrets.
func TestNothingLeaks(t *testing.T) {
	f := newFake(t)
	answers := []func(http.ResponseWriter, *http.Request){
		func(w http.ResponseWriter, _ *http.Request) { answerCode(w, 400, 1291002) },
		page(502, "text/html"), page(200, "application/json"), page(504, "text/plain"),
		func(w http.ResponseWriter, _ *http.Request) { hangUp(w, true) },
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Tt-Logid", "not an id: 张三 110101199001011237")
			ok(w, `{}`)
		},
	}
	var i atomic.Int32
	f.handle("POST /open-apis/human_authentication/v1/identities", func(w http.ResponseWriter, r *http.Request) {
		answers[i.Load()](w, r)
	})
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := f.client(t, func(c *ClientConfig) { c.Log = logger })
	for n := range answers {
		i.Store(int32(n))
		_, err := c.RecordIdentity(t.Context(), "ou_canary", "张三", "110101199001011237", "13812345678")
		if err == nil {
			t.Fatal("no error")
		}
		logger.Error("failed", "error", err, "client", fmt.Sprintf("%v %+v", err, err))
		fmt.Fprintf(&log, "%+v", c)
	}
	for _, secret := range []string{"张三", "110101199001011237", "13812345678", "ou_canary", f.secret, "t-1", "html"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q leaked:\n%s", secret, log.String())
		}
	}
}

func TestNoGoroutinesLeft(t *testing.T) {
	before := goleak.IgnoreCurrent()
	f := newFake(t)
	f.handle("GET /open-apis/bot/v3/info", func(w http.ResponseWriter, _ *http.Request) { ok(w, `{}`) })
	f.handle("GET /open-apis/im/v1/messages/om_1/resources/big", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.CopyN(w, zeros{}, 30_000_000)
	})
	c := f.client(t)
	if _, err := c.BotInfo(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := c.Download(t.Context(), "om_1", "big", "image"); err != nil {
		t.Error(err)
	}
	r := newTestServer(t)
	r.send(pushOf(clickEvent(confirmValue(), nil)))
	r.send(pushOf(messageEvent("text", `{"text":"hi"}`)))
	c.CloseIdleConnections()
	f.server.Close()
	goleak.VerifyNone(t, before)
}
