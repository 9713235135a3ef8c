package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Names are locked by number, a hash. Two names with the same number wait for each other,
// which delays and harms nothing. The schema is part of the name, since these locks belong
// to the whole database.
const advisoryLockKey = `hashtextextended(coalesce(current_schema(), '') || '/shiming/' || $1, 0)`

// lockName holds a name until the transaction ends.
func lockNamePostgres(ctx context.Context, tx *sql.Tx, name string) error {
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(`+advisoryLockKey+`)`, name)
	return err
}

// exclusive runs fn while no other process runs one: neither goose nor River's migrations
// bear company.
func (p pools) exclusive(ctx context.Context, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, migrateTimeout)
	defer cancel()
	conn, err := p.side.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("store: open: %w", err)
	}
	defer releaseSession(conn)
	// Another one's migration may take longer than any other lock.
	if _, err := conn.Exec(ctx, `SET lock_timeout = 0`); err != nil {
		return fmt.Errorf("store: open: %w", err)
	}
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(`+advisoryLockKey+`)`, "open"); err != nil {
		return fmt.Errorf("store: open: %w", err)
	}
	return fn(ctx)
}

// alone runs fn, or does nothing if another process is at the same work.
func (p pools) tryExclusive(ctx context.Context, work string, fn func() error) error {
	conn, err := p.side.Acquire(ctx)
	if err != nil {
		return err
	}
	defer releaseSession(conn)
	var mine bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(`+advisoryLockKey+`)`, work).Scan(&mine); err != nil || !mine {
		return err
	}
	return fn()
}

// unlock gives back a connection and with it whatever it has locked.
func releaseSession(conn *pgxpool.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_unlock_all()`); err != nil {
		_ = conn.Conn().Close(ctx) // then the server unlocks
	}
	conn.Release()
}
