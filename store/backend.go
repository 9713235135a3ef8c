package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river"
)

// backend holds everything that differs between the databases. All other SQL runs on both.
type backend struct {
	dialect      goose.Dialect
	dialectTerms []string // pairs: a term of our migrations and its replacement
	write        *sql.DB
	read         *sql.DB // may be the same as write

	// writeOptions open a transaction that writes, snapshotOptions one that reads a single
	// snapshot.
	writeOptions, snapshotOptions *sql.TxOptions
	// lockCase and lockRow are appended to a SELECT and lock its rows until the transaction ends.
	// Both are empty where a database has a single writer.
	lockCase, lockRow string
	// lockName locks a name until the transaction ends, for something that has no row yet. It is
	// nil where a database has a single writer.
	lockName func(ctx context.Context, tx *sql.Tx, name string) error
	// exclusive runs fn while no other process runs a function through it on this database.
	exclusive func(ctx context.Context, fn func(context.Context) error) error
	// tryExclusive runs fn, or does nothing if another process runs a function under the same name.
	tryExclusive func(ctx context.Context, name string, fn func() error) error

	// besides reports whether another process may have the database open that does not tell that it is alive. It is nil
	// where every process tells.
	besides func() (bool, error)
	// rotateAlone runs fn while no other process rotates or retires keys of this database, or returns ErrRotating.
	rotateAlone func(ctx context.Context, fn func() error) error

	// nowMicros is the SQL expression for the database's clock in Unix microseconds.
	nowMicros string
	// oldestJob selects when the longest waiting job was due, in Unix milliseconds, or NULL.
	oldestJob string
	// pollInterval is how often River reads the queues without a notification.
	pollInterval time.Duration

	// hasTable reports whether a table exists.
	hasTable func(ctx context.Context, name string) (bool, error)
	// migrateRiver brings River's own tables up to date.
	migrateRiver func(ctx context.Context, log *slog.Logger) error
	// insert adds jobs inside a transaction.
	insert func(ctx context.Context, tx *dbTx, jobs []river.InsertManyParams) error
	// client creates the River client that runs jobs.
	client func(cfg *river.Config) (jobClient, error)
	// requeueOrphans makes the jobs of a dead process available at opening. It is nil where other
	// processes may be alive.
	requeueOrphans func(ctx context.Context) error
	// heartbeat registers this process and requeues the jobs of dead ones. It is nil where a
	// database has one process.
	heartbeat *heartbeat
	// location names the server and the database. It is nil for SQLite, whose file may be moved.
	location func(ctx context.Context) (string, error)
	// writable fails if the database accepts reads only. It is nil where beginning a transaction
	// fails already.
	writable func(ctx context.Context, tx *sql.Tx) error
	// vacuum returns a few free pages to the file system. It is nil where the server does so
	// itself.
	vacuum func(ctx context.Context) error
	// retryable reports whether the database asks for a retry of the transaction.
	retryable func(error) bool
	// connectionLost reports that the connection is unusable and that another one may work. It is
	// nil where there is no network.
	connectionLost func(error) bool
	// duplicate reports a violation of a primary key or unique index.
	duplicate func(error) bool
	// close closes the pools and releases the lock on the file.
	close func() error
}

// jobClient is the part of river.Client that does not depend on the type of its transactions.
type jobClient interface {
	Start(context.Context) error
	Stop(context.Context) error
	StopAndCancel(context.Context) error
}

// migrate brings our tables and River's to the present version.
func (b *backend) migrate(ctx context.Context, log *slog.Logger) error {
	p, err := goose.NewProvider(b.dialect, b.write, dialectFS(b.dialectTerms), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	if err := b.checkVersion(ctx, p); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	if err := b.migrateRiver(ctx, warnOnly(log)); err != nil {
		return fmt.Errorf("store: migrate jobs: %w", err)
	}
	return nil
}
