package groupcommit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// crowd is a database whose groups have no end but their queue's.
type testDB struct {
	writers   *sql.DB // writes
	readers   *sql.DB
	committer *committer

	whileQueued func() // runs when all calls wait, before together lets them go
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

// tx runs fn in one transaction, which ends like fn.
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

// together lets the calls queue up in their order behind a transaction that holds the turn,
// then lets them go, and returns their errors once all have ended.
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
	eventually(t, "the turn is held", func() bool { return db.queued() == 0 && db.writerBusy() })
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

// put is a call that stores a key.
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

// readKeys reads the keys that a pool or a transaction sees.
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

// TestGroupMembersAreApart: of members that succeed, fail, panic and are cancelled in one
// group, each gets what it would get alone.
func TestGroupMembersAreIsolated(t *testing.T) {
	db := openTestDB(t)
	var groups []*group
	member := func(ctx context.Context, key string, sees []string, then func(*sql.Tx) error) func() error {
		return func() (err error) {
			defer func() {
				if v := recover(); v != nil {
					err = fmt.Errorf("panic: %v", v)
				}
			}()
			return db.tx(ctx, func(tx *sql.Tx) error {
				groups = append(groups, db.committer.group)
				found, err := readKeys(tx)
				if err != nil || !slices.Equal(found, sees) {
					t.Errorf("%s sees %q, %v; want %q", key, found, err, sees)
				}
				if err := insert(context.Background(), tx, "keys", key); err != nil {
					return err
				}
				return then(tx)
			})
		}
	}
	fine := func(*sql.Tx) error { return nil }
	boom := errors.New("boom")
	ctx, cancel := context.WithCancel(t.Context())
	errs := db.runQueued(t,
		member(t.Context(), "a", nil, fine),
		member(t.Context(), "b", []string{"a"}, func(*sql.Tx) error { return boom }),
		member(t.Context(), "c", []string{"a"}, func(*sql.Tx) error { panic("fn panics") }),
		member(ctx, "d", []string{"a"}, func(tx *sql.Tx) error {
			cancel()
			return insert(ctx, tx, "keys", "d2")
		}),
		member(t.Context(), "e", []string{"a"}, func(tx *sql.Tx) error {
			return errors.Join(insert(t.Context(), tx, "others", "1"), insert(t.Context(), tx, "others", "2"))
		}),
		member(t.Context(), "f", []string{"a", "e"}, fine),
	)
	for i, want := range []string{"", "boom", "panic: fn panics", "context canceled", "", ""} {
		if got := fmt.Sprint(errs[i]); (want == "") != (errs[i] == nil) || want != "" &&
			!errors.Is(errs[i], context.Canceled) && got != want {
			t.Errorf("member %d: %v, want %q", i, errs[i], want)
		}
	}
	if !errors.Is(errs[3], context.Canceled) {
		t.Errorf("the cancelled member: %v, want %v", errs[3], context.Canceled)
	}
	if got := db.keys(t); !slices.Equal(got, []string{"a", "e", "f"}) {
		t.Errorf("stored %q", got)
	}
	if n := db.countRows(t, "others"); n != 2 {
		t.Errorf("%d rows beside the keys, want 2", n)
	}
	if len(groups) != 6 || slices.ContainsFunc(groups, func(g *group) bool { return g != groups[0] }) {
		t.Errorf("they were not one group: %v", groups)
	}
}

// TestGroupAnswersAfterItsCommit: neither a member that is done nor one that failed returns
// while the group may still be lost.
func TestMembersReturnAfterGroupCommit(t *testing.T) {
	db := openTestDB(t)
	var mu sync.Mutex
	var returned []string
	note := func(name string, call func() error) func() error {
		return func() error {
			err := call()
			mu.Lock()
			returned = append(returned, name)
			mu.Unlock()
			return err
		}
	}
	db.runQueued(t,
		note("done", db.insertKey("a")),
		note("failed", func() error {
			return db.tx(context.Background(), func(*sql.Tx) error { return errors.New("boom") })
		}),
		func() error {
			return db.tx(context.Background(), func(*sql.Tx) error {
				if n := db.countRows(t, "keys"); n != 0 {
					t.Error("others see the group's work before its commit")
				}
				mu.Lock()
				defer mu.Unlock()
				if len(returned) > 0 {
					t.Errorf("%q returned before the commit", returned)
				}
				return nil
			})
		})
	if len(returned) != 2 || db.countRows(t, "keys") != 1 {
		t.Errorf("returned %q", returned)
	}
}

// TestBackgroundLetsOthersGoFirst: who is waited for overtakes background work, which gets a turn after a pause.
func TestBackgroundPriority(t *testing.T) {
	for pause, want := range map[time.Duration]string{
		time.Hour: "a b c d job1 job2 job3",
		0:         "job1 job2 job3 a b c d", // their shift
	} {
		t.Run(fmt.Sprint(pause), func(t *testing.T) {
			db := openTestDB(t)
			db.committer.backgroundPause, db.committer.lastBackground = pause, time.Now()
			var order []string
			call := func(ctx context.Context, name string) func() error {
				return func() error {
					return db.tx(ctx, func(*sql.Tx) error {
						order = append(order, name)
						return nil
					})
				}
			}
			var calls []func() error
			for _, name := range []string{"job1", "job2", "job3"} {
				calls = append(calls, call(context.WithValue(t.Context(), backgroundKey{}, true), name))
			}
			for _, name := range []string{"a", "b", "c", "d"} {
				calls = append(calls, call(t.Context(), name))
			}
			must(t, errors.Join(db.runQueued(t, calls...)...))
			if got := strings.Join(order, " "); got != want {
				t.Errorf("order %q, want %q", got, want)
			}
		})
	}
}

// TestGroupWaiterGivesUp: who is cancelled in the queue leaves it; the others do not notice.
func TestCancelledWaiterLeavesQueue(t *testing.T) {
	db := openTestDB(t)
	ctx, cancel := context.WithCancel(t.Context())
	db.whileQueued = func() {
		cancel()
		eventually(t, "it has left the queue", func() bool { return db.queued() == 2 })
	}
	errs := db.runQueued(t, db.insertKey("a"), func() error {
		return db.tx(ctx, func(*sql.Tx) error {
			t.Error("ran although it had given up")
			return nil
		})
	}, db.insertKey("b"))
	if errs[0] != nil || !errors.Is(errs[1], context.Canceled) || errs[2] != nil {
		t.Errorf("errors %v", errs)
	}
	if got := db.keys(t); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("stored %q", got)
	}
}

