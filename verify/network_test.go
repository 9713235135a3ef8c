package verify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"shiming/verify"
)

// outcome is the expected error of both actions for the same failure of the network.
type outcome struct {
	code   string
	class  verify.Class
	status int
	maybe  bool // for SendSms; never for a check
	after  time.Duration
}

func expectTrouble(t *testing.T, client *verify.Tencent, want outcome) {
	t.Helper()
	for op, err := range map[string]error{"SendSms": send(t, client), "PhoneVerification": check(t, client)} {
		e := asError(t, err)
		got := outcome{e.Code, e.Class, e.HTTPStatus, e.MaybeApplied(), e.RetryAfter()}
		w := want
		w.maybe = want.maybe && op == "SendSms"
		if got != w || e.Op != op {
			t.Errorf("%s: got %+v, want %+v", op, got, w)
		}
	}
}

func TestHTTPStatus(t *testing.T) {
	page := "<html>" + testName + testNumber + testMobile + "</html>"
	for status, want := range map[int]outcome{
		400: {verify.CodeHTTPStatus, verify.ClassOperator, 400, false, 0},
		403: {verify.CodeHTTPStatus, verify.ClassOperator, 403, false, 0},
		404: {verify.CodeHTTPStatus, verify.ClassOperator, 404, false, 0},
		408: {verify.CodeHTTPStatus, verify.ClassRetry, 408, false, 0},
		429: {verify.CodeHTTPStatus, verify.ClassRetry, 429, false, 7 * time.Second},
		500: {verify.CodeHTTPStatus, verify.ClassRetry, 500, true, 7 * time.Second},
		502: {verify.CodeHTTPStatus, verify.ClassRetry, 502, true, 7 * time.Second},
		504: {verify.CodeHTTPStatus, verify.ClassRetry, 504, true, 7 * time.Second},
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			for _, body := range []string{page, `{"Response":{}}`, ``} {
				s := newSupplier(t, func(w http.ResponseWriter, r *http.Request) {
					if want.after > 0 {
						w.Header().Set("Retry-After", "7")
					}
					text(status, body)(w, r)
				})
				expectTrouble(t, newClient(t, config(s.URL)), want)
				if n := len(s.seen()); n != 2 {
					t.Errorf("got %d requests for two calls, want 2", n)
				}
			}
		})
	}
}

func TestSupplierCodeWinsOverHTTPStatus(t *testing.T) {
	s := newSupplier(t, func(w http.ResponseWriter, r *http.Request) {
		text(503, `{"Response":{"Error":{"Code":"ServiceUnavailable","Message":""},"RequestId":"req-1"}}`)(w, r)
	})
	expectTrouble(t, newClient(t, config(s.URL)), outcome{"ServiceUnavailable", verify.ClassRetry, 503, true, 0})
}

func TestRedirectIsNotFollowed(t *testing.T) {
	other := newSupplier(t, text(200, sent))
	for _, status := range []int{301, 302, 307, 308} {
		s := newSupplier(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, status) })
		expectTrouble(t, newClient(t, config(s.URL)), outcome{verify.CodeRedirect, verify.ClassOperator, status, false, 0})
	}
	if n := len(other.seen()); n != 0 {
		t.Errorf("%d signed requests went to another host, want 0", n)
	}
}

func TestNoConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	expectTrouble(t, newClient(t, config("http://"+addr)), outcome{verify.CodeConnect, verify.ClassRetry, 0, false, 0})
}

func TestUntrustedCertificate(t *testing.T) {
	s := httptest.NewUnstartedServer(text(200, sent))
	s.Config.ErrorLog = newDiscardLog()
	s.StartTLS()
	t.Cleanup(s.Close)
	expectTrouble(t, newClient(t, config(s.URL)), outcome{verify.CodeConnect, verify.ClassRetry, 0, false, 0})
}

func TestConnectionBreaks(t *testing.T) {
	hijack := func(w http.ResponseWriter, answer string) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, answer)
		conn.Close()
	}
	for name, c := range map[string]struct {
		answer string
		status int
	}{
		"before the answer":  {"", 0},
		"inside the header":  {"HTTP/1.1 200 OK\r\nContent-Le", 0},
		"inside the body":    {"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + sent[:40], 200},
		"inside an error":    {"HTTP/1.1 500 Oops\r\nContent-Length: 500\r\n\r\n{", 500},
		"not HTTP":           {"220 mail.example.com\r\n", 0},
		"inside a last byte": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"Res", 200},
	} {
		s := newSupplier(t, func(w http.ResponseWriter, _ *http.Request) { hijack(w, c.answer) })
		t.Run(name, func(t *testing.T) {
			expectTrouble(t, newClient(t, config(s.URL)), outcome{verify.CodeDisconnected, verify.ClassRetry, c.status, true, 0})
			if n := len(s.seen()); n != 2 {
				t.Errorf("got %d requests for two calls, want 2", n)
			}
		})
	}
}

