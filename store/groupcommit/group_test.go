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

// TestGroupMembersAreIsolated: members of one group that succeed, fail, panic and are cancelled get
// the same results as alone.
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
	for i, want := range map[int]string{0: "<nil>", 1: "boom", 2: "panic: fn panics", 4: "<nil>", 5: "<nil>"} {
		if got := fmt.Sprint(errs[i]); got != want {
			t.Errorf("member %d: %v, want %s", i, got, want)
		}
	}
	if !errors.Is(errs[3], context.Canceled) {
		t.Errorf("the cancelled member: %v, want %v", errs[3], context.Canceled)
	}
	if got, want := db.keys(t), []string{"a", "e", "f"}; !slices.Equal(got, want) {
		t.Errorf("stored %q, want %q", got, want)
	}
	if n := db.countRows(t, "others"); n != 2 {
		t.Errorf("%d rows beside the keys, want 2", n)
	}
	if len(groups) != 6 || slices.ContainsFunc(groups, func(g *group) bool { return g != groups[0] }) {
		t.Errorf("groups %v, want one for all members", groups)
	}
}

// TestMembersReturnAfterGroupCommit: neither a successful nor a failed member returns before the
// group has committed.
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
					t.Errorf("%q returned before the commit, want none", returned)
				}
				return nil
			})
		})
	if len(returned) != 2 || db.countRows(t, "keys") != 1 {
		t.Errorf("returned %q, want both members", returned)
	}
}

// TestLostGroup: if the failure of a member undoes the transaction, the others get ErrLost and may
// run again.
func TestLostGroup(t *testing.T) {
	db := openTestDB(t)
	errs := db.runQueued(t, db.insertKey("a"), func() error {
		return db.tx(context.Background(), func(tx *sql.Tx) error {
			// SQLite itself rolls back when the disk is full.
			_, err := tx.ExecContext(context.Background(), "ROLLBACK")
			return err
		})
	})
	if !errors.Is(errs[0], ErrLost) || errs[1] == nil {
		t.Errorf("errors %v, want ErrLost and that of the second", errs)
	}
	must(t, db.insertKey("a")())
	if got, want := db.keys(t), []string{"a"}; !slices.Equal(got, want) {
		t.Errorf("stored %q, want %q", got, want)
	}
}

// TestGroupBounds: when a group is full or too old, the next members form another one.
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

// TestSingleStatementsJoinGroup: a statement outside of a transaction is a member of the group, and
// so is a query with its rows. A statement that cannot run in a transaction ends the group first.
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
	slices.Sort(got)
	if want := []string{"a", "b"}; !slices.Equal(got, want) {
		t.Errorf("returned %q, want %q", got, want)
	}
	if got, want := db.keys(t), []string{"a", "b", "c"}; !slices.Equal(got, want) {
		t.Errorf("stored %q, want %q", got, want)
	}
}
