package store

import (
	"context"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// River's scheduler makes jobs available some seconds before they are due, and notifies only the queues of those that
// are due already. The others would wait for the next poll of their queue; here each wakes its queue on time, so that
// polls may be rare.

// GetExecutor returns River's executor, whose transactions wake queues.
func (d *localDriver) GetExecutor() riverdriver.Executor {
	return &executor{d.Driver.GetExecutor(), d.notifier}
}

type executor struct {
	riverdriver.Executor
	notifier *jobNotifier
}

// Begin begins a transaction.
func (e *executor) Begin(ctx context.Context) (riverdriver.ExecutorTx, error) {
	tx, err := e.Executor.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &executorTx{ExecutorTx: tx, notifier: e.notifier}, nil
}

// executorTx remembers the jobs that it makes available, and wakes their queues after the commit.
type executorTx struct {
	riverdriver.ExecutorTx
	notifier  *jobNotifier
	scheduled []*riverdriver.JobScheduleResult
}

// JobSchedule makes jobs available that are due by the time in p.
func (t *executorTx) JobSchedule(
	ctx context.Context, p *riverdriver.JobScheduleParams,
) ([]*riverdriver.JobScheduleResult, error) {
	results, err := t.ExecutorTx.JobSchedule(ctx, p)
	t.scheduled = append(t.scheduled, results...)
	return results, ended(ctx, err)
}

// ended returns the error of an ended context instead of what a transaction says that it has rolled back: River takes
// the one for a stop, and the other for a fault.
func ended(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// Commit commits the transaction.
func (t *executorTx) Commit(ctx context.Context) error {
	if err := t.ExecutorTx.Commit(ctx); err != nil {
		return ended(ctx, err)
	}
	now := time.Now()
	for _, r := range t.scheduled {
		if r.Job.State == rivertype.JobStateAvailable {
			t.notifier.wakeIn(r.Job.Queue, r.Job.ScheduledAt.Sub(now)+time.Millisecond)
		}
	}
	return nil
}
