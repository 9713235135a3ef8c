package wire_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"shiming/sim/wire"
)

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
			h := setup(t)
			tc.fault.Operation, tc.fault.Times = "send", 1
			h.faults.Arm(tc.fault)
			start := time.Now()
			r := h.post(t.Context(), "/send")
			tc.check(t, r)
			if took := time.Since(start); took < tc.fault.Delay {
				t.Errorf("answered after %v, before the delay was over", took)
			}
			if got := h.applied.Load(); got != tc.applied {
				t.Errorf("applied %d times, want %d", got, tc.applied)
			}
			calls := h.rec.Calls()
			if len(calls) != 1 {
				t.Fatalf("%d calls on record, want 1", len(calls))
			}
			got := calls[0]
			if got.Fault != tc.fault.Kind || got.Status != tc.call.Status || got.Code != tc.call.Code ||
				got.Note != tc.call.Note {
				t.Errorf("record: %+v, want %+v", got, tc.call)
			}
			if len(h.faults.List()) != 0 {
				t.Error("the fault is still armed")
			}
			if r := h.post(t.Context(), "/send"); r.err != nil || r.body != answerBody {
				t.Errorf("after the fault: %+v", r)
			}
		})
	}
}

func TestHangEndsWithTheClient(t *testing.T) {
	h := setup(t)
	h.faults.Arm(wire.Fault{Kind: wire.Hang, Times: 1})
	calls, cancel := h.rec.Subscribe()
	defer cancel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		for len(h.faults.List()) > 0 { // the call uses the fault up when it arrives
			runtime.Gosched()
		}
		stop()
	}()
	if r := h.post(ctx, "/send"); !errors.Is(r.err, context.Canceled) {
		t.Fatalf("got %+v", r)
	}
	c := <-calls // sent when the handler has ended
	if c.Fault != wire.Hang || c.Status != 0 || h.applied.Load() != 0 {
		t.Errorf("record %+v, applied %d, want 0", c, h.applied.Load())
	}
}

func TestFaultMatching(t *testing.T) {
	h := setup(t)
	f := func(upstream, operation string, times, status int) int {
		return h.faults.Arm(wire.Fault{
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
		got = append(got, h.post(t.Context(), p).status)
	}
	if want := []int{503, 503, 504, 502, 504}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if !h.faults.Disarm(last) || h.faults.Disarm(last) {
		t.Error("Disarm must work once")
	}
	if r := h.post(t.Context(), "/other"); r.status != 200 {
		t.Errorf("after Disarm: %d, want 200", r.status)
	}
	h.faults.Clear()
	if r := h.post(t.Context(), "/patch"); r.status != 200 || len(h.faults.List()) != 0 {
		t.Errorf("after Clear: %d, %v, want 200", r.status, h.faults.List())
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
