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

// TestBackgroundPriority: foreground work goes before background work, which gets the writer after
// a pause.
func TestBackgroundPriority(t *testing.T) {
	for pause, want := range map[time.Duration]string{
		time.Hour: "a b c d job1 job2 job3",
		0:         "job1 job2 job3 a b c d", // in a window for background work
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

// TestCancelledWaiterLeavesQueue: a cancelled waiter leaves the queue without an effect on others.
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
		t.Errorf("errors %v, want only the second to be cancelled", errs)
	}
	if got, want := db.keys(t), []string{"a", "b"}; !slices.Equal(got, want) {
		t.Errorf("stored %q, want %q", got, want)
	}
}

// TestCancelAtHandOver cancels many waiters at the moment when they get the writer: none of them
// keeps it.
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
		t.Error("the writer is busy without a transaction")
	}
}

// TestCloseCommitter: waiters get ErrClosed, and the present transaction ends normally.
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
	eventually(t, "the writer is busy", db.writerBusy)
	go func() { waited <- db.insertKey("b")() }()
	eventually(t, "the other waits", func() bool { return db.queued() == 1 })
	go func() { closed <- db.committer.close() }()
	if err := <-waited; !errors.Is(err, ErrClosed) {
		t.Errorf("waiter: %v, want %v", err, ErrClosed)
	}
	close(free)
	must(t, <-held)
	must(t, <-closed)
	must(t, db.committer.close())
	if got, want := db.keys(t), []string{"a"}; !slices.Equal(got, want) {
		t.Errorf("stored %q, want %q", got, want)
	}
	if err := db.insertKey("c")(); !errors.Is(err, ErrClosed) {
		t.Errorf("afterwards: %v, want %v", err, ErrClosed)
	}
}
