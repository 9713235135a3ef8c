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

// LongConn is the long connection (长连接, WebSocket): the platform's pushes come in over a connection that the bot opens,
// so that no public address is needed. Pushes take the same way as over the webhook, and are answered after the Inbox
// has stored them. An event that is not answered within 3 s, or was under way when the connection broke, comes again,
// to whichever instance, and dies on its event key. A click does not: the person sees an error, and what was stored of
// it shows on the card. The platform sends each event to one of the connections of an app; 50 are allowed (page
// "使用长连接接收事件").
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
	return &LongConn{
		s:         s,
		base:      c.base,
		appID:     c.appID,
		appSecret: c.appSecret,
		http:      socketClient(),
		log:       s.log,
		slots:     make(chan struct{}, socketHandlers),
	}
}

// Connected reports whether there is a connection at this moment, and how many have been lost so far.
func (l *LongConn) Connected() (up bool, lost int64) { return l.up.Load(), l.drops.Load() }

// ErrNeverConnected: no long connection has been established since the start.
var ErrNeverConnected = errors.New("bot: the long connection has never been established")

// Ready is ErrNeverConnected until the first connection stands. A connection that is lost later comes back by itself
// and does not make the program unready, since its jobs go on.
func (l *LongConn) Ready() error {
	if !l.ever.Load() {
		return ErrNeverConnected
	}
	return nil
}

// Run keeps the connection until ctx ends. Then nothing more is taken, and what is being worked on is answered before
// the connection is closed.
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

// backoff doubles from half a second to longest. A part of it is chance, so that many instances do not come back at the
// same moment. The platform suggests to wait up to 30 s at first; clicks are not sent again, so that every second
// counts here.
func backoff(attempt int, longest time.Duration) time.Duration {
	d := longest
	if attempt < 16 {
		d = min(longest, shortestPause<<attempt)
	}
	return d/2 + rand.N(d/2+1)
}

// connection establishes one connection and works on it until it ends. stood is how long there was one, longest how
// long to wait at most before the next.
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
	c := &liveConn{
		l:       l,
		sock:    sock,
		service: serviceID(target),
		repaced: make(chan struct{}, 1),
	}
	c.ping.Store(int64(config.ping()))
	l.ever.Store(true)
	l.up.Store(true)
	l.log.InfoContext(ctx, "long connection is up", "host", target.Host)
	began := time.Now()
	err = c.run(ctx)
	return time.Since(began), networkPause, err
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
	go func() {
		defer close(done)
		l.working.Wait()
	}()
	select {
	case <-done:
	case <-time.After(socketDrain):
	}
}
