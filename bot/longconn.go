package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	socketEndpoint = "/callback/ws/endpoint" // POST {AppID, AppSecret}: where to connect (SDK: ws/const.go)

	// Unless the platform says otherwise (SDK: ws/client.go).
	defaultPing     = 2 * time.Minute
	longestPause    = 2 * time.Minute  // between two attempts when the platform refuses
	networkPause    = 15 * time.Second // at most, when it cannot be reached: every click meanwhile is lost
	shortestPause   = 500 * time.Millisecond
	stoodWell       = 10 * time.Second // a connection that stood so long was no failed attempt
	pongGrace       = 5 * time.Second
	socketHandshake = 15 * time.Second

	// socketDrain bounds what a stop waits for answers that are being worked on; no handler takes longer.
	socketDrain = handleTimeout + 500*time.Millisecond
	// socketHandlers bounds how many pushes are worked on at a time; the next ones wait on the line.
	socketHandlers = 64
)

// LongConn is the long connection (长连接, WebSocket): the platform's pushes come in over a connection that the bot opens, so
// that no public address is needed. Pushes take the same way as over the webhook, and are answered after the Handler has stored
// them. An event that is not answered within 3 s, or was under way when the connection broke, comes again, to whichever
// instance, and dies on its event key. A click does not: the person sees an error, and what was stored of it shows on the card.
// The platform sends each event to one of the connections of an app; 50 are allowed (page "使用长连接接收事件").
type LongConn struct {
	s         *Server
	base      string
	appID     string
	appSecret func() string
	http      *http.Client
	log       *slog.Logger

	mu       sync.Mutex
	stopping bool           // nothing more is taken
	working  sync.WaitGroup // pushes that were taken; Add under mu, while not stopping
	slots    chan struct{}

	ever atomic.Bool
	up   atomic.Bool
	// drops counts connections that ended without being asked to.
	drops atomic.Int64
}

// LongConn builds the long connection of the client's app. It connects in Run.
func (s *Server) LongConn(c *Client) *LongConn {
	return &LongConn{s: s, base: c.base, appID: c.appID, appSecret: c.appSecret, http: socketClient(), log: s.log,
		slots: make(chan struct{}, socketHandlers)}
}

// Connected reports whether there is a connection at this moment, and how many have been lost so far.
func (l *LongConn) Connected() (up bool, lost int64) { return l.up.Load(), l.drops.Load() }

// ErrNeverConnected: no long connection has been established since the start.
var ErrNeverConnected = errors.New("bot: the long connection has never been established")

// Ready is ErrNeverConnected until the first connection stands. A connection that is lost later comes back by itself and does
// not make the program unready, since its jobs go on.
func (l *LongConn) Ready() error {
	if !l.ever.Load() {
		return ErrNeverConnected
	}
	return nil
}

