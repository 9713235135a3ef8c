package bot

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// fake is a Feishu with the routes that a test adds. It checks what every call must have.
type fake struct {
	t      testing.TB
	mux    *http.ServeMux
	server *httptest.Server
	secret string

	mu     sync.Mutex
	tokens int // issued; the valid one is t-<tokens>
	calls  []string
	expire int
}

func newFake(t testing.TB) *fake {
	f := &fake{
		t:      t,
		mux:    http.NewServeMux(),
		secret: "app-secret-canary",
		expire: 7200,
	}
	f.mux.HandleFunc("POST /open-apis/auth/v3/tenant_access_token/internal", f.issue)
	f.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("unexpected %s %s", r.Method, r.URL)
		w.WriteHeader(http.StatusNotFound)
	})
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.calls = append(f.calls, r.Method+" "+r.URL.Path)
		f.mu.Unlock()
		f.mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.server.Close)
	return f
}

func (f *fake) client(t testing.TB, change ...func(*ClientConfig)) *Client {
	t.Helper()
	cfg := ClientConfig{BaseURL: f.server.URL, AppID: testApp, AppSecret: f.secret}
	for _, c := range change {
		c(&cfg)
	}
	client, err := NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

func (f *fake) issue(w http.ResponseWriter, r *http.Request) {
	var in map[string]string
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in["app_id"] != testApp || in["app_secret"] != f.secret {
		answerCode(w, 400, 10015)
		return
	}
	if r.Header.Get("Authorization") != "" {
		f.t.Error("token request carries a token")
	}
	f.mu.Lock()
	f.tokens++
	body := fmt.Sprintf(`{"code":0,"msg":"ok","tenant_access_token":%q,"expire":%d}`, fmt.Sprint("t-", f.tokens), f.expire)
	f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = io.WriteString(w, body)
}

// handle adds a route. Its calls must carry the latest token.
func (f *fake) handle(pattern string, h http.HandlerFunc) {
	f.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		want := fmt.Sprint("Bearer t-", f.tokens)
		f.mu.Unlock()
		if r.Header.Get("Authorization") != want {
			answerCode(w, 400, 99991663)
			return
		}
		h(w, r)
	})
}

// revoke invalidates the latest token.
func (f *fake) revoke() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tokens++
}

func (f *fake) issued() int {
	n := 0
	for _, c := range f.called() {
		if strings.HasSuffix(c, "/tenant_access_token/internal") {
			n++
		}
	}
	return n
}

func (f *fake) called() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.calls...)
}

func ok(w http.ResponseWriter, data string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Tt-Logid", "log-ok")
	_, _ = io.WriteString(w, `{"code":0,"msg":"success","data":`+data+`}`)
}

func answerCode(w http.ResponseWriter, status, code int) {
	answerMessage(w, status, code, "msg canary 110101199001011237")
}

func answerMessage(w http.ResponseWriter, status, code int, msg string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Tt-Logid", "2026112112000001")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(m{"code": code, "msg": msg})
}

// bodyOf decodes the JSON body of a request, strictly.
func bodyOf(t testing.TB, r *http.Request) m {
	t.Helper()
	if got := r.Header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("Content-Type %q, want %q", got, "application/json; charset=utf-8")
	}
	var v m
	if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
		t.Error(err)
	}
	return v
}

// fileOf reads the only file of a multipart body.
func fileOf(t testing.TB, r *http.Request, field string) (name, content string) {
	t.Helper()
	file, header, err := r.FormFile(field)
	if err != nil {
		t.Error(err)
		return "", ""
	}
	defer func() { _ = file.Close() }()
	b, err := io.ReadAll(file)
	if err != nil {
		t.Error(err)
	}
	return header.Filename, string(b)
}
