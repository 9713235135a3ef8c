package wire_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"shiming/sim/wire"
)

// upstream is a server behind a refusable listener.
type upstream struct {
	*testing.T
	faults  wire.Faults
	url     string
	client  http.Client
	applied atomic.Int32
	served  chan error
	srv     *http.Server
}

func newUpstream(t *testing.T) *upstream {
	t.Helper()
	h := &upstream{T: t, served: make(chan error, 1)}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	op := func(r *http.Request) string { return strings.TrimPrefix(r.URL.Path, "/") }
	apply := func(w http.ResponseWriter, _ *http.Request) {
		h.applied.Add(1)
		_, _ = io.WriteString(w, answerBody)
	}
	handler := wire.Handler("esign", op, nil, &h.faults, http.HandlerFunc(apply))
	h.srv = &http.Server{ReadHeaderTimeout: time.Second, Handler: handler}
	h.url = "http://" + l.Addr().String()
	h.client.Transport = &http.Transport{} // keeps connections
	listener := h.faults.Listener("esign", l, h.srv)
	go func() { h.served <- h.srv.Serve(listener) }()
	t.Cleanup(func() {
		h.faults.Clear()
		_ = h.srv.Close()
		if err := <-h.served; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("the server ended with %v, want %v", err, http.ErrServerClosed)
		}
	})
	return h
}

// post reports whether the client got a connection, and the error of the request.
func (h *upstream) post(path string) (sent bool, err error) {
	h.Helper()
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { sent = true }}
	ctx := httptrace.WithClientTrace(h.Context(), trace)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url+path, strings.NewReader("x"))
	if err != nil {
		h.Fatal(err)
	}
	resp, err := h.client.Do(req)
	if err != nil {
		return sent, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return sent, err
}

func (h *upstream) works(path string) {
	h.Helper()
	if _, err := h.post(path); err != nil {
		h.Errorf("%s: %v", path, err)
	}
}

// hangs ends a test that would wait for ever; no test measures it.
const hangs = 2 * time.Minute

// refused sends requests until one gets no connection. The client may still hold a kept connection for a moment.
func (h *upstream) refused() {
	h.Helper()
	before := h.applied.Load()
	for ctx, cancel := context.WithTimeout(h.Context(), hangs); ; {
		sent, err := h.post("/refused")
		if !sent && errors.Is(err, syscall.ECONNREFUSED) {
			cancel()
			break
		}
		if ctx.Err() != nil || err == nil {
			cancel()
			h.Fatalf("sent %t, %v", sent, err)
		}
	}
	if n := h.applied.Load(); n != before {
		h.Errorf("%d requests came through", n-before)
	}
}

func TestRefuseAtOnce(t *testing.T) {
	h := newUpstream(t)
	h.works("/a")
	other := h.faults.Arm(wire.Fault{Kind: wire.Refuse, Upstream: "feishu"})
	h.works("/a")
	id := h.faults.Arm(wire.Fault{Kind: wire.Refuse, Upstream: "esign"})
	everywhere := h.faults.Arm(wire.Fault{Kind: wire.Refuse})
	h.refused()
	h.faults.Disarm(id)
	h.refused() // another fault keeps it closed
	if !h.faults.Disarm(everywhere) || !h.faults.Disarm(other) || h.faults.Disarm(id) {
		t.Errorf("left: %+v", h.faults.List())
	}
	h.works("/a")
	h.faults.Arm(wire.Fault{Kind: wire.Refuse})
	h.refused()
	h.faults.Clear()
	h.works("/a")
}

func TestRefuseAfterAnswers(t *testing.T) {
	h := newUpstream(t)
	id := h.faults.Arm(wire.Fault{
		Kind:      wire.Refuse,
		Upstream:  "esign",
		Operation: "status",
		Times:     2,
	})
	for _, path := range []string{"/status", "/other", "/status"} { // the last one gets an answer
		h.works(path)
	}
	h.refused()
	h.faults.Disarm(id)
	h.works("/status")
}

func TestRefuseEndsByItself(t *testing.T) {
	h := newUpstream(t)
	ended := make(chan struct{}, 1)
	h.faults.Ended = func() { ended <- struct{}{} }
	h.faults.Arm(wire.Fault{Kind: wire.Refuse, Delay: 50 * time.Millisecond})
	select {
	case <-ended:
	case <-time.After(hangs):
		t.Fatal("the fault does not expire")
	}
	h.works("/a")
	if left := h.faults.List(); len(left) > 0 {
		t.Errorf("left: %+v", left)
	}
}

// TestReopenWaitsForPort takes the port of the listener before the listener reopens.
func TestReopenWaitsForPort(t *testing.T) {
	h := newUpstream(t)
	h.works("/a")
	id := h.faults.Arm(wire.Fault{Kind: wire.Refuse})
	h.refused()
	other, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Skip("the port was taken by somebody else")
	}
	h.faults.Disarm(id)
	_ = other.Close()
	for deadline := time.Now().Add(hangs); ; {
		if _, err := h.post("/a"); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the listener never reopens")
		}
	}
}

func TestCloseWhileRefusing(t *testing.T) {
	h := newUpstream(t)
	h.faults.Arm(wire.Fault{Kind: wire.Refuse})
	h.refused()
	_ = h.srv.Close()
	if err := <-h.served; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("%v, want %v", err, http.ErrServerClosed)
	}
	h.served <- http.ErrServerClosed
	h.faults.Clear() // must not reopen the listener
	if _, err := h.post("/a"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("%v, want %v", err, syscall.ECONNREFUSED)
	}
}
