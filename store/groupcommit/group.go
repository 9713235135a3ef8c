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

	mu           sync.Mutex
	busy         bool          // somebody has the turn
	queue        []*waiter     // in the order of arrival
	background   []*waiter     // the same, of background work
	backgroundAt time.Time     // when a job last had a turn
	windowBegan  time.Time     // when the jobs' shift began
	closed       bool          // nobody gets a turn any more
	idle         chan struct{} // closed when the last turn has ended after closed

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
	turn  chan struct{} // closed when it is the waiter's
	err   error         // set before, if there will be none
	alone bool          // wants no group
}

// group is one transaction of SQLite's.
type group struct {
	members int
	hurried bool // somebody is waited for
	began   time.Time
	broken  bool          // SQLite has undone it, or may have
	done    chan struct{} // closed when it has ended
	err     error         // set before
}

// acquire waits for a turn, in order, with background work in a queue of its own. It is given back by leave, or pass.
func (w *committer) acquire(ctx context.Context, alone bool) error {
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
	me := &waiter{turn: make(chan struct{}), alone: alone}
	line := &w.queue
	if w.isBackground(ctx) {
		line = &w.background
	}
	*line = append(*line, me)
	w.mu.Unlock()
	select {
	case <-me.turn:
		return me.err
	case <-ctx.Done():
	}
	w.mu.Lock()
	at := slices.Index(*line, me)
	if at >= 0 {
		*line = slices.Delete(*line, at, at+1)
	}
	w.mu.Unlock()
	if at < 0 && me.err == nil {
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
		w.finish()
		w.mu.Lock()
	}
	if line := w.nextQueue(); len(*line) > 0 {
		if line == &w.background {
			w.backgroundAt = time.Now()
		}
		next := (*line)[0]
		*line = slices.Delete(*line, 0, 1)
		close(next.turn)
		return
	}
	w.busy = false
	if w.closed {
		close(w.idle)
	}
}

// nextQueue is the queue whose first is the next. Under mu.
func (w *committer) nextQueue() *[]*waiter {
	switch {
	case len(w.background) == 0:
		return &w.queue
	case len(w.queue) == 0:
		return &w.background
	case time.Since(w.backgroundAt) >= w.backgroundPause:
		w.windowBegan = time.Now()
		return &w.background
	case time.Since(w.windowBegan) < backgroundWindow:
		return &w.background
	}
	return &w.queue
}

// canJoin reports whether somebody is there who may join the group. A job does not hold up one that
// somebody waits for. Under mu.
func (w *committer) canJoin() bool {
	g, line := w.group, w.nextQueue()
	return len(*line) > 0 && !(*line)[0].alone && !(g.hurried && line == &w.background) &&
		!g.broken && g.members < w.maxMembers && time.Since(g.began) < w.maxTime
}

// join makes who has the turn a member of a group. crowded says that others wait already.
func (w *committer) join(ctx context.Context) (g *group, crowded bool, err error) {
	if w.group == nil {
		if err := w.begin(ctx); err != nil {
			w.handOver(false)
			return nil, false, err
		}
		w.group = &group{began: time.Now(), done: make(chan struct{})}
	}
	w.group.members++
	w.group.hurried = w.group.hurried || !w.isBackground(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.group, len(w.queue)+len(w.background) > 0, nil
}

// foreignLock bounds the wait for a lock that another program holds, such as an administrator's
// shell. busyWait is one wait of SQLite's for it, which nothing interrupts, in milliseconds.
const (
	foreignLock = 10 * time.Second
	busyWait    = "100"
)

// begin opens SQLite's transaction. A webhook that waits for a foreign lock must still be
// answered in time, so the wait ends with ctx.
func (w *committer) begin(ctx context.Context) error {
	for began := time.Now(); ; {
		err := w.run("BEGIN IMMEDIATE")
		code, _ := Code(err)
		if code&0xff != sqlite3.SQLITE_BUSY || ctx.Err() != nil || time.Since(began) > foreignLock {
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
func (w *committer) finish() {
	g := w.group
	if g == nil {
		return
	}
	w.group = nil
	if g.broken {
		g.err = ErrLost
	} else {
		g.err = w.run("COMMIT")
	}
	if g.err != nil {
		_ = w.run("ROLLBACK") // fails where SQLite has done it
	}
	close(g.done)
}

// run executes a statement that needs no arguments and is not interrupted.
func (w *committer) run(statement string) error { return w.runFor(context.Background(), statement) }

func (w *committer) runFor(ctx context.Context, statement string) error {
	s, err := w.conn.keep(statement)
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
	w.idle = make(chan struct{})
	for _, waiting := range slices.Concat(w.queue, w.background) {
		waiting.err = ErrClosed
		close(waiting.turn)
	}
	w.queue, w.background = nil, nil
	if !w.busy {
		close(w.idle)
	}
	w.mu.Unlock()
	<-w.idle
	w.finish()
	return w.conn.Close()
}
