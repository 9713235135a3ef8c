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
	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// engines lists what every test of this package runs on. dsn gives a fresh database.
var databases = []struct {
	name string
	dsn  func(t testing.TB, dir string) string
}{
	{"sqlite", func(_ testing.TB, dir string) string { return "sqlite:" + filepath.Join(dir, "data", "bot.db") }},
	{"postgres", func(t testing.TB, _ string) string { return pgtest.DSN(t) }},
}

// world is one engine's fresh store and what a test needs around it.
type testStore struct {
	*Store
	database string // its name
	dir      string
	cfg      Config
	log      *lockedBuffer
}

// each runs a test on every engine.
func eachDatabase(t *testing.T, test func(t *testing.T, ts *testStore)) {
	onDatabase(t, "", test)
}

// on runs a test on one engine, or on every one if it is "". It runs beside the others: each has a database of its own.
func onDatabase(t *testing.T, engine string, test func(t *testing.T, ts *testStore)) {
	t.Parallel()
	for _, e := range databases {
		if engine != "" && e.name != engine {
			continue
		}
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			log := new(lockedBuffer)
			ts := &testStore{
				database: e.name,
				dir:      dir,
				log:      log,
				cfg: Config{
					DSN:    e.dsn(t, dir),
					Sync:   "normal",
					Keyset: keyset.New(),
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

// lockedBuffer collects logs from many goroutines.
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

// newCase is a case in its first state.
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

// tx and view run something that must succeed.
func (ts *testStore) tx(t testing.TB, fn func(tx flows.Tx) error) {
	t.Helper()
	must(t, ts.Tx(t.Context(), fn))
}

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

// blob is a byte string in the engine's SQL.
func (ts *testStore) blobLiteral(hex string) string {
	if ts.database == "sqlite" {
		return "X'" + hex + "'"
	}
	return `'\x` + hex + `'::bytea`
}

// stored is everything that the database holds, as text, byte strings in hex where the
// engine shows them so.
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

// rows counts the rows of a table, or of anything that may follow FROM.
func (ts *testStore) countRows(t testing.TB, from string) int {
	t.Helper()
	var n int
	must(t, ts.backend.read.QueryRowContext(t.Context(), "SELECT count(*) FROM "+from).Scan(&n))
	return n
}

// hangTimeout ends a test that hangs. Nothing is measured by it.
const hangTimeout = 2 * time.Minute

// clock is the database's own time, in whole milliseconds.
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

// eventually asks until the answer is yes.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(hangTimeout)
	for !yes() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("never came: %s", what)
		}
	}
}
