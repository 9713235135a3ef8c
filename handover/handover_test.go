package handover

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"shiming/failure"
)

const exampleSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func secret(t *testing.T, text string) Secret {
	t.Helper()
	s, err := ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestVectors compares with signatures of the reference library of Standard Webhooks.
func TestVectors(t *testing.T) {
	for _, c := range []struct {
		id   string
		at   int64
		body string
		want string
	}{
		{"msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, `{"test": 2432232314}`,
			"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
		{"msg_x1", 1700000000, `{}`, "v1,t3K5vTOo7QULlXwDnPD1qYqQ7vK4EeXLTGFD6VCd4gw="},
	} {
		got := Sign([]Secret{secret(t, exampleSecret)}, c.id, time.Unix(c.at, 0), []byte(c.body))
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.id, got, c.want)
		}
	}
}

// TestRotationSignsWithAll: a receiver accepts any of the signatures, the newest secret's stands first.
func TestRotationSignsWithAll(t *testing.T) {
	older := secret(t, exampleSecret)
	newer := secret(t, "whsec_"+strings.Repeat("QUJD", 8))
	both := strings.Fields(Sign([]Secret{newer, older}, "msg_x1", time.Unix(1700000000, 0), []byte(`{}`)))
	if len(both) != 2 || both[0] == both[1] || both[1] != "v1,t3K5vTOo7QULlXwDnPD1qYqQ7vK4EeXLTGFD6VCd4gw=" {
		t.Errorf("got %v, want two different signatures, the older secret's last", both)
	}
}

func TestParseSecret(t *testing.T) {
	for _, good := range []string{exampleSecret, "whsec_" + strings.Repeat("A", 86), "whsec_" + strings.Repeat("A", 86) + "=="} {
		if _, err := ParseSecret(good); err != nil {
			t.Errorf("%d characters: got %v, want a secret", len(good), err)
		}
	}
	for name, bad := range map[string]string{
		"empty": "", "no prefix": exampleSecret[6:], "short": "whsec_QUJD", "hex": "whsec_" + strings.Repeat("zz-", 11),
		"long": "whsec_" + strings.Repeat("QUJD", 22), "public key": "whpk_" + exampleSecret[6:],
	} {
		_, err := ParseSecret(bad)
		if !errors.Is(err, ErrSecret) {
			t.Errorf("%s: got %v, want ErrSecret", name, err)
		}
		if err != nil && len(bad) > 8 && strings.Contains(err.Error(), bad[6:]) {
			t.Errorf("%s: the error quotes the secret", name)
		}
	}
}

func TestAllowed(t *testing.T) {
	for _, c := range []struct {
		address         string
		public, private bool // allowed without and with AllowPrivate
	}{
		{"8.8.8.8", true, true}, {"2400:3200::1", true, true},
		{"127.0.0.1", false, true}, {"::1", false, true}, {"::ffff:127.0.0.1", false, true},
		{"10.1.2.3", false, true}, {"172.16.0.1", false, true}, {"192.168.1.1", false, true}, {"fd12::1", false, true},
		{"100.64.0.1", false, true}, {"::ffff:10.0.0.1", false, true}, {"64:ff9b::a00:1", false, true},
		{"2002:a00:1::1", false, true}, {"0.1.2.3", false, true}, {"::10.0.0.1", false, true},
		{"169.254.169.254", false, false}, {"fe80::1", false, false}, {"::ffff:169.254.169.254", false, false},
		{"100.100.100.200", false, false}, {"fd00:ec2::254", false, false}, {"0.0.0.0", false, false},
		{"::", false, false}, {"224.0.0.1", false, false}, {"ff02::1", false, false},
	} {
		a := netip.MustParseAddr(c.address)
		if got := Allowed(a, false); got != c.public {
			t.Errorf("%s: got %v, want %v", c.address, got, c.public)
		}
		if got := Allowed(a, true); got != c.private {
			t.Errorf("%s, private: got %v, want %v", c.address, got, c.private)
		}
	}
}

