package store

import (
	"context"
	"fmt"
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
// again. A group ends after a few milliseconds, so that on a slow machine the members may come into
// different ones; then they are tried once more.
func TestLostGroupIsRetried(t *testing.T) {
	onDatabase(t, "sqlite", func(t *testing.T, ts *testStore) {
		var want []string
		for round, runs := 0, 0; runs < 2; round++ {
			a, b := fmt.Sprint("a", round), fmt.Sprint("b", round)
			runs = loseGroup(t, ts, a, b)
			want = append(want, a, b)
			if round == 100 {
				t.Fatal("got no lost group in a hundred rounds, want one")
			}
		}
		keys, err := queryStrings(t.Context(), ts, `SELECT key FROM event_keys`)
		must(t, err)
		slices.Sort(keys)
		slices.Sort(want)
		if !slices.Equal(keys, want) {
			t.Errorf("stored %q, want %q", keys, want)
		}
	})
}

// loseGroup stores two keys beside a transaction that fails as on a full disk, and returns how
// often the first of them ran.
func loseGroup(t *testing.T, ts *testStore, a, b string) (runs int) {
	t.Helper()
	ctx := context.Background()
	free, holds := make(chan bool), make(chan bool)
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i, fn := range []func(flows.Tx) error{
		func(flows.Tx) error {
			close(holds)
			<-free
			return nil
		}, // has the writer until the others wait for it
		func(tx flows.Tx) error {
			runs++
			_, err := tx.InsertEventKeys(ctx, epoch, a)
			return err
		},
		func(tx flows.Tx) error {
			// SQLite itself rolls back when the disk is full.
			_, err := tx.(*txn).tx.ExecContext(ctx, "ROLLBACK")
			return err
		},
		func(tx flows.Tx) error {
			_, err := tx.InsertEventKeys(ctx, epoch, b)
			return err
		},
	} {
		wg.Go(func() { errs[i] = ts.Tx(ctx, fn) })
		if i == 0 {
			<-holds
		}
		eventually(t, "the call waits in the queue", func() bool { return waitingWriters("loseGroup") == i })
	}
	close(free)
	wg.Wait()
	if errs[0] != nil || errs[1] != nil || errs[2] == nil || errs[3] != nil {
		t.Errorf("errors %v, want one of the third alone", errs)
	}
	return runs
}
