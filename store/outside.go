package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"shiming/flows"
)

// ErrOtherSchema says that the database has the tables of another version of the program, or none.
var ErrOtherSchema = errors.New("store: the database belongs to another version of the program; start serve with this one first")

const insertJobPostgres = `
	INSERT INTO river_job (args, kind, max_attempts, priority, queue, state)
	VALUES ($1::jsonb, $2, $3, $4, $5, 'available')`

// ReplayHandover asks for flows.ReplayHandover; see EnqueueOutside.
func ReplayHandover(ctx context.Context, dsn, caseID string) error {
	return EnqueueOutside(ctx, dsn, flows.ReplayHandover(caseID))
}

// EnqueueOutside queues a job in the database of a bot that may be running in another process. It takes no lock, runs
// nothing and migrates nothing: the bot runs the job within a second, or at its next start. It returns ErrOtherSchema if
// the tables are those of another version.
func EnqueueOutside(ctx context.Context, dsn string, j flows.Job) (err error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	db, sqlite, err := openOutside(dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var version int64
	if err := db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+goose.DefaultTablename).
		Scan(&version); err != nil || version != latestMigration() {
		return errors.Join(ErrOtherSchema, withoutServerDetails(err))
	}
	args, err := json.Marshal(jobArgs{ID: newJobID(), Job: j})
	if err != nil {
		return fmt.Errorf("store: job: %w", err)
	}
	kind, priority := jobArgs{}.Kind(), 2
	if sqlite {
		_, err = db.ExecContext(ctx, insertJob, string(args), nil, kind, maxAttempts, priority, j.Queue(), nil, "available")
	} else {
		_, err = db.ExecContext(ctx, insertJobPostgres, string(args), kind, maxAttempts, priority, j.Queue())
	}
	if err != nil {
		return fmt.Errorf("store: queue: %w", withoutServerDetails(err))
	}
	return nil
}

// openOutside opens a connection of its own to a database that exists.
func openOutside(dsn string) (db *sql.DB, sqlite bool, err error) {
	switch name, path := scheme(dsn); name {
	case "sqlite":
		if path, err = filepath.Abs(path); err != nil {
			return nil, false, fmt.Errorf("store: %s", withoutPath(err))
		}
		if _, err := os.Stat(path); err != nil {
			return nil, false, fmt.Errorf("store: open: %w", err)
		}
		db, err = sql.Open("sqlite", writerDSN(path, "full", false))
		return db, true, err
	case "postgres", "postgresql":
		config, err := pgx.ParseConfig(dsn)
		if err != nil {
			return nil, false, ErrPostgresDSN
		}
		delete(config.RuntimeParams, "pool_max_conns") // pgxpool's parameter, unknown to the server
		return stdlib.OpenDB(*config), false, nil
	}
	return nil, false, ErrUnsupportedDSN
}