func client(t *testing.T, url string, change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{URL: url, Secrets: []Secret{secret(t, exampleSecret)}, AllowPrivate: true}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// TestAnswers gives every kind of status its meaning.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		status int
		header string // Retry-After
		kind   Kind   // "" = taken
		class  failure.Class
		after  time.Duration
	}{
		{status: 200}, {status: 202}, {status: 204},
		{status: 301, kind: KindRedirect, class: failure.Retry},
		{status: 307, kind: KindRedirect, class: failure.Retry},
		{status: 400, kind: KindRefused, class: failure.Retry},
		{status: 401, kind: KindRefused, class: failure.Retry},
		{status: 404, kind: KindRefused, class: failure.Retry},
		{status: 408, kind: KindServer, class: failure.Retry},
		{status: 410, kind: KindGone, class: failure.Refused},
		{status: 429, header: "120", kind: KindRate, class: failure.Retry, after: 2 * time.Minute},
		{status: 500, kind: KindServer, class: failure.Retry},
		{status: 503, header: "Wed, 25 Nov 2026 03:00:30 GMT", kind: KindServer, class: failure.Retry, after: 30 * time.Second},
		{status: 503, header: "9999999", kind: KindServer, class: failure.Retry, after: 24 * time.Hour},
		{status: 503, header: "-5", kind: KindServer, class: failure.Retry},
		{status: 503, header: "soon", kind: KindServer, class: failure.Retry},
	} {
		followed := atomic.Bool{}
		receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				followed.Store(true)
				return
			}
			w.Header().Set("Location", "/elsewhere")
			if c.header != "" {
				w.Header().Set("Retry-After", c.header)
			}
			w.WriteHeader(c.status)
			if c.status != 204 {
				_, _ = w.Write([]byte("张三 " + strings.Repeat("x", 100_000)))
			}
		}))
		now := func() time.Time { return time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC) }
		err := client(t, receiver.URL+"/hook", func(cfg *Config) { cfg.Now = now }).Send(t.Context(), "msg_1", []byte(`{}`))
		receiver.Close()
		if followed.Load() {
			t.Errorf("%d: the redirect was followed", c.status)
		}
		if c.kind == "" {
			if err != nil {
				t.Errorf("%d: got %v, want it taken", c.status, err)
			}
			continue
		}
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != c.kind || e.RetryAfter() != c.after {
			t.Errorf("%d %s: got %v after %v, want %s after %v", c.status, c.header, err, e.RetryAfter(), c.kind, c.after)
			continue
		}
		if d := failure.Of(err, true); d.Class != c.class || d.Operation != "handover" {
			t.Errorf("%d: got %+v, want class %s", c.status, d, c.class)
		}
		if strings.Contains(err.Error(), "张三") || strings.Contains(err.Error(), receiver.URL) {
			t.Errorf("%d: the error quotes answer or address: %v", c.status, err)
		}
	}
}

// TestNoAnswer: what hangs, breaks off or is not there can be tried again.
func TestNoAnswer(t *testing.T) {
	release := make(chan struct{})
	hangs := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer hangs.Close()
	defer close(release)
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = nobody.Close()
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = nil
	defer untrusted.Close()
	for url, reason := range map[string]string{
		hangs.URL:                          "timeout",
		"http://" + nobody.Addr().String(): "cannot connect",
		untrusted.URL:                      "certificate refused",
	} {
		c := client(t, url, func(cfg *Config) {
			if url == hangs.URL {
				cfg.Timeout = 50 * time.Millisecond
			}
		})
		err := c.Send(t.Context(), "msg_1", []byte(`{}`))
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != KindNetwork || !e.Temporary() || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: got %v", reason, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := client(t, hangs.URL).Send(ctx, "msg_1", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

// TestGuard: without AllowPrivate nothing connects to an internal address, by whatever name, and no byte is sent.
func TestGuard(t *testing.T) {
	called := atomic.Bool{}
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Store(true) }))
	defer receiver.Close()
	_, port, err := net.SplitHostPort(receiver.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1"} {
		c := client(t, "http://"+host+":"+port+"/hook", func(cfg *Config) { cfg.AllowPrivate = false })
		err := c.Send(t.Context(), "msg_1", []byte(`{}`))
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != KindAddress {
			t.Errorf("%s: got %v, want the address refused", host, err)
		}
	}
	if called.Load() {
		t.Error("the receiver was called")
	}
}

// TestProxyOfTheEnvironmentIsIgnored: a proxy would resolve the name past the guard.
func TestProxyOfTheEnvironmentIsIgnored(t *testing.T) {
	c := client(t, "http://example.com/hook")
	transport, ok := c.http.Transport.(*http.Transport)
	if !ok || transport.Proxy != nil {
		t.Error("the client asks for a proxy")
	}
}

// TestHeaders looks at what a receiver sees: the same id and body, a new timestamp and signature in each attempt.
func TestHeaders(t *testing.T) {
	var seen []http.Header
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Clone())
	}))
	defer receiver.Close()
	now := time.Unix(1700000000, 0)
	c := client(t, receiver.URL, func(cfg *Config) { cfg.Now = func() time.Time { return now } })
	for range 2 {
		if err := c.Send(t.Context(), "msg_x1", []byte(`{}`)); err != nil {
			t.Fatal(err)
		}
		now = now.Add(5 * time.Second)
	}
	if seen[0].Get("webhook-timestamp") != "1700000000" || seen[1].Get("webhook-timestamp") != "1700000005" {
		t.Errorf("got %q and %q, want the seconds of each attempt",
			seen[0].Get("webhook-timestamp"), seen[1].Get("webhook-timestamp"))
	}
	if seen[0].Get("webhook-id") != "msg_x1" || seen[1].Get("webhook-id") != "msg_x1" {
		t.Error("the id changed")
	}
	if seen[0].Get("webhook-signature") != "v1,t3K5vTOo7QULlXwDnPD1qYqQ7vK4EeXLTGFD6VCd4gw=" ||
		seen[0].Get("webhook-signature") == seen[1].Get("webhook-signature") {
		t.Error("the signature does not belong to the attempt")
	}
	if seen[0].Get("Content-Type") != "application/json" {
		t.Errorf("got %q, want application/json", seen[0].Get("Content-Type"))
	}
}
