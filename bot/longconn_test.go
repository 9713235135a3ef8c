package bot

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
)

// Vectors were written by the generated code of the SDK (ws/pbbp2.pb.go, v3.12.0).
var frameVectors = []struct {
	name string
	f    frame
	hex  string
}{
	{"event", frame{seqID: 300, logID: 1<<63 + 5, service: 33554678, method: frameData,
		headers: []frameHeader{{"type", "event"}, {"message_id", "m-1"}, {"sum", "1"}, {"seq", "0"}},
		payload: []byte(`{"a":"实名"}`), logIDNew: "log"},
		"08ac02108580808080808080800118f681801020012a0d0a047479706512056576656e742a110a0a6d6573736167655f696412036d2d312a080a0373756d1201312a080a0373657112013032003a00420e7b2261223a22e5ae9ee5908d227d4a036c6f67"},
	{"ping", frame{service: 33554678, method: frameControl, headers: []frameHeader{{"type", "ping"}}},
		"0800100018f681801020002a0c0a0474797065120470696e6732003a004a00"},
}

func TestFrames(t *testing.T) {
	for _, v := range frameVectors {
		if got := hex.EncodeToString(v.f.marshal()); got != v.hex {
			t.Errorf("%s: wrote\n%s, want\n%s", v.name, got, v.hex)
		}
		raw, _ := hex.DecodeString(v.hex)
		var f frame
		if err := f.unmarshal(raw); err != nil || !reflect.DeepEqual(f, v.f) {
			t.Errorf("%s: read %+v, %v", v.name, f, err)
		}
		for cut := 1; cut < len(raw); cut++ { // nothing that is cut off may panic
			_ = f.unmarshal(raw[:cut])
		}
	}
	if (&frame{}).unmarshal([]byte{0x42, 0x05, 'x'}) == nil {
		t.Error("a payload that is not there was read")
	}
	var f frame
	if err := f.unmarshal([]byte{0x50, 0x07, 0x5d, 1, 2, 3, 4, 0x20, 0x01}); err != nil || f.method != frameData {
		t.Errorf("unknown fields are not skipped: %+v %v", f, err)
	}
}

func FuzzFrame(f *testing.F) {
	for _, v := range frameVectors {
		raw, _ := hex.DecodeString(v.hex)
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var a, b frame
		if a.unmarshal(raw) != nil {
			return
		}
		if err := b.unmarshal(a.marshal()); err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
	})
}

// TestAcceptKey is the sample of RFC 6455, section 1.3.
func TestAcceptKey(t *testing.T) {
	if got := acceptKey("dGhlIHNhbXBsZSBub25jZQ=="); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Error(got)
	}
}

func TestPieces(t *testing.T) {
	piece := func(id, sum, seq, text string) *frame {
		return &frame{payload: []byte(text), headers: []frameHeader{{"message_id", id}, {"sum", sum}, {"seq", seq}}}
	}
	var p pieces
	now := testNow
	if got, ok := p.add(piece("a", "1", "0", "whole"), now); !ok || string(got) != "whole" {
		t.Errorf("%q %v", got, ok)
	}
	for _, f := range []*frame{piece("b", "3", "2", "c"), piece("b", "3", "0", "a"), piece("b", "3", "0", "a"), piece("c", "2", "0", "x"), piece("b", "3", "7", "?")} {
		if got, ok := p.add(f, now); ok {
			t.Errorf("whole too early: %q", got)
		}
	}
	if got, ok := p.add(piece("b", "3", "1", "b"), now); !ok || string(got) != "abc" {
		t.Errorf("%q %v", got, ok)
	}
	if got, ok := p.add(piece("c", "2", "1", "y"), now.Add(pieceLife+time.Second)); ok {
		t.Errorf("a piece that came too late completed %q", got)
	}
	for i := range 2 * mostWhole {
		p.add(piece(string(rune('A'+i)), "2", "0", "x"), now.Add(time.Minute))
	}
	if len(p.open) > mostWhole {
		t.Errorf("%d incomplete pushes are kept", len(p.open))
	}
}

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

