package bot

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// Codes of RFC 6455, section 5.2, with the bit that ends a message.
const (
	wireBinary byte = 0x82
	wireClose  byte = 0x88
	wirePong   byte = 0x8A
)

// platformConn is the platform's end of a long connection. It does not use the library of the client, so that a mistake
// of the library cannot be at both ends.
type platformConn struct {
	raw net.Conn
	in  *bufio.Reader
}

// acceptConn accepts the upgrade of a request. The caller closes raw.
func acceptConn(w http.ResponseWriter, r *http.Request) (*platformConn, error) {
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	// RFC 6455, section 1.3.
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	_, err = fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	return &platformConn{raw: conn, in: rw.Reader}, err
}

// read returns the next frame of the client: its first byte, and its payload without the mask.
func (c *platformConn) read() (first byte, payload []byte, err error) {
	var head [8]byte
	if _, err := io.ReadFull(c.in, head[:2]); err != nil {
		return 0, nil, err
	}
	first = head[0]
	size := uint64(head[1] & 0x7f)
	if head[1]&0x80 == 0 {
		return first, nil, fmt.Errorf("frame %x is not masked", first)
	}
	switch size {
	case 126:
		_, err = io.ReadFull(c.in, head[:2])
		size = uint64(binary.BigEndian.Uint16(head[:]))
	case 127:
		_, err = io.ReadFull(c.in, head[:8])
		size = binary.BigEndian.Uint64(head[:])
	}
	if err != nil {
		return first, nil, err
	}
	masked := make([]byte, 4+size)
	if _, err := io.ReadFull(c.in, masked); err != nil {
		return first, nil, err
	}
	payload = masked[4:]
	for i := range payload {
		payload[i] ^= masked[i%4]
	}
	return first, payload, nil
}

// write sends one frame. Servers do not mask.
func (c *platformConn) write(first byte, payload []byte) error {
	raw := []byte{first}
	switch n := len(payload); {
	case n < 126:
		raw = append(raw, byte(n))
	case n < 1<<16:
		raw = binary.BigEndian.AppendUint16(append(raw, 126), uint16(n))
	default:
		raw = binary.BigEndian.AppendUint64(append(raw, 127), uint64(n))
	}
	_, err := c.raw.Write(append(raw, payload...))
	return err
}

// want reads one frame and checks its first byte and that its payload contains text.
func (c *platformConn) want(t testing.TB, first byte, text string) {
	t.Helper()
	got, payload, err := c.read()
	if err != nil || got != first || !strings.Contains(string(payload), text) {
		t.Errorf("read frame %x %q, %v; want %x with %q", got, payload, err, first, text)
	}
}

// serveLongConn makes f offer a long connection. It calls each for every connection that the client opens.
func (f *fake) serveLongConn(t testing.TB, config string, each func(*platformConn)) {
	f.mux.HandleFunc("POST "+socketEndpoint, func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"code":0,"data":{"URL":"ws://%s/ws?service_id=7","ClientConfig":%s}}`, r.Host, config)
	})
	f.mux.HandleFunc("GET /ws", func(w http.ResponseWriter, r *http.Request) {
		conn, err := acceptConn(w, r)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.raw.Close()
		each(conn)
	})
}

// runLongConn runs the long connection of c until the test calls stop. It closes ended when Run has returned.
func (r *testServer) runLongConn(c *Client) (stop context.CancelFunc, ended <-chan struct{}) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.LongConn(c).Run(ctx)
	}()
	return cancel, done
}
