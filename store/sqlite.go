package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	sqlite3 "modernc.org/sqlite/lib"

	"shiming/flows"
	"shiming/store/groupcommit"
)

// lockPatience is how long an opening waits for the lock on the file.
const lockPatience = 200 * time.Millisecond

// sqliteReaders is the size of the read pool.
const sqliteReaders = 4

// openSQLite locks and opens the file. Because of the lock, requeueOrphansSQLite may assume that
// every running job belongs to a dead process.
func openSQLite(ctx context.Context, path string, cfg Config, notifier *jobNotifier) (*backend, error) {
	if path == "" || strings.Contains(path, ":memory:") {
		return nil, fmt.Errorf("%w (a file is needed)", ErrUnsupportedDSN)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if cfg.Beside {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("store: %w", err)
		}
		return openSQLiteFile(ctx, path, cfg, notifier, false, func() error { return nil })
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	// A rotation of the keys tries the lock for a moment, see fileInUse.
	lockCtx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	ok, err := lock.TryLockContext(lockCtx, lockPatience/10)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	switch {
	case err != nil:
		return nil, errors.Join(fmt.Errorf("store: lock: %w", err), lock.Close())
	case !ok:
		return nil, errors.Join(fmt.Errorf("%w (%s)", ErrLocked, path), lock.Close())
	}
	// SQLite creates its side files with the mode of the main file, so the main file must exist
	// first.
	fresh, err := touch(path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: %w", err), lock.Close())
	}
	return openSQLiteFile(ctx, path, cfg, notifier, fresh, lock.Close)
}

// openSQLiteFile opens the pools over an existing file. unlock runs at the end, or when the opening fails.
func openSQLiteFile(
	ctx context.Context, path string, cfg Config, notifier *jobNotifier, fresh bool, unlock func() error,
) (*backend, error) {
	write, err := groupcommit.Open(ctx, writerDSN(path, cfg.Sync, fresh),
		groupcommit.Config{Background: flows.IsLowPriority})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: open: %w", err), unlock())
	}
	read, err := groupcommit.OpenCaching(readerDSN(path))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: open: %w", err), write.Close(), unlock())
	}
	read.SetMaxOpenConns(sqliteReaders)
	read.SetMaxIdleConns(sqliteReaders)
	b, err := sqliteBackend(write, read, notifier)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: open: %w", err), read.Close(), write.Close(), unlock())
	}
	b.besides = func() (bool, error) { return fileInUse(path + ".lock") }
	b.rotateAlone = func(_ context.Context, fn func() error) error { return withFileLock(path+".keys.lock", fn) }
	b.writable = func(context.Context, *sql.Tx) error { return checkDiskSpace(filepath.Dir(path)) }
	b.close = func() error { return errors.Join(read.Close(), write.Close(), unlock()) }
	return b, nil
}