// TestPausesAfterRefusals: the platform's own trouble is waited for like a network's, since clicks are lost meanwhile; what
// somebody has to put right is asked for ever less often.
func TestPausesAfterRefusals(t *testing.T) {
	for _, c := range []struct {
		name    string
		status  int
		body    string
		upgrade int
		longest time.Duration
	}{
		{"wrong secret", 200, `{"code":514,"msg":"x"}`, 0, longestPause},
		{"forbidden", 200, `{"code":403,"msg":"x"}`, 0, longestPause},
		{"no JSON", 200, `<html>`, 0, longestPause},
		{"busy", 200, `{"code":1,"msg":"x"}`, 0, networkPause},
		{"internal", 200, `{"code":1000040343,"msg":"x"}`, 0, networkPause},
		{"gateway", 502, `<html>`, 0, networkPause},
		{"rate", 429, `{"code":99991400,"msg":"x"}`, 0, networkPause},
		{"upgrade refused", 200, "", 403, 90 * time.Second},
		{"upgrade fails", 200, "", 503, networkPause},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			f.mux.HandleFunc("POST "+socketEndpoint, func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(c.status)
				body := c.body
				if body == "" {
					body = `{"code":0,"data":{"URL":"ws://` + r.Host + `/ws","ClientConfig":{"ReconnectInterval":90}}}`
				}
				_, _ = io.WriteString(w, body)
			})
			f.mux.HandleFunc("GET /ws", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(c.upgrade) })
			stood, longest, err := newRig(t).LongConn(f.client(t)).connection(t.Context())
			if stood != 0 || longest != c.longest || err == nil {
				t.Errorf("%s: stood %v, waits at most %v, want %v; %v", c.name, stood, longest, c.longest, err)
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

// TestSocketWantsTLS: people's words travel over the line in plain text.
func TestSocketWantsTLS(t *testing.T) {
	for raw, want := range map[string]bool{
		"wss://msg-frontier.feishu.cn/ws/v2?service_id=1": true, "ws://127.0.0.1:1/ws": true, "ws://[::1]/ws": true,
		"ws://msg-frontier.feishu.cn/ws/v2": false, "https://feishu.cn/": false, "ws://127.0.0.1.example.com/": false,
	} {
		t.Run(raw, func(t *testing.T) {
			u, err := url.Parse(raw)
			if err != nil || safeScheme(u) != want {
				t.Errorf("%s: %v", raw, !want)
			}
		})
	}
}

func TestServerWithoutWebhook(t *testing.T) {
	if _, err := NewServer(ServerConfig{AppID: testApp, Handler: &box{}, Pushes: &shelf{}, NoWebhook: true}); err != nil {
		t.Error(err)
	}
	if _, err := NewServer(ServerConfig{AppID: testApp, Handler: &box{}, Pushes: &shelf{}}); err == nil {
		t.Error("a webhook without keys is open to everybody")
	}
}

// TestPushedAnswers: the status tells the platform whether to come again.
func TestPushedAnswers(t *testing.T) {
	const event = `{"schema":"2.0","header":{"event_id":"e1","event_type":"im.chat.access_event.bot_p2p_chat_entered_v1","app_id":"cli_test"},"event":{"chat_id":"oc_1","operator_id":{"open_id":"ou_1"}}}`
	for _, c := range []struct {
		name, plain string
		err         error
		panics      bool
		status      int
	}{
		{"stored", event, nil, false, 200},
		{"not stored", event, errors.New("disk"), false, 500},
		{"not an event", `[]`, nil, false, 400},
		{"of no kind that is handled", `{"schema":"2.0","header":{"event_type":"x.y_v1"}}`, nil, false, 200},
		{"a panic", `{"schema":"2.0","header":{"event_id":"e2","event_type":"card.action.trigger"},"event":{"operator":{"open_id":"ou_1"},"context":{"open_message_id":"om_1"},"action":{"value":{}}}}`, nil, true, 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			var kinds []string
			r := newRig(t, func(cfg *ServerConfig) {
				cfg.Observe = func(kind string, status int, _ time.Duration) { kinds = append(kinds, kind) }
			})
			r.shelf.err = c.err
			if c.panics {
				r.box.onClick = func() { panic("must not be logged") }
			}
			_, status, after := r.pushed(t.Context(), []byte(c.plain))
			after()
			if status != c.status || len(kinds) != 1 {
				t.Errorf("%s: status %d, want %d; observed %v", c.name, status, c.status, kinds)
			}
		})
	}
}

