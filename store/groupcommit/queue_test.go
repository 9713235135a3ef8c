package groupcommit

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
)

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
