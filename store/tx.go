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

// maxTries is how often a transaction is repeated before its error is handed out.
const maxTries = 20

// querier is what *sql.Tx has for reading.
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
	conn       *sql.Conn // of tx
	tx         *sql.Tx
	store      *Store
	locksReads bool                  // not the first try
	settings   map[[2]string]setting // as this transaction has read or written them
	wakeTimers []wakeTimer           // queues to wake once the transaction is durable
}

// Tx runs fn in one transaction and commits if it returns nil. fn runs again when somebody
// else was first, so that it must set, not add to, what lies outside of it. Another Tx, or
// Wait, inside fn waits for itself until the deadline: use what fn is given. A panic in fn
// undoes the transaction and goes on.
func (s *Store) Tx(ctx context.Context, fn func(flows.Tx) error) error {
	if s.movableClock {
		s.clockMoves.RLock()
		defer s.clockMoves.RUnlock()
	}
	for try := 1; ; try++ {
		err := s.txOnce(ctx, fn, try > 1)
		if err == nil || ctx.Err() != nil || try == maxTries || !s.retryable(err) {
			return err
		}
		if err := sleep(ctx, rand.N(time.Duration(try)*2*time.Millisecond)); err != nil {
			return err
		}
	}
}

// again reports whether a fresh transaction may succeed.
func (s *Store) retryable(err error) bool {
	return errors.Is(err, flows.ErrStale) || s.backend.retryable(err)
}

// txOnce runs fn in one transaction. A first try reads cases without holding them, which
// costs nothing when nobody else is there; a patient one holds each case that it reads, so
// that many who want the same case queue up for it instead of overtaking each other. Where a
// transaction that writes is alone both are the same.
func (s *Store) txOnce(ctx context.Context, fn func(flows.Tx) error, patient bool) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	conn, tx, err := s.begin(ctx, s.backend.write, s.backend.writeOptions)
	if err != nil {
		return err
	}
	defer conn.Close()  //nolint:errcheck // gives it back to the pool
	defer tx.Rollback() //nolint:errcheck // does nothing after the commit; undoes fn's panic
	t := &txn{
		view:       view{q: tx, keys: s.keys, lockRow: s.backend.lockRow},
		conn:       conn,
		tx:         tx,
		store:      s,
		locksReads: patient,
	}
	if patient {
		t.lockCase = s.backend.lockCase
	}
	if err := fn(t); err != nil {
		if lost := tx.Rollback(); lost != nil && s.backend.retryable(lost) {
			return lost // what fn saw did not happen either
		}
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	for _, r := range t.wakeTimers {
		s.notifier.wakeIn(r.queue, r.in)
	}
	return nil
}

// View runs fn on a snapshot. It neither waits for a writer nor holds one up.
func (s *Store) View(ctx context.Context, fn func(flows.View) error) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	conn, tx, err := s.begin(ctx, s.backend.read, s.backend.snapshotOptions)
	if err != nil {
		return err
	}
	defer conn.Close()  //nolint:errcheck // gives it back to the pool
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return fn(&view{q: tx, keys: s.keys})
}

// begin opens a transaction. Connections that broke while they lay in the pool are found
// here; the next one is tried then.
func (s *Store) begin(ctx context.Context, db *sql.DB, opts *sql.TxOptions) (*sql.Conn, *sql.Tx, error) {
	for try := 1; ; try++ {
		conn, err := db.Conn(ctx)
		if err == nil {
			var tx *sql.Tx
			if tx, err = conn.BeginTx(ctx, opts); err == nil {
				return conn, tx, nil
			}
			_ = conn.Close() // the first error is the one that counts
		}
		if ctx.Err() != nil || try == maxTries || s.backend.connectionLost == nil || !s.backend.connectionLost(err) {
			return nil, nil, fmt.Errorf("store: begin: %w", err)
		}
	}
}

// lock holds a name until the transaction ends and reports true, unless a transaction that
// writes is alone anyway.
func (t *txn) lock(ctx context.Context, name string) (bool, error) {
	if t.store.backend.lockName == nil {
		return false, nil
	}
	if err := t.store.backend.lockName(ctx, t.tx, name); err != nil {
		return false, fmt.Errorf("store: lock: %w", err)
	}
	return true, nil
}

// exec runs a write and returns how many rows it touched.
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

// collect reads all rows through scan.
func collect[T any](ctx context.Context, q querier, what string, scan func(*sql.Rows) (T, error), query string,
	args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("store: %s: %w", what, err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("store: %s: %w", what, err)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("store: %s: %w", what, err)
	}
	return out, nil
}

// orNotFound turns "no rows" into flows.ErrNotFound.
func orNotFound(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return flows.ErrNotFound
	}
	return fmt.Errorf("store: %s: %w", what, err)
}

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

// millis is a time as it is stored: unix milliseconds, 0 for never.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// moment reads what millis wrote.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// flag is a truth value as it is stored.
func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