// Run keeps the connection until ctx ends. Then nothing more is taken, and what is being worked on is answered before the
// connection is closed.
func (l *LongConn) Run(ctx context.Context) {
	defer l.http.CloseIdleConnections()
	defer l.finish() // also what came over connections that are gone
	for attempt := 0; ctx.Err() == nil; attempt++ {
		stood, longest, err := l.connection(ctx)
		if ctx.Err() != nil {
			return
		}
		if stood > stoodWell {
			attempt = 0
		}
		if l.up.Swap(false) {
			l.drops.Add(1)
		}
		pause := backoff(attempt, longest)
		l.log.WarnContext(ctx, "long connection is down", "error", err, "again_in_ms", pause.Milliseconds())
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

// backoff doubles from half a second to longest. A part of it is chance, so that many instances do not come back at the same
// moment. The platform suggests to wait up to 30 s at first; clicks are not sent again, so that every second counts here.
func backoff(attempt int, longest time.Duration) time.Duration {
	d := longest
	if attempt < 16 {
		d = min(longest, shortestPause<<attempt)
	}
	return d/2 + rand.N(d/2+1)
}

// socketConfig is what the platform says about a connection, in seconds (SDK: ws/model.go).
type socketConfig struct {
	ReconnectInterval int
	PingInterval      int
}

func (c socketConfig) ping() time.Duration {
	if c.PingInterval <= 0 {
		return defaultPing
	}
	return time.Duration(c.PingInterval) * time.Second
}

func (c socketConfig) pause() time.Duration {
	if c.ReconnectInterval <= 0 {
		return longestPause
	}
	return min(longestPause, time.Duration(c.ReconnectInterval)*time.Second)
}

// connection establishes one connection and works on it until it ends. stood is how long there was one, longest how long to
// wait at most before the next.
func (l *LongConn) connection(ctx context.Context) (stood, longest time.Duration, err error) {
	target, config, err := l.endpoint(ctx)
	if refused := (*endpointError)(nil); errors.As(err, &refused) && !refused.passing() {
		return 0, longestPause, err
	}
	if err != nil {
		return 0, networkPause, err
	}
	dial, cancel := context.WithTimeout(ctx, socketHandshake)
	defer cancel()
	sock, err := dialSocket(dial, l.http, target)
	if refused := (*handshakeError)(nil); errors.As(err, &refused) && !refused.passing {
		return 0, config.pause(), err
	}
	if err != nil {
		return 0, networkPause, err
	}
	defer sock.close()
	c := &liveConn{l: l, sock: sock, service: serviceID(target), repaced: make(chan struct{}, 1)}
	c.ping.Store(int64(config.ping()))
	l.ever.Store(true)
	l.up.Store(true)
	l.log.InfoContext(ctx, "long connection is up", "host", target.Host)
	began := time.Now()
	err = c.run(ctx)
	return time.Since(began), networkPause, err
}

// endpointError is the platform's refusal to say where to connect.
type endpointError struct {
	Code   int
	Status int
}

func (e *endpointError) Error() string {
	return (&APIError{Op: opEndpoint, Code: e.Code, HTTPStatus: e.Status}).Error()
}

// UpstreamCode is the business code for support, "" for none.
func (e *endpointError) UpstreamCode() string { return (&APIError{Code: e.Code}).UpstreamCode() }

// Codes that pass by themselves (SDK: ws/const.go, SystemBusy and InternalError).
const (
	codeSystemBusy    = 1
	codeInternalError = 1000040343
)

// passing tells the platform's own trouble from something that is to be put right first, such as the app's secret.
func (e *endpointError) passing() bool {
	return e.Code == codeSystemBusy || e.Code == codeInternalError || e.Status >= 500 || e.Status == http.StatusTooManyRequests
}

const opEndpoint = "callback.ws.endpoint"

// endpoint asks where to connect. The address holds a ticket of its own and is good for one connection.
func (l *LongConn) endpoint(ctx context.Context) (*url.URL, socketConfig, error) {
	var config socketConfig
	ctx, cancel := context.WithTimeout(ctx, socketHandshake)
	defer cancel()
	body, err := json.Marshal(map[string]string{"AppID": l.appID, "AppSecret": l.appSecret()})
	if err != nil {
		return nil, config, errRequest
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.base+socketEndpoint, bytes.NewReader(body))
	if err != nil {
		return nil, config, errRequest
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("locale", "zh")
	resp, err := l.http.Do(req)
	if err != nil {
		return nil, config, causeOf(ctx, err)
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end or given up
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return nil, config, causeOf(ctx, err)
	}
	var out struct {
		Code *int `json:"code"`
		Data struct {
			URL          string
			ClientConfig socketConfig
		} `json:"data"`
	}
	if json.Unmarshal(raw, &out) != nil || out.Code == nil {
		return nil, config, &endpointError{Status: resp.StatusCode}
	}
	if *out.Code != 0 || resp.StatusCode != http.StatusOK {
		return nil, config, &endpointError{Code: *out.Code, Status: resp.StatusCode}
	}
	target, err := url.Parse(out.Data.URL)
	if err != nil || target.Host == "" || !safeScheme(target) {
		return nil, config, errSocket
	}
	return target, out.Data.ClientConfig, nil
}

// safeScheme wants TLS except to this machine: what people send comes over this line in plain text.
func safeScheme(u *url.URL) bool {
	return u.Scheme == "wss" || u.Scheme == "ws" && loopback(u.Hostname())
}

// liveConn is one connection that stands.
type liveConn struct {
	l       *LongConn
	sock    *socket
	service int32
	ping    atomic.Int64  // time.Duration
	repaced chan struct{} // ping has changed
	pieces  pieces
}

// run reads until the connection breaks or ctx ends.
func (c *liveConn) run(ctx context.Context) error {
	c.wait()
	reading, stop := context.WithCancel(ctx)
	defer stop()
	go c.pings(reading)
	ended := make(chan error, 1)
	go func() { ended <- c.read(reading) }()
	select {
	case err := <-ended:
		return err // what was taken is stored all the same; its answers have nowhere to go
	case <-ctx.Done():
	}
	c.l.finish()
	_ = c.sock.write(opClose, []byte{0x03, 0xe8}) // 1000, normal; it is closed either way
	c.sock.close()
	<-ended
	return ctx.Err()
}

// take notes one push as taken, false if nothing more is to be taken.
func (l *LongConn) take() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopping {
		return false
	}
	l.working.Add(1)
	return true
}

// finish takes nothing more, and waits until what was taken has been answered.
func (l *LongConn) finish() {
	l.mu.Lock()
	l.stopping = true
	l.mu.Unlock()
	done := make(chan struct{})
	go func() { defer close(done); l.working.Wait() }()
	select {
	case <-done:
	case <-time.After(socketDrain):
	}
}

// wait gives the platform two pings and a little more before the line counts as dead.
func (c *liveConn) wait() { c.sock.patience(2*time.Duration(c.ping.Load()) + pongGrace) }

func (c *liveConn) pings(ctx context.Context) {
	for {
		ping := &frame{service: c.service, method: frameControl, headers: []frameHeader{{frameHeaderType, "ping"}}}
		if c.sock.write(opBinary, ping.marshal()) != nil {
			c.sock.close()
			return
		}
		for waited := false; !waited; {
			select {
			case <-time.After(time.Duration(c.ping.Load())):
				waited = true
			case <-c.repaced: // a wait that is too long by now would look like a dead line
			case <-ctx.Done():
				return
			}
		}
	}
}

func (c *liveConn) read(ctx context.Context) error {
	for {
		message, err := c.sock.read()
		if err != nil {
			if errors.Is(err, errSocket) || errors.Is(err, errSocketClosed) {
				return err
			}
			return errNoAnswer // of the network; its text may hold addresses
		}
		if ctx.Err() != nil {
			return ctx.Err() // nothing more is taken; it comes again
		}
		c.wait()
		f := &frame{}
		if f.unmarshal(message) != nil {
			c.l.log.WarnContext(ctx, "long connection: a frame cannot be read", "bytes", len(message))
			continue
		}
		switch f.method {
		case frameControl:
			c.control(f)
		case frameData:
			c.data(ctx, f)
		}
	}
}

// control takes the configuration that pongs carry.
func (c *liveConn) control(f *frame) {
	var config socketConfig
	if f.header(frameHeaderType) == "pong" && len(f.payload) > 0 && json.Unmarshal(f.payload, &config) == nil {
		if every := int64(config.ping()); c.ping.Swap(every) != every {
			select {
			case c.repaced <- struct{}{}:
			default:
			}
		}
		c.wait()
	}
}

// data takes a push, in one frame or in pieces. Only one goroutine calls it; the work is done by others.
func (c *liveConn) data(ctx context.Context, f *frame) {
	kind := f.header(frameHeaderType)
	if kind != "event" && kind != "card" {
		return
	}
	payload, whole := c.pieces.add(f, time.Now())
	if !whole {
		return
	}
	select {
	case c.l.slots <- struct{}{}:
	case <-ctx.Done():
		return
	}
	if !c.l.take() {
		<-c.l.slots
		return
	}
	go func() {
		defer func() { <-c.l.slots; c.l.working.Done() }()
		c.answer(context.WithoutCancel(ctx), f, payload)
	}()
}

// answer lets a push be stored and writes the answer: the frame that came, with another payload.
func (c *liveConn) answer(ctx context.Context, f *frame, payload []byte) {
	start := time.Now()
	result, status, after := c.l.s.pushed(ctx, payload)
	defer after()
	response := struct {
		Code    int               `json:"code"`
		Headers map[string]string `json:"headers"`
		Data    []byte            `json:"data"` // base64 of the JSON that a webhook would have answered
	}{Code: status}
	if result != nil {
		if data, err := json.Marshal(result); err == nil {
			response.Data = data
		}
	}
	raw, err := json.Marshal(response)
	if err != nil {
		return
	}
	f.payload = raw
	f.headers = append(f.headers, frameHeader{frameHeaderBizRt, milliseconds(time.Since(start))})
	if c.sock.write(opBinary, f.marshal()) != nil {
		c.l.log.WarnContext(ctx, "long connection: an answer was not written", "status", status)
	}
}

// serviceID is the number that the platform gave this connection; pings carry it.
func serviceID(target *url.URL) int32 {
	f := frame{headers: []frameHeader{{"service_id", strings.TrimSpace(target.Query().Get("service_id"))}}}
	return int32(f.number("service_id"))
}
