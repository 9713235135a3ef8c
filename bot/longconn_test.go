package bot

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	for attempt, most := range map[int]time.Duration{0: shortestPause, 1: 2 * shortestPause, 4: 16 * shortestPause, 10: time.Minute, 1000: time.Minute} {
		t.Run(fmt.Sprint(attempt), func(t *testing.T) {
			for range 50 {
				if d := backoff(attempt, time.Minute); d < most/2 || d > most {
					t.Errorf("attempt %d waits %v, want %v to %v", attempt, d, most/2, most)
				}
			}
		})
	}
}

// TestPingsFollowThePlatform: when a pong says that pings are wanted sooner, the next one comes in that time rather than in
// the old one, in which the line would have been given up for dead.
func TestPingsFollowThePlatform(t *testing.T) {
	f := newFake(t)
	f.mux.HandleFunc("POST "+socketEndpoint, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"code":0,"data":{"URL":"ws://`+r.Host+`/ws?service_id=7","ClientConfig":{"PingInterval":3600}}}`)
	})
	pings := make(chan int, 10)
	connections := 0
	f.mux.HandleFunc("GET /ws", func(w http.ResponseWriter, r *http.Request) {
		connections++
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+acceptKey(r.Header.Get("Sec-WebSocket-Key"))+"\r\n\r\n")
		pong := frame{service: 7, headers: []frameHeader{{frameHeaderType, "pong"}}, payload: []byte(`{"PingInterval":1}`)}
		for {
			head := make([]byte, 6) // of a small masked frame
			if _, err := io.ReadFull(rw, head); err != nil {
				return
			}
			if _, err := io.CopyN(io.Discard, rw, int64(head[1]&0x7f)); err != nil {
				return
			}
			if head[0]&0x0f == opClose {
				return
			}
			pings <- connections
			raw := pong.marshal()
			if _, err := conn.Write(append([]byte{0x80 | opBinary, byte(len(raw))}, raw...)); err != nil {
				return
			}
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); newRig(t).LongConn(f.client(t)).Run(ctx) }()
	for range 2 {
		select {
		case on := <-pings:
			if on != 1 {
				t.Errorf("a ping on connection %d, want 1", on)
			}
		case <-time.After(2 * time.Minute):
			t.Error("no ping")
		}
	}
	cancel()
	<-ended
}
