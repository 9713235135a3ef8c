package store

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"shiming/flows"
)

// jobRuns collects the jobs that run.
type jobRuns chan flows.Job

func (r jobRuns) next(t *testing.T) flows.Job {
	t.Helper()
	select {
	case j := <-r:
		return j
	case <-time.After(hangTimeout):
		t.Fatal("no job ran")
		return flows.Job{}
	}
}

// nextWithin returns the next job that runs, or nil.
func (r jobRuns) nextWithin(d time.Duration) *flows.Job {
	select {
	case j := <-r:
		return &j
	case <-time.After(d):
		return nil
	}
}

func (ts *testStore) startJobs(t *testing.T, run func(context.Context, flows.Job) error) {
	t.Helper()
	must(t, ts.Start(t.Context(), run))
}

func (ts *testStore) enqueue(t *testing.T, jobs ...flows.Job) {
	t.Helper()
	ts.tx(t, func(tx flows.Tx) error { return tx.Enqueue(t.Context(), jobs...) })
}

// storedJob is a job in the JSON that every released version has stored.
const storedJob = `{"kind":"show","case":"c1","ref":"case/c1/applicant","rev":7,` +
	`"to":"ou_1","to_type":"open_id","args":{"a":"b"},"key":"k"}`

func TestJobRunsAfterItsCommit(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		runs := make(jobRuns, 10)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			return nil
		})
		undone := flows.Job{Kind: flows.JobShow, Case: "undone", Priority: 1}
		err := ts.Tx(ctx, func(tx flows.Tx) error {
			return errors.Join(tx.Enqueue(ctx, undone), errors.New("rollback"))
		})
		if err == nil {
			t.Fatal("no rollback")
		}
		ts.tx(t, func(tx flows.Tx) error {
			var j flows.Job
			must(t, json.Unmarshal([]byte(storedJob), &j))
			err := tx.Enqueue(ctx, j)
			if pending, perr := ts.PendingJobs(ctx); perr != nil || pending["cards"] != 0 {
				t.Errorf("pending before the commit: %v (%v), want no cards", pending, perr)
			}
			return err
		})
		// The job of the rolled back transaction would run first: it is older and has a higher
		// priority.
		j := runs.next(t)
		raw, err := json.Marshal(j)
		must(t, err)
		if string(raw) != storedJob || j.Attempt != 1 || j.ID <= 0 || j.Priority != 2 {
			t.Errorf("ran %+v as %s, want %s", j, raw, storedJob)
		}
		must(t, ts.Stop(ctx))
		if n := ts.countRows(t, "river_job WHERE state = 'completed'"); n != 1 {
			t.Errorf("%d completed jobs, want 1", n)
		}
		if pending, err := ts.PendingJobs(ctx); err != nil || pending["cards"] != 0 {
			t.Errorf("pending after the run: %v (%v), want no cards", pending, err)
		}
	})
}

func TestQueuesAndPriorities(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		ts.workers = map[string]int{"fetch": 1, "ocr": 1, "cards": 1, "default": 1}
		if oldest, err := ts.OldestJob(ctx); err != nil || !oldest.IsZero() {
			t.Errorf("oldest of none: %v (%v), want the zero time", oldest, err)
		}
		before := ts.databaseNow(t)
		ts.enqueue(t,
			flows.Job{Kind: flows.JobReadPhotos, Case: "third"},
			flows.Job{Kind: flows.JobReadPhotos, Case: "last", Priority: 4},
			flows.Job{Kind: flows.JobReadPhotos, Case: "first", Priority: 1},
			flows.Job{Kind: flows.JobFetchPhoto, Case: "other"},
			flows.Job{Kind: flows.JobRemind, At: time.Now().Add(time.Hour)})
		pending, err := ts.PendingJobs(ctx)
		if err != nil || pending["ocr"] != 3 || pending["fetch"] != 1 || pending["cards"] != 0 || pending["default"] != 0 {
			t.Errorf("pending %v (%v), want 3 ocr, 1 fetch", pending, err)
		}
		oldest, err := ts.OldestJob(ctx)
		if after := ts.databaseNow(t); err != nil || oldest.Before(before) || oldest.After(after) {
			t.Errorf("oldest job: got %v (%v), want between %v and %v", oldest, err, before, after)
		}
		runs := make(jobRuns, 10)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			if j.Kind == flows.JobReadPhotos {
				runs <- j
			}
			return nil
		})
		got := []string{runs.next(t).Case, runs.next(t).Case, runs.next(t).Case}
		if !slices.Equal(got, []string{"first", "third", "last"}) {
			t.Errorf("order %v, want first, third, last", got)
		}
	})
}

