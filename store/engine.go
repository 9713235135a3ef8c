package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river"
)

//go:embed migrations
var migrations embed.FS

// engine is everything that differs between databases. The SQL elsewhere runs on all.
type engine struct {
	dialect goose.Dialect
	dir     string // of our migrations
	write   *sql.DB
	read    *sql.DB

	// nowMicros is the database's clock as an SQL expression, unix microseconds.
	nowMicros string
	// oldestJob selects the unix milliseconds at which the longest waiting job was due, or NULL.
	oldestJob string

	// hasTable reports whether a table is there.
	hasTable func(ctx context.Context, name string) (bool, error)
	// migrateRiver brings River's own tables up to date.
	migrateRiver func(ctx context.Context, log *slog.Logger) error
	// insert adds jobs inside a transaction.
	insert func(ctx context.Context, tx *sql.Tx, jobs []river.InsertManyParams) error
	// client makes River's worker side.
	client func(cfg *river.Config) (jobClient, error)
	// revive makes jobs of a dead process available again.
	revive func(ctx context.Context) error
	// tidy gives freed space back, a little at a time.
	tidy func(ctx context.Context) error
	// repeat reports whether the database asks to run the transaction again.
	repeat func(error) bool
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
func (e *engine) migrate(ctx context.Context, log *slog.Logger) error {
	dir, err := fs.Sub(migrations, e.dir)
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	p, err := goose.NewProvider(e.dialect, e.write, dir, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	if err := e.migrateRiver(ctx, warnOnly(log)); err != nil {
		return fmt.Errorf("store: migrate jobs: %w", err)
	}
	return nil
}
