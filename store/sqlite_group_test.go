package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shiming/flows"
)

// crowd is a SQLite store whose groups have no end but their queue's.
type crowd struct {
	*world
	w *writer

	meanwhile func() // runs when all calls wait, before together lets them go
}

func onCrowd(t *testing.T, test func(t *testing.T, c *crowd)) {
	on(t, "sqlite", func(t *testing.T, w *world) {
		c := &crowd{world: w}
		conn, err := w.eng.write.Conn(t.Context())
		must(t, err)
		must(t, conn.Raw(func(dc any) error { c.w = dc.(*seat).w; return nil }))
		must(t, conn.Close())
		c.w.maxMembers, c.w.maxTime = 1000, time.Hour
		test(t, c)
	})
}

// together lets the calls queue up in their order behind a transaction that holds the turn,
// then lets them go, and returns their errors once all have ended.
func (c *crowd) together(t *testing.T, calls ...func() error) []error {
	t.Helper()
	free := make(chan bool)
	errs := make([]error, len(calls))
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := c.Tx(context.Background(), func(flows.Tx) error { <-free; return nil }); err != nil {
			t.Error(err)
		}
	})
	eventually(t, "the turn is held", func() bool { return c.queued() == 0 && c.held() })
	for i, call := range calls {
		wg.Go(func() { errs[i] = call() })
		eventually(t, "the call waits", func() bool { return c.queued() == i+1 })
	}
	if c.meanwhile != nil {
		c.meanwhile()
	}
	close(free)
	wg.Wait()
	return errs
}

func (c *crowd) queued() int {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	return len(c.w.queue) + len(c.w.jobs)
}
func (c *crowd) held() bool { c.w.mu.Lock(); defer c.w.mu.Unlock(); return c.w.busy }

// put is a call that stores a key.
func (c *crowd) put(key string) func() error {
	return func() error {
		return c.Tx(context.Background(), func(tx flows.Tx) error {
			_, err := tx.Seen(context.Background(), epoch, key)
			return err
		})
	}
}

func (c *crowd) keys(t *testing.T) []string {
	t.Helper()
	keys, err := collectStrings(t.Context(), c.world, `SELECT key FROM event_keys ORDER BY key`)
	must(t, err)
	return keys
}

// TestGroupMembersAreApart: of members that succeed, fail, panic and are cancelled in one
// group, each gets what it would get alone.
func TestGroupMembersAreApart(t *testing.T) {
	onCrowd(t, func(t *testing.T, c *crowd) {
		var groups []*group
		member := func(ctx context.Context, key string, sees []string, then func(flows.Tx) error) func() error {
			return func() (err error) {
				defer func() {
					if v := recover(); v != nil {
						err = fmt.Errorf("panic: %v", v)
					}
				}()
				return c.Tx(ctx, func(tx flows.Tx) error {
					groups = append(groups, c.w.group)
					found, err := collect(context.Background(), tx.(*txn).q, "keys", func(r *sql.Rows) (k string, err error) {
						err = r.Scan(&k)
						return
					}, `SELECT key FROM event_keys ORDER BY key`)
					if err != nil || !slices.Equal(found, sees) {
						t.Errorf("%s sees %q, %v; want %q", key, found, err, sees)
					}
					if _, err := tx.Seen(context.Background(), epoch, key); err != nil {
						return err
					}
					return then(tx)
				})
			}
		}
		fine := func(flows.Tx) error { return nil }
		boom := errors.New("boom")
		ctx, cancel := context.WithCancel(t.Context())
		errs := c.together(t,
			member(t.Context(), "a", nil, fine),
			member(t.Context(), "b", []string{"a"}, func(flows.Tx) error { return boom }),
			member(t.Context(), "c", []string{"a"}, func(flows.Tx) error { panic("fn panics") }),
			member(ctx, "d", []string{"a"}, func(tx flows.Tx) error {
				cancel()
				_, err := tx.Seen(ctx, epoch, "d2")
				return err
			}),
			member(t.Context(), "e", []string{"a"}, func(tx flows.Tx) error {
				err := tx.InsertCase(t.Context(), newCase("c1", "ou_1"))
				return errors.Join(err, tx.InsertCase(t.Context(), newCase("c2", "ou_2")))
			}),
			member(t.Context(), "f", []string{"a", "e"}, fine),
		)
		for i, want := range []string{"", "boom", "panic: fn panics", "context canceled", "", ""} {
			if got := fmt.Sprint(errs[i]); (want == "") != (errs[i] == nil) || want != "" && !errors.Is(errs[i], context.Canceled) && got != want {
				t.Errorf("member %d: %v, want %q", i, errs[i], want)
			}
		}
		if !errors.Is(errs[3], context.Canceled) {
			t.Errorf("the cancelled member: %v", errs[3])
		}
		if got := c.keys(t); !slices.Equal(got, []string{"a", "e", "f"}) {
			t.Errorf("stored %q", got)
		}
		if n := c.rows(t, "cases"); n != 2 {
			t.Errorf("%d cases", n)
		}
		if len(groups) != 6 || slices.ContainsFunc(groups, func(g *group) bool { return g != groups[0] }) {
			t.Errorf("they were not one group: %v", groups)
		}
	})
}

