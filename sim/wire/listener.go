package wire

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// refusableListener is the listener of an upstream. Shut, it refuses every connection, as a host that is down does:
// the client cannot even begin to send.
type refusableListener struct {
	at  string // address, which stays the same
	srv *http.Server

	mu       sync.Mutex
	inner    net.Listener          // nil while shut
	unused   map[net.Conn]struct{} // connections that have brought no request yet
	opened   chan struct{}         // closed when the listener opens, or for good
	refusals int                   // faults that keep it shut
	single   bool                  // every connection ends with its first answer
	closed   bool
}

// Listener returns a listener to serve srv on instead of l, which Refuse can shut for the upstream. Call it before
// serving. It takes srv.ConnState.
func (f *Faults) Listener(upstream string, l net.Listener, srv *http.Server) net.Listener {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listeners == nil {
		f.listeners = map[string][]*refusableListener{}
	}
	d := &refusableListener{
		at:     l.Addr().String(),
		srv:    srv,
		inner:  l,
		unused: map[net.Conn]struct{}{},
		opened: make(chan struct{}),
	}
	srv.ConnState = d.state
	f.listeners[upstream] = append(f.listeners[upstream], d)
	return listener{d, l.Addr()}
}

// DisableKeepAlives ends every connection to the upstream with its first answer, so that a client has none left when
// the upstream is to be unreachable: a request on a kept connection that ends at that moment has an unknown outcome
// instead.
func (f *Faults) DisableKeepAlives(upstream string) {
	f.mu.Lock()
	listeners := f.listenersOf(upstream)
	f.mu.Unlock()
	for _, d := range listeners {
		d.mu.Lock()
		d.single = true
		d.mu.Unlock()
		d.srv.SetKeepAlivesEnabled(false)
	}
}

// listenersOf lists the listeners of an upstream, "" = all. The caller holds the lock.
func (f *Faults) listenersOf(upstream string) (all []*refusableListener) {
	for name, listeners := range f.listeners {
		if upstream == "" || upstream == name {
			all = append(all, listeners...)
		}
	}
	return all
}

// state keeps an eye on connections that a client has made in advance.
func (d *refusableListener) state(c net.Conn, s http.ConnState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s == http.StateNew {
		d.unused[c] = struct{}{}
	} else {
		delete(d.unused, c)
	}
}

// refuse refuses connections from now on. Kept connections that are idle end at once, the others after their answer.
func (d *refusableListener) refuse() {
	d.mu.Lock()
	d.refusals++
	if d.inner != nil && !d.closed {
		_ = d.inner.Close()
		d.inner, d.opened = nil, make(chan struct{})
	}
	for c := range d.unused {
		_ = c.Close()
	}
	d.mu.Unlock()
	d.srv.SetKeepAlivesEnabled(false) // takes the server's lock, under which the server closes its listeners
}

// admit ends one shut. Where the port was taken meanwhile it opens when the port is free again.
func (d *refusableListener) admit() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refusals--; d.refusals == 0 && !d.reopen() {
		time.AfterFunc(reopenEvery, d.scheduleReopen)
	}
}

// reopenEvery is how often a taken port is tried again.
const reopenEvery = 20 * time.Millisecond

func (d *refusableListener) scheduleReopen() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refusals == 0 && !d.reopen() {
		time.AfterFunc(reopenEvery, d.scheduleReopen)
	}
}

// reopen reports whether there is nothing more to do. The caller holds the lock.
func (d *refusableListener) reopen() bool {
	if d.closed || d.inner != nil {
		return true
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", d.at)
	if err != nil {
		return false
	}
	d.srv.SetKeepAlivesEnabled(!d.single)
	d.inner = l
	close(d.opened)
	return true
}

// now is the listener to accept on, or what to wait for.
func (d *refusableListener) now() (l net.Listener, opened <-chan struct{}, closed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.inner, d.opened, d.closed
}

// listener is a refusableListener as http.Server sees it.
type listener struct {
	d    *refusableListener
	addr net.Addr
}

func (l listener) Accept() (net.Conn, error) {
	for {
		inner, opened, closed := l.d.now()
		switch {
		case closed:
			return nil, net.ErrClosed
		case inner == nil:
			<-opened
			continue
		}
		c, err := inner.Accept()
		if now, _, _ := l.d.now(); err != nil && now != inner {
			continue // shut meanwhile
		}
		return c, err
	}
}

func (l listener) Close() error {
	d := l.d
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	if d.inner == nil {
		close(d.opened)
		return nil
	}
	err := d.inner.Close()
	d.inner = nil
	return err
}

func (l listener) Addr() net.Addr { return l.addr }
