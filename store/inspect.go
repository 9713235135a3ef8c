package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"shiming/flows"
	"shiming/store/groupcommit"
	"shiming/store/keyset"
)

// Inspection is the result of Inspect.
type Inspection struct {
	Missing  bool  // SQLite: the file does not exist yet
	Empty    bool  // our tables do not exist yet
	Schema   int64 // schema version of the database
	Program  int64 // highest schema version that this program knows
	Writable error // nil if the database accepts writes
	// Key is nil if the keyset matches. Otherwise it is ErrWrongKeyset, a *RetiredError or an *EpochError.
	Key error
	// Keys tells how the key epochs stand. nil if the schema is older, or without a keyset that matches.
	Keys *KeyInspection

	// Surprises are what differed from the platforms' pages. nil if the schema is older.
	Surprises []Surprise
	// FollowUps are what follows evidence points and is not done. nil if the schema is older.
	FollowUps []FollowUp
	// Agreements are the texts that the page has shown, without their bytes. nil if the schema is older.
	Agreements []flows.AgreementFile

	settings map[string]string
}

// Setting returns a value that was set in chat, or "". If several tenants have set it, it returns
// any of the values.
func (i Inspection) Setting(key string) string { return i.settings[key] }

// Inspect examines a database that a process may have open. It does not lock, migrate or change it.
// keys may be nil; then Key stays nil. On SQLite it creates and removes a file beside the database,
// as Ready does.
func Inspect(ctx context.Context, dsn string, keys *keyset.Keyset) (Inspection, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	switch name, rest := scheme(dsn); name {
	case "sqlite":
		return inspectSQLite(ctx, rest, keys)
	case "postgres", "postgresql":
		return inspectPostgres(ctx, dsn, keys)
	}
	return Inspection{Program: latestMigration()}, ErrUnsupportedDSN
}

// inspectSQLite opens the file for reading only, without the lock of a store.
func inspectSQLite(ctx context.Context, path string, keys *keyset.Keyset) (Inspection, error) {
	out := Inspection{Program: latestMigration()}
	path, err := filepath.Abs(path)
	if err != nil {
		return out, fmt.Errorf("store: %s", withoutPath(err))
	}
	dir := filepath.Dir(path)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		// Open will create the file and its directories.
		out.Missing, out.Empty = true, true
		out.Writable = checkDiskSpace(nearestExisting(dir))
		return out, nil
	}
	db, err := sql.Open("sqlite", readerDSN(path))
	if err != nil {
		return out, fmt.Errorf("store: open: %w", err)
	}
	defer db.Close() //nolint:errcheck // a reader
	out.Writable = writableFile(path)
	return out, out.inspectTables(ctx, db, keys, `
		SELECT count(*)
		FROM sqlite_master
		WHERE type = 'table' AND name = $1`)
}

// inspectPostgres uses a connection of its own, without the pools of a store.
func inspectPostgres(ctx context.Context, dsn string, keys *keyset.Keyset) (Inspection, error) {
	out := Inspection{Program: latestMigration()}
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return out, ErrPostgresDSN
	}
	delete(config.RuntimeParams, "pool_max_conns") // pgxpool's parameter, unknown to the server
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = dialTimeout
	}
	db := stdlib.OpenDB(*config)
	defer db.Close() //nolint:errcheck // a reader

	// Migrations need a server that accepts writes and the right to create tables.
	var standby, mayCreate bool
	err = db.QueryRowContext(ctx, `
		SELECT
			pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',
			coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)`,
	).Scan(&standby, &mayCreate)
	switch {
	case err != nil:
		return out, fmt.Errorf("store: open: %w", withoutServerDetails(err))
	case standby:
		out.Writable = errors.New("store: the server takes no writes, it is a standby or set to read only")
	case !mayCreate:
		out.Writable = errors.New("store: the user may not create tables in its schema, which migrations need")
	}
	return out, out.inspectTables(ctx, db, keys, `
		SELECT count(*)
		FROM information_schema.tables
		WHERE table_schema = current_schema() AND table_name = $1`)
}

// inspectTables reads the schema version and the settings, and checks the keyset. tables is a query
// that counts the tables of a name.
func (i *Inspection) inspectTables(ctx context.Context, db *sql.DB, keys *keyset.Keyset, tables string) error {
	var n int
	if err := db.QueryRowContext(ctx, tables, goose.DefaultTablename).Scan(&n); err != nil {
		return fmt.Errorf("store: read: %w", withoutServerDetails(err))
	}
	if i.Empty = n == 0; i.Empty {
		return nil
	}
	const version = `SELECT coalesce(max(version_id), 0) FROM ` + goose.DefaultTablename
	if err := db.QueryRowContext(ctx, version).Scan(&i.Schema); err != nil {
		return fmt.Errorf("store: read: %w", withoutServerDetails(err))
	}
	if err := i.readSettings(ctx, db); err != nil {
		return fmt.Errorf("store: read: %w", withoutServerDetails(err))
	}
	for table, read := range map[string]func() error{
		"surprises":  func() (err error) { i.Surprises, err = readSurprises(ctx, db); return err },
		"handovers":  func() (err error) { i.FollowUps, err = readFollowUps(ctx, db); return err },
		"agreements": func() (err error) { i.Agreements, err = readAgreements(ctx, db); return err },
	} {
		err := db.QueryRowContext(ctx, tables, table).Scan(&n)
		if err == nil && n > 0 {
			err = read()
		}
		if err != nil {
			return fmt.Errorf("store: read: %w", withoutServerDetails(err))
		}
	}
	if keys == nil {
		return nil
	}
	if err := db.QueryRowContext(ctx, tables, "key_holders").Scan(&n); err != nil {
		return fmt.Errorf("store: read: %w", withoutServerDetails(err))
	}
	if err := i.inspectKeys(ctx, db, keys, n > 0); err != nil {
		return fmt.Errorf("store: key check: %w", withoutServerDetails(err))
	}
	return nil
}

// readSettings reads the settings of all tenants.
func (i *Inspection) readSettings(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, `SELECT key, value FROM settings WHERE tenant_key <> ''`)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // a reader
	i.settings = map[string]string{}
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		i.settings[key] = value
	}
	return rows.Err()
}

// ServerError is a failure of a PostgreSQL server. It omits the driver's text, which names hosts
// and users.
type ServerError struct {
	Code string // SQLSTATE of the server's answer, "" if it cannot be reached
}

func (e *ServerError) Error() string {
	if e.Code == "" {
		return "the server cannot be reached"
	}
	return "the server answered " + e.Code
}

// withoutServerDetails turns a server's error and a failed connection into a *ServerError. Other
// errors stay as they are.
func withoutServerDetails(err error) error {
	if code := postgresCode(err); code != "" {
		return &ServerError{code}
	}
	var connect interface{ Unwrap() error }
	if _, sqlite := groupcommit.Code(err); !sqlite && errors.As(err, &connect) {
		return &ServerError{}
	}
	return err
}

// writableFile returns an error if the file or its directory does not accept writes.
func writableFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("store: the database cannot be written to: %s", withoutPath(err))
	}
	return errors.Join(f.Close(), checkDiskSpace(filepath.Dir(path)))
}

// nearestExisting returns dir, or the nearest parent that exists.
func nearestExisting(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || filepath.Dir(dir) == dir {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// latestMigration returns the highest schema version that the program knows.
func latestMigration() (latest int64) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, f := range files {
		number, _, _ := strings.Cut(filepath.Base(f), "_")
		if n, err := strconv.ParseInt(number, 10, 64); err == nil {
			latest = max(latest, n)
		}
	}
	return latest
}