// TestGroupAnswersAfterItsCommit: neither a member that is done nor one that failed returns
// while the group may still be lost.
func TestGroupAnswersAfterItsCommit(t *testing.T) {
	onCrowd(t, func(t *testing.T, c *crowd) {
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
		c.together(t,
			note("done", c.put("a")),
			note("failed", func() error {
				return c.Tx(context.Background(), func(flows.Tx) error { return errors.New("boom") })
			}),
			func() error {
				return c.Tx(context.Background(), func(flows.Tx) error {
					if n := c.rows(t, "event_keys"); n != 0 {
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
		if len(returned) != 2 || c.rows(t, "event_keys") != 1 {
			t.Errorf("returned %q", returned)
		}
	})
}

// TestJobsLetOthersGoFirst: who is waited for overtakes jobs, which get a turn after a pause.
func TestJobsLetOthersGoFirst(t *testing.T) {
	for pause, want := range map[time.Duration]string{
		time.Hour: "a b c d job1 job2 job3",
		0:         "job1 job2 job3 a b c d", // their shift
	} {
		onCrowd(t, func(t *testing.T, c *crowd) {
			c.w.jobPause, c.w.jobAt = pause, time.Now()
			var order []string
			call := func(ctx context.Context, name string) func() error {
				return func() error {
					return c.Tx(ctx, func(flows.Tx) error { order = append(order, name); return nil })
				}
			}
			var calls []func() error
			for _, name := range []string{"job1", "job2", "job3"} {
				calls = append(calls, call(flows.Unhurried(t.Context()), name))
			}
			for _, name := range []string{"a", "b", "c", "d"} {
				calls = append(calls, call(t.Context(), name))
			}
			must(t, errors.Join(c.together(t, calls...)...))
			if got := strings.Join(order, " "); got != want {
				t.Errorf("order %q, want %q", got, want)
			}
		})
	}
}

// TestGroupWaiterGivesUp: who is cancelled in the queue leaves it; the others do not notice.
func TestGroupWaiterGivesUp(t *testing.T) {
	onCrowd(t, func(t *testing.T, c *crowd) {
		ctx, cancel := context.WithCancel(t.Context())
		c.meanwhile = func() {
			cancel()
			eventually(t, "it has left the queue", func() bool { return c.queued() == 2 })
		}
		errs := c.together(t, c.put("a"), func() error {
			return c.Tx(ctx, func(flows.Tx) error { t.Error("ran although it had given up"); return nil })
		}, c.put("b"))
		if errs[0] != nil || !errors.Is(errs[1], context.Canceled) || errs[2] != nil {
			t.Errorf("errors %v", errs)
		}
		if got := c.keys(t); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("stored %q", got)
		}
	})
}

// TestGiveUpAtTheTurn cancels many at the moment when their turn comes: none is left holding it.
func TestGiveUpAtTheTurn(t *testing.T) {
	onCrowd(t, func(t *testing.T, c *crowd) {
		var wg sync.WaitGroup
		for i := range 200 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%40)*50*time.Microsecond)
			defer cancel()
			wg.Go(func() {
				err := c.Tx(ctx, func(tx flows.Tx) error {
					_, err := tx.Seen(ctx, epoch, fmt.Sprint("k", i))
					return err
				})
				if err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, sql.ErrTxDone) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		must(t, c.put("last")())
		if c.held() {
			t.Error("the turn is held by nobody")
		}
	})
}

// TestLostGroup: a member whose failure takes the transaction with it does not take the others.
func TestLostGroup(t *testing.T) {
	onCrowd(t, func(t *testing.T, c *crowd) {
		runs := 0
		errs := c.together(t,
			func() error {
				return c.Tx(context.Background(), func(tx flows.Tx) error {
					runs++
					_, err := tx.Seen(context.Background(), epoch, "a")
					return err
				})
			},
			func() error {
				return c.Tx(context.Background(), func(tx flows.Tx) error {
					// What SQLite does by itself when the disk is full.
					_, err := tx.(*txn).tx.ExecContext(context.Background(), "ROLLBACK")
					return err
				})
			},
			c.put("b"))
		if errs[0] != nil || errs[1] == nil || errs[2] != nil || runs != 2 {
			t.Errorf("errors %v after %d runs of the first", errs, runs)
		}
		if got := c.keys(t); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("stored %q", got)
		}
	})
}

// TestGroupBounds: a group is full, or too old, and the next ones form another.
func TestGroupBounds(t *testing.T) {
	for name, limit := range map[string]func(*writer){
		"members": func(w *writer) { w.maxMembers = 2 },
		"time":    func(w *writer) { w.maxTime = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			onCrowd(t, func(t *testing.T, c *crowd) {
				limit(c.w)
				var groups []*group
				var calls []func() error
				for range 4 {
					calls = append(calls, func() error {
						return c.Tx(context.Background(), func(flows.Tx) error { groups = append(groups, c.w.group); return nil })
					})
				}
				must(t, errors.Join(c.together(t, calls...)...))
				want := map[string]int{"members": 2, "time": 4}[name]
				if got := len(slices.Compact(groups)); got != want {
					t.Errorf("%d groups, want %d", got, want)
				}
			})
		})
	}
}

// TestSingleStatementsJoin: a statement outside of a transaction is a member too, with its
// rows; one that cannot run inside of a transaction ends the group before it.
func TestSingleStatementsJoin(t *testing.T) {
	onCrowd(t, func(t *testing.T, c *crowd) {
		db, ctx := c.eng.write, t.Context()
		var got []string
		errs := c.together(t, c.put("a"),
			func() error {
				if c.rows(t, "event_keys") != 0 {
					t.Error("the first was committed before")
				}
				_, err := db.ExecContext(ctx, `INSERT INTO event_keys (key, at_ms) VALUES ('b', 1)`)
				return err
			},
			func() error {
				rows, err := db.QueryContext(ctx, `UPDATE event_keys SET at_ms = at_ms + 1 WHERE key IN ('a', 'b') RETURNING key`)
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
				_, err := db.ExecContext(ctx, `INSERT INTO event_keys (key) VALUES ('half')`)
				return err
			},
			func() error { _, err := db.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`); return err },
			c.put("c"))
		if errs[3] == nil {
			t.Error("a row without its time went in")
		}
		errs[3] = nil
		must(t, errors.Join(errs...))
		if slices.Sort(got); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("returned %q", got)
		}
		if got := c.keys(t); !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("stored %q", got)
		}
	})
}

// TestCloseTheWriter: who waits is told, who has the turn comes to an end.
func TestCloseTheWriter(t *testing.T) {
	onCrowd(t, func(t *testing.T, c *crowd) {
		free, closed := make(chan bool), make(chan error, 1)
		held, waited := make(chan error, 1), make(chan error, 1)
		go func() {
			held <- c.Tx(context.Background(), func(tx flows.Tx) error {
				<-free
				_, err := tx.Seen(context.Background(), epoch, "a")
				return err
			})
		}()
		eventually(t, "the turn is held", c.held)
		go func() { waited <- c.put("b")() }()
		eventually(t, "the other waits", func() bool { return c.queued() == 1 })
		go func() { closed <- c.w.close() }()
		if err := <-waited; !errors.Is(err, errWriterClosed) {
			t.Errorf("who waited: %v", err)
		}
		close(free)
		must(t, <-held)
		must(t, <-closed)
		must(t, c.w.close())
		if got := c.keys(t); !slices.Equal(got, []string{"a"}) {
			t.Errorf("stored %q", got)
		}
		if err := c.put("c")(); !errors.Is(err, errWriterClosed) {
			t.Errorf("afterwards: %v", err)
		}
	})
}
