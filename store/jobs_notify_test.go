package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"shiming/flows"
)

// TestNotifierWithoutPolling: the notifier alone wakes the queues, at once and when a scheduled job
// or a retry is due.
func TestNotifierWithoutPolling(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ts.pollInterval = time.Hour
		runs := make(jobRuns, 10)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			if j.Case == "again" && j.Attempt == 1 {
				return &flows.RetryLater{In: time.Second}
			}
			return nil
		})
		for _, kind := range []flows.JobKind{flows.JobShow, flows.JobFetchPhoto, flows.JobReadPhotos, flows.JobCheck} {
			ts.enqueue(t, flows.Job{Kind: kind})
			if j := runs.next(t); j.Kind != kind {
				t.Errorf("ran %s, want %s", j.Kind, kind)
			}
		}
		ts.enqueue(t, flows.Job{Kind: flows.JobShow, Case: "soon", At: time.Now().Add(50 * time.Millisecond)})
		if j := runs.next(t); j.Case != "soon" {
			t.Errorf("ran %+v", j)
		}
		ts.enqueue(t, flows.Job{Kind: flows.JobShow, Case: "again"})
		runs.next(t)
		if j := runs.next(t); j.Attempt != 2 {
			t.Errorf("ran %+v", j)
		}
	})
}

// TestScheduledWithoutPolling: a job that River's scheduler makes available ahead of its time wakes its queue on time.
func TestScheduledWithoutPolling(t *testing.T) {
	onDatabase(t, "sqlite", func(t *testing.T, ts *testStore) {
		ts.pollInterval = time.Hour
		ts.enqueue(t, flows.Job{Kind: flows.JobShow, At: time.Now().Add(time.Hour)})
		due := time.Now().Add(time.Second).Round(time.Millisecond)
		_, err := ts.backend.write.ExecContext(t.Context(), `UPDATE river_job SET scheduled_at = $1`, jobTime(&due))
		must(t, err)
		runs := make(jobRuns, 1)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			return nil
		})
		runs.next(t)
		if now := time.Now(); now.Before(due) {
			t.Errorf("ran %v before its time", due.Sub(now))
		}
	})
}

func TestNotifierMergesWakes(t *testing.T) {
	b := newJobNotifier()
	b.wake("a")
	b.wake("b")
	b.wake("a")
	got := map[string]int{}
	for range 2 {
		queue, err := b.next(t.Context())
		must(t, err)
		got[queue]++
	}
	if got["a"] != 1 || got["b"] != 1 {
		t.Errorf("wakes %v, want one of each queue", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("without a wake-up: %v, want %v", err, context.Canceled)
	}
}

// TestNoNotificationRows: the notifier replaces River's notification table.
func TestNoNotificationRows(t *testing.T) {
	onDatabase(t, "sqlite", func(t *testing.T, ts *testStore) {
		runs := make(jobRuns, 1)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			return nil
		})
		ts.enqueue(t, flows.Job{Kind: flows.JobShow})
		runs.next(t)
		if n := ts.countRows(t, "river_notification"); n != 0 {
			t.Errorf("%d notifications were written, want 0", n)
		}
	})
}
