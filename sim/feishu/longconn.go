package feishu

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// Paths of the long connection. The first is in the SDK (ws/const.go), the second as the real platform returns it.
const (
	longConnEndpoint = "/callback/ws/endpoint"
	longConnSocket   = "/ws/v2"
)

// longConns is the platform's side of the app's long connections.
type longConns struct {
	mu      sync.Mutex
	on      bool            // pushes use a long connection instead of the webhook
	tickets map[string]bool // issued and not used yet
	open    []*longConn
	made    int
	closed  bool
}

// longConn is one connection.
type longConn struct {
	conn net.Conn
	wmu  sync.Mutex

	mu      sync.Mutex
	waiting map[string]chan pbFrame // by message_id
}

// LongConnection selects the delivery of pushes, like 订阅方式 in the console: over a long connection, or to the webhook.
// The first client that connects switches it on, because the console saves that choice only while a client is
// connected.
func (s *Server) LongConnection(on bool) {
	s.long.mu.Lock()
	defer s.long.mu.Unlock()
	s.long.on = on
}

// LongConnections returns the number of open connections, and of all connections so far.
func (s *Server) LongConnections() (open, made int) {
	s.long.mu.Lock()
	defer s.long.mu.Unlock()
	return len(s.long.open), s.long.made
}

// DropLongConnections closes every open connection without a close frame, as a network failure does.
func (s *Server) DropLongConnections() {
	s.long.mu.Lock()
	open := append([]*longConn(nil), s.long.open...)
	s.long.mu.Unlock()
	for _, c := range open {
		_ = c.conn.Close()
	}
}

func (s *Server) longConnOn() bool {
	s.long.mu.Lock()
	defer s.long.mu.Unlock()
	return s.long.on
}

// serveLongConn answers the two requests for a long connection, and reports whether the path was one of them.
func (s *Server) serveLongConn(w http.ResponseWriter, r *http.Request) bool {
	switch {
	case r.URL.Path == longConnEndpoint && r.Method == http.MethodPost:
		s.issueEndpoint(w, r)
	case r.URL.Path == longConnSocket && r.Method == http.MethodGet:
		s.acceptSocket(w, r)
	default:
		return false
	}
	return true
}

// codeAuthFailed is AuthFailed of the SDK (ws/const.go).
const codeAuthFailed = 514

// issueEndpoint returns the URL of the socket, with a ticket for one connection, and the platform's usual client
// configuration.
func (s *Server) issueEndpoint(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Tt-Logid", newID("")[:18])
	var in struct{ AppID, AppSecret string }
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10)).Decode(&in)
	if err != nil || in.AppID != s.cfg.AppID || in.AppSecret != s.cfg.AppSecret {
		s.note(Entry{
			At:     s.cfg.Now(),
			Kind:   "api",
			Name:   "ws.endpoint",
			Status: 200,
			Code:   codeAuthFailed,
		})
		writeJSON(w, http.StatusOK, map[string]any{"code": codeAuthFailed, "msg": "invalid app_id or app_secret"})
		return
	}
	ticket := newID("")
	s.long.mu.Lock()
	if s.long.tickets == nil {
		s.long.tickets = map[string]bool{}
	}
	s.long.tickets[ticket] = true
	s.long.mu.Unlock()
	query := url.Values{
		"fpid":       {"493"},
		"aid":        {"552564"},
		"device_id":  {newID("")[:19]},
		"access_key": {newID("")},
		"service_id": {"33554678"},
		"ticket":     {ticket},
	}
	at := url.URL{
		Scheme:   "ws",
		Host:     r.Host,
		Path:     longConnSocket,
		RawQuery: query.Encode(),
	}
	s.note(Entry{
		At:     s.cfg.Now(),
		Kind:   "api",
		Name:   "ws.endpoint",
		Status: 200,
	})
	writeJSON(w, http.StatusOK, map[string]any{
		"code": 0,
		"msg":  "",
		"data": map[string]any{
			"URL": at.String(),
			"ClientConfig": map[string]int{
				"ReconnectCount":    -1,
				"ReconnectInterval": 120,
				"ReconnectNonce":    30,
				"PingInterval":      120,
			},
		},
	})
}

