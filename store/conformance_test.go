package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"shiming/flows"
)

// engines lists what every test of this package runs on. dsn gives a fresh database.
var engines = []struct {
	name string
	dsn  func(t testing.TB, dir string) string
}{
	{"sqlite", func(_ testing.TB, dir string) string { return "sqlite:" + filepath.Join(dir, "data", "bot.db") }},
}

// world is one engine's fresh store and what a test needs around it.
type world struct {
	*Store
	dir string
	cfg Config
	log *lockedBuffer
}

// each runs a test on every engine.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			log := new(lockedBuffer)
			w := &world{dir: dir, log: log, cfg: Config{
				DSN: e.dsn(t, dir), Sync: "normal", Keyset: NewKeyset(),
				Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			}}
			w.Store = mustOpen(t, w.cfg)
			test(t, w)
		})
	}
}

func mustOpen(t testing.TB, cfg Config) *Store {
	t.Helper()
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// lockedBuffer collects logs from many goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var epoch = time.Date(2026, 11, 2, 9, 30, 0, 0, shanghai)

// newCase is a case in its first state.
func newCase(id, openID string) *flows.Case {
	return &flows.Case{ID: id, TenantKey: "t1", OpenID: openID, State: flows.AwaitingConsent,
		CreatedAt: epoch, EnteredAt: epoch, Method: flows.ThreeElements}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tx and view run something that must succeed.
func (w *world) tx(t testing.TB, fn func(tx flows.Tx) error) {
	t.Helper()
	must(t, w.Tx(t.Context(), fn))
}

func (w *world) view(t testing.TB, fn func(v flows.View) error) {
	t.Helper()
	must(t, w.View(t.Context(), fn))
}

func (w *world) insert(t testing.TB, cases ...*flows.Case) {
	t.Helper()
	w.tx(t, func(tx flows.Tx) error {
		for _, c := range cases {
			if err := tx.InsertCase(t.Context(), c); err != nil {
				return err
			}
		}
		return nil
	})
}

// rows counts the rows of a table, or of anything that may follow FROM.
func (w *world) rows(t testing.TB, from string) int {
	t.Helper()
	var n int
	must(t, w.eng.read.QueryRowContext(t.Context(), "SELECT count(*) FROM "+from).Scan(&n))
	return n
}

func TestRollbackUndoesEverything(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		boom := errors.New("boom")
		everything := func(tx flows.Tx) error {
			if seen, err := tx.Seen(ctx, epoch, "event/1"); err != nil || seen {
				return fmt.Errorf("seen %v: %w", seen, err)
			}
			return errors.Join(
				tx.InsertCase(ctx, newCase("c1", "ou_1")),
				tx.Audit(ctx, flows.AuditRow{CaseID: "c1", Actor: "ou_1", Event: "start"}),
				tx.Enqueue(ctx, flows.Job{Kind: flows.JobShow, Case: "c1"}),
				tx.PutPicture(ctx, "c1", "p1", []byte("jpeg")),
				tx.PutSurface(ctx, &flows.Surface{ID: "s1", CaseID: "c1"}),
				tx.PutSetting(ctx, "t1", "k", "v"),
			)
		}
		tables := []string{"cases", "event_keys", "audit", "audit_heads", "river_job", "pictures", "surfaces",
			"settings", "state_counts", "day_counts"}

		err := w.Tx(ctx, func(tx flows.Tx) error { return errors.Join(everything(tx), boom) })
		if err == nil || err.Error() != "boom" {
			t.Fatalf("Tx = %v, want boom alone", err)
		}
		func() {
			defer func() {
				if v := recover(); v != "fn panics" {
					t.Errorf("recovered %v, want the panic of fn", v)
				}
			}()
			_ = w.Tx(ctx, func(tx flows.Tx) error {
				must(t, everything(tx))
				panic("fn panics")
			})
		}()
		for _, table := range tables {
			if n := w.rows(t, table); n != 0 {
				t.Errorf("%s has %d rows after the rollbacks", table, n)
			}
		}
		w.tx(t, everything)
		for _, table := range tables {
			if n := w.rows(t, table); n == 0 {
				t.Errorf("%s is empty after the commit", table)
			}
		}
	})
}

