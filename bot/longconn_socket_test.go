package bot

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// dialTest opens a socket to a platform that handles each connection with serve.
func dialTest(t *testing.T, serve func(*platformConn)) *socket {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := acceptConn(w, r)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.raw.Close()
		serve(conn)
	}))
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(t.Context())
	sock, err := dialSocket(ctx, socketClient(), socketURL(t, server))
	if err != nil {
		t.Fatal(err)
	}
	cancel() // the context limits the handshake and not the connection
	t.Cleanup(sock.close)
	return sock
}

func socketURL(t *testing.T, server *httptest.Server) *url.URL {
	t.Helper()
	target, err := url.Parse(strings.Replace(server.URL, "http", "ws", 1) + "/ws?ticket=canary")
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// TestSocketFrames checks fragmented messages, pings between the fragments and masks, as in RFC 6455. The socket stays
// open after the end of the context of the handshake.
func TestSocketFrames(t *testing.T) {
	served := make(chan struct{})
	sock := dialTest(t, func(conn *platformConn) {
		defer close(served)
		conn.want(t, wireBinary, "go on")
		_, _ = conn.raw.Write([]byte("\x02\x03abc\x89\x01p\x80\x02de"))
		conn.want(t, wirePong, "p")
		_, _ = conn.raw.Write([]byte("\x88\x02\x03\xe8"))
		conn.want(t, wireClose, "\x03\xe8")
	})
	if err := sock.write([]byte("go on")); err != nil {
		t.Fatal(err)
	}
	if message, err := sock.read(); err != nil || string(message) != "abcde" {
		t.Errorf("%q %v", message, err)
	}
	if _, err := sock.read(); !errors.Is(err, errSocketClosed) {
		t.Errorf("after a close: %v, want %v", err, errSocketClosed)
	}
	<-served
}

// TestSocketSizes checks that a message may have maxSocketMessage bytes, in one frame or in several, and no more.
func TestSocketSizes(t *testing.T) {
	half := make([]byte, maxSocketMessage/2)
	for _, c := range []struct {
		name string
		more int
		want error
	}{
		{"most", 0, nil},
		{"too long", 1, errSocket},
	} {
		t.Run(c.name, func(t *testing.T) {
			closed := make(chan string, 1)
			sock := dialTest(t, func(conn *platformConn) {
				_ = conn.write(0x02, half)
				_ = conn.write(0x80, append(half, make([]byte, c.more)...)) // the client may be gone
				_, payload, _ := conn.read()
				closed <- string(payload)
			})
			message, err := sock.read()
			if !errors.Is(err, c.want) || c.want == nil && len(message) != maxSocketMessage {
				t.Errorf("read %d bytes, %v; want %v", len(message), err, c.want)
			}
			sock.close()
			if got := <-closed; c.want != nil && !strings.HasPrefix(got, "\x03\xf1") { // 1009, message too big
				t.Errorf("closed with %q, want status 1009", got)
			}
		})
	}
}

// TestSocketRefusals checks that a violation of the protocol ends the connection.
func TestSocketRefusals(t *testing.T) {
	for name, raw := range map[string]string{
		"reserved bit":       "\xc2\x01a",
		"continuation first": "\x80\x01a",
		"message in message": "\x02\x01a\x82\x01b",
		"long control":       "\x89\x7e\x00\x80",
		"unknown":            "\x83\x01a",
		"negative size":      "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00",
		"cut control":        "\x09\x01a",
	} {
		t.Run(name, func(t *testing.T) {
			over := make(chan struct{})
			defer close(over)
			sock := dialTest(t, func(conn *platformConn) {
				_, _ = io.WriteString(conn.raw, raw)
				<-over
			})
			if _, err := sock.read(); !errors.Is(err, errSocket) {
				t.Errorf("%s: %v, want %v", name, err, errSocket)
			}
		})
	}
}

// TestSocketCutInMessage checks that the socket never returns an incomplete message.
func TestSocketCutInMessage(t *testing.T) {
	for name, raw := range map[string]string{
		"before":         "",
		"in the header":  "\x82",
		"in the size":    "\x82\x7e\x10",
		"after header":   "\x82\x05",
		"in the payload": "\x82\x05abc",
		"at a read":      "\x82\x7e\x10\x00" + strings.Repeat("x", 512), // the first buffer of io.ReadAll
		"between frames": "\x02\x03abc",
		"in the second":  "\x02\x03abc\x80\x02",
	} {
		t.Run(name, func(t *testing.T) {
			sock := dialTest(t, func(conn *platformConn) { _, _ = io.WriteString(conn.raw, raw) })
			if message, err := sock.read(); !errors.Is(err, errNoAnswer) {
				t.Errorf("read %q, %v; want %v", message, err, errNoAnswer)
			}
		})
	}
}

// TestSocketSilence checks that the read timeout closes a silent connection, and that reads and writes then fail.
func TestSocketSilence(t *testing.T) {
	over := make(chan struct{})
	defer close(over)
	sock := dialTest(t, func(*platformConn) { <-over })
	sock.setReadTimeout(time.Millisecond)
	if _, err := sock.read(); !errors.Is(err, errNoAnswer) {
		t.Errorf("read: %v, want %v", err, errNoAnswer)
	}
	if err := sock.write([]byte("x")); !errors.Is(err, errNoAnswer) {
		t.Errorf("write: %v, want %v", err, errNoAnswer)
	}
}

// TestSocketNotUpgraded checks the errors of a failed upgrade. None holds the ticket of the URL.
func TestSocketNotUpgraded(t *testing.T) {
	const refused = "websocket: upgrade refused: "
	upgrade := map[string]string{"Connection": "Upgrade", "Upgrade": "websocket"}
	authCode := map[string]string{"Handshake-Status": "514", "Handshake-Autherrcode": "1000040350"}
	for _, c := range []struct {
		name      string
		status    int
		header    map[string]string
		want      string
		temporary bool
	}{
		{"wrong proof", 101, upgrade, errSocket.Error(), false},
		{"no websocket", 101, map[string]string{"Connection": "Upgrade", "Upgrade": "h2c"}, errSocket.Error(), false},
		{"elsewhere", 302, map[string]string{"Location": "/other?ticket=canary"}, refused + "Found", false},
		{"handshake status", 403, map[string]string{"Handshake-Status": "514"}, refused + "514", false},
		{"auth code", 403, authCode, refused + "1000040350", false},
		{"gateway", 502, nil, refused + "Bad Gateway", true},
		{"gone", 0, nil, errNoAnswer.Error(), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/ws" {
					t.Errorf("a redirect was followed to %s", r.URL.Path)
				}
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				defer conn.Close()
				if c.status == 0 {
					_, _ = io.WriteString(conn, "ticket=canary\r\n\r\n")
					return
				}
				_, _ = fmt.Fprintf(conn, "HTTP/1.1 %d x\r\n", c.status)
				for key, value := range c.header {
					_, _ = fmt.Fprintf(conn, "%s: %s\r\n", key, value)
				}
				_, _ = io.WriteString(conn, "\r\n")
			}))
			defer server.Close()
			_, err := dialSocket(t.Context(), socketClient(), socketURL(t, server))
			if err == nil || err.Error() != c.want {
				t.Fatalf("%v, want %q", err, c.want)
			}
			if e := (*handshakeError)(nil); errors.As(err, &e) && e.temporary != c.temporary {
				t.Errorf("temporary %t, want %t", e.temporary, c.temporary)
			}
		})
	}
}

// TestSocketTLS checks that the client refuses a certificate of an unknown authority.
func TestSocketTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := acceptConn(w, r)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.raw.Close()
		conn.want(t, wireBinary, "hello")
		_ = conn.write(wireBinary, []byte("hello yourself"))
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // drops the error of the refused handshake
	server.StartTLS()
	defer server.Close()
	target := socketURL(t, server)
	if target.Scheme != "wss" {
		t.Fatalf("scheme %q, want wss", target.Scheme)
	}
	client := socketClient()
	if _, err := dialSocket(t.Context(), client, target); !errors.Is(err, errCertificate) {
		t.Errorf("an unknown certificate: %v, want %v", err, errCertificate)
	}
	known := x509.NewCertPool()
	known.AddCert(server.Certificate())
	client.Transport.(*http.Transport).TLSClientConfig.RootCAs = known
	sock, err := dialSocket(t.Context(), client, target)
	if err != nil {
		t.Fatal(err)
	}
	defer sock.close()
	if err := sock.write([]byte("hello")); err != nil {
		t.Error(err)
	}
	if message, err := sock.read(); err != nil || string(message) != "hello yourself" {
		t.Errorf("%q %v", message, err)
	}
}
