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

// Transactions that write run in READ COMMITTED and hold what they read in order to write
// it. REPEATABLE READ would be less to think about but fails whenever two transactions
// touch the same row, and every change of state touches a counter: under load most would
// run twice. It also sees the past after waiting for a lock, so that it could not keep two
// people from bringing the same number at the same moment. What is read and how it is kept:
//
//	case         version in the UPDATE; held (FOR NO KEY UPDATE) when the first try was late
//	surface      FOR UPDATE; a name is locked for one that is not there yet
//	end of audit FOR UPDATE
//	setting      compared in the UPDATE, since most are only read
//	event key, open case of a person    unique index, which waits for the other to end
//	same number, incident               a name is locked before looking
//
// Locks are taken in this order everywhere: event key, number, case, audit, incident,
// surface. Where that fails the server ends one of the two (40P01) and it runs again.

// Sizes and times of a connection.
const (
	poolDefault = 16 // pool_max_conns, if the DSN does not say
	poolLeast   = 4
	sidePool    = 3 // beats, notifications and the lock of migrations never wait for work
	dialTimeout = 5 * time.Second
	// migrateTimeout bounds an opening, with the wait for another one's migration.
	migrateTimeout = 5 * time.Minute
)

// openPostgres opens the pools. It does not touch the database beyond connecting.
func openPostgres(ctx context.Context, cfg Config, notifier *jobNotifier) (*backend, error) {
	main, err := poolConfig(cfg)
	if err != nil {
		return nil, err
	}
	side := main.Copy()
	side.MaxConns, side.MinConns, side.MinIdleConns = sidePool, 0, 0
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
			_ = b.write.Close() // the first error is the one that counts
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

// pools of one process. River's listener takes a connection of its own beside them.
type pools struct{ main, side *pgxpool.Pool }

func (p pools) close() {
	p.main.Close()
	p.side.Close()
}

// poolConfig reads the DSN. Errors quote nothing of it: it may hold a password.
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
		pool.MaxConns = poolDefault
	case pool.MaxConns < poolLeast:
		return nil, fmt.Errorf("%w: pool_max_conns must be at least %d", ErrPostgresDSN, poolLeast)
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

// prepareSession sets what a connection needs. A server that acknowledges before writing is
// told to write first, unless the configuration says otherwise; one that waits for its
// replicas as well keeps doing so. Nobody waits for a lock longer than for a transaction, and
// a process that vanished gives its locks up within half a minute.
func prepareSession(ctx context.Context, c *pgx.Conn, sync string) error {
	_, err := c.Exec(ctx, `SELECT set_config('idle_in_transaction_session_timeout', '30s', false),
		set_config('lock_timeout', $2, false),
		set_config('synchronous_commit', CASE WHEN $1 = 'normal' THEN 'off'
			WHEN current_setting('synchronous_commit') = 'off' THEN 'on'
			ELSE current_setting('synchronous_commit') END, false)`, sync, strconv.FormatInt(opTimeout.Milliseconds(), 10))
	return err
}

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
		nowMicros:       `CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)`,
		oldestJob:       `SELECT CAST(extract(epoch FROM min(scheduled_at)) * 1000 AS BIGINT) FROM river_job WHERE state = 'available'`,
		pollInterval:    time.Second,
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
		insert: func(ctx context.Context, conn *sql.Conn, _ *sql.Tx, jobs []river.InsertManyParams) error {
			return conn.Raw(func(raw any) error {
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
		location: func(ctx context.Context) (name string, err error) {
			// Providers may keep the server's identifier to themselves.
			server := `'server'`
			var may bool
			if err = db.QueryRowContext(ctx,
				`SELECT has_function_privilege('pg_control_system()', 'EXECUTE')`).Scan(&may); err != nil {
				return "", err
			}
			if may {
				server = `(SELECT system_identifier::text FROM pg_control_system())`
			}
			err = db.QueryRowContext(ctx, `SELECT `+server+
				` || '/' || oid FROM pg_database WHERE datname = current_database()`).Scan(&name)
			return name, err
		},
		writable: func(ctx context.Context, tx *sql.Tx) error {
			var readOnly bool
			err := tx.QueryRowContext(ctx, `SELECT current_setting('transaction_read_only')::boolean`).Scan(&readOnly)
			if err == nil && readOnly {
				err = errReadOnly
			}
			return err
		},
		retryable: func(err error) bool {
			switch postgresCode(err) {
			case "40001", "40P01": // serialization failure, deadlock
				return true
			}
			return false
		},
		connectionLost: func(err error) bool {
			if code := postgresCode(err); code != "" {
				return strings.HasPrefix(code, "57P") || strings.HasPrefix(code, "08") // shut down; connection
			}
			_, dialling := errors.AsType[*pgconn.ConnectError](err)
			return !dialling
		},
		duplicate: func(err error) bool { return postgresCode(err) == "23505" },
	}, nil
}

// errReadOnly: the server is a replica, or was told to be read only.
var errReadOnly = errors.New("the database takes no writes")

// quietDriver is River's driver without its own notifications: River leaves out some that
// come soon after another, and those sent inside a transaction make all commits stand in
// line. The notifier sends them after the commit.
type quietDriver struct{ *riverpgxv5.Driver }

// SupportsListenNotify false keeps River from notifying.
func (quietDriver) SupportsListenNotify() bool { return false }

// postgresCode is the server's code of an error, "" if it is none of the server's.
func postgresCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// ping opens a connection, if none is open.
func ping(ctx context.Context, db *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	return db.PingContext(ctx)
}
