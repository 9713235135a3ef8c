package bot

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestAcceptKey is the sample of RFC 6455, section 1.3.
func TestAcceptKey(t *testing.T) {
	if got := acceptKey("dGhlIHNhbXBsZSBub25jZQ=="); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Error(got)
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
