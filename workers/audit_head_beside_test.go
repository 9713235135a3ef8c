package workers_test

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"shiming/engine"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/store/pgtest"
	"shiming/store/storetest"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// TestOneHeadOfTwoRuns: two instances on PostgreSQL, or two jobs in one process on SQLite, that publish the head of a day
// at the same time publish one, with one card for each receiver, and queue the next one once.
func TestOneHeadOfTwoRuns(t *testing.T) {
	t.Parallel()
	adjust := func(d *engine.Deps, _ *workers.Deps) { d.ReviewChat, d.Policy.DPOs = "oc_review", []string{"ou_dpo"} }
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "bot.db")
		w := workerstest.NewOn(t, store.Config{DSN: "sqlite:" + path, Sync: "normal", Keyset: storetest.Write(t, path)},
			adjust)
		publishBeside(t, w, w)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		db := store.Config{DSN: pgtest.DSN(t), Sync: "normal", Keyset: keyset.New()}
		first := workerstest.NewOn(t, db, adjust)
		publishBeside(t, first, workerstest.NewOn(t, db, adjust))
	})
}

// publishBeside runs the job of a head on two harnesses of one database, which may be the same one.
func publishBeside(t *testing.T, a, b *workerstest.Harness) {
	a.Say("ou_1", "实名")
	a.RunJobs()
	queued := a.DueJob
	for range 5 {
		wait := flows.HeadAfter(a.Now()).Sub(a.Now())
		a.Advance(wait)
		if b != a {
			b.Advance(wait)
		}
		job := queued(flows.JobPublishHead)
		if job == nil {
			t.Fatal("got no job for the head")
		}
		var both sync.WaitGroup
		for _, w := range []*workerstest.Harness{a, b} {
			both.Go(func() {
				for {
					err := w.Run(t.Context(), job.Job)
					if _, again := errors.AsType[*flows.RetryLater](err); again {
						continue
					}
					if err != nil {
						t.Error(err)
					}
					return
				}
			})
		}
		both.Wait()
		next, replies := a.Waiting(flows.JobPublishHead), a.Waiting(flows.JobReply)
		if b != a {
			next, replies = append(next, b.Waiting(flows.JobPublishHead)...), append(replies, b.Waiting(flows.JobReply)...)
		}
		if len(next) != 1 || len(replies) != 2 {
			t.Fatalf("got %d next heads and %d cards, want one and one for each of two receivers", len(next), len(replies))
		}
		if b != a && len(b.Waiting(flows.JobPublishHead)) == 1 {
			queued = b.DueJob
		} else {
			queued = a.DueJob
		}
		a.RunJobs(flows.JobReply)
		b.RunJobs(flows.JobReply)
	}
	p, err := a.Store.ProveAudit(t.Context())
	if err != nil || p.Heads != 5 || len(p.Gaps) != 0 {
		t.Errorf("got %+v %v, want five heads that prove themselves", p, err)
	}
	if h := lastHead(a); h.At.Sub(flows.SampleTime) < 4*24*time.Hour {
		t.Errorf("got the last head at %v, want the fifth day's", h.At)
	}
}
