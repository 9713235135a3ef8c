package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
)

// ErrNotSQLite means that the database is on a server, which has its own backup tools.
var ErrNotSQLite = errors.New("store: not an SQLite database")

// Copy describes a backup.
type Copy struct {
	Of    time.Time // time of its snapshot
	Bytes int64
	Cases int64
}

// copyPages is how many pages are copied between two checks of the context.
const copyPages = 4096

// Backup copies the SQLite database of a DSN to a new file of mode 0600. The copy is a snapshot of
// one moment; a process that works on the database is not blocked. If the file exists, Backup
// returns fs.ErrExist and does not overwrite it. Backup checks the copy and marks it, so that Open
// recognizes it. It neither needs nor copies the keyset.
func Backup(ctx context.Context, dsn, file string) (c Copy, err error) {
	name, path := scheme(dsn)
	if name != "sqlite" {
		return c, ErrNotSQLite
	}
	if _, err := os.Stat(path); err != nil {
		return c, fmt.Errorf("store: backup: %w", err)
	}
	// The file is reserved under its name first. The complete copy replaces it at the end.
	taken, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return c, fmt.Errorf("store: backup: %w", err)
	}

	// The copy is written to another file, so that an interrupted backup is never taken for a copy.
	part := file + ".part"
	defer func() {
		if err != nil {
			err = errors.Join(err, removeAll(part, part+"-journal", file))
		}
	}()
	if err := taken.Close(); err != nil {
		return c, fmt.Errorf("store: backup: %w", err)
	}
	target, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return c, fmt.Errorf("store: backup: %w", err)
	}
	if err := target.Close(); err != nil {
		return c, fmt.Errorf("store: backup: %w", err)
	}
	if c.Of, err = copySQLite(ctx, path, part); err != nil {
		return c, fmt.Errorf("store: backup: %w", err)
	}
	if err := c.finish(ctx, part); err != nil {
		return c, fmt.Errorf("store: backup: %w", err)
	}
	if err := os.Rename(part, file); err != nil {
		return c, fmt.Errorf("store: backup: %w", err)
	}
	return c, syncDir(filepath.Dir(file))
}

// copySQLite copies the snapshot of one reading transaction, page by page.
func copySQLite(ctx context.Context, from, to string) (of time.Time, err error) {
	from, err = filepath.Abs(from)
	if err != nil {
		return of, err
	}
	if to, err = filepath.Abs(to); err != nil {
		return of, err
	}
	db, err := sql.Open("sqlite", readerDSN(from))
	if err != nil {
		return of, err
	}
	defer db.Close() //nolint:errcheck // a reader
	conn, err := db.Conn(ctx)
	if err != nil {
		return of, err
	}
	defer conn.Close() //nolint:errcheck // a reader
	// The transaction keeps the snapshot between the steps. Without it each commit of a writer
	// would restart the copy.
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return of, err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") //nolint:errcheck // nothing was written
	var tables int
	const countTables = "SELECT count(*) FROM sqlite_master WHERE name = 'key_check'"
	if err := conn.QueryRowContext(ctx, countTables).Scan(&tables); err != nil {
		return of, err
	}
	if tables == 0 {
		return of, errors.New("this is not a database of shiming")
	}
	of = time.Now()
	return of, conn.Raw(func(raw any) error {
		b, err := raw.(interface {
			NewBackup(string) (*sqlite.Backup, error) // the driver does not export its connection type
		}).NewBackup(fileURI(to, url.Values{}))
		if err != nil {
			return err
		}
		for more := true; more; {
			if err = ctx.Err(); err == nil {
				more, err = b.Step(copyPages)
			}
			if err != nil {
				return errors.Join(err, b.Finish())
			}
		}
		return b.Finish()
	})
}

// finish marks and checks the copy and flushes it to the disk, as a single file.
func (c *Copy) finish(ctx context.Context, path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	// With this journal mode the copy has no side files after db.Close.
	db, err := sql.Open("sqlite", fileURI(abs, url.Values{
		"_pragma": {"journal_mode(delete)", "synchronous(full)"},
	}))
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // closed below; a second time does nothing
	if _, err := db.ExecContext(ctx, upsertMark, copyMark, c.Of.UTC().Format(time.RFC3339)); err != nil {
		return err
	}
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("the copy is damaged: %s", verdict)
	}
	if err := db.QueryRowContext(ctx, "SELECT coalesce(sum(n), 0) FROM state_counts").Scan(&c.Cases); err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}

	// Flush the file; Backup flushes its directory entry.
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	c.Bytes = info.Size()
	return nil
}

// DumpCommand returns the pg_dump command line of a backup. It omits the password and the
// parameters that only our pools understand.
func DumpCommand(dsn, file string) (string, error) {
	at, err := url.Parse(dsn)
	if err != nil || !strings.HasPrefix(at.Scheme, "postgres") {
		return "", ErrPostgresDSN
	}
	if at.User != nil {
		at.User = url.User(at.User.Username())
	}
	q := at.Query()
	for key := range q {
		if strings.HasPrefix(key, "pool_") || key == "password" {
			q.Del(key)
		}
	}
	at.RawQuery = q.Encode()
	return "pg_dump --format=custom --no-owner --file=" + shellWord(file) + " " + shellWord(at.String()), nil
}

// shellWord quotes a word for a POSIX shell.
func shellWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// removeAll removes files, whether they are there or not.
func removeAll(files ...string) error {
	var errs []error
	for _, f := range files {
		if err := os.Remove(f); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// syncDir flushes a new directory entry to the disk, where the system can open directories.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	_ = d.Sync() // not every system can
	return d.Close()
}
