package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// River's own INSERT on SQLite passes all jobs as one JSON document, which SQLite parses once for
// each column. Most transactions insert one to three jobs, and this would be their most expensive
// step; one plain statement for each job costs a quarter. Both write the same rows, see
// TestInsertedLikeRiver.

// UnwrapExecutor returns River's view of a transaction.
func (d *localDriver) UnwrapExecutor(tx *sql.Tx) riverdriver.ExecutorTx {
	return &inserter{d.Driver.UnwrapExecutor(tx), tx}
}

// UnwrapTx returns the transaction of a view.
func (d *localDriver) UnwrapTx(e riverdriver.ExecutorTx) *sql.Tx {
	if own, ok := e.(*inserter); ok {
		return own.tx
	}
	return d.Driver.UnwrapTx(e)
}

// inserter is River's view of a transaction, with our own INSERT.
type inserter struct {
	riverdriver.ExecutorTx
	tx *sql.Tx
}

const insertJob = `
	INSERT INTO river_job (
		args,
		created_at,
		kind,
		max_attempts,
		metadata,
		priority,
		queue,
		scheduled_at,
		state,
		tags
	)
	VALUES (
		jsonb($1),
		coalesce($2, datetime('now', 'subsec')),
		$3,
		$4,
		jsonb('{}'),
		$5,
		$6,
		coalesce($7, datetime('now', 'subsec')),
		$8,
		jsonb('[]')
	)`

// JobInsertFastManyNoReturning inserts jobs of the form that Enqueue creates. It leaves all others,
// such as unique jobs, to River.
func (e *inserter) JobInsertFastManyNoReturning(
	ctx context.Context, p *riverdriver.JobInsertFastManyParams,
) (int, error) {
	for _, j := range p.Jobs {
		if !isPlain(j) || p.Schema != "" {
			return e.ExecutorTx.JobInsertFastManyNoReturning(ctx, p)
		}
	}
	for _, j := range p.Jobs {
		_, err := e.tx.ExecContext(ctx, insertJob,
			string(j.EncodedArgs),
			jobTime(j.CreatedAt),
			j.Kind,
			j.MaxAttempts,
			j.Priority,
			j.Queue,
			jobTime(j.ScheduledAt),
			string(j.State),
		)
		if err != nil {
			return 0, err
		}
	}
	return len(p.Jobs), nil
}

// isPlain reports whether insertJob can insert the job.
func isPlain(j *riverdriver.JobInsertFastParams) bool {
	return j.ID == nil &&
		len(j.UniqueKey) == 0 &&
		j.UniqueStates == 0 &&
		len(j.Tags) == 0 &&
		string(j.Metadata) == "{}" &&
		j.State != rivertype.JobStatePending
}

// jobTime returns a time in River's format on SQLite, or NULL for the database's own clock.
func jobTime(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.UTC().Round(time.Millisecond).Format("2006-01-02 15:04:05.000")
}
