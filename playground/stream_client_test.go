package playground

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// frame is one server-sent event.
type frame struct {
	kind, id string
	data     json.RawMessage
}

// waitTimeout fails a test that waits for something that never comes.
const waitTimeout = 2 * time.Minute

// until polls a condition until it holds.
func (h *player) until(what string, holds func() bool) {
	h.T.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(waitTimeout); !holds(); <-tick.C {
		if time.Now().After(end) {
			h.T.Fatalf("never came: %s", what)
		}
	}
}

// watching is an open stream.
type watching struct {
	t      *testing.T
	frames chan frame
	cancel context.CancelFunc
}

// watch opens the stream after the item with the id last; "" opens it at the beginning.
func (h *player) watch(last string) *watching {
	h.T.Helper()
	ctx, cancel := context.WithCancel(h.Ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.pg.URL+"/sim/stream", nil)
	if err != nil {
		h.T.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.T.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		h.T.Fatalf("got status %d and type %s, want 200 and text/event-stream", resp.StatusCode,
			resp.Header.Get("Content-Type"))
	}
	w := &watching{t: h.T, frames: make(chan frame, 10_000), cancel: cancel}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(w.frames)
		r := bufio.NewReaderSize(resp.Body, 1<<20)
		var f frame
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			line = strings.TrimSuffix(line, "\n")
			switch key, value, _ := strings.Cut(line, ": "); {
			case line == "" && f.kind != "":
				w.frames <- f
				f = frame{}
			case key == "event":
				f.kind = value
			case key == "id":
				f.id = value
			case key == "data":
				f.data = json.RawMessage(value)
			}
		}
	}()
	h.T.Cleanup(func() {
		cancel()
		<-done
		_ = resp.Body.Close()
	})
	return w
}

// until reads frames up to the first one that satisfies the condition and returns all of them.
func (w *watching) until(ok func(frame) bool) []frame {
	w.t.Helper()
	var all []frame
	for deadline := time.After(waitTimeout); ; {
		select {
		case f, open := <-w.frames:
			if !open {
				w.t.Fatalf("the stream ended after %d frames", len(all))
			}
			all = append(all, f)
			if ok(f) {
				return all
			}
		case <-deadline:
			w.t.Fatalf("not among %d frames", len(all))
		}
	}
}

func kindIs(kind string) func(frame) bool { return func(f frame) bool { return f.kind == kind } }

func (f frame) message(t *testing.T) streamMessage {
	t.Helper()
	var m streamMessage
	if err := json.Unmarshal(f.data, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func aboutMessage(id string) func(frame) bool {
	return func(f frame) bool { return f.kind == itemMessage && strings.Contains(string(f.data), id) }
}

// get checks the status and returns the answer without its body.
func (h *player) get(path string, header http.Header, want int) *http.Response {
	h.T.Helper()
	req, err := http.NewRequestWithContext(h.Ctx, http.MethodGet, h.pg.URL+path, nil)
	if err != nil {
		h.T.Fatal(err)
	}
	req.Header = header
	if header == nil {
		req.Header = http.Header{}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.T.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != want {
		h.T.Errorf("%s: %d, want %d", path, resp.StatusCode, want)
	}
	return resp
}
