package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// River's own insert on SQLite hands all jobs over as one JSON document, which SQLite takes
// apart once for each column. Most transactions bring one to three jobs, for which that is
// the dearest part of all; a plain statement for each costs a quarter. What stands in the
// table afterwards is the same, see TestInsertedLikeRiver.

// UnwrapExecutor gives River the transaction to insert in.
func (d *localDriver) UnwrapExecutor(tx *sql.Tx) riverdriver.ExecutorTx {
	return &inserter{d.Driver.UnwrapExecutor(tx), tx}
}

// UnwrapTx is the way back.
func (d *localDriver) UnwrapTx(e riverdriver.ExecutorTx) *sql.Tx {
	if own, ok := e.(*inserter); ok {
		return own.tx
	}
	return d.Driver.UnwrapTx(e)
}

// inserter is River's view of a transaction with our insert.
type inserter struct {
	riverdriver.ExecutorTx
	tx *sql.Tx
}

const insertJob = `INSERT INTO river_job (args, created_at, kind, max_attempts, metadata, priority, queue, scheduled_at, state, tags)
	VALUES (jsonb($1), coalesce($2, datetime('now', 'subsec')), $3, $4, jsonb('{}'), $5, $6, coalesce($7, datetime('now', 'subsec')), $8, jsonb('[]'))`

// JobInsertFastManyNoReturning inserts jobs as our Enqueue makes them, and leaves any other
// kind, such as unique ones, to River.
func (e *inserter) JobInsertFastManyNoReturning(ctx context.Context, p *riverdriver.JobInsertFastManyParams) (int,
	error) {
	for _, j := range p.Jobs {
		if !plain(j) || p.Schema != "" {
			return e.ExecutorTx.JobInsertFastManyNoReturning(ctx, p)
		}
	}
	for _, j := range p.Jobs {
		_, err := e.tx.ExecContext(ctx, insertJob, string(j.EncodedArgs), jobTime(j.CreatedAt), j.Kind, j.MaxAttempts,
			j.Priority, j.Queue, jobTime(j.ScheduledAt), string(j.State))
		if err != nil {
			return 0, err
		}
	}
	return len(p.Jobs), nil
}

func plain(j *riverdriver.JobInsertFastParams) bool {
	return j.ID == nil && len(j.UniqueKey) == 0 && j.UniqueStates == 0 && len(j.Tags) == 0 && string(j.Metadata) == "{}" &&
		j.State != rivertype.JobStatePending
}

// jobTime is a time as River keeps it on SQLite, NULL for the database's own clock.
func jobTime(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.UTC().Round(time.Millisecond).Format("2006-01-02 15:04:05.000")
}
