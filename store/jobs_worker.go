package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"shiming/failure"
	"shiming/flows"
)

// worker runs jobs and translates their results into River's. River stores error texts in the
// database, so that worker passes on only codes and type names.
type worker struct {
	river.WorkerDefaults[jobArgs]
	run      func(context.Context, flows.Job) error
	log      *slog.Logger
	notifier *jobNotifier
}

// jobError is the error that River stores for a failed run.
type jobError string

func (e jobError) Error() string { return string(e) }

// panicError is a panic of a run. It keeps only the type of the panic value.
type panicError struct {
	kind  string
	stack []byte
}

func (e *panicError) Error() string { return "panic " + e.kind }

// Work runs one attempt of a job.
func (w *worker) Work(ctx context.Context, job *river.Job[jobArgs]) error {
	j := job.Args.Job
	j.ID, j.Attempt, j.Priority, j.At = job.Args.ID, job.Attempt, job.Priority, job.ScheduledAt
	j.Due = fromMillis(job.Args.DueMillis)
	err := w.runRecovered(ctx, j)
	var retry *flows.RetryLater
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return context.Canceled // during a shutdown River then does not count the attempt
	case errors.As(err, &retry):
		in := max(retry.In, 0)
		w.wakeForRetry(job.Queue, in)
		if retry.Snooze {
			return river.JobSnooze(in)
		}
		job.Args.retryIn = &in
		return jobError(retry.Code)
	}
	in := backoff(job.Attempt)
	job.Args.retryIn = &in
	w.wakeForRetry(job.Queue, in)
	w.logFailure(ctx, j, err)
	return jobError("internal error " + errorTypes(err))
}

// Timeout is how long one run of a job may take; 0 means jobTimeout. River's rescuer asks for it, too.
func (w *worker) Timeout(job *river.Job[jobArgs]) time.Duration {
	if job.Args.Job.Kind == flows.JobExport {
		return exportTimeout
	}
	return 0
}

// runRecovered runs the job and turns a panic into an error without the panic value, which may
// contain personal data.
func (w *worker) runRecovered(ctx context.Context, j flows.Job) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicError{kind: fmt.Sprintf("%T", v), stack: debug.Stack()}
		}
	}()
	return w.run(flows.WithLowPriority(ctx), j)
}

// logFailure logs a run that failed for an unplanned reason: a bug or a lost database.
func (w *worker) logFailure(ctx context.Context, j flows.Job, err error) {
	attrs := []slog.Attr{
		slog.String("kind", string(j.Kind)),
		slog.Int64("job", j.ID),
		slog.String("case", j.Case),
		slog.Int("attempt", j.Attempt),
		slog.String("error", errorTypes(err)),
	}
	level := slog.LevelWarn
	var p *panicError
	if errors.As(err, &p) {
		level = slog.LevelError
		attrs = append(attrs, slog.String("stack", string(p.stack)))
	}
	w.log.LogAttrs(ctx, level, "job failed", attrs...)
}

// errorTypes names the types of an error and of the errors that it wraps, without their texts.
func errorTypes(err error) string {
	var names []string
	for err != nil && len(names) < 8 {
		if p, ok := err.(*panicError); ok {
			names = append(names, p.Error())
			break
		}
		names = append(names, fmt.Sprintf("%T", err))
		switch u := err.(type) {
		case interface{ Unwrap() error }:
			err = u.Unwrap()
		case interface{ Unwrap() []error }:
			if errs := u.Unwrap(); len(errs) > 0 {
				err = errs[0]
			} else {
				err = nil
			}
		default:
			err = nil
		}
	}
	return strings.Join(names, " < ")
}

// completionFlush is when River has certainly stored the result of a run. It stores results in
// batches, four times a second.
const completionFlush = 300 * time.Millisecond

// wakeForRetry wakes the queue for a retry within immediateWindow. It does so twice if the first
// wake-up may come before River has stored the retry.
func (w *worker) wakeForRetry(queue string, in time.Duration) {
	if in > immediateWindow {
		return
	}
	w.notifier.wakeIn(queue, in+time.Millisecond)
	if in < completionFlush {
		w.notifier.wakeIn(queue, completionFlush)
	}
}

// NextRetry returns when River runs a failed job again.
func (w *worker) NextRetry(job *river.Job[jobArgs]) time.Time {
	if job.Args.retryIn != nil {
		return time.Now().Add(*job.Args.retryIn)
	}
	return time.Now().Add(backoff(job.Attempt))
}

// backoff returns the delay after a number of attempts, varied by 10 % in both directions, so that
// jobs that failed together do not run again together.
func backoff(attempt int) time.Duration {
	d := failure.Backoff(attempt, 0)
	return d*9/10 + rand.N(d/5)
}

// retryPolicy applies to jobs that fail before they reach a worker.
type retryPolicy struct{}

// NextRetry returns when River runs the job again.
func (retryPolicy) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(backoff(job.Attempt))
}
