package groupcommit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
)

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
