package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// advisoryLockKey hashes a name to the number of an advisory lock. Two names with the same number
// only wait for each other needlessly. The schema is part of the name, because advisory locks
// belong to the whole database.
const advisoryLockKey = `hashtextextended(coalesce(current_schema(), '') || '/shiming/' || $1, 0)`

// lockNamePostgres locks a name until the transaction ends.
func lockNamePostgres(ctx context.Context, tx *sql.Tx, name string) error {
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(`+advisoryLockKey+`)`, name)
	return err
}

// exclusive runs fn while no other process runs a function through it. Neither goose nor River's
// migrations may run twice at once.
func (p pools) exclusive(ctx context.Context, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, migrateTimeout)
	defer cancel()
	conn, err := p.side.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("store: open: %w", err)
	}
	// The session ends with the lock, because its lock_timeout is not that of the pool's others. The migration of
	// another process may take longer than that.
	defer closeSession(conn)
	if _, err := conn.Exec(ctx, `SET lock_timeout = 0`); err != nil {
		return fmt.Errorf("store: open: %w", err)
	}
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(`+advisoryLockKey+`)`, "open"); err != nil {
		return fmt.Errorf("store: open: %w", err)
	}
	return fn(ctx)
}

// tryExclusive runs fn, or does nothing if another process holds the lock on name.
func (p pools) tryExclusive(ctx context.Context, name string, fn func() error) error {
	conn, err := p.side.Acquire(ctx)
	if err != nil {
		return err
	}
	defer releaseSession(conn)
	var locked bool
	err = conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(`+advisoryLockKey+`)`, name).Scan(&locked)
	if err != nil || !locked {
		return err
	}
	return fn()
}

// releaseSession releases the connection and all its advisory locks.
func releaseSession(conn *pgxpool.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_unlock_all()`); err != nil {
		_ = conn.Conn().Close(ctx) // the server releases the locks of a closed session
	}
	conn.Release()
}

// closeSession ends the session of a connection. Its pool opens another when one is needed.
func closeSession(conn *pgxpool.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	_ = conn.Conn().Close(ctx) // the server notices anyway
	conn.Release()
}
