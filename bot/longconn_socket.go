package bot

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Operation codes of RFC 6455, section 5.2.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

const (
	maxSocketMessage   = 4 << 20 // a push has at most 1 MB; frames of the platform are smaller still
	socketWriteTimeout = 10 * time.Second
)

var (
	errSocket       = errors.New("websocket: answer breaks the protocol")
	errSocketClosed = errors.New("websocket: closed by the platform")
)

// socket is the client's side of a WebSocket (RFC 6455), as far as the long connection needs it. It is written out here since
// the SDK's own client closes the connection under handlers that have stored an event and not answered yet, and tells nobody
// when an answer has left. One goroutine reads; any may write.
type socket struct {
	conn io.ReadWriteCloser
	in   *bufio.Reader

	mu     sync.Mutex // one writer at a time
	silent *time.Timer
	closed sync.Once
}

// socketClient connects within 10 s and never follows redirects. HTTP/2 knows no upgrade of this kind.
func socketClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: 10 * time.Second,
			TLSNextProto:          map[string]func(string, *tls.Conn) http.RoundTripper{},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// handshakeError is a refusal of the upgrade; Code is the platform's own, from the header Handshake-Status, or the HTTP status.
type handshakeError struct {
	Code    string
	passing bool // the platform's own trouble, or that of something on the way
}

func (e *handshakeError) Error() string { return "websocket: upgrade refused: " + e.Code }

// dialSocket opens a WebSocket. The URL carries a ticket: it stands in no error.
func dialSocket(ctx context.Context, client *http.Client, target *url.URL) (*socket, error) {
	at := *target
	at.Scheme = "https"
	if target.Scheme == "ws" {
		at.Scheme = "http"
	}
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails since Go 1.24
	key := base64.StdEncoding.EncodeToString(nonce[:])
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, errSocket
	}
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "websocket")
	req.Header.Set("Sec-WebSocket-Version", "13")
	req.Header.Set("Sec-WebSocket-Key", key)
	resp, err := client.Do(req)
	if err != nil {
		return nil, causeOf(ctx, err)
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		_ = resp.Body.Close()
		code := identifier(resp.Header.Get("Handshake-Status"))
		if auth := identifier(resp.Header.Get("Handshake-Autherrcode")); auth != "" && auth != "0" {
			code = auth
		}
		if code == "" {
			code = http.StatusText(resp.StatusCode)
		}
		return nil, &handshakeError{code, resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests}
	}
	conn, ok := resp.Body.(io.ReadWriteCloser)
	if !ok || !strings.EqualFold(resp.Header.Get("Upgrade"), "websocket") || resp.Header.Get("Sec-WebSocket-Accept") != acceptKey(key) {
		_ = resp.Body.Close()
		return nil, errSocket
	}
	return &socket{conn: conn, in: bufio.NewReader(conn)}, nil
}

// acceptKey is the proof that the other side speaks WebSocket (RFC 6455, section 1.3).
func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// patience closes the socket when nothing arrives for so long. A line that died without a word looks like a quiet one.
func (s *socket) patience(d time.Duration) {
	if s.silent == nil {
		s.silent = time.AfterFunc(d, s.close)
		return
	}
	s.silent.Reset(d)
}

// read returns the next binary message. Pings are answered on the way.
func (s *socket) read() ([]byte, error) {
	var message []byte
	started := false
	for {
		final, op, payload, err := s.readFrame()
		if err != nil {
			return nil, err
		}
		switch {
		case op == opPing:
			if err := s.write(opPong, payload); err != nil {
				return nil, err
			}
			continue
		case op == opPong:
			continue
		case op == opClose:
			_ = s.write(opClose, payload[:min(2, len(payload))]) // it is closed either way
			return nil, errSocketClosed
		case (op == opBinary || op == opText) && !started, op == opContinuation && started:
			started = true
		default:
			return nil, errSocket
		}
		if len(message)+len(payload) > maxSocketMessage {
			return nil, errSocket
		}
		message = append(message, payload...)
		if final {
			return message, nil
		}
	}
}

func (s *socket) readFrame() (final bool, op byte, payload []byte, err error) {
	var head [8]byte
	if _, err = io.ReadFull(s.in, head[:2]); err != nil {
		return
	}
	final, op = head[0]&0x80 != 0, head[0]&0x0f
	size, masked := uint64(head[1]&0x7f), head[1]&0x80 != 0
	if head[0]&0x70 != 0 || masked || op >= opClose && (!final || size > 125) {
		return false, 0, nil, errSocket // no extension was agreed on, servers do not mask, control frames are small
	}
	switch size {
	case 126:
		if _, err = io.ReadFull(s.in, head[:2]); err != nil {
			return
		}
		size = uint64(binary.BigEndian.Uint16(head[:2]))
	case 127:
		if _, err = io.ReadFull(s.in, head[:8]); err != nil {
			return
		}
		size = binary.BigEndian.Uint64(head[:8])
	}
	if size > maxSocketMessage {
		return false, 0, nil, errSocket
	}
	payload = make([]byte, size)
	_, err = io.ReadFull(s.in, payload)
	return
}

// write sends one message or control frame. Clients mask what they send (RFC 6455, section 5.3).
func (s *socket) write(op byte, payload []byte) error {
	b := make([]byte, 0, len(payload)+14)
	b = append(b, 0x80|op)
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	var mask [4]byte
	_, _ = rand.Read(mask[:]) // never fails since Go 1.24
	b = append(b, mask[:]...)
	for i, c := range payload {
		b = append(b, c^mask[i%4])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	late := time.AfterFunc(socketWriteTimeout, s.close)
	defer late.Stop()
	_, err := s.conn.Write(b)
	return err
}

// close ends the connection at once; reads and writes end with errors. A second call does nothing.
func (s *socket) close() {
	s.closed.Do(func() { _ = s.conn.Close() })
}
