package bot

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/coder/websocket"
)

const (
	maxSocketMessage   = 4 << 20 // bytes; a push has at most 1 MB, and the platform's frames are smaller
	socketWriteTimeout = 10 * time.Second
	// closeTimeout limits the closing handshake. It is a part of the time that a stop may take.
	closeTimeout = time.Second
)

var (
	errSocket       = errors.New("websocket: answer breaks the protocol")
	errSocketClosed = errors.New("websocket: closed by the platform")
)

// socket is the client's end of a WebSocket. The SDK's client cannot replace it: it closes the connection while
// handlers still have to respond, and it does not tell when a response has left. Only one goroutine may call read;
// any may call write. All errors have fixed texts, because those of the library and of the network may hold
// addresses.
type socket struct {
	conn      *websocket.Conn
	netConn   io.Closer   // the connection below conn
	readTimer *time.Timer // see setReadTimeout
}

// socketClient returns a client that connects within 10 s and never follows a redirect. An empty TLSNextProto disables
// HTTP/2, which does not support this upgrade.
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
		CheckRedirect: noRedirect,
	}
}

// handshakeError is a refusal of the upgrade.
type handshakeError struct {
	Code      string // from the header Handshake-Autherrcode or Handshake-Status, else the text of the HTTP status
	temporary bool   // a later attempt may succeed
}

func (e *handshakeError) Error() string { return "websocket: upgrade refused: " + e.Code }

// dialSocket opens a WebSocket. ctx limits the handshake and not the connection. No error contains the URL, because it
// holds a ticket.
func dialSocket(ctx context.Context, client *http.Client, target *url.URL) (*socket, error) {
	transport := &upgradeTransport{next: client.Transport}
	recording := *client
	recording.Transport = transport
	conn, resp, err := websocket.Dial(ctx, target.String(), &websocket.DialOptions{HTTPClient: &recording})
	switch {
	case err == nil:
		conn.SetReadLimit(maxSocketMessage)
		s := &socket{conn: conn, netConn: transport.conn}
		s.readTimer = time.AfterFunc(handshakeTimeout, s.abort)
		return s, nil
	case resp == nil:
		return nil, causeOf(ctx, err)
	case resp.StatusCode == http.StatusSwitchingProtocols:
		return nil, errSocket
	}
	code := identifier(resp.Header.Get("Handshake-Status"))
	if auth := identifier(resp.Header.Get("Handshake-Autherrcode")); auth != "" && auth != "0" {
		code = auth
	}
	if code == "" {
		code = http.StatusText(resp.StatusCode)
	}
	return nil, &handshakeError{code, resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests}
}

// upgradeTransport records the connection of an upgraded request.
type upgradeTransport struct {
	next http.RoundTripper
	conn *upgradedConn // nil before the upgrade
}

// RoundTrip sends a request by next and records the upgraded connection.
func (t *upgradeTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if upgraded, ok := resp.Body.(io.ReadWriteCloser); ok && resp.StatusCode == http.StatusSwitchingProtocols {
		t.conn = &upgradedConn{upgraded}
		resp.Body = t.conn
	}
	return resp, nil
}

// upgradedConn is the connection below a WebSocket. It reports io.EOF as io.ErrUnexpectedEOF, because a WebSocket ends
// with a close frame. The library (v1.8.15, read.go: msgReader.Read) takes io.EOF inside a message for the end of the
// message and would return an incomplete message.
type upgradedConn struct{ io.ReadWriteCloser }

// Read reads from the connection.
func (c *upgradedConn) Read(p []byte) (int, error) {
	n, err := c.ReadWriteCloser.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// setReadTimeout closes the socket after d unless another call restarts the timer. The caller restarts it after each
// message. The first timeout is handshakeTimeout. Without the timer, a connection that broke without a close frame
// would look like a connection without traffic.
func (s *socket) setReadTimeout(d time.Duration) { s.readTimer.Reset(d) }

// read returns the next message and answers WebSocket pings. Its context never ends, because the library closes a
// connection when the context of a read ends, although responses still have to be written.
func (s *socket) read() ([]byte, error) {
	_, message, err := s.conn.Read(context.Background())
	if err != nil {
		return nil, socketError(err)
	}
	return message, nil
}

// write sends one binary message.
func (s *socket) write(message []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), socketWriteTimeout)
	defer cancel()
	return socketError(s.conn.Write(ctx, websocket.MessageBinary, message))
}

// closeGracefully closes the socket with status 1000 (normal) and waits for the platform's close frame, for at most
// closeTimeout. Without the wait, the kernel resets a connection that has unread data, and sent responses are lost.
func (s *socket) closeGracefully() {
	timer := time.AfterFunc(closeTimeout, s.abort)
	defer timer.Stop()
	_ = s.conn.Close(websocket.StatusNormalClosure, "") // the connection is closed after an error, too
}

// close closes the connection at once, and reads and writes return errors. A second call does nothing.
func (s *socket) close() {
	s.readTimer.Stop()
	s.abort()
}

// abort closes the network connection first, because CloseNow waits for a closing handshake that is under way.
func (s *socket) abort() {
	_ = s.netConn.Close()
	_ = s.conn.CloseNow()
}

// socketError maps an error of the library to an error with a fixed text.
func socketError(err error) error {
	var broken net.Error
	switch {
	case err == nil:
		return nil
	case websocket.CloseStatus(err) != -1:
		return errSocketClosed
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.As(err, &broken):
		return errNoAnswer
	}
	return errSocket
}
