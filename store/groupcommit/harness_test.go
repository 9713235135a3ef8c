package groupcommit

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// testDB is a database whose groups end only when the queue is empty.
type testDB struct {
	writers   *sql.DB // writes
	readers   *sql.DB
	committer *committer

	whileQueued func() // runs when all calls of runQueued wait
}

type backgroundKey struct{}

func openTestDB(t *testing.T) *testDB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	cfg := Config{Background: func(ctx context.Context) bool { return ctx.Value(backgroundKey{}) != nil }}
	db := &testDB{}
	var err error
	db.writers, err = Open(t.Context(), dsn(path), cfg)
	must(t, err)
	t.Cleanup(func() { must(t, db.writers.Close()) })
	for _, table := range []string{"keys", "others"} {
		_, err = db.writers.ExecContext(t.Context(), `CREATE TABLE `+table+` (key TEXT PRIMARY KEY, n INTEGER NOT NULL)`)
		must(t, err)
	}
	db.readers, err = OpenCaching(dsn(path) + "&_query_only=1")
	must(t, err)
	t.Cleanup(func() { must(t, db.readers.Close()) })
	pooled, err := db.writers.Conn(t.Context())
	must(t, err)
	must(t, pooled.Raw(func(dc any) error {
		db.committer = dc.(*conn).committer
		return nil
	}))
	must(t, pooled.Close())
	db.committer.maxMembers, db.committer.maxTime = 1000, time.Hour
	return db
}

func dsn(path string) string {
	return "file:" + filepath.ToSlash(path) +
		"?_busy_timeout=10000&_txlock=immediate&_synchronous=normal&_pragma=journal_mode(wal)"
}

// tx runs fn in one transaction and commits if fn returns nil.
func (db *testDB) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := db.writers.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // does nothing after the commit; undoes fn's panic
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// runQueued blocks the writer until all calls wait in their order. Then it lets them run and
// returns their errors when all have ended.
func (db *testDB) runQueued(t *testing.T, calls ...func() error) []error {
	t.Helper()
	free := make(chan bool)
	errs := make([]error, len(calls))
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := db.tx(context.Background(), func(*sql.Tx) error {
			<-free
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
	eventually(t, "the writer is busy", func() bool { return db.queued() == 0 && db.writerBusy() })
	for i, call := range calls {
		wg.Go(func() { errs[i] = call() })
		eventually(t, "the call waits", func() bool { return db.queued() == i+1 })
	}
	if db.whileQueued != nil {
		db.whileQueued()
	}
	close(free)
	wg.Wait()
	return errs
}

func (db *testDB) queued() int {
	db.committer.mu.Lock()
	defer db.committer.mu.Unlock()
	return len(db.committer.queue) + len(db.committer.background)
}

func (db *testDB) writerBusy() bool {
	db.committer.mu.Lock()
	defer db.committer.mu.Unlock()
	return db.committer.busy
}

func insert(ctx context.Context, tx *sql.Tx, table, key string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO `+table+` (key, n) VALUES ($1, 1)`, key)
	return err
}

// insertKey returns a call that inserts a key.
func (db *testDB) insertKey(key string) func() error {
	return func() error {
		return db.tx(context.Background(), func(tx *sql.Tx) error { return insert(context.Background(), tx, "keys", key) })
	}
}

func (db *testDB) keys(t *testing.T) []string {
	t.Helper()
	keys, err := readKeys(db.readers)
	must(t, err)
	return keys
}

// readKeys returns the keys that a pool or a transaction sees.
func readKeys(q interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}) (keys []string, err error) {
	rows, err := q.QueryContext(context.Background(), `SELECT key FROM keys ORDER BY key`)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, rows.Err()
}

func (db *testDB) countRows(t *testing.T, table string) (n int) {
	t.Helper()
	must(t, db.readers.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table).Scan(&n))
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	for began := time.Now(); !yes(); time.Sleep(time.Millisecond) {
		if time.Since(began) > 2*time.Minute { // hangs
			t.Fatalf("never came: %s", what)
		}
	}
}