// acceptSocket upgrades the request and reads from the connection until it ends.
func (s *Server) acceptSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.long.mu.Lock()
	known, full, closed := s.long.tickets[ticket], len(s.long.open) >= 50, s.long.closed
	delete(s.long.tickets, ticket)
	s.long.mu.Unlock()
	if !known || full || closed {
		w.Header().Set("Handshake-Status", strconv.Itoa(codeAuthFailed))
		if full {
			w.Header().Set("Handshake-Autherrcode", "1000040350") // ExceedConnLimit of the SDK
		}
		http.Error(w, "refused", http.StatusForbidden)
		return
	}
	conn, in, accept, ok := upgrade(w, r)
	if !ok {
		return
	}
	c := &longConn{conn: conn, waiting: map[string]chan pbFrame{}}
	c.wmu.Lock() // pushes must not precede the handshake's answer
	s.long.mu.Lock()
	if s.long.closed {
		s.long.mu.Unlock()
		_ = conn.Close()
		return
	}
	s.long.open = append(s.long.open, c)
	s.long.made++
	s.long.on = true
	s.long.mu.Unlock()
	_, err := io.WriteString(conn, accept)
	c.wmu.Unlock()
	defer func() {
		_ = conn.Close()
		s.long.mu.Lock()
		for i, other := range s.long.open {
			if other == c {
				s.long.open = append(s.long.open[:i:i], s.long.open[i+1:]...)
				break
			}
		}
		s.long.mu.Unlock()
		c.failWaiting()
	}()
	if err != nil {
		return
	}
	for {
		message, err := readSocket(in, func(op byte, payload []byte) error { return c.write(op, payload) })
		if err != nil {
			return
		}
		f, err := parsePB(message)
		if err != nil {
			return
		}
		c.handleFrame(f)
	}
}

// handleFrame handles a frame of the client: a ping, or the answer to a push.
func (c *longConn) handleFrame(f pbFrame) {
	if f.method == 0 && f.header("type") == "ping" {
		pong := pbFrame{
			service: f.service,
			headers: [][2]string{{"type", "pong"}},
			payload: []byte(`{"ReconnectCount":-1,"ReconnectInterval":120,"ReconnectNonce":30,"PingInterval":120}`),
		}
		_ = c.write(2, pong.bytes()) // the next read reports a broken connection
		return
	}
	c.mu.Lock()
	ch := c.waiting[f.header("message_id")]
	delete(c.waiting, f.header("message_id"))
	c.mu.Unlock()
	if ch != nil {
		ch <- f
	}
}

// failWaiting ends all waits for an answer when the connection has closed.
func (c *longConn) failWaiting() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, ch := range c.waiting {
		delete(c.waiting, id)
		close(ch)
	}
}

func (c *longConn) write(op byte, payload []byte) error {
	c.wmu.Lock()
	defer c.wmu.Unlock()
	_ = c.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
	return writeSocket(c.conn, op, payload)
}

var errNoLongConn = errors.New("feishu sim: no long connection is open")

// chunkSize is the size from which a push is split into several frames. The platform's own value is not documented; it
// seldom splits small pushes.
const chunkSize = 16 << 10

// pushLong sends a push over a random connection and waits for its answer (page "使用长连接接收事件").
func (s *Server) pushLong(ctx context.Context, plain []byte,
	within time.Duration) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	s.long.mu.Lock()
	if len(s.long.open) == 0 {
		s.long.mu.Unlock()
		return 0, nil, errNoLongConn
	}
	c := s.long.open[rand.IntN(len(s.long.open))]
	s.long.mu.Unlock()

	id, ch := newID(""), make(chan pbFrame, 1)
	c.mu.Lock()
	c.waiting[id] = ch
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, id)
		c.mu.Unlock()
	}()
	sum := max(1, (len(plain)+chunkSize-1)/chunkSize)
	for seq := range sum {
		f := pbFrame{
			seqID:    uint64(seq),
			logID:    rand.Uint64(),
			service:  33554678,
			method:   1,
			logIDNew: newID("")[:18],
			payload:  plain[seq*len(plain)/sum : (seq+1)*len(plain)/sum],
			headers: [][2]string{
				{"type", "event"},
				{"message_id", id},
				{"trace_id", newID("")},
				{"sum", strconv.Itoa(sum)},
				{"seq", strconv.Itoa(seq)},
				{"timestamp", strconv.FormatInt(s.cfg.Now().UnixMilli(), 10)},
				{"instance_id", "sim"},
			},
		}
		if err := c.write(2, f.bytes()); err != nil {
			return 0, nil, errNoLongConn
		}
	}
	select {
	case f, ok := <-ch:
		if !ok {
			return 0, nil, errNoLongConn
		}
		return readLongAnswer(f.payload)
	case <-ctx.Done():
		return 0, nil, ctx.Err()
	}
}

// readLongAnswer reads {"code":200,"headers":…,"data":"base64"}; without data the answer is empty.
func readLongAnswer(payload []byte) (status int, answer []byte, err error) {
	var in struct {
		Code int    `json:"code"`
		Data string `json:"data"`
	}
	if json.Unmarshal(payload, &in) != nil {
		return 0, nil, errNoLongConn
	}
	answer, err = base64.StdEncoding.DecodeString(in.Data)
	return in.Code, answer, err
}
