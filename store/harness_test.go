package store

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"shiming/flows"
	"shiming/store/pgtest"
)

// databases lists the databases that every test runs on. dsn returns the DSN of a new database, migrated that of a
// database of the present version, with templateKeys.
var databases = []struct {
	name          string
	dsn, migrated func(t testing.TB, dir string) string
}{
	{"sqlite", newSQLite, migratedSQLite},
	{"postgres", func(t testing.TB, _ string) string { return pgtest.DSN(t) },
		func(t testing.TB, _ string) string { return postgresTemplate.DSN(t) }},
}

// testStore is a new store on one of the databases.
type testStore struct {
	*Store
	database string // sqlite or postgres
	dir      string // holds the files of SQLite
	cfg      Config
	log      *lockedBuffer
}

// eachDatabase runs a test on every database.
func eachDatabase(t *testing.T, test func(t *testing.T, ts *testStore)) {
	onDatabase(t, "", test)
}

// onDatabase runs a test on one database, or on every one if database is "". The tests run in
// parallel, each with a database of its own. Tests of empty databases open theirs themselves.
func onDatabase(t *testing.T, database string, test func(t *testing.T, ts *testStore)) {
	t.Parallel()
	for _, d := range databases {
		if database != "" && d.name != database {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			log := new(lockedBuffer)
			ts := &testStore{
				database: d.name,
				dir:      dir,
				log:      log,
				cfg: Config{
					DSN:    d.migrated(t, dir),
					Sync:   "normal",
					Keyset: templateKeys,
					Log:    slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
				},
			}
			ts.Store = mustOpen(t, ts.cfg)
			test(t, ts)
		})
	}
}

func mustOpen(t testing.TB, cfg Config) *Store {
	t.Helper()
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// lockedBuffer collects logs. It is safe for concurrent use.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var epoch = time.Date(2026, 11, 2, 9, 30, 0, 0, flows.ChinaTime)

// newCase returns a case in its first state.
func newCase(id, openID string) *flows.Case {
	return &flows.Case{
		ID:        id,
		TenantKey: "t1",
		OpenID:    openID,
		State:     flows.AwaitingConsent,
		CreatedAt: epoch,
		EnteredAt: epoch,
		Method:    flows.ThreeElements,
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tx runs a transaction that must succeed.
func (ts *testStore) tx(t testing.TB, fn func(tx flows.Tx) error) {
	t.Helper()
	must(t, ts.Tx(t.Context(), fn))
}

// view runs a view that must succeed.
func (ts *testStore) view(t testing.TB, fn func(v flows.View) error) {
	t.Helper()
	must(t, ts.View(t.Context(), fn))
}

func (ts *testStore) insert(t testing.TB, cases ...*flows.Case) {
	t.Helper()
	ts.tx(t, func(tx flows.Tx) error {
		for _, c := range cases {
			if err := tx.InsertCase(t.Context(), c); err != nil {
				return err
			}
		}
		return nil
	})
}

// blobLiteral returns a byte string as an SQL literal of the database.
func (ts *testStore) blobLiteral(hex string) string {
	if ts.database == "sqlite" {
		return "X'" + hex + "'"
	}
	return `'\x` + hex + `'::bytea`
}

// storedBytes returns everything that the database holds, as text. PostgreSQL shows byte strings in
// hexadecimal form.
func (ts *testStore) storedBytes(t testing.TB) string {
	t.Helper()
	all := new(strings.Builder)
	if ts.database == "sqlite" {
		must(t, filepath.WalkDir(ts.dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			raw, err := os.ReadFile(path)
			fmt.Fprintf(all, "%s %s\n", d.Name(), raw)
			return err
		}))
		return all.String()
	}
	conn, err := pgx.Connect(t.Context(), ts.cfg.DSN)
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context())) //nolint:errcheck // a reader
	read := func(query string) []string {
		rows, err := conn.Query(t.Context(), query)
		must(t, err)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		must(t, err)
		return lines
	}
	for _, table := range read(`SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`) {
		fmt.Fprintf(all, "%s %q\n", table, read(`SELECT t::text FROM `+table+` t ORDER BY 1`))
	}
	return all.String()
}

// countRows counts the rows of a table, or of any other FROM clause.
func (ts *testStore) countRows(t testing.TB, from string) int {
	t.Helper()
	var n int
	must(t, ts.backend.read.QueryRowContext(t.Context(), "SELECT count(*) FROM "+from).Scan(&n))
	return n
}

// hangTimeout ends a test that hangs. No test measures time with it.
const hangTimeout = 2 * time.Minute

// databaseNow returns the database's time in whole milliseconds.
func (ts *testStore) databaseNow(t *testing.T) time.Time {
	t.Helper()
	var us int64
	must(t, ts.backend.read.QueryRowContext(t.Context(), "SELECT "+ts.backend.nowMicros).Scan(&us))
	return time.UnixMicro(us).Truncate(time.Millisecond)
}

func queryStrings(ctx context.Context, ts *testStore, query string) (out []string, err error) {
	rows, err := ts.backend.read.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// eventually waits until cond is true.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(hangTimeout)
	for !cond() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("never came: %s", what)
		}
	}
}