// fileInUse reports whether a process holds the lock on a database.
func fileInUse(lockFile string) (bool, error) {
	if _, err := os.Stat(lockFile); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	lock := flock.New(lockFile, flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	return !ok, errors.Join(err, lock.Close())
}

// withFileLock runs fn under a lock of its own, or returns ErrRotating.
func withFileLock(lockFile string, fn func() error) error {
	lock := flock.New(lockFile, flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	switch {
	case err != nil:
		return errors.Join(fmt.Errorf("store: lock: %w", err), lock.Close())
	case !ok:
		return errors.Join(ErrRotating, lock.Close())
	}
	return errors.Join(fn(), lock.Close())
}

// touch creates the file if it is missing, and reports whether the file is empty.
func touch(path string) (empty bool, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return false, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	return info.Size() == 0, nil
}

// writerDSN returns the data source name of the writer. auto_vacuum takes effect only before the
// first write, and setting it later would write. secure_delete overwrites deleted content.
// temp_store keeps the journals of savepoints in memory.
func writerDSN(path, sync string, fresh bool) string {
	q := url.Values{
		"_busy_timeout": {"10000"},
		"_txlock":       {"immediate"},
		"_synchronous":  {sync},
		"_foreign_keys": {"1"},
		"_pragma": {
			"journal_mode(wal)",
			"secure_delete(on)",
			"cache_size(-16000)",
			"journal_size_limit(67108864)",
			"temp_store(memory)",
		},
	}
	if fresh {
		q.Set("_auto_vacuum", "incremental")
	}
	return fileURI(path, q)
}

// readerDSN returns the data source name of a connection that cannot write.
func readerDSN(path string) string {
	return fileURI(path, url.Values{
		"_busy_timeout": {"10000"},
		"_query_only":   {"1"},
		"_pragma":       {"cache_size(-4000)"},
	})
}

func fileURI(path string, q url.Values) string {
	name := filepath.ToSlash(path)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name // before a drive letter
	}
	return (&url.URL{Scheme: "file", Path: name, RawQuery: q.Encode()}).String()
}

// sqliteBackend connects the backend's functions to the pools.
func sqliteBackend(write, read *sql.DB, notifier *jobNotifier) (*backend, error) {
	driver := &localDriver{Driver: riversqlite.New(write), notifier: notifier}
	inserter, err := river.NewClient(driver, &river.Config{
		Hooks:  insertHooks(),
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	return &backend{
		dialect:         goose.DialectSQLite3,
		write:           write,
		read:            read,
		snapshotOptions: &sql.TxOptions{ReadOnly: true},
		nowMicros:       sqliteMicros,
		oldestJob: `SELECT CAST(unixepoch(min(scheduled_at),'subsec')*1000 AS INTEGER)
			FROM river_job WHERE state = 'available'`,
		// Wake-ups come at once and on time (jobs_notify.go, jobs_schedule_sqlite.go). A poll finds only what was due before
		// the process started.
		pollInterval: 5 * time.Second,
		// The lock on the file excludes other processes.
		exclusive:    func(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) },
		tryExclusive: func(_ context.Context, _ string, fn func() error) error { return fn() },
		hasTable: func(ctx context.Context, name string) (bool, error) {
			var n int
			err := write.QueryRowContext(ctx,
				`SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1`, name).Scan(&n)
			return n > 0, err
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
			_, err := inserter.InsertManyFastTx(ctx, tx.Tx, jobs)
			return err
		},
		client: func(cfg *river.Config) (jobClient, error) {
			cfg.ReindexerIndexNames = []string{} // a REINDEX would block the single writer
			return river.NewClient(driver, cfg)
		},
		requeueOrphans: func(ctx context.Context) error { return requeueOrphansSQLite(ctx, write) },
		vacuum: func(ctx context.Context) error {
			_, err := write.ExecContext(ctx, `PRAGMA incremental_vacuum(200)`)
			return err
		},
		retryable: func(err error) bool {
			code, ok := groupcommit.Code(err)
			return errors.Is(err, groupcommit.ErrLost) || ok &&
				(code&0xff == sqlite3.SQLITE_BUSY || code&0xff == sqlite3.SQLITE_LOCKED)
		},
		duplicate: func(err error) bool {
			code, ok := groupcommit.Code(err)
			return ok && (code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || code == sqlite3.SQLITE_CONSTRAINT_UNIQUE)
		},
	}, nil
}

// sqliteMicros is the SQL expression for the clock in Unix microseconds.
const sqliteMicros = `CAST(unixepoch('now','subsec')*1000000 AS INTEGER)`

// requeueOrphansSQLite resets what a dead process left: this process holds the lock, so no other
// one is alive. A running job becomes available and keeps its attempt, because it may have had its
// effect. Pushes become due. A dead leader's lease would stop the scheduling of jobs until it ends.
// A call of an exact limit may have left later than planned without a record.
func requeueOrphansSQLite(ctx context.Context, db *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("store: revive jobs: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // does nothing after the commit
	for _, q := range []string{
		`UPDATE river_job SET state = 'available' WHERE state = 'running'`,
		`UPDATE pushes SET due_ms = 0`,
		`DELETE FROM river_leader`,
		`UPDATE rate_marks SET at_us = ` + sqliteMicros + `
			WHERE at_us BETWEEN ` + sqliteMicros + ` - 2000000 AND ` + sqliteMicros,
	} {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("store: revive jobs: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("store: revive jobs: %w", err)
	}
	return nil
}
