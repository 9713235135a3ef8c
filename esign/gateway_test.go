package esign

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	testAppID  = "7438999999"
	testSecret = "esign-test-secret-0123456789abcdef"
	frontID    = "9631665ce202447bb254ab57a391808c"
	backID     = "02723880e8da4611acc7a6d9ffe93f68"
)

var testNow = time.Date(2025, 3, 24, 9, 37, 39, 0, time.UTC) // 17:37:39 in Beijing, 1742809059000 ms

// gateway is a fake e签宝. It checks every API request as the documentation describes and then calls the test's handler.
type gateway struct {
	*httptest.Server
	mu     sync.Mutex
	seen   []request
	answer func(w http.ResponseWriter, r *http.Request, body []byte)
}

type request struct {
	method, uri, remote string
	header              http.Header
	length              int64
	chunked             bool
	body                string
}

func newGateway(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, body []byte)) *gateway {
	t.Helper()
	g := &gateway{answer: answer}
	g.Server = httptest.NewServer(g)
	t.Cleanup(g.Close)
	return g
}

// says returns a gateway that gives every request the same response.
func says(t *testing.T, status int, body string) *gateway {
	return newGateway(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	g.mu.Lock()
	g.seen = append(g.seen, request{r.Method, r.RequestURI, r.RemoteAddr, r.Header.Clone(), r.ContentLength,
		len(r.TransferEncoding) > 0, string(body)})
	g.mu.Unlock()
	if strings.HasPrefix(r.URL.Path, "/v3/") {
		if fault := signatureFault(r, body); fault != "" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = fmt.Fprintf(w, `{"success":false,"code":401,"message":%q}`, fault)
			return
		}
	}
	g.answer(w, r, body)
}

func (g *gateway) requests() []request {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]request(nil), g.seen...)
}

// signatureFault checks a signature as the pages describe the gateway. It shares no code with the signer: it reads the
// headers of the request and sorts the query; values are raw, and an empty value is the key alone.
func signatureFault(r *http.Request, body []byte) string {
	h := r.Header
	if h.Get("X-Tsign-Open-Auth-Mode") == "" {
		return "TOKEN_CANT_BE_NULL"
	}
	if h.Get("X-Tsign-Open-Auth-Mode") != "Signature" {
		return "AUTHSTRATEGY_NOT_FOUND"
	}
	if h.Get("X-Tsign-Open-App-Id") != testAppID {
		return "无效的应用"
	}
	ms, err := strconv.ParseInt(h.Get("X-Tsign-Open-Ca-Timestamp"), 10, 64)
	if err != nil || time.UnixMilli(ms).Sub(testNow).Abs() > 15*time.Minute {
		return "INVALID_TIMESTAMP"
	}
	if len(body) > 0 {
		sum := md5.Sum(body)
		if h.Get("Content-MD5") != base64.StdEncoding.EncodeToString(sum[:]) {
			return "INVALID_SIGNATURE"
		}
	}
	target := r.URL.Path
	if r.URL.RawQuery != "" {
		var keys, parts []string
		query := r.URL.Query()
		for k := range query {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			if v := query[k][0]; v != "" {
				parts = append(parts, k+"="+v)
			} else {
				parts = append(parts, k)
			}
		}
		target += "?" + strings.Join(parts, "&")
	}
	lines := []string{r.Method, h.Get("Accept"), h.Get("Content-MD5"), h.Get("Content-Type"), h.Get("Date"), target}
	mac := hmac.New(sha256.New, []byte(testSecret))
	_, _ = io.WriteString(mac, strings.Join(lines, "\n"))
	if h.Get("X-Tsign-Open-Ca-Signature") != base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
		return "INVALID_SIGNATURE"
	}
	return ""
}

// client returns a client of the gateway. change may alter its configuration.
func (g *gateway) client(t *testing.T, change ...func(*Config)) *Client {
	t.Helper()
	return newClient(t, g.URL, change...)
}

func newClient(t *testing.T, baseURL string, change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{
		BaseURL:   baseURL,
		AppID:     testAppID,
		AppSecret: testSecret,
		Revision:  Revision2024,
		Now:       func() time.Time { return testNow },
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.http.CloseIdleConnections)
	return c
}

// mustError returns err as *Error.
func mustError(t *testing.T, err error) *Error {
	t.Helper()
	e, ok := err.(*Error)
	if !ok {
		t.Fatalf("want *Error, got %T", err)
	}
	return e
}