func TestSeen(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i, step := range []struct {
			keys []string
			want bool
		}{
			{[]string{"a", "", "b"}, false},
			{[]string{"", ""}, false},
			{[]string{"c", "b"}, true},
			{[]string{"c"}, true}, // was inserted beside the one that was known
			{[]string{"d", "d"}, true},
			{nil, false},
		} {
			w.tx(t, func(tx flows.Tx) error {
				got, err := tx.Seen(t.Context(), epoch, step.keys...)
				if got != step.want {
					t.Errorf("step %d: Seen(%q) = %v, want %v", i, step.keys, got, step.want)
				}
				return err
			})
		}
	})
}

func TestPurgeKeys(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.now = func() time.Time { return epoch }
		w.tx(t, func(tx flows.Tx) error {
			for i := range sweepBatch + 5 {
				if _, err := tx.Seen(t.Context(), epoch.Add(-keysKept-time.Minute), fmt.Sprint("old/", i)); err != nil {
					return err
				}
			}
			_, err := tx.Seen(t.Context(), epoch.Add(-keysKept+time.Minute), "young")
			return err
		})
		if n, err := w.purgeKeys(t.Context()); err != nil || n != sweepBatch+5 {
			t.Fatalf("purged %d, %v", n, err)
		}
		if n := w.rows(t, "event_keys"); n != 1 {
			t.Fatalf("%d keys left, want the young one", n)
		}
	})
}

func TestStaleIsRunAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		tries := 0
		must(t, w.Tx(t.Context(), func(flows.Tx) error {
			if tries++; tries < 3 {
				return fmt.Errorf("lost: %w", flows.ErrStale)
			}
			return nil
		}))
		if tries != 3 {
			t.Errorf("ran %d times, want 3", tries)
		}
		tries = 0
		err := w.Tx(t.Context(), func(flows.Tx) error { tries++; return flows.ErrStale })
		if !errors.Is(err, flows.ErrStale) || tries != maxTries {
			t.Errorf("after %d tries: %v", tries, err)
		}
		tries = 0
		boom := errors.New("boom")
		if err := w.Tx(t.Context(), func(flows.Tx) error { tries++; return boom }); err != boom || tries != 1 {
			t.Errorf("another error: %v after %d tries", err, tries)
		}
	})
}

func TestViewBesideOpenTx(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.insert(t, newCase("c1", "ou_1"))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		w.tx(t, func(tx flows.Tx) error {
			if err := tx.InsertCase(ctx, newCase("c2", "ou_2")); err != nil {
				return err
			}
			return w.View(ctx, func(v flows.View) error {
				if _, err := v.Case(ctx, "c2"); !errors.Is(err, flows.ErrNotFound) {
					t.Errorf("view sees what is not committed: %v", err)
				}
				_, err := v.Case(ctx, "c1")
				return err
			})
		})
		// A snapshot stays what it was while a writer commits.
		w.view(t, func(v flows.View) error {
			before, err := v.CountByState(ctx, "t1")
			if err != nil {
				return err
			}
			w.insert(t, newCase("c3", "ou_3"))
			after, err := v.CountByState(ctx, "t1")
			if after[flows.AwaitingConsent] != before[flows.AwaitingConsent] {
				t.Errorf("the snapshot moved from %v to %v", before, after)
			}
			return err
		})
	})
}

func TestTxHasADeadline(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		w.tx(t, func(flows.Tx) error { // holds the writer
			if err := w.Tx(ctx, func(flows.Tx) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a Tx inside a Tx: %v", err)
			}
			return nil
		})
	})
}
