package store

import (
	"context"
	"fmt"
	"testing"

	"shiming/flows"
)

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

// TestStopCancels: Stop cancels a job that outlasts its context, and the job runs again after the
// next start.
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

// TestStartOutlivesItsContext: the context of Start bounds only the start itself.
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
