package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/flows"
)

// hangTimeout ends a test that hangs. Nothing is measured by it.
const hangTimeout = 2 * time.Minute

// ran collects the runs of jobs.
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

func (ts *testStore) startJobs(t *testing.T, run func(context.Context, flows.Job) error) {
	t.Helper()
	must(t, ts.Start(t.Context(), run))
}

// clock is the database's own time, in whole milliseconds.
func (ts *testStore) databaseNow(t *testing.T) time.Time {
	t.Helper()
	var us int64
	must(t, ts.backend.read.QueryRowContext(t.Context(), "SELECT "+ts.backend.nowMicros).Scan(&us))
	return time.UnixMicro(us).Truncate(time.Millisecond)
}

func (ts *testStore) enqueue(t *testing.T, jobs ...flows.Job) {
	t.Helper()
	ts.tx(t, func(tx flows.Tx) error { return tx.Enqueue(t.Context(), jobs...) })
}

// stored is a job as every released version has kept it.
const storedJob = `{"kind":"show","case":"c1","ref":"case/c1/applicant","rev":7,"to":"ou_1","to_type":"open_id","args":{"a":"b"},"key":"k"}`

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
				t.Errorf("pending before the commit: %v, %v", pending, perr)
			}
			return err
		})
		// The undone one would have come first: older, and of a higher priority.
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
			t.Errorf("pending after the run: %v, %v", pending, err)
		}
	})
}

func TestQueuesAndPriorities(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		ts.workers = map[string]int{"fetch": 1, "ocr": 1, "cards": 1, "default": 1}
		if oldest, err := ts.OldestJob(ctx); err != nil || !oldest.IsZero() {
			t.Errorf("oldest of none: %v, %v", oldest, err)
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
			t.Errorf("pending %v, %v", pending, err)
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
			t.Errorf("order %v", got)
		}
	})
}

func TestScheduledSoon(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ts.workers = map[string]int{flows.Job{Kind: flows.JobShow}.Queue(): 1} // what was due first comes first, however late
		runs := make(jobRuns, 10)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			return nil
		})
		at := time.Now().Add(300 * time.Millisecond)
		ts.enqueue(t, flows.Job{Kind: flows.JobShow, Case: "later", At: at},
			flows.Job{Kind: flows.JobShow, Case: "now", At: time.Now().Add(-time.Hour)})
		if j := runs.next(t); j.Case != "now" {
			t.Fatalf("%s ran first, want %q", j.Case, "now")
		}
		if j := runs.next(t); j.Case != "later" || time.Now().Before(at.Add(-time.Millisecond)) {
			t.Errorf("%s ran %s early, want %q", j.Case, time.Until(at), "later")
		}
	})
}

func TestRetryLater(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		const in = 200 * time.Millisecond
		for _, snooze := range []bool{false, true} {
			runs := make(jobRuns, 10)
			answers := make(chan error, 2)
			var first time.Time
			answers <- fmt.Errorf("wrapped: %w", &flows.RetryLater{In: in, Snooze: snooze, Code: "ocr.2110010"})
			answers <- nil
			ts.startJobs(t, func(_ context.Context, j flows.Job) error {
				if first.IsZero() {
					first = time.Now()
				}
				runs <- j
				return <-answers
			})
			ts.enqueue(t, flows.Job{Kind: flows.JobCheck, Case: "c1"})
			a, b := runs.next(t), runs.next(t)
			if took := time.Since(first); took < in {
				t.Errorf("snooze %v: again after %s", snooze, took)
			}
			want := 2
			if snooze {
				want = 1
			}
			if a.ID != b.ID || a.Attempt != 1 || b.Attempt != want {
				t.Errorf("snooze %v: runs %d/%d and %d/%d, want 1, %v", snooze, a.ID, a.Attempt, b.ID, b.Attempt, want)
			}
			must(t, ts.Stop(t.Context()))
			if n := ts.countRows(t, "river_job WHERE "+ts.jobErrors()+" LIKE '%ocr.2110010%'"); n != want-1 {
				t.Errorf("snooze %v: %d stored errors, want %v", snooze, n, want-1)
			}
			_, err := ts.backend.write.ExecContext(t.Context(), "DELETE FROM river_job")
			must(t, err)
		}
	})
}

