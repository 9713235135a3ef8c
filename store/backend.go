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

// backend is everything that differs between databases. The SQL elsewhere runs on all.
type backend struct {
	dialect      goose.Dialect
	dialectTerms []string // words of our migrations and what they are called here, in pairs
	write        *sql.DB
	read         *sql.DB // may be the same

	// begin opens a transaction that writes, snapshot one that sees a single moment.
	writeOptions, snapshotOptions *sql.TxOptions
	// forCase and forRow end a SELECT: rows found are held until the transaction ends.
	// Empty where a transaction that writes is alone anyway.
	lockCase, lockRow string
	// lock holds a name until the transaction ends, for what no row stands for yet. nil
	// where a transaction that writes is alone anyway.
	lockName func(ctx context.Context, tx *sql.Tx, name string) error
	// exclusive runs fn while no other process runs one on this database.
	exclusive func(ctx context.Context, fn func(context.Context) error) error
	// alone runs fn, or does nothing if another process is at the same work.
	tryExclusive func(ctx context.Context, work string, fn func() error) error

	// nowMicros is the database's clock as an SQL expression, unix microseconds.
	nowMicros string
	// oldestJob selects the unix milliseconds at which the longest waiting job was due, or NULL.
	oldestJob string
	// poll is the interval at which the queues are read without a notification.
	pollInterval time.Duration

	// hasTable reports whether a table is there.
	hasTable func(ctx context.Context, name string) (bool, error)
	// migrateRiver brings River's own tables up to date.
	migrateRiver func(ctx context.Context, log *slog.Logger) error
	// insert adds jobs inside a transaction, which is open on the connection.
	insert func(ctx context.Context, conn *sql.Conn, tx *sql.Tx, jobs []river.InsertManyParams) error
	// client makes River's worker side.
	client func(cfg *river.Config) (jobClient, error)
	// requeueOrphans makes jobs of a dead process available again at opening. nil where other
	// processes may live.
	requeueOrphans func(ctx context.Context) error
	// heartbeat announces this process to the others that run jobs, and takes up what they leave
	// behind. nil where there are no others.
	heartbeat *heartbeat
	// home names the server and the database on it. nil where a file may lie anywhere.
	location func(ctx context.Context) (string, error)
	// writable fails if the database takes reads only. nil where it shows by itself.
	writable func(ctx context.Context, tx *sql.Tx) error
	// vacuum gives freed space back, a little at a time. nil where the server does.
	vacuum func(ctx context.Context) error
	// repeat reports whether the database asks to run the transaction again.
	retryable func(error) bool
	// broken reports that the connection is of no use, and another may be. nil where there
	// is nothing between us and the database.
	connectionLost func(error) bool
	// duplicate reports a violated primary key or unique index.
	duplicate func(error) bool
	// close closes the pools and gives up the lock.
	close func() error
}

// jobClient is the part of river.Client that does not depend on the transaction's type.
type jobClient interface {
	Start(context.Context) error
	Stop(context.Context) error
	StopAndCancel(context.Context) error
}

// migrate brings our tables and River's up to date.
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