// TestSocketOutlivesItsDial: the time for the handshake bounds the handshake and not the connection; what is larger than one
// frame, pings in between and a mask are handled as RFC 6455 says.
func TestSocketOutlivesItsDial(t *testing.T) {
	var got [][]byte
	served := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(served)
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+acceptKey(r.Header.Get("Sec-WebSocket-Key"))+"\r\n\r\n")
		read := func() { // one small masked frame
			head := make([]byte, 6)
			if _, err := io.ReadFull(rw, head); err != nil || head[1]&0x80 == 0 {
				t.Errorf("%x %v", head, err)
				return
			}
			body := make([]byte, head[1]&0x7f)
			_, _ = io.ReadFull(rw, body)
			for i := range body {
				body[i] ^= head[2+i%4]
			}
			got = append(got, append([]byte{head[0]}, body...))
		}
		read() // go on
		_, _ = conn.Write([]byte("\x02\x03abc\x89\x01p\x80\x02de"))
		read() // pong
		_, _ = conn.Write([]byte("\x88\x02\x03\xe8"))
		read() // close
	}))
	defer s.Close()
	target, err := url.Parse(strings.Replace(s.URL, "http", "ws", 1) + "/ws")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	sock, err := dialSocket(ctx, socketClient(), target)
	if err != nil {
		t.Fatal(err)
	}
	defer sock.close()
	cancel()
	if err := sock.write(opBinary, []byte("go on")); err != nil {
		t.Fatal(err)
	}
	if message, err := sock.read(); err != nil || string(message) != "abcde" {
		t.Errorf("%q %v", message, err)
	}
	if _, err := sock.read(); !errors.Is(err, errSocketClosed) {
		t.Errorf("after a close: %v, want %v", err, errSocketClosed)
	}
	<-served
	if len(got) != 3 || string(got[0]) != "\x82go on" || string(got[1]) != "\x8ap" || string(got[2]) != "\x88\x03\xe8" {
		t.Errorf("the server read %q", got)
	}
}

// TestSocketRefusals: what breaks the protocol ends the connection.
func TestSocketRefusals(t *testing.T) {
	for name, raw := range map[string]string{
		"masked": "\x82\x81aaaab", "reserved bit": "\xc2\x01a", "continuation first": "\x80\x01a", "long control": "\x89\x7e\x00\x80",
		"unknown": "\x83\x01a", "huge": "\x82\x7f\x00\x00\x01\x00\x00\x00\x00\x00", "cut control": "\x09\x01a",
	} {
		t.Run(name, func(t *testing.T) {
			s := &socket{conn: nopConn{}, in: bufio.NewReader(strings.NewReader(raw))}
			if _, err := s.read(); !errors.Is(err, errSocket) {
				t.Errorf("%s: %v, want %v", name, err, errSocket)
			}
		})
	}
}

type nopConn struct{}

func (nopConn) Read([]byte) (int, error)    { return 0, io.EOF }
func (nopConn) Write(p []byte) (int, error) { return len(p), nil }
func (nopConn) Close() error                { return nil }