func TestScheduledSoon(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		// With one worker the job that was due first runs first.
		ts.workers = map[string]int{flows.Job{Kind: flows.JobShow}.Queue(): 1}
		runs := make(jobRuns, 10)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			return nil
		})
		at := time.Now().Add(300 * time.Millisecond)
		ts.enqueue(t, flows.Job{Kind: flows.JobShow, Case: "later", At: at},
			flows.Job{Kind: flows.JobShow, Case: "now", At: time.Now().Add(-time.Hour)})
		inTime := time.Now().Before(at) // if not, both were due when they were stored
		ran := map[string]time.Time{}
		for i := range 2 {
			j := runs.next(t)
			ran[j.Case] = time.Now()
			if i == 0 && inTime && j.Case != "now" {
				t.Errorf("%s ran first, want %q", j.Case, "now")
			}
		}
		if len(ran) != 2 || ran["later"].Before(at.Add(-time.Millisecond)) {
			t.Errorf("jobs ran at %v, want later not before %s", ran, at)
		}
	})
}

// TestJobOfDeadProcess copies the database while a job runs, as a kill would leave it, and opens
// the copy.
func TestJobOfDeadProcess(t *testing.T) {
	onDatabase(t, "sqlite", func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		began, release := make(jobRuns, 10), make(chan bool)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			began <- j
			<-release
			return nil
		})
		ts.enqueue(t, flows.Job{Kind: flows.JobIdentity, Case: "c1"})
		first := began.next(t)
		copied := filepath.Join(t.TempDir(), "copy.db")
		_, err := ts.backend.write.ExecContext(ctx, "VACUUM INTO $1", copied)
		close(release)
		must(t, err)

		cfg := ts.cfg
		cfg.DSN = "sqlite:" + copied
		successor := &testStore{Store: mustOpen(t, cfg), cfg: cfg}
		if n := successor.countRows(t, "river_job WHERE state = 'running'"); n != 0 {
			t.Errorf("%d jobs of a dead process, want 0", n)
		}
		runs := make(jobRuns, 10)
		successor.startJobs(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			return nil
		})
		if j := runs.next(t); j.ID != first.ID || j.Attempt != 2 {
			t.Errorf("revived %d, attempt %d; was %d, want 2", j.ID, j.Attempt, first.ID)
		}
	})
}

// TestJobsMerge: of jobs with the same Merge one waits. When it has run, the next one is queued again.
func TestJobsMerge(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		notice := func(key, merge string) flows.Job {
			return flows.Job{Kind: flows.JobReply, Key: key, Merge: merge}
		}
		ts.enqueue(t, notice("a1", "a"), notice("a2", "a"), notice("b1", "b"), notice("1", ""), notice("2", ""))
		ts.enqueue(t, notice("a3", "a"))
		runs := make(jobRuns, 10)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			return nil
		})
		var got []string
		for range 4 {
			got = append(got, runs.next(t).Key)
		}
		slices.Sort(got)
		if want := []string{"1", "2", "a1", "b1"}; !slices.Equal(got, want) {
			t.Errorf("got the jobs %v, want %v", got, want)
		}
		for { // until River has stored that a1 has run
			ts.enqueue(t, notice("a4", "a"))
			waiting, err := ts.PendingJobs(t.Context())
			must(t, err)
			if waiting["cards"] == 0 {
				continue
			}
			if j := runs.nextWithin(100 * time.Millisecond); j != nil {
				if j.Key != "a4" {
					t.Errorf("got the job %s, want a4", j.Key)
				}
				return
			}
		}
	})
}
