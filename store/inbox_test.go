package store

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/flows"
)

const secretPush = `{"event":{"message":{"content":"{\"text\":\"11010119900307803X\"}"}}}`

// pushIDs returns the ids of pushes.
func pushIDs(list []flows.Push) (out []string) {
	for _, p := range list {
		out = append(out, p.ID)
	}
	return out
}

// TestPushes: a stored push comes back when it is due, in order, is then postponed, and is gone
// after it was dropped.
func TestPushes(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		now := ts.Now()
		ts.now = func() time.Time { return now }
		due := func() []flows.Push {
			t.Helper()
			list, err := ts.TakeDuePushes(ctx, 100)
			must(t, err)
			return list
		}
		var kept []string
		for range pushDeleteBatch + 3 {
			id, err := ts.SavePush(ctx, "oc_1", []byte(secretPush))
			must(t, err)
			kept = append(kept, id)
		}
		if got := due(); len(got) != 0 {
			t.Errorf("%d are due at once, want 0", len(got))
		}
		n, oldest, err := ts.PushesNow(ctx)
		must(t, err)
		if n != len(kept) || !oldest.Equal(now.Truncate(time.Millisecond)) {
			t.Errorf("%d wait, the oldest since %s, want %v", n, oldest, len(kept))
		}
		now = now.Add(pushFirstRetry)
		got := due()
		if !slices.Equal(pushIDs(got), kept) || string(got[0].Body) != secretPush {
			t.Errorf("due %v, want %v", got, kept)
		}
		if text := fmt.Sprintf("%v %+v %#v", got[0], got[0], got[0]); strings.Contains(text, "11010119900307803X") {
			t.Errorf("a formatted push shows its body: %s", text)
		}
		if got := due(); len(got) != 0 {
			t.Errorf("%d are due again, want 0", len(got))
		}
		must(t, ts.DeletePushes(ctx, kept[1:]))
		for try := 1; try < pushEarlyTries; try++ {
			now = now.Add(pushEarlyRetry)
			if got := due(); len(got) != 1 || got[0].ID != kept[0] {
				t.Fatalf("try %d: due %v, want %s", try, got, kept[0])
			}
		}
		now = now.Add(pushEarlyRetry)
		if got := due(); len(got) != 1 {
			t.Errorf("due %v, want one", got)
		}
		now = now.Add(pushEarlyRetry)
		if got := due(); len(got) != 0 {
			t.Error("due after the early delay, want the late one")
		}
		now = now.Add(keysKept)
		_, err = ts.Purge(ctx)
		must(t, err)
		if n, _, err := ts.PushesNow(ctx); n != 0 || err != nil || !strings.Contains(ts.log.String(), "given up") {
			t.Errorf("%d after days, %v, log %s, want 0", n, err, ts.log)
		}
	})
}

// TestPushesAreSealed: a push does not open in the row of another one.
func TestPushesAreSealed(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		for range 2 {
			_, err := ts.SavePush(ctx, "oc_1", []byte(secretPush))
			must(t, err)
		}
		if n := ts.countRows(t, "pushes"); n != 2 {
			t.Fatalf("%d rows, want 2", n)
		}
		_, err := ts.backend.write.ExecContext(ctx,
			`UPDATE pushes SET due_ms = 0, sealed = (SELECT sealed FROM pushes ORDER BY id LIMIT 1)`)
		must(t, err)
		list, err := ts.TakeDuePushes(ctx, 10)
		must(t, err)
		if len(list) != 1 || !strings.Contains(ts.log.String(), "cannot be opened") {
			t.Errorf("%d opened, log %s, want 1", len(list), ts.log)
		}
	})
}

// TestPushesOfADeadProcess: SQLite has one process, so that the next one gets the pushes at once.
func TestPushesOfADeadProcess(t *testing.T) {
	onDatabase(t, "sqlite", func(t *testing.T, ts *testStore) {
		id, err := ts.SavePush(t.Context(), "oc_1", []byte(secretPush))
		must(t, err)
		must(t, ts.Close())
		list, err := mustOpen(t, ts.cfg).TakeDuePushes(t.Context(), 10)
		must(t, err)
		if !slices.Equal(pushIDs(list), []string{id}) {
			t.Errorf("due %v, want %s", list, id)
		}
	})
}