// TestGiveUpAtTheTurn cancels many at the moment when their turn comes: none is left holding it.
func TestCancelAtHandOver(t *testing.T) {
	db := openTestDB(t)
	var wg sync.WaitGroup
	for i := range 200 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%40)*50*time.Microsecond)
		defer cancel()
		wg.Go(func() {
			err := db.tx(ctx, func(tx *sql.Tx) error {
				return insert(ctx, tx, "keys", fmt.Sprint("k", i))
			})
			if err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, sql.ErrTxDone) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	must(t, db.insertKey("last")())
	if db.writerBusy() {
		t.Error("the turn is held by nobody")
	}
}

// TestLostGroup: a member whose failure takes the transaction with it says so to the others, which may
// run again.
func TestLostGroup(t *testing.T) {
	db := openTestDB(t)
	errs := db.runQueued(t, db.insertKey("a"), func() error {
		return db.tx(context.Background(), func(tx *sql.Tx) error {
			// What SQLite does by itself when the disk is full.
			_, err := tx.ExecContext(context.Background(), "ROLLBACK")
			return err
		})
	})
	if !errors.Is(errs[0], ErrLost) || errs[1] == nil {
		t.Errorf("errors %v", errs)
	}
	must(t, db.insertKey("a")())
	if got := db.keys(t); !slices.Equal(got, []string{"a"}) {
		t.Errorf("stored %q", got)
	}
}

// TestGroupBounds: a group is full, or too old, and the next ones form another.
func TestGroupBounds(t *testing.T) {
	for name, limit := range map[string]func(*committer){
		"members": func(w *committer) { w.maxMembers = 2 },
		"time":    func(w *committer) { w.maxTime = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			db := openTestDB(t)
			limit(db.committer)
			var groups []*group
			var calls []func() error
			for range 4 {
				calls = append(calls, func() error {
					return db.tx(context.Background(), func(*sql.Tx) error {
						groups = append(groups, db.committer.group)
						return nil
					})
				})
			}
			must(t, errors.Join(db.runQueued(t, calls...)...))
			want := map[string]int{"members": 2, "time": 4}[name]
			if got := len(slices.Compact(groups)); got != want {
				t.Errorf("%d groups, want %d", got, want)
			}
		})
	}
}

// TestSingleStatementsJoin: a statement outside of a transaction is a member too, with its
// rows; one that cannot run inside of a transaction ends the group before it.
func TestSingleStatementsJoinGroup(t *testing.T) {
	db := openTestDB(t)
	writers, ctx := db.writers, t.Context()
	var got []string
	errs := db.runQueued(t, db.insertKey("a"),
		func() error {
			if db.countRows(t, "keys") != 0 {
				t.Error("the first was committed before")
			}
			_, err := writers.ExecContext(ctx, `INSERT INTO keys (key, n) VALUES ('b', 1)`)
			return err
		},
		func() error {
			rows, err := writers.QueryContext(ctx, `UPDATE keys SET n = n + 1 WHERE key IN ('a', 'b') RETURNING key`)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var key string
				if err := rows.Scan(&key); err != nil {
					return err
				}
				got = append(got, key)
			}
			return rows.Err()
		},
		func() error {
			_, err := writers.ExecContext(ctx, `INSERT INTO keys (key) VALUES ('half')`)
			return err
		},
		func() error {
			_, err := writers.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`)
			return err
		},
		db.insertKey("c"))
	if errs[3] == nil {
		t.Error("a row without its number went in")
	}
	errs[3] = nil
	must(t, errors.Join(errs...))
	if slices.Sort(got); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("returned %q", got)
	}
	if got := db.keys(t); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("stored %q", got)
	}
}

// TestCloseTheWriter: who waits is told, who has the turn comes to an end.
func TestCloseCommitter(t *testing.T) {
	db := openTestDB(t)
	free, closed := make(chan bool), make(chan error, 1)
	held, waited := make(chan error, 1), make(chan error, 1)
	go func() {
		held <- db.tx(context.Background(), func(tx *sql.Tx) error {
			<-free
			return insert(context.Background(), tx, "keys", "a")
		})
	}()
	eventually(t, "the turn is held", db.writerBusy)
	go func() { waited <- db.insertKey("b")() }()
	eventually(t, "the other waits", func() bool { return db.queued() == 1 })
	go func() { closed <- db.committer.close() }()
	if err := <-waited; !errors.Is(err, ErrClosed) {
		t.Errorf("who waited: %v, want %v", err, ErrClosed)
	}
	close(free)
	must(t, <-held)
	must(t, <-closed)
	must(t, db.committer.close())
	if got := db.keys(t); !slices.Equal(got, []string{"a"}) {
		t.Errorf("stored %q", got)
	}
	if err := db.insertKey("c")(); !errors.Is(err, ErrClosed) {
		t.Errorf("afterwards: %v, want %v", err, ErrClosed)
	}
}
