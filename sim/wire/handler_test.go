package wire_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"shiming/sim/wire"
)

const answerBody = `{"code":0,"msg":"ok","data":{"id":"om_1"}}`

// world is one upstream that counts what it applied.
type world struct {
	t       *testing.T
	applied atomic.Int64
	rec     *wire.Recorder
	faults  *wire.Faults
	srv     *httptest.Server
}

func setup(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, rec: wire.NewRecorder(100), faults: &wire.Faults{}}
	upstream := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.applied.Add(1)
		rw.Header().Set("Content-Type", "application/json")
		rw.Header().Set("X-Tt-Logid", "log-1")
		_, _ = io.WriteString(rw, answerBody)
	})
	op := func(r *http.Request) string { return strings.TrimPrefix(r.URL.Path, "/") }
	w.srv = httptest.NewServer(wire.Handler("feishu", op, w.rec, w.faults, upstream))
	t.Cleanup(w.srv.Close)
	return w
}

type result struct {
	status int
	header http.Header
	body   string
	err    error
}

func (w *world) post(ctx context.Context, path string) result {
	w.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.srv.URL+path,
		strings.NewReader(strings.Repeat("x", 100_000)))
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := w.srv.Client().Do(req)
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

func TestFaultKinds(t *testing.T) {
	tests := []struct {
		name    string
		fault   wire.Fault
		applied int64
		check   func(t *testing.T, r result)
		call    wire.Call
	}{
		{
			name:    "delay",
			fault:   wire.Fault{Kind: wire.Delay, Delay: 30 * time.Millisecond},
			applied: 1,
			check:   func(t *testing.T, r result) { wantAnswer(t, r, 200, answerBody) },
			call:    wire.Call{Status: 200, Code: "0"},
		},
		{
			name:  "drop before",
			fault: wire.Fault{Kind: wire.DropBefore},
			check: func(t *testing.T, r result) { wantError(t, r, io.EOF) },
		},
		{
			name:    "drop after",
			fault:   wire.Fault{Kind: wire.DropAfter},
			applied: 1,
			check:   func(t *testing.T, r result) { wantError(t, r, io.EOF) },
			call:    wire.Call{Note: "applied: 200"},
		},
		{
			name:  "reset",
			fault: wire.Fault{Kind: wire.Reset},
			check: func(t *testing.T, r result) { wantError(t, r, syscall.ECONNRESET) },
		},
		{
			name: "error",
			fault: wire.Fault{
				Kind:   wire.Error,
				Status: 429,
				Body:   `{"code":99991400,"msg":"slow down"}`,
				Header: http.Header{"x-ogw-ratelimit-reset": {"3"}},
			},
			check: func(t *testing.T, r result) {
				wantAnswer(t, r, 429, `{"code":99991400,"msg":"slow down"}`)
				if got := r.header.Get("X-Ogw-Ratelimit-Reset"); got != "3" {
					t.Errorf("header of the fault: %q, want %q", got, "3")
				}
			},
			call: wire.Call{Status: 429, Code: "99991400"},
		},
		{
			name:    "error after",
			fault:   wire.Fault{Kind: wire.ErrorAfter, Body: "oops"},
			applied: 1,
			check:   func(t *testing.T, r result) { wantAnswer(t, r, 500, "oops") },
			call:    wire.Call{Status: 500, Note: "applied: 200"},
		},
		{
			name:    "truncate",
			fault:   wire.Fault{Kind: wire.Truncate},
			applied: 1,
			check: func(t *testing.T, r result) {
				wantAnswer(t, r, 200, answerBody[:len(answerBody)/2])
				if r.header.Get("X-Tt-Logid") != "log-1" {
					t.Error("the upstream's headers are lost")
				}
				if json.Valid([]byte(r.body)) {
					t.Error("still valid JSON")
				}
			},
			call: wire.Call{Status: 200, Note: "applied: 200"},
		},
		{
			name:    "not json",
			fault:   wire.Fault{Kind: wire.NotJSON},
			applied: 1,
			check: func(t *testing.T, r result) {
				if r.err != nil || r.status != 200 || json.Valid([]byte(r.body)) {
					t.Errorf("got %+v", r)
				}
			},
			call: wire.Call{Status: 200, Note: "applied: 200"},
		},
		{
			name:    "wrong shape",
			fault:   wire.Fault{Kind: wire.WrongShape},
			applied: 1,
			check:   func(t *testing.T, r result) { wantAnswer(t, r, 200, wire.WrongShapeBody) },
			call:    wire.Call{Status: 200, Code: "0", Note: "applied: 200"},
		},
		{
			name:    "wrong shape of one's own",
			fault:   wire.Fault{Kind: wire.WrongShape, Status: 201, Body: `{"code":"zero"}`},
			applied: 1,
			check:   func(t *testing.T, r result) { wantAnswer(t, r, 201, `{"code":"zero"}`) },
			call:    wire.Call{Status: 201, Code: "zero", Note: "applied: 200"},
		},
		{
			name:  "unknown kind",
			fault: wire.Fault{Kind: "earthquake"},
			check: func(t *testing.T, r result) {
				if r.status != 500 || !strings.Contains(r.body, "earthquake") {
					t.Errorf("got %+v", r)
				}
			},
			call: wire.Call{Status: 500},
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			w := setup(t)
			tc.fault.Operation, tc.fault.Times = "send", 1
			w.faults.Arm(tc.fault)
			start := time.Now()
			r := w.post(t.Context(), "/send")
			tc.check(t, r)
			if took := time.Since(start); took < tc.fault.Delay {
				t.Errorf("answered after %v, before the delay was over", took)
			}
			if got := w.applied.Load(); got != tc.applied {
				t.Errorf("applied %d times, want %d", got, tc.applied)
			}
			calls := w.rec.Calls()
			if len(calls) != 1 {
				t.Fatalf("%d calls on record, want 1", len(calls))
			}
			got := calls[0]
			if got.Fault != tc.fault.Kind || got.Status != tc.call.Status || got.Code != tc.call.Code ||
				got.Note != tc.call.Note {
				t.Errorf("record: %+v, want %+v", got, tc.call)
			}
			if len(w.faults.List()) != 0 {
				t.Error("the fault is still armed")
			}
			if r := w.post(t.Context(), "/send"); r.err != nil || r.body != answerBody {
				t.Errorf("after the fault: %+v", r)
			}
		})
	}
}

