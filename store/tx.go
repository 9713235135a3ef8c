package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"shiming/flows"
	"shiming/store/keyset"
)

// maxTries bounds how often a transaction runs before the caller gets its error.
const maxTries = 20

// querier is the reading part of *sql.Tx and *sql.DB.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// view implements flows.View inside a transaction of either kind.
type view struct {
	q    querier
	keys *keyset.Keyset

	lockCase, lockRow string // see backend; empty in a transaction that only reads
}

// txn implements flows.Tx.
type txn struct {
	view
	tx         *dbTx
	store      *Store
	locksReads bool                  // set from the second try on, see txOnce
	settings   map[[2]string]setting // by tenant and key, as this transaction last read or wrote them
	wakeTimers []wakeTimer           // queues to wake after the commit
}

var _ flows.Tx = (*txn)(nil)

// Tx runs fn in one transaction and commits if fn returns nil.
//
// Tx runs fn again after a conflict with another writer. So fn must assign to variables outside
// of it and never add to them. A panic in fn undoes the transaction and continues in the caller.
//
// fn must not call Tx or Wait: on SQLite the inner call waits for the outer one until the deadline.
func (s *Store) Tx(ctx context.Context, fn func(flows.Tx) error) error {
	if s.movableClock {
		s.clockMoves.RLock()
		defer s.clockMoves.RUnlock()
	}
	for try := 1; ; try++ {
		err := withEnd(ctx, s.txOnce(ctx, fn, try > 1))
		if err == nil || ctx.Err() != nil || try == maxTries || !s.retryable(err) {
			return err
		}
		pause := rand.N(time.Duration(try) * 2 * time.Millisecond)
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// withEnd adds the end of ctx to an error. database/sql and the drivers may report what that end has caused, such as a
// rollback or a lost connection, and not the end itself.
func withEnd(ctx context.Context, err error) error {
	if ended := ctx.Err(); err != nil && ended != nil && !errors.Is(err, ended) {
		return fmt.Errorf("%w: %w", ended, err)
	}
	return err
}

// retryable reports whether a new transaction may succeed where this one failed.
func (s *Store) retryable(err error) bool {
	return errors.Is(err, flows.ErrStale) || s.backend.retryable(err)
}

// txOnce runs fn in one transaction, without a retry.
//
// With locksReads the transaction locks each case that it reads, so that writers of one case form
// a queue. The first try does without these locks, because most cases have one writer at a time.
// SQLite has a single writer and ignores locksReads.
func (s *Store) txOnce(ctx context.Context, fn func(flows.Tx) error, locksReads bool) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	if err := s.freshKeys(ctx); err != nil {
		return err
	}
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return err
	}
	defer tx.end()

	t := &txn{
		view:       view{q: tx.Tx, keys: s.keys, lockRow: s.backend.lockRow},
		tx:         tx,
		store:      s,
		locksReads: locksReads,
	}
	if locksReads {
		t.lockCase = s.backend.lockCase
	}
	if err := fn(t); err != nil {
		// A lost commit group also undoes what fn read, so that its error may be wrong.
		if rollbackErr := tx.Rollback(); rollbackErr != nil && s.backend.retryable(rollbackErr) {
			return rollbackErr
		}
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	for _, timer := range t.wakeTimers {
		s.notifier.wakeIn(timer.queue, timer.in)
	}
	return nil
}

// View runs fn on a snapshot. It does not wait for writers and does not block them.
func (s *Store) View(ctx context.Context, fn func(flows.View) error) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	tx, err := s.begin(ctx, s.backend.read, s.backend.snapshotOptions)
	if err != nil {
		return err
	}
	defer tx.end()
	return withEnd(ctx, fn(&view{q: tx.Tx, keys: s.keys}))
}

// dbTx is an open transaction and the connection that it runs on.
type dbTx struct {
	*sql.Tx
	conn *sql.Conn
}

// end undoes the transaction unless it has committed, and returns the connection to the pool.
func (tx *dbTx) end() {
	_ = tx.Rollback() // fails after Commit, which is fine
	_ = tx.conn.Close()
}

// beginWrite opens a transaction that writes. The caller defers its end.
func (s *Store) beginWrite(ctx context.Context) (*dbTx, error) {
	return s.begin(ctx, s.backend.write, s.backend.writeOptions)
}

// begin opens a transaction. It tries another connection if the pooled one has lost its server.
func (s *Store) begin(ctx context.Context, db *sql.DB, opts *sql.TxOptions) (*dbTx, error) {
	for try := 1; ; try++ {
		tx, err := beginOnce(ctx, db, opts)
		if err == nil {
			return tx, nil
		}
		lost := s.backend.connectionLost != nil && s.backend.connectionLost(err)
		if ctx.Err() != nil || try == maxTries || !lost {
			return nil, fmt.Errorf("store: begin: %w", err)
		}
	}
}

func beginOnce(ctx context.Context, db *sql.DB, opts *sql.TxOptions) (*dbTx, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	tx, err := conn.BeginTx(ctx, opts)
	if err != nil {
		_ = conn.Close() // the first error is the cause
		return nil, err
	}
	return &dbTx{tx, conn}, nil
}

// lock locks a name until the transaction ends. It returns false where a lock is not needed
// because the database has a single writer.
func (t *txn) lock(ctx context.Context, name string) (bool, error) {
	if t.store.backend.lockName == nil {
		return false, nil
	}
	if err := t.store.backend.lockName(ctx, t.tx.Tx, name); err != nil {
		return false, fmt.Errorf("store: lock: %w", err)
	}
	return true, nil
}

// exec runs a statement and returns how many rows it changed. what names the step in errors.
func (t *txn) exec(ctx context.Context, what, query string, args ...any) (int64, error) {
	res, err := t.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("store: %s: %w", what, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("store: %s: %w", what, err)
	}
	return n, nil
}

// sleep waits for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
