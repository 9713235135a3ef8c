package groupcommit

import (
	"context"
	"database/sql/driver"
	"slices"
	"sync"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// Bounds of a group. They bound what its first member waits for those that follow.
const (
	maxGroup     = 64
	maxGroupTime = 4 * time.Millisecond
)

// committer hands out turns on the one connection that writes.
type committer struct {
	conn            *cachingConn // used by who has the turn
	maxMembers      int
	maxTime         time.Duration
	backgroundPause time.Duration
	isBackground    func(context.Context) bool // see Config

	mu             sync.Mutex
	busy           bool          // somebody has the turn
	queue          []*waiter     // in the order of arrival
	background     []*waiter     // the same, of background work
	lastBackground time.Time     // when a job last had a turn
	windowStart    time.Time     // when the jobs' shift began
	closed         bool          // nobody gets a turn any more
	drained        chan struct{} // closed when the last turn has ended after closed

	// Of who has the turn.
	group *group
}

// Who is waited for, such as a webhook, goes before background work, such as jobs, of which there
// can be a hundred with several transactions each. But the jobs get a shift now and then,
// however many others come.
const (
	backgroundWindow = 3 * time.Millisecond
	backgroundPause  = 20 * time.Millisecond // between two shifts
)

// waiter is somebody in the queue.
type waiter struct {
	granted   chan struct{} // closed when it is the waiter's
	err       error         // set before, if there will be none
	exclusive bool          // wants no group
}

// group is one transaction of SQLite's.
type group struct {
	members    int
	foreground bool // somebody is waited for
	began      time.Time
	broken     bool          // SQLite has undone it, or may have
	done       chan struct{} // closed when it has ended
	err        error         // set before
}

// acquire waits for a turn, in order, with background work in a queue of its own. It is given back by leave, or pass.
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
		w.handOver(false) // it came at the same moment
	}
	return ctx.Err()
}

// handOver gives the turn to the next in the queue. The group that is open ends before, unless
// the next may join it.
func (w *committer) handOver(last bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.group != nil && (last || !w.canJoin()) {
		w.mu.Unlock()
		w.commitGroup()
		w.mu.Lock()
	}
	if queue := w.nextQueue(); len(*queue) > 0 {
		if queue == &w.background {
			w.lastBackground = time.Now()
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

// nextQueue is the queue whose first is the next. Under mu.
func (w *committer) nextQueue() *[]*waiter {
	switch {
	case len(w.background) == 0:
		return &w.queue
	case len(w.queue) == 0:
		return &w.background
	case time.Since(w.lastBackground) >= w.backgroundPause:
		w.windowStart = time.Now()
		return &w.background
	case time.Since(w.windowStart) < backgroundWindow:
		return &w.background
	}
	return &w.queue
}

// canJoin reports whether somebody is there who may join the group. A job does not hold up one that
// somebody waits for. Under mu.
func (w *committer) canJoin() bool {
	g, queue := w.group, w.nextQueue()
	return len(*queue) > 0 && !(*queue)[0].exclusive && !(g.foreground && queue == &w.background) &&
		!g.broken && g.members < w.maxMembers && time.Since(g.began) < w.maxTime
}

// join makes who has the turn a member of a group. crowded says that others wait already.
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

// foreignLock bounds the wait for a lock that another program holds, such as an administrator's
// shell. busyWait is one wait of SQLite's for it, which nothing interrupts, in milliseconds.
const (
	lockTimeout       = 10 * time.Second
	busyTimeoutMillis = "100"
)

// begin opens SQLite's transaction. A webhook that waits for a foreign lock must still be
// answered in time, so the wait ends with ctx.
func (w *committer) begin(ctx context.Context) error {
	for began := time.Now(); ; {
		err := w.exec("BEGIN IMMEDIATE")
		code, _ := Code(err)
		if code&0xff != sqlite3.SQLITE_BUSY || ctx.Err() != nil || time.Since(began) > lockTimeout {
			return err
		}
	}
}

// release ends a member's turn and returns when its group has ended. With last nobody joins
// after it.
func (w *committer) release(g *group, last bool) error {
	w.handOver(last)
	<-g.done
	return g.err
}

// finish commits the group that is open, if there is one.
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
		_ = w.exec("ROLLBACK") // fails where SQLite has done it
	}
	close(g.done)
}

// run executes a statement that needs no arguments and is not interrupted.
func (w *committer) exec(statement string) error {
	return w.execContext(context.Background(), statement)
}

func (w *committer) execContext(ctx context.Context, statement string) error {
	s, err := w.conn.internalStmt(statement)
	if err != nil {
		return err
	}
	_, err = s.Stmt.(driver.StmtExecContext).ExecContext(ctx, nil)
	return err
}

// noteError looks whether a statement's error may have undone the whole transaction, as
// SQLite does for these (lang_transaction.html, 3.1).
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

// close refuses new turns, waits for the present one to end and closes the connection.
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