func TestHangEndsWithTheClient(t *testing.T) {
	w := setup(t)
	w.faults.Arm(wire.Fault{Kind: wire.Hang, Times: 1})
	calls, cancel := w.rec.Subscribe()
	defer cancel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		for len(w.faults.List()) > 0 { // used up once the call is there
			runtime.Gosched()
		}
		stop()
	}()
	if r := w.post(ctx, "/send"); !errors.Is(r.err, context.Canceled) {
		t.Fatalf("got %+v", r)
	}
	c := <-calls // the handler ended
	if c.Fault != wire.Hang || c.Status != 0 || w.applied.Load() != 0 {
		t.Errorf("record %+v, applied %d, want 0", c, w.applied.Load())
	}
}

func TestFaultMatching(t *testing.T) {
	w := setup(t)
	f := func(upstream, operation string, times, status int) int {
		return w.faults.Arm(wire.Fault{
			Upstream:  upstream,
			Operation: operation,
			Times:     times,
			Kind:      wire.Error,
			Status:    status,
		})
	}
	f("esign", "", 0, 501)
	f("feishu", "patch", 0, 502)
	f("feishu", "send", 2, 503)
	last := f("", "", 0, 504)
	var got []int
	for _, p := range []string{"/send", "/send", "/send", "/patch", "/other"} {
		got = append(got, w.post(t.Context(), p).status)
	}
	if want := []int{503, 503, 504, 502, 504}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if !w.faults.Disarm(last) || w.faults.Disarm(last) {
		t.Error("Disarm must work once")
	}
	if r := w.post(t.Context(), "/other"); r.status != 200 {
		t.Errorf("after Disarm: %d, want 200", r.status)
	}
	w.faults.Clear()
	if r := w.post(t.Context(), "/patch"); r.status != 200 || len(w.faults.List()) != 0 {
		t.Errorf("after Clear: %d, %v, want 200", r.status, w.faults.List())
	}
}

func TestRecordComesBeforeTheAnswer(t *testing.T) {
	w := setup(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				before := w.rec.Count("feishu", "send")
				if r := w.post(t.Context(), "/send"); r.err != nil {
					t.Error(r.err)
				}
				if w.rec.Count("feishu", "send") <= before {
					t.Error("answered before it was recorded")
				}
			}
		})
	}
	wg.Wait()
	if got := w.rec.Count("", ""); got != 200 {
		t.Errorf("counted %d, want 200", got)
	}
	calls := w.rec.Calls()
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
	cancel() // twice does no harm
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

func wantAnswer(t *testing.T, r result, status int, body string) {
	t.Helper()
	if r.err != nil || r.status != status || r.body != body {
		t.Errorf("got %+v, want %d %s", r, status, body)
	}
}

func wantError(t *testing.T, r result, want error) {
	t.Helper()
	if !errors.Is(r.err, want) {
		t.Errorf("got %+v, want %v", r, want)
	}
}
