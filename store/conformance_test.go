package store

import (
	"bytes"
	"context"
	"errors"
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

func TestRollbackUndoesEverything(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		boom := errors.New("boom")
		everything := func(tx flows.Tx) error {
			if seen, err := tx.Seen(ctx, epoch, "event/1"); err != nil || seen {
				return fmt.Errorf("seen %v: %w", seen, err)
			}
			return errors.Join(
				tx.InsertCase(ctx, newCase("c1", "ou_1")),
				tx.Audit(ctx, flows.AuditRow{CaseID: "c1", Actor: "ou_1", Event: "start"}),
				tx.Enqueue(ctx, flows.Job{Kind: flows.JobShow, Case: "c1"}),
				tx.PutPicture(ctx, "c1", "p1", []byte("jpeg")),
				tx.PutSurface(ctx, &flows.Surface{ID: "s1", CaseID: "c1"}),
				tx.PutSetting(ctx, "t1", "k", "v"),
			)
		}
		tables := []string{"cases", "event_keys", "audit", "audit_heads", "river_job", "pictures", "surfaces",
			"settings WHERE tenant_key <> ''", "state_counts", "day_counts"}

		err := ts.Tx(ctx, func(tx flows.Tx) error { return errors.Join(everything(tx), boom) })
		if err == nil || err.Error() != "boom" {
			t.Fatalf("Tx = %v, want boom alone", err)
		}
		func() {
			defer func() {
				if v := recover(); v != "fn panics" {
					t.Errorf("recovered %v, want the panic of fn", v)
				}
			}()
			_ = ts.Tx(ctx, func(tx flows.Tx) error {
				must(t, everything(tx))
				panic("fn panics")
			})
		}()
		for _, table := range tables {
			if n := ts.countRows(t, table); n != 0 {
				t.Errorf("%s has %d rows after the rollbacks, want 0", table, n)
			}
		}
		ts.tx(t, everything)
		for _, table := range tables {
			if n := ts.countRows(t, table); n == 0 {
				t.Errorf("%s is empty after the commit", table)
			}
		}
	})
}

func TestSeen(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		for i, step := range []struct {
			keys []string
			want bool
		}{
			{[]string{"a", "", "b"}, false},
			{[]string{"", ""}, false},
			{[]string{"c", "b"}, true},
			{[]string{"c"}, true}, // was inserted beside the one that was known
			{[]string{"d", "d"}, true},
			{nil, false},
		} {
			t.Run(fmt.Sprintf("%d %q", i+1, step.keys), func(t *testing.T) {
				ts.tx(t, func(tx flows.Tx) error {
					got, err := tx.Seen(t.Context(), epoch, step.keys...)
					if got != step.want {
						t.Errorf("step %d: Seen(%q) = %v, want %v", i, step.keys, got, step.want)
					}
					return err
				})
			})
		}
	})
}

func TestPurgeKeys(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ts.now = func() time.Time { return epoch }
		ts.tx(t, func(tx flows.Tx) error {
			for i := range purgeBatchRows + 5 {
				if _, err := tx.Seen(t.Context(), epoch.Add(-keysKept-time.Minute), fmt.Sprint("old/", i)); err != nil {
					return err
				}
			}
			_, err := tx.Seen(t.Context(), epoch.Add(-keysKept+time.Minute), "young")
			return err
		})
		if n, err := ts.purgeKeys(t.Context()); err != nil || n != purgeBatchRows+5 {
			t.Fatalf("purged %d, %v, want %v", n, err, purgeBatchRows+5)
		}
		if n := ts.countRows(t, "event_keys"); n != 1 {
			t.Fatalf("%d keys left, want the young one", n)
		}
	})
}

func TestPurgeLimits(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		for _, key := range []string{"old", "young"} {
			_, err := ts.reserve(ctx, []flows.BurstLimit{perSecond(key, 1)})
			must(t, err)
		}
		_, err := ts.backend.write.ExecContext(ctx, `UPDATE rate_limits SET tat_us = tat_us - $1 WHERE key = 'old'`,
			2*time.Hour.Microseconds())
		must(t, err)
		if n, err := ts.purgeLimits(ctx); err != nil || n != 1 {
			t.Errorf("purged %d, %v, want 1", n, err)
		}
		if n := ts.countRows(t, "rate_limits WHERE key = 'young'"); n != 1 {
			t.Error("the limit in use is gone")
		}
	})
}

func TestTxRetriesStale(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		tries := 0
		must(t, ts.Tx(t.Context(), func(flows.Tx) error {
			if tries++; tries < 3 {
				return fmt.Errorf("lost: %w", flows.ErrStale)
			}
			return nil
		}))
		if tries != 3 {
			t.Errorf("ran %d times, want 3", tries)
		}
		tries = 0
		err := ts.Tx(t.Context(), func(flows.Tx) error {
			tries++
			return flows.ErrStale
		})
		if !errors.Is(err, flows.ErrStale) || tries != maxTries {
			t.Errorf("after %d tries: %v, want %v, %v", tries, err, flows.ErrStale, maxTries)
		}
		tries = 0
		boom := errors.New("boom")
		if err := ts.Tx(t.Context(), func(flows.Tx) error {
			tries++
			return boom
		}); err != boom || tries != 1 {
			t.Errorf("another error: %v after %d tries, want %v, 1", err, tries, boom)
		}
	})
}

func TestViewBesideOpenTx(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ts.insert(t, newCase("c1", "ou_1"))
		ctx, cancel := context.WithTimeout(t.Context(), hangTimeout)
		defer cancel()
		ts.tx(t, func(tx flows.Tx) error {
			if err := tx.InsertCase(ctx, newCase("c2", "ou_2")); err != nil {
				return err
			}
			return ts.View(ctx, func(v flows.View) error {
				if _, err := v.Case(ctx, "c2"); !errors.Is(err, flows.ErrNotFound) {
					t.Errorf("view sees what is not committed: %v", err)
				}
				_, err := v.Case(ctx, "c1")
				return err
			})
		})
		// A snapshot stays what it was while a writer commits.
		ts.view(t, func(v flows.View) error {
			before, err := v.CountByState(ctx, "t1")
			if err != nil {
				return err
			}
			ts.insert(t, newCase("c3", "ou_3"))
			after, err := v.CountByState(ctx, "t1")
			if after[flows.AwaitingConsent] != before[flows.AwaitingConsent] {
				t.Errorf("the snapshot moved from %v to %v", before, after)
			}
			return err
		})
	})
}

func TestTxDeadline(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		ts.tx(t, func(tx flows.Tx) error { // holds the key, and on SQLite the writer
			_, err := tx.Seen(t.Context(), epoch, "key")
			must(t, err)
			err = ts.Tx(ctx, func(tx flows.Tx) error {
				_, err := tx.Seen(ctx, epoch, "key")
				return err
			})
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a Tx inside a Tx: %v, want %v", err, context.DeadlineExceeded)
			}
			return nil
		})
	})
}
