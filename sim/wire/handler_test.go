package wire_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"shiming/sim/wire"
)

const answerBody = `{"code":0,"msg":"ok","data":{"id":"om_1"}}`

// harness is one upstream that counts the requests that it applied.
type harness struct {
	t       *testing.T
	applied atomic.Int64
	rec     *wire.Recorder
	faults  *wire.Faults
	srv     *httptest.Server
}

func setup(t *testing.T) *harness {
	t.Helper()
	h := &harness{t: t, rec: wire.NewRecorder(100), faults: &wire.Faults{}}
	upstream := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		h.applied.Add(1)
		rw.Header().Set("Content-Type", "application/json")
		rw.Header().Set("X-Tt-Logid", "log-1")
		_, _ = io.WriteString(rw, answerBody)
	})
	op := func(r *http.Request) string { return strings.TrimPrefix(r.URL.Path, "/") }
	h.srv = httptest.NewServer(wire.Handler("feishu", op, h.rec, h.faults, upstream))
	t.Cleanup(h.srv.Close)
	return h
}

type result struct {
	status int
	header http.Header
	body   string
	err    error
}

func (h *harness) post(ctx context.Context, path string) result {
	h.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.srv.URL+path,
		strings.NewReader(strings.Repeat("x", 100_000)))
	if err != nil {
		h.t.Fatal(err)
	}
	resp, err := h.srv.Client().Do(req)
	if err != nil {
		return result{err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	return result{
		status: resp.StatusCode,
		header: resp.Header,
		body:   string(b),
		err:    err,
	}
}

func TestRecordComesBeforeTheAnswer(t *testing.T) {
	h := setup(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				before := h.rec.Count("feishu", "send")
				if r := h.post(t.Context(), "/send"); r.err != nil {
					t.Error(r.err)
				}
				if h.rec.Count("feishu", "send") <= before {
					t.Error("answered before it was recorded")
				}
			}
		})
	}
	wg.Wait()
	if got := h.rec.Count("", ""); got != 200 {
		t.Errorf("counted %d, want 200", got)
	}
	calls := h.rec.Calls()
	if len(calls) != 100 || calls[0].Seq != 101 || calls[99].Seq != 200 {
		t.Errorf("remembered %d calls, want 100", len(calls))
	}
	if c := calls[99]; c.Upstream != "feishu" || c.Operation != "send" || c.Method != "POST" || c.Path != "/send" ||
		c.Code != "0" {
		t.Errorf("call %+v", c)
	}
}

func TestPassThrough(t *testing.T) {
	big := strings.Repeat("0123456789", 20_000)
	more := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/big", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/jpeg")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, big)
	})
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		wire.Annotate(r, "two parts")
		_, _ = io.WriteString(w, "one\n")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		<-more
		_, _ = io.WriteString(w, "two\n")
	})
	mux.HandleFunc("/upgrade", func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
		_ = conn.Close()
	})
	rec := wire.NewRecorder(0)
	srv := httptest.NewServer(wire.Handler("x", nil, rec, nil, mux))
	defer srv.Close()
	get := func(path string) *http.Response {
		resp, err := srv.Client().Get(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = resp.Body.Close() })
		return resp
	}
	resp := get("/big")
	if b, _ := io.ReadAll(resp.Body); resp.StatusCode != 201 || string(b) != big ||
		resp.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("big: %d, %d bytes, want 201", resp.StatusCode, len(b))
	}
	calls, cancel := rec.Subscribe()
	defer cancel()
	br := bufio.NewReader(get("/stream").Body)
	if line, err := br.ReadString('\n'); line != "one\n" {
		t.Errorf("stream: %q, %v, want %q", line, err, "one\n")
	}
	close(more)
	if line, err := br.ReadString('\n'); line != "two\n" {
		t.Errorf("stream: %q, %v, want %q", line, err, "two\n")
	}
	if c := <-calls; c.Note != "two parts" || c.Status != 200 {
		t.Errorf("stream: %+v", c)
	}
	if b, _ := io.ReadAll(get("/upgrade").Body); string(b) != "hi" {
		t.Errorf("upgrade: %q", b)
	}
}

func TestSubscribe(t *testing.T) {
	rec := wire.NewRecorder(3)
	rec.Now = func() time.Time { return time.Unix(1_700_000_000, 0) }
	slow, cancel := rec.Subscribe()
	for range 300 {
		rec.Add(wire.Call{Upstream: "x"})
	}
	cancel()
	cancel() // a second call has no effect
	rec.Add(wire.Call{Upstream: "x"})
	n := 0
	for c := range slow {
		if n++; !c.At.Equal(rec.Now()) {
			t.Fatalf("At %v", c.At)
		}
	}
	if n != 256 {
		t.Errorf("a slow reader got %d calls, want 256", n)
	}
	if rec.Count("x", "") != 301 || rec.Count("y", "") != 0 || len(rec.Calls()) != 3 {
		t.Errorf("counts %d, remembered %d, want 301, 3", rec.Count("x", ""), len(rec.Calls()))
	}
}

func TestBusinessCodes(t *testing.T) {
	for body, want := range map[string]string{
		`{"code":1291001}`:                              "1291001",
		`{"code":"0"}`:                                  "0",
		`{"errCode":0,"msg":"成功"}`:                      "0",
		`{"Response":{"Error":{"Code":"AuthFailure"}}}`: "AuthFailure",
		`{"Response":{"Result":"0"}}`:                   "",
		`<html>`:                                        "",
		`[]`:                                            "",
	} {
		t.Run(body, func(t *testing.T) {
			rec := wire.NewRecorder(1)
			h := wire.Handler("x", nil, rec, nil, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, body)
			}))
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
			if got := rec.Calls()[0].Code; got != want {
				t.Errorf("%s: code %q, want %q", body, got, want)
			}
		})
	}
}
