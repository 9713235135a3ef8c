package groupcommit

import (
	"context"
	"database/sql/driver"
	"slices"
	"sync"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// Bounds of a group. They limit how long its first member waits for the last one.
const (
	maxGroup     = 64
	maxGroupTime = 4 * time.Millisecond
)

// committer gives one connection at a time the use of the writing connection (the writer).
type committer struct {
	conn            *cachingConn // the writer
	maxMembers      int
	maxTime         time.Duration
	backgroundPause time.Duration
	isBackground    func(context.Context) bool // see Config

	mu             sync.Mutex
	busy           bool          // a connection has the writer
	queue          []*waiter     // in the order of arrival
	background     []*waiter     // the same for background work
	lastBackground time.Time     // when background work last got the writer
	windowStart    time.Time     // when the last window for background work began
	closed         bool          // no connection gets the writer any more
	drained        chan struct{} // closed when the writer is free after closed

	group *group // the open group; only the connection that has the writer uses it
}

// Foreground work, such as a webhook, goes before background work, such as jobs: there can be a
// hundred jobs with several transactions each. In return background work gets a window of time at
// regular intervals, regardless of how much foreground work waits.
const (
	backgroundWindow = 3 * time.Millisecond
	backgroundPause  = 20 * time.Millisecond // between two windows
)

// waiter is a connection in a queue.
type waiter struct {
	granted   chan struct{} // closed when the waiter gets the writer, or err
	err       error         // set before granted is closed
	exclusive bool          // must not join a group
}

// group is one SQLite transaction.
type group struct {
	members    int
	foreground bool // some member is not background work
	began      time.Time
	broken     bool          // SQLite has or may have undone the transaction
	done       chan struct{} // closed when the transaction has ended
	err        error         // set before done is closed
}

// acquire waits in a queue for the writer. release or handOver gives the writer back.
func (w *committer) acquire(ctx context.Context, exclusive bool) error {
	w.mu.Lock()
	switch {
	case w.closed:
		w.mu.Unlock()
		return ErrClosed
	case !w.busy:
		w.busy = true
		w.mu.Unlock()
		return nil
	}
	self := &waiter{granted: make(chan struct{}), exclusive: exclusive}
	queue := &w.queue
	if w.isBackground(ctx) {
		queue = &w.background
	}
	*queue = append(*queue, self)
	w.mu.Unlock()
	select {
	case <-self.granted:
		return self.err
	case <-ctx.Done():
	}
	w.mu.Lock()
	at := slices.Index(*queue, self)
	if at >= 0 {
		*queue = slices.Delete(*queue, at, at+1)
	}
	w.mu.Unlock()
	if at < 0 && self.err == nil {
		w.handOver(false) // ctx ended just after the writer was granted
	}
	return ctx.Err()
}

// handOver gives the writer to the next waiter. It first commits the open group, unless the next
// waiter may join it. With last nobody may join.
func (w *committer) handOver(last bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.group != nil && (last || !w.canJoin()) {
		w.mu.Unlock()
		w.commitGroup()
		w.mu.Lock()
	}
	if queue := w.nextQueue(); len(*queue) > 0 {
		if now := time.Now(); queue == &w.background {
			if len(w.queue) > 0 && now.Sub(w.lastBackground) >= w.backgroundPause {
				w.windowStart = now
			}
			w.lastBackground = now
		}
		next := (*queue)[0]
		*queue = slices.Delete(*queue, 0, 1)
		close(next.granted)
		return
	}
	w.busy = false
	if w.closed {
		close(w.drained)
	}
}

// nextQueue returns the queue whose first waiter is next. The caller holds mu.
func (w *committer) nextQueue() *[]*waiter {
	switch {
	case len(w.background) == 0:
		return &w.queue
	case len(w.queue) == 0:
		return &w.background
	case time.Since(w.lastBackground) >= w.backgroundPause:
		return &w.background
	case time.Since(w.windowStart) < backgroundWindow:
		return &w.background
	}
	return &w.queue
}

// canJoin reports whether the next waiter may join the open group. Background work does not join a
// group with foreground work, which would wait for it. The caller holds mu.
func (w *committer) canJoin() bool {
	g, queue := w.group, w.nextQueue()
	return len(*queue) > 0 &&
		!(*queue)[0].exclusive &&
		!(g.foreground && queue == &w.background) &&
		!g.broken &&
		g.members < w.maxMembers &&
		time.Since(g.began) < w.maxTime
}

// join adds the connection that has the writer to the open group, or begins one. othersWait tells
// whether other connections are in the queues.
func (w *committer) join(ctx context.Context) (g *group, othersWait bool, err error) {
	if w.group == nil {
		if err := w.begin(ctx); err != nil {
			w.handOver(false)
			return nil, false, err
		}
		w.group = &group{began: time.Now(), done: make(chan struct{})}
	}
	w.group.members++
	w.group.foreground = w.group.foreground || !w.isBackground(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.group, len(w.queue)+len(w.background) > 0, nil
}

// lockTimeout bounds the wait for a lock of another program, such as an administrator's shell.
// busyTimeoutMillis is how long SQLite itself waits for such a lock; that wait cannot be
// interrupted.
const (
	lockTimeout       = 10 * time.Second
	busyTimeoutMillis = "100"
)

// begin opens the transaction. The wait for another program's lock ends with ctx, because a webhook
// must be answered in time.
func (w *committer) begin(ctx context.Context) error {
	for began := time.Now(); ; {
		err := w.exec("BEGIN IMMEDIATE")
		code, _ := Code(err)
		if code&0xff != sqlite3.SQLITE_BUSY || ctx.Err() != nil || time.Since(began) > lockTimeout {
			return err
		}
	}
}

// release gives the writer back and returns when the group has ended. With last no other connection
// joins the group.
func (w *committer) release(g *group, last bool) error {
	w.handOver(last)
	<-g.done
	return g.err
}

// commitGroup commits the open group, if there is one.
func (w *committer) commitGroup() {
	g := w.group
	if g == nil {
		return
	}
	w.group = nil
	if g.broken {
		g.err = ErrLost
	} else {
		g.err = w.exec("COMMIT")
	}
	if g.err != nil {
		_ = w.exec("ROLLBACK") // fails if SQLite has rolled back already
	}
	close(g.done)
}

// exec runs a statement without arguments. It cannot be interrupted.
func (w *committer) exec(statement string) error {
	s, err := w.conn.internalStmt(statement)
	if err != nil {
		return err
	}
	_, err = s.Stmt.(driver.StmtExecContext).ExecContext(context.Background(), nil)
	return err
}

// noteError reports whether a statement's error may have undone the whole transaction, and marks
// the group as broken. The codes are from SQLite's documentation (lang_transaction.html, section
// 3.1).
func (g *group) noteError(err error) (broken bool) {
	code, ok := Code(err)
	if !ok {
		return false
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT,
		sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
		g.broken = true
		return true
	}
	return false
}

// close rejects all waiters, waits until the writer is free and closes it.
func (w *committer) close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true
	w.drained = make(chan struct{})
	for _, waiting := range slices.Concat(w.queue, w.background) {
		waiting.err = ErrClosed
		close(waiting.granted)
	}
	w.queue, w.background = nil, nil
	if !w.busy {
		close(w.drained)
	}
	w.mu.Unlock()
	<-w.drained
	w.commitGroup()
	return w.conn.Close()
}