// TestConcurrentDuePushes: one process gets each push.
func TestConcurrentDuePushes(t *testing.T) {
	stores := openStores(t, 3)
	now := time.Now()
	for _, ts := range stores {
		ts.now = func() time.Time { return now.Add(pushFirstRetry + time.Second) }
	}
	const n = 60
	for range n {
		_, err := stores[0].SavePush(t.Context(), "oc_1", []byte(secretPush))
		must(t, err)
	}
	for _, ts := range stores {
		ts.now = func() time.Time { return now.Add(2 * (pushFirstRetry + time.Second)) }
	}
	got := make(chan string, 10*n)
	runOnAll(t, stores, 10, func(ts *testStore, _ int) error {
		list, err := ts.TakeDuePushes(t.Context(), 7)
		for _, p := range list {
			got <- p.ID
		}
		return err
	})
	close(got)
	times := map[string]int{}
	for id := range got {
		if times[id]++; times[id] > 1 {
			t.Errorf("%s returned twice, want once", id)
		}
	}
	if len(times) != n {
		t.Errorf("%d pushes returned, want %d", len(times), n)
	}
}

// TestOlderPushes: the undecided pushes of a chat are found by every process, in the order of their arrival, and the
// stored row does not name the chat.
func TestOlderPushes(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		var ids []string
		for _, chat := range []string{"oc_1", "oc_2", "oc_1", "", "oc_1", ""} {
			id, err := ts.SavePush(ctx, chat, []byte(secretPush))
			must(t, err)
			ids = append(ids, id)
		}
		older := func(chat string, n int, want ...string) {
			t.Helper()
			got, err := ts.OlderPushes(ctx, chat, ids[n])
			must(t, err)
			if !slices.Equal(got, want) {
				t.Errorf("older than %d in %q: %v, want %v", n, chat, got, want)
			}
		}
		older("oc_1", 0)
		older("oc_2", 1)
		older("oc_1", 4, ids[0], ids[2])
		older("", 5) // what has no chat has no order
		p, err := ts.ReadPush(ctx, ids[0])
		must(t, err)
		if p.ID != ids[0] || string(p.Body) != secretPush || p.Tries != 0 {
			t.Errorf("read %v after %d tries, want %s after none", p, p.Tries, ids[0])
		}
		must(t, ts.DeletePushes(ctx, ids[:1]))
		older("oc_1", 4, ids[2])
		if _, err := ts.ReadPush(ctx, ids[0]); !flows.IsNotFound(err) {
			t.Errorf("a decided push: %v, want %v", err, flows.ErrNotFound)
		}
		if n := ts.countRows(t, "pushes WHERE length(chat) = 16"); n != 3 {
			t.Errorf("%d rows have a hash for their chat, want 3", n)
		}
		_, err = ts.backend.write.ExecContext(ctx, `UPDATE pushes SET due_ms = 0`)
		must(t, err)
		_, err = ts.TakeDuePushes(ctx, 100)
		must(t, err)
		if p, err := ts.ReadPush(ctx, ids[2]); err != nil || p.Tries != 1 {
			t.Errorf("taken up once: %d tries, %v, want 1", p.Tries, err)
		}
	})
}

// TestOlderPushesUseTheIndex: the look-up before each event does not depend on how many events wait.
func TestOlderPushesUseTheIndex(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ts.view(t, func(fv flows.View) error {
			v := fv.(*view)
			explain := `EXPLAIN QUERY PLAN ` + olderPushesSQL
			plan := func(scan scanner) (detail string, err error) {
				var id, parent, unused int
				err = scan(&id, &parent, &unused, &detail)
				return detail, err
			}
			if ts.database == "postgres" { // which prefers a sequential scan for a small table
				explain, plan = `EXPLAIN `+olderPushesSQL, scanString
				_, err := v.q.(*sql.Tx).ExecContext(t.Context(), `SET LOCAL enable_seqscan = off`)
				must(t, err)
			}
			steps, err := collect(t.Context(), v.q, "plan", plan, explain, ts.chatKey("oc_1"), "id")
			must(t, err)
			if got := strings.Join(steps, "\n"); !strings.Contains(got, "pushes_chat") {
				t.Errorf("plan %s, want the index pushes_chat", got)
			}
			return nil
		})
	})
}
