package bot

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// defaultPing and maxRefusalPause apply if the platform sends no values of its own (SDK: ws/client.go).
	defaultPing     = 2 * time.Minute
	maxRefusalPause = 2 * time.Minute // maximum pause after the platform refused a connection
	// maxNetworkPause is the maximum pause while the platform is unreachable. It is short, because the platform does not
	// send clicks again.
	maxNetworkPause  = 15 * time.Second
	minPause         = 500 * time.Millisecond
	stableAfter      = 10 * time.Second // a connection of this age resets the backoff
	pongGrace        = 5 * time.Second
	handshakeTimeout = 15 * time.Second

	// drainTimeout limits how long a stop waits for running handlers. No handler takes longer.
	drainTimeout = handleTimeout + 500*time.Millisecond
	// maxHandlers limits the number of concurrent handlers. The reader waits for a free slot.
	maxHandlers = 64
)

// LongConn is the long connection (长连接, WebSocket). It receives the platform's pushes over a connection that the bot
// opens, so that the bot needs no public address. It handles a push as the webhook does and responds after the event is
// stored. The platform sends an event again, to any instance, if it gets no response within 3 s or if the connection
// breaks; the event key makes the second delivery a no-op. The platform does not send a click again: the user sees an
// error, and the card shows the stored state. The platform sends each event to one of the connections of an app, of
// which it allows 50 (page "使用长连接接收事件").
type LongConn struct {
	s         *Server
	client    *Client // of the same app; compares answers
	base      string
	appID     string
	appSecret func() string
	http      *http.Client
	log       *slog.Logger

	mu       sync.Mutex
	stopping bool           // no new push begins
	working  sync.WaitGroup // running handlers; Add only under mu and while stopping is false
	slots    chan struct{}  // limits the running handlers

	everUp atomic.Bool
	up     atomic.Bool
	lost   atomic.Int64 // connections that ended before Run was stopped
}

// LongConn builds the long connection of the client's app. Run opens it.
func (s *Server) LongConn(c *Client) *LongConn {
	return &LongConn{
		s:         s,
		client:    c,
		base:      c.base,
		appID:     c.appID,
		appSecret: c.appSecret,
		http:      socketClient(),
		log:       s.log,
		slots:     make(chan struct{}, maxHandlers),
	}
}

// Connected reports whether the connection is up, and how many connections were lost since the start.
func (l *LongConn) Connected() (up bool, lost int64) { return l.up.Load(), l.lost.Load() }

// ErrNeverConnected says that no long connection has been established since the start.
var ErrNeverConnected = errors.New("bot: the long connection has never been established")

// Ready returns ErrNeverConnected until the first connection is up. A later loss does not make the program unready,
// because LongConn reconnects and the jobs go on.
func (l *LongConn) Ready() error {
	if !l.everUp.Load() {
		return ErrNeverConnected
	}
	return nil
}

// notTold is no code of a refusal. A refusal without a code has "".
const notTold = "not told"

// Run keeps a connection open until ctx ends. Then it begins no new push and closes the connection after the running
// handlers have responded.
func (l *LongConn) Run(ctx context.Context) {
	defer l.http.CloseIdleConnections()
	defer l.drain() // handlers of lost connections may still run
	told := notTold // code of the last refusal, so that each is an error once
	for attempt := 0; ctx.Err() == nil; attempt++ {
		uptime, maxPause, err := l.connection(ctx)
		if ctx.Err() != nil {
			return
		}
		if uptime > stableAfter {
			attempt = 0
		}
		if l.up.Swap(false) {
			l.lost.Add(1)
		}
		if uptime > 0 {
			told = notTold
		}
		if code, remedy, refused := refusalOf(err); refused && code != told {
			told = code
			l.log.ErrorContext(ctx, "Feishu refuses the long connection: no message or click arrives until this is right",
				"code", code, "remedy", remedy)
		}
		pause := backoff(attempt, maxPause)
		l.log.WarnContext(ctx, "long connection is down", "error", err, "again_in_ms", pause.Milliseconds())
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

// backoff returns the pause before the next attempt. It doubles from minPause to maxPause, and half of it is random, so
// that many instances do not reconnect at the same moment. The platform suggests to wait up to 30 s before the first
// attempt; the bot does not, because every click in that time is lost.
func backoff(attempt int, maxPause time.Duration) time.Duration {
	d := maxPause
	if attempt < 16 {
		d = min(maxPause, minPause<<attempt)
	}
	return d/2 + rand.N(d/2+1)
}

// connection opens one connection and serves it until it ends. It returns how long the connection was up, and the
// maximum pause before the next attempt.
func (l *LongConn) connection(ctx context.Context) (uptime, maxPause time.Duration, err error) {
	target, config, err := l.endpoint(ctx)
	if refused, ok := errors.AsType[*endpointError](err); ok && !refused.temporary() {
		return 0, maxRefusalPause, err
	}
	if err != nil {
		return 0, maxNetworkPause, err
	}
	dial, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	sock, err := dialSocket(dial, l.http, target)
	if refused, ok := errors.AsType[*handshakeError](err); ok && !refused.temporary {
		return 0, config.pause(), err
	}
	if err != nil {
		return 0, maxNetworkPause, err
	}
	defer sock.close()
	c := &liveConn{
		l:           l,
		sock:        sock,
		service:     serviceID(target),
		pingChanged: make(chan struct{}, 1),
	}
	c.ping.Store(int64(config.ping()))
	l.everUp.Store(true)
	l.up.Store(true)
	l.log.InfoContext(ctx, "long connection is up", "host", target.Host)
	began := time.Now()
	err = c.run(ctx)
	return time.Since(began), maxNetworkPause, err
}

// beginPush counts one more running handler. It returns false if LongConn is stopping.
func (l *LongConn) beginPush() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopping {
		return false
	}
	l.working.Add(1)
	return true
}

// drain begins no new push and waits until all running handlers have responded, for at most drainTimeout.
func (l *LongConn) drain() {
	l.mu.Lock()
	l.stopping = true
	l.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.working.Wait()
	}()
	select {
	case <-done:
	case <-time.After(drainTimeout):
	}
}
