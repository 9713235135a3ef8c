package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// Transactions that write run in READ COMMITTED and lock or check what they read in order to write
// it. REPEATABLE READ is not used for two reasons. It fails whenever two transactions touch the
// same row, and every change of state touches a counter, so that under load most transactions would
// run twice. And after the wait for a lock it still sees the old snapshot, so that two applicants
// could submit the same number at the same time. The table shows what is read and what protects it:
//
//	case                 version in the UPDATE; FOR NO KEY UPDATE from the second try on
//	surface              FOR UPDATE; a name lock while the row does not exist
//	end of audit chain   FOR UPDATE
//	setting              comparison in the UPDATE, because most are only read
//	event key, open case unique index, which waits for the other transaction
//	same number,         a name lock before the read
//	incident
//
// The order of locks is the same everywhere: event key, number, case, audit, incident, surface. If
// two transactions deadlock nevertheless, the server aborts one (40P01) and it runs again.

// Sizes and timeouts of the pools.
const (
	defaultPoolSize = 16 // pool_max_conns if the DSN does not set it
	minPoolSize     = 4
	// sidePoolSize: heartbeats, notifications and migration locks have a pool of their own, so that
	// they never wait for a busy connection.
	sidePoolSize = 3
	dialTimeout  = 5 * time.Second
	// migrateTimeout includes the wait for the migration of another process.
	migrateTimeout = 5 * time.Minute
)

// openPostgres opens the pools and connects. It does not change the database.
func openPostgres(ctx context.Context, cfg Config, notifier *jobNotifier) (*backend, error) {
	main, err := poolConfig(cfg)
	if err != nil {
		return nil, err
	}
	side := main.Copy()
	side.MaxConns, side.MinConns, side.MinIdleConns = sidePoolSize, 0, 0
	var p pools
	if p.main, err = pgxpool.NewWithConfig(ctx, main); err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	if p.side, err = pgxpool.NewWithConfig(ctx, side); err != nil {
		p.main.Close()
		return nil, fmt.Errorf("store: open: %w", err)
	}
	b, err := postgresBackend(p, cfg.Log, notifier)
	if err == nil {
		if err = ping(ctx, b.write); err != nil {
			_ = b.write.Close() // the first error is the cause
		}
	}
	if err != nil {
		p.close()
		return nil, fmt.Errorf("store: open: %w", err)
	}
	stop := startNotifier(p.side, notifier)
	b.close = func() error {
		stop()
		err := b.write.Close()
		p.close()
		return err
	}
	return b, nil
}

// pools are the connections of one process. River's listener has another one.
type pools struct{ main, side *pgxpool.Pool }

func (p pools) close() {
	p.main.Close()
	p.side.Close()
}

// poolConfig reads the DSN. Its errors do not quote the DSN, which may contain a password.
func poolConfig(cfg Config) (*pgxpool.Config, error) {
	pool, err := pgxpool.ParseConfig(cfg.DSN)
	if err != nil {
		return nil, ErrPostgresDSN
	}
	plain, err := pgx.ParseConfig(cfg.DSN)
	if err != nil {
		return nil, ErrPostgresDSN
	}
	switch {
	case plain.RuntimeParams["pool_max_conns"] == "":
		pool.MaxConns = defaultPoolSize
	case pool.MaxConns < minPoolSize:
		return nil, fmt.Errorf("%w: pool_max_conns must be at least %d", ErrPostgresDSN, minPoolSize)
	}
	conn := pool.ConnConfig
	if conn.RuntimeParams["application_name"] == "" {
		conn.RuntimeParams["application_name"] = "shiming"
	}
	if plain.ConnectTimeout == 0 {
		conn.ConnectTimeout = dialTimeout
	}
	pool.AfterConnect = func(ctx context.Context, c *pgx.Conn) error { return prepareSession(ctx, c, cfg.Sync) }
	return pool, nil
}

// prepareSession configures a new connection. Unless sync is normal, a commit waits for the disk,
// even on a server whose default is off; a server that also waits for its replicas keeps doing so.
// No statement waits for a lock longer than a transaction may take. The server ends the transaction
// of a vanished process after 30 s.
func prepareSession(ctx context.Context, c *pgx.Conn, sync string) error {
	_, err := c.Exec(ctx, `
		SELECT
			set_config('idle_in_transaction_session_timeout', '30s', false),
			set_config('lock_timeout', $2, false),
			set_config('synchronous_commit', CASE
				WHEN $1 = 'normal' THEN 'off'
				WHEN current_setting('synchronous_commit') = 'off' THEN 'on'
				ELSE current_setting('synchronous_commit')
			END, false)`,
		sync, strconv.FormatInt(opTimeout.Milliseconds(), 10),
	)
	return err
}

