package store

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"shiming/flows"
)

// waitingWriters counts the goroutines of a test that wait for the writer. Only their stacks show
// it.
func waitingWriters(test string) (n int) {
	all := make([]byte, 4<<20)
	all = all[:runtime.Stack(all, true)]
	top, _, _ := strings.Cut(test, "/")
	for stack := range strings.SplitSeq(string(all), "\n\n") {
		if strings.Contains(stack, "groupcommit.(*committer).acquire(") && strings.Contains(stack, "store."+top+".") {
			n++
		}
	}
	return n
}

// TestLostGroupIsRetried: a transaction whose group was lost by the failure of another member runs
// again.
func TestLostGroupIsRetried(t *testing.T) {
	onDatabase(t, "sqlite", func(t *testing.T, ts *testStore) {
		ctx := context.Background()
		free, holds := make(chan bool), make(chan bool)
		runs, errs := 0, make([]error, 4)
		var wg sync.WaitGroup
		for i, fn := range []func(flows.Tx) error{
			func(flows.Tx) error {
				close(holds)
				<-free
				return nil
			}, // has the writer until the others wait for it
			func(tx flows.Tx) error {
				runs++
				_, err := tx.Seen(ctx, epoch, "a")
				return err
			},
			func(tx flows.Tx) error {
				// SQLite itself rolls back when the disk is full.
				_, err := tx.(*txn).tx.ExecContext(ctx, "ROLLBACK")
				return err
			},
			func(tx flows.Tx) error {
				_, err := tx.Seen(ctx, epoch, "b")
				return err
			},
		} {
			wg.Go(func() { errs[i] = ts.Tx(ctx, fn) })
			if i == 0 {
				<-holds
			}
			eventually(t, "the call waits in the queue", func() bool { return waitingWriters(t.Name()) == i })
		}
		close(free)
		wg.Wait()
		if errs[0] != nil || errs[1] != nil || errs[2] == nil || errs[3] != nil || runs != 2 {
			t.Errorf("errors %v after %d runs of the second, want 2", errs, runs)
		}
		keys, err := queryStrings(ctx, ts, `SELECT key FROM event_keys ORDER BY key`)
		must(t, err)
		if !slices.Equal(keys, []string{"a", "b"}) {
			t.Errorf("stored %q, want a, b", keys)
		}
	})
}