// TestErrorsAreScrubbed: whatever a run says in its error or panic stays out of the database
// and out of the log.
func TestErrorsAreScrubbed(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		runs := make(jobRuns, 10)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			if j.Attempt > 1 {
				return nil
			}
			switch j.Case {
			case "case-2":
				panic("secret of " + canaryName)
			case "case-3":
				panic(errors.New("secret of " + canaryName))
			}
			return fmt.Errorf("number %s: %w", canaryNumber, errors.New("secret of "+canaryName))
		})
		ts.enqueue(t, flows.CheckPerson(1).Of("case-1"), flows.CheckPerson(1).Of("case-2"), flows.CheckPerson(1).Of("case-3"))
		attempts := map[int]int{}
		for range 6 {
			attempts[runs.next(t).Attempt]++
		}
		if attempts[1] != 3 || attempts[2] != 3 {
			t.Errorf("attempts %v", attempts)
		}
		must(t, ts.Stop(ctx))
		stored, err := queryStrings(ctx, ts, "SELECT "+ts.jobErrors()+" FROM river_job ORDER BY id")
		must(t, err)
		all := strings.ReplaceAll(strings.Join(stored, "\n"), `\u003c`, "<")
		for _, want := range []string{"internal error *fmt.wrapError < *errors.errorString", "internal error panic string",
			"internal error panic *errors.errorString"} {
			if !strings.Contains(all, want) {
				t.Errorf("stored errors lack %q:\n%s", want, all)
			}
		}
		for _, id := range []string{"case-1", "case-2", "case-3"} {
			if !strings.Contains(ts.log.String(), "case="+id) {
				t.Errorf("log says nothing of %s", id)
			}
		}
		for where, text := range map[string]string{"database": all, "log": ts.log.String()} {
			t.Run(where, func(t *testing.T) {
				for _, canary := range []string{canaryName, canaryNumber, "secret of"} {
					if strings.Contains(text, canary) {
						t.Errorf("%s shows %q", where, canary)
					}
				}
			})
		}
	})
}

// jobErrors is River's column of errors as text.
func (ts *testStore) jobErrors() string {
	if ts.database == "sqlite" {
		return "json(errors)"
	}
	return "array_to_json(errors)::text"
}

func queryStrings(ctx context.Context, ts *testStore, query string) (out []string, err error) {
	rows, err := ts.backend.read.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// TestDeadProcess copies the database while a job runs, which is what a kill leaves behind,
// and opens the copy.
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

func TestStopDrains(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		began, release := make(jobRuns, 10), make(chan bool)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			began <- j
			<-release
			return nil
		})
		if ts.Start(t.Context(), nil) == nil {
			t.Error("started twice")
		}
		ts.enqueue(t, flows.Job{Kind: flows.JobCheck})
		began.next(t)
		stopped := make(chan error)
		go func() { stopped <- ts.Stop(context.WithoutCancel(t.Context())) }()
		close(release)
		must(t, <-stopped)
		if n := ts.countRows(t, "river_job WHERE state = 'completed'"); n != 1 {
			t.Error("the running job was not waited for")
		}
	})
}

// TestStopCancels: a job that outlasts Stop's context is cancelled and stays to be run.
func TestStopCancels(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		began := make(jobRuns, 10)
		ts.startJobs(t, func(ctx context.Context, j flows.Job) error {
			began <- j
			if j.Attempt == 1 && j.Case == "slow" {
				<-ctx.Done()
				return fmt.Errorf("cut off: %w", ctx.Err())
			}
			return nil
		})
		ts.enqueue(t, flows.Job{Kind: flows.JobCheck, Case: "slow"})
		began.next(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		must(t, ts.Stop(ctx))
		if n := ts.countRows(t, "river_job WHERE state = 'available' AND errors IS NULL"); n != 1 {
			t.Error("the cancelled job was not put back")
		}
		runs := make(jobRuns, 10)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			return nil
		})
		if j := runs.next(t); j.Case != "slow" {
			t.Errorf("ran %+v", j)
		}
	})
}

// TestCancelledStartContext: the context of Start bounds the starting only.
func TestStartOutlivesItsContext(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		runs := make(jobRuns, 10)
		ctx, cancel := context.WithCancel(t.Context())
		must(t, ts.Start(ctx, func(_ context.Context, j flows.Job) error {
			runs <- j
			return nil
		}))
		cancel()
		ts.enqueue(t, flows.Job{Kind: flows.JobShow, Case: "c1"})
		runs.next(t)
	})
}
