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

// worker runs effects and translates what they return into River's words. River keeps error
// texts in the database, so only codes and type names leave here.
type worker struct {
	river.WorkerDefaults[jobArgs]
	run      func(context.Context, flows.Job) error
	log      *slog.Logger
	notifier *jobNotifier
}

// jobError is what River is told of a failed run.
type jobError string

func (e jobError) Error() string { return string(e) }

// panicked is a panic of a run. It keeps the type of the value only.
type panicError struct {
	kind  string
	stack []byte
}

func (e *panicError) Error() string { return "panic " + e.kind }

// Work runs one attempt.
func (w *worker) Work(ctx context.Context, job *river.Job[jobArgs]) error {
	j := job.Args.Job
	j.ID, j.Attempt, j.Priority, j.At = job.Args.ID, job.Attempt, job.Priority, job.ScheduledAt
	err := w.runRecovered(ctx, j)
	var retry *flows.RetryLater
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return context.Canceled // shutting down: River puts the job back as if it had not begun
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

// call runs the job and turns a panic into an error: its value may quote anything.
func (w *worker) runRecovered(ctx context.Context, j flows.Job) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicError{kind: fmt.Sprintf("%T", v), stack: debug.Stack()}
		}
	}()
	return w.run(flows.WithLowPriority(ctx), j)
}

// report logs a run that failed for a reason that nobody planned: a bug or a lost database.
func (w *worker) logFailure(ctx context.Context, j flows.Job, err error) {
	attrs := []slog.Attr{
		slog.String("kind", string(j.Kind)), slog.Int64("job", j.ID), slog.String("case", j.Case),
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

// typesOf names the types of an error and of what it wraps, without their texts.
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

// flushed is when River has surely written the outcome of a run; it writes in batches, four
// times a second.
const completionFlush = 300 * time.Millisecond

// wakeAfter sets the notifier for a repetition that River makes available at once.
func (w *worker) wakeForRetry(queue string, in time.Duration) {
	if in > immediateWindow {
		return
	}
	w.notifier.wakeIn(queue, in+time.Millisecond)
	if in < completionFlush {
		w.notifier.wakeIn(queue, completionFlush)
	}
}

// NextRetry is when River runs a failed job again.
func (w *worker) NextRetry(job *river.Job[jobArgs]) time.Time {
	if job.Args.retryIn != nil {
		return time.Now().Add(*job.Args.retryIn)
	}
	return time.Now().Add(backoff(job.Attempt))
}

// backoff is the wait after a number of runs, up to 10 % less or more, so that jobs that
// failed together do not come back together.
func backoff(attempt int) time.Duration {
	d := failure.Backoff(attempt, 0)
	return d*9/10 + rand.N(d/5)
}

// retryPolicy covers what never got as far as a worker.
type retryPolicy struct{}

// NextRetry is when River runs the job again.
func (retryPolicy) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(backoff(job.Attempt))
}
