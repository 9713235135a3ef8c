package wire

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// refusableListener is the listener of an upstream. While it is closed by a Refuse, clients get "connection refused",
// as from a host that is down.
type refusableListener struct {
	at  string // address, also after reopening
	srv *http.Server

	mu           sync.Mutex
	inner        net.Listener          // nil while refusing
	unused       map[net.Conn]struct{} // connections without a request so far
	opened       chan struct{}         // closed when the listener reopens, or on Close
	refusals     int                   // number of faults that keep it closed
	noKeepAlives bool                  // every connection ends with its first answer
	closed       bool
}

// Listener wraps l for srv, so that a Refuse of the upstream can close it. Call it before serving. It sets
// srv.ConnState.
func (f *Faults) Listener(upstream string, l net.Listener, srv *http.Server) net.Listener {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listeners == nil {
		f.listeners = map[string][]*refusableListener{}
	}
	rl := &refusableListener{
		at:     l.Addr().String(),
		srv:    srv,
		inner:  l,
		unused: map[net.Conn]struct{}{},
		opened: make(chan struct{}),
	}
	srv.ConnState = rl.state
	f.listeners[upstream] = append(f.listeners[upstream], rl)
	return listener{rl, l.Addr()}
}

// DisableKeepAlives closes every connection to the upstream after its first answer. Otherwise a client might use an
// idle connection just when a Refuse closes it, and the outcome of that request would be unknown instead of "not sent".
func (f *Faults) DisableKeepAlives(upstream string) {
	f.mu.Lock()
	listeners := f.listenersOf(upstream)
	f.mu.Unlock()
	for _, rl := range listeners {
		rl.mu.Lock()
		rl.noKeepAlives = true
		rl.mu.Unlock()
		rl.srv.SetKeepAlivesEnabled(false)
	}
}

// listenersOf returns the listeners of an upstream, "" = all. The caller holds the lock.
func (f *Faults) listenersOf(upstream string) (all []*refusableListener) {
	for name, listeners := range f.listeners {
		if upstream == "" || upstream == name {
			all = append(all, listeners...)
		}
	}
	return all
}

// state tracks connections that a client has opened without sending a request.
func (rl *refusableListener) state(c net.Conn, s http.ConnState) {
	rl.mu.Lock()
	defer rl.mu.Unlock()
	if s == http.StateNew {
		rl.unused[c] = struct{}{}
	} else {
		delete(rl.unused, c)
	}
}

// refuse closes the listener. Idle connections end at once, the others after their answer.
func (rl *refusableListener) refuse() {
	rl.mu.Lock()
	rl.refusals++
	if rl.inner != nil && !rl.closed {
		_ = rl.inner.Close()
		rl.inner, rl.opened = nil, make(chan struct{})
	}
	for c := range rl.unused {
		_ = c.Close()
	}
	rl.mu.Unlock()
	rl.srv.SetKeepAlivesEnabled(false) // takes the server's lock, which the server holds while it closes its listeners
}

// admit ends one refusal. If another process has taken the port, it retries until the port is free.
func (rl *refusableListener) admit() {
	rl.mu.Lock()
	defer rl.mu.Unlock()
	if rl.refusals--; rl.refusals == 0 && !rl.reopen() {
		time.AfterFunc(reopenEvery, rl.scheduleReopen)
	}
}

// reopenEvery is the interval of these retries.
const reopenEvery = 20 * time.Millisecond

func (rl *refusableListener) scheduleReopen() {
	rl.mu.Lock()
	defer rl.mu.Unlock()
	if rl.refusals == 0 && !rl.reopen() {
		time.AfterFunc(reopenEvery, rl.scheduleReopen)
	}
}

// reopen reports whether the listener is open or closed for good. The caller holds the lock.
func (rl *refusableListener) reopen() bool {
	if rl.closed || rl.inner != nil {
		return true
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", rl.at)
	if err != nil {
		return false
	}
	rl.srv.SetKeepAlivesEnabled(!rl.noKeepAlives)
	rl.inner = l
	close(rl.opened)
	return true
}

// now returns the listener to accept on, or the channel to wait for.
func (rl *refusableListener) now() (l net.Listener, opened <-chan struct{}, closed bool) {
	rl.mu.Lock()
	defer rl.mu.Unlock()
	return rl.inner, rl.opened, rl.closed
}

// listener is the net.Listener of a refusableListener.
type listener struct {
	rl   *refusableListener
	addr net.Addr
}

func (l listener) Accept() (net.Conn, error) {
	for {
		inner, opened, closed := l.rl.now()
		switch {
		case closed:
			return nil, net.ErrClosed
		case inner == nil:
			<-opened
			continue
		}
		c, err := inner.Accept()
		if now, _, _ := l.rl.now(); err != nil && now != inner {
			continue // a Refuse has closed it
		}
		return c, err
	}
}

func (l listener) Close() error {
	rl := l.rl
	rl.mu.Lock()
	defer rl.mu.Unlock()
	if rl.closed {
		return nil
	}
	rl.closed = true
	if rl.inner == nil {
		close(rl.opened)
		return nil
	}
	err := rl.inner.Close()
	rl.inner = nil
	return err
}

func (l listener) Addr() net.Addr { return l.addr }
