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
	maxSocketMessage   = 4 << 20 // bytes; a push has at most 1 MB, and frames of the platform are smaller still
	socketWriteTimeout = 10 * time.Second
	// socketFarewell bounds the closing handshake. It is a part of the time that a stop may take.
	socketFarewell = time.Second
)

var (
	errSocket       = errors.New("websocket: answer breaks the protocol")
	errSocketClosed = errors.New("websocket: closed by the platform")
)

// socket is the client's side of a WebSocket. The SDK's own client is not used: it closes the connection under handlers
// that have stored an event and not answered yet, and tells nobody when an answer has left. One goroutine reads; any
// may write. All errors have fixed texts, since those of the library and of the network may hold addresses.
type socket struct {
	conn   *websocket.Conn
	line   io.Closer   // below conn
	silent *time.Timer // see patience
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

// handshakeError is a refusal of the upgrade; Code is the platform's own, from the header Handshake-Status, or the HTTP
// status.
type handshakeError struct {
	Code    string
	passing bool // the platform's own trouble, or that of something on the way
}

func (e *handshakeError) Error() string { return "websocket: upgrade refused: " + e.Code }

// dialSocket opens a WebSocket. ctx bounds the handshake and not the connection. The URL carries a ticket: it stands in
// no error.
func dialSocket(ctx context.Context, client *http.Client, target *url.URL) (*socket, error) {
	keeper := &lineKeeper{next: client.Transport}
	keeping := *client
	keeping.Transport = keeper
	conn, resp, err := websocket.Dial(ctx, target.String(), &websocket.DialOptions{HTTPClient: &keeping})
	switch {
	case err == nil:
		conn.SetReadLimit(maxSocketMessage)
		s := &socket{conn: conn, line: keeper.line}
		s.silent = time.AfterFunc(socketHandshake, s.cut)
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

// lineKeeper keeps the connection that an upgrade has made.
type lineKeeper struct {
	next http.RoundTripper
	line *line
}

// RoundTrip sends a request by next.
func (k *lineKeeper) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := k.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if upgraded, ok := resp.Body.(io.ReadWriteCloser); ok && resp.StatusCode == http.StatusSwitchingProtocols {
		k.line = &line{upgraded}
		resp.Body = k.line
	}
	return resp, nil
}

// line is the connection below a WebSocket. A WebSocket ends with a close frame, so that io.EOF is always unexpected
// here. The library (v1.8.15, read.go: msgReader.Read) takes io.EOF inside a message for the end of the message, and
// would return a part of it as a whole.
type line struct{ io.ReadWriteCloser }

func (l *line) Read(p []byte) (int, error) {
	n, err := l.ReadWriteCloser.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// patience closes the socket when nothing is read for so long; until the first call it is socketHandshake. A line that
// died without a word looks like a quiet one.
func (s *socket) patience(d time.Duration) { s.silent.Reset(d) }

// read returns the next message. Pings are answered on the way. The context has no end, since the library closes a
// connection whose context ends, under answers that are still to be written.
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

// leave closes the socket with status 1000 (normal) and waits for the platform's close frame: a connection that is
// closed with unread data is reset, and answers that are on their way would be lost.
func (s *socket) leave() {
	late := time.AfterFunc(socketFarewell, s.cut)
	defer late.Stop()
	_ = s.conn.Close(websocket.StatusNormalClosure, "") // it is closed either way
}

// close ends the connection at once; reads and writes end with errors. A second call does nothing.
func (s *socket) close() {
	s.silent.Stop()
	s.cut()
}

// cut closes the line first: CloseNow alone would wait for a closing handshake that is under way.
func (s *socket) cut() {
	_ = s.line.Close()
	_ = s.conn.CloseNow()
}

// socketError reduces an error of the library to one with a fixed text.
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