// postgresBackend connects the backend's functions to the pools.
func postgresBackend(p pools, log *slog.Logger, notifier *jobNotifier) (*backend, error) {
	driver := riverpgxv5.New(p.main)
	inserter, err := river.NewClient(quietDriver{driver}, &river.Config{
		Hooks:  insertHooks(),
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	db := stdlib.OpenDBFromPool(p.main)
	id := instanceID()
	return &backend{
		dialect:         goose.DialectPostgres,
		dialectTerms:    []string{"BLOB", "BYTEA", ") WITHOUT ROWID", ")", "TEXT ", `TEXT COLLATE "C" `},
		write:           db,
		read:            db,
		writeOptions:    &sql.TxOptions{Isolation: sql.LevelReadCommitted},
		snapshotOptions: &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
		lockCase:        ` FOR NO KEY UPDATE OF c`,
		lockRow:         ` FOR UPDATE`,
		lockName:        lockNamePostgres,
		exclusive:       p.exclusive,
		tryExclusive:    p.tryExclusive,
		rotateAlone: func(ctx context.Context, fn func() error) error {
			ran := false
			err := p.tryExclusive(ctx, "keys", func() error { ran = true; return fn() })
			if err == nil && !ran {
				return ErrRotating
			}
			return err
		},
		nowMicros: `CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)`,
		oldestJob: `
			SELECT CAST(extract(epoch FROM min(scheduled_at)) * 1000 AS BIGINT)
			FROM river_job
			WHERE state = 'available'`,
		pollInterval: time.Second,
		hasTable: func(ctx context.Context, name string) (there bool, err error) {
			err = db.QueryRowContext(ctx, `SELECT to_regclass($1) IS NOT NULL`, name).Scan(&there)
			return
		},
		migrateRiver: func(ctx context.Context, log *slog.Logger) error {
			m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: log})
			if err != nil {
				return err
			}
			_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
			return err
		},
		insert: func(ctx context.Context, tx *dbTx, jobs []river.InsertManyParams) error {
			return tx.conn.Raw(func(raw any) error {
				_, err := inserter.InsertManyTx(ctx, borrowedTx{raw.(*stdlib.Conn).Conn(), 0}, jobs)
				return err
			})
		},
		client: func(cfg *river.Config) (jobClient, error) {
			cfg.ID = id
			return river.NewClient(driver, cfg)
		},
		heartbeat: &heartbeat{
			pool:               p.side,
			id:                 id,
			log:                log,
			notifier:           notifier,
			interval:           heartbeatInterval,
			timeout:            heartbeatTimeout,
			sessionLossTimeout: sessionLossTimeout,
			reconnectGrace:     reconnectGrace,
		},
		location:       func(ctx context.Context) (string, error) { return postgresLocation(ctx, db) },
		writable:       postgresWritable,
		retryable:      postgresRetryable,
		connectionLost: postgresConnectionLost,
		duplicate:      func(err error) bool { return postgresCode(err) == "23505" }, // unique_violation
	}, nil
}

// postgresLocation returns the identifier of the server and the oid of the database. Some providers
// do not let users read the server's identifier; the result then says "server" in its place.
func postgresLocation(ctx context.Context, db *sql.DB) (location string, err error) {
	server := `'server'`
	var readable bool
	err = db.QueryRowContext(ctx, `SELECT has_function_privilege('pg_control_system()', 'EXECUTE')`).Scan(&readable)
	if err != nil {
		return "", err
	}
	if readable {
		server = `(SELECT system_identifier::text FROM pg_control_system())`
	}
	err = db.QueryRowContext(ctx, `
		SELECT `+server+` || '/' || oid
		FROM pg_database
		WHERE datname = current_database()`,
	).Scan(&location)
	return location, err
}

// postgresWritable returns errReadOnly if the transaction cannot write.
func postgresWritable(ctx context.Context, tx *sql.Tx) error {
	var readOnly bool
	err := tx.QueryRowContext(ctx, `SELECT current_setting('transaction_read_only')::boolean`).Scan(&readOnly)
	if err == nil && readOnly {
		return errReadOnly
	}
	return err
}

func postgresRetryable(err error) bool {
	switch postgresCode(err) {
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return true
	}
	return false
}

// postgresConnectionLost reports whether err ended an open connection: a shutdown (class 57P), a
// connection exception (class 08), or any failure on our side except that of a new connection.
func postgresConnectionLost(err error) bool {
	if code := postgresCode(err); code != "" {
		return strings.HasPrefix(code, "57P") || strings.HasPrefix(code, "08")
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	return !connecting
}

// errReadOnly means that the server is a replica or is set to read only.
var errReadOnly = errors.New("the database takes no writes")

// quietDriver is River's driver without notifications. River omits some notifications that follow
// another one closely, and a notification inside a transaction serializes all commits. The
// jobNotifier sends them after the commit.
type quietDriver struct{ *riverpgxv5.Driver }

// SupportsListenNotify returns false, so that River sends no notifications.
func (quietDriver) SupportsListenNotify() bool { return false }

// postgresCode returns the SQLSTATE of a server's error, or "" for any other error.
func postgresCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// ping makes sure that the pool can open a connection.
func ping(ctx context.Context, db *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	return db.PingContext(ctx)
}