// TestReusedConnectionBreaks checks that neither the vendor's client nor net/http sends an SMS twice after the server
// has closed an idle connection.
func TestReusedConnectionBreaks(t *testing.T) {
	first := true
	s := newSupplier(t, func(w http.ResponseWriter, r *http.Request) {
		if first {
			first = false
			text(200, sent)(w, r)
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		conn.Close()
	})
	client := newClient(t, config(s.URL))
	if err := send(t, client); err != nil {
		t.Fatal(err)
	}
	e := asError(t, send(t, client))
	if e.Code != verify.CodeDisconnected || !e.MaybeApplied() {
		t.Errorf("%v, maybe %v", e, e.MaybeApplied())
	}
	if n := len(s.seen()); n != 2 {
		t.Errorf("%d requests for two calls, want 2", n)
	}
}

func TestRequestLimitIsNotRetried(t *testing.T) {
	s := newSupplier(t, apiError("RequestLimitExceeded"))
	asError(t, send(t, newClient(t, config(s.URL))))
	if n := len(s.seen()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestTimeoutAfterSending(t *testing.T) {
	s := newSupplier(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := config(s.URL)
	c.Timeout = 50 * time.Millisecond
	client := newClient(t, c)
	expectTrouble(t, client, outcome{verify.CodeTimeout, verify.ClassRetry, 0, true, 0})
}

func TestTimeoutInsideBody(t *testing.T) {
	s := newSupplier(t, func(w http.ResponseWriter, r *http.Request) {
		text(200, sent[:30])(w, r)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	c := config(s.URL)
	c.Timeout = 100 * time.Millisecond
	expectTrouble(t, newClient(t, c), outcome{verify.CodeTimeout, verify.ClassRetry, 200, true, 0})
}

func TestCallersContext(t *testing.T) {
	arrived := make(chan struct{})
	s := newSupplier(t, func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	client := newClient(t, config(s.URL))

	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-arrived
		cancel()
	}()
	_, err := client.SendCode(ctx, testMobile, testCode, time.Minute)
	e := asError(t, err)
	if !errors.Is(err, context.Canceled) || e.Code != verify.CodeCanceled || !e.MaybeApplied() {
		t.Errorf("cancelled while waiting: %v, maybe %v", e, e.MaybeApplied())
	}

	_, err = client.SendCode(ctx, testMobile, testCode, time.Minute)
	e = asError(t, err)
	if !errors.Is(err, context.Canceled) || e.Code != verify.CodeCanceled || e.MaybeApplied() {
		t.Errorf("cancelled before: %v, maybe %v", e, e.MaybeApplied())
	}

	past, cancelPast := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancelPast()
	_, err = client.CheckThreeElements(past, testName, testNumber, testMobile)
	if e := asError(t, err); !errors.Is(err, context.DeadlineExceeded) || e.Code != verify.CodeTimeout ||
		e.MaybeApplied() {
		t.Errorf("deadline before: %v", e)
	}
	if n := len(s.seen()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestOddEncodings(t *testing.T) {
	for name, header := range map[string][2]string{
		"deflate": {"Content-Encoding", "deflate"},
		"gzip":    {"Content-Encoding", "gzip"},
		"unknown": {"Content-Encoding", "zstd"},
	} {
		s := newSupplier(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(header[0], header[1])
			text(200, strings.Repeat("x", 100))(w, r)
		})
		t.Run(name, func(t *testing.T) {
			expectTrouble(t, newClient(t, config(s.URL)), outcome{verify.CodeBadAnswer, verify.ClassRetry, 200, true, 0})
		})
	}
}

// TestContentTypeDoesNotMatter checks that the client decodes a response of any content type. The vendor's client alone
// would pass an event stream to a goroutine and drop a binary response.
func TestContentTypeDoesNotMatter(t *testing.T) {
	for _, ct := range []string{"text/event-stream", "application/octet-stream", "text/plain", ""} {
		s := newSupplier(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", ct)
			text(200, sent)(w, r)
		})
		if err := send(t, newClient(t, config(s.URL))); err != nil {
			t.Errorf("%q: %v", ct, err)
		}
	}
}
