package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"shiming/flows"
)

// maxAttempts is never reached: the backoff makes fewer attempts in a week. The flow of the case
// decides when to give up.
const maxAttempts = 1000

// immediateWindow: River promotes scheduled jobs every five seconds, and so does its own rule for
// retries. A job that is due within this window is inserted as available with a start in the
// future, and the notifier wakes its queue at that time.
const immediateWindow = 5 * time.Second

// jobArgs are the arguments of every job that we insert into River.
type jobArgs struct {
	// ID is random. Leases and message uuids are derived from it, and River's row ids repeat on
	// SQLite after old rows have been deleted.
	ID    int64     `json:"id"`
	Job   flows.Job `json:"job"`
	Merge string    `json:"merge,omitempty" river:"unique"`
	// DueMillis is flows.Job.Due; 0 for jobs of older versions.
	DueMillis int64 `json:"due,omitempty"`

	retryIn *time.Duration // the delay that a failed run has asked for
}

// Kind is River's name for the job.
func (jobArgs) Kind() string { return "effect" }

// Enqueue inserts jobs. A job runs at least once, after the commit and not before At. Of unfinished jobs with the same
// Merge there is one.
func (t *txn) Enqueue(ctx context.Context, jobs ...flows.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	now := time.Now()
	params := make([]river.InsertManyParams, 0, len(jobs))
	merged := map[string]bool{} // PostgreSQL refuses two of one key in a statement
	for _, j := range jobs {
		if merged[j.Merge] {
			continue
		}
		priority := j.Priority
		if priority == 0 {
			priority = 2
		}
		queue := j.Queue()
		opts := &river.InsertOpts{Queue: queue, Priority: priority, MaxAttempts: maxAttempts}
		offset := t.store.ClockOffset()
		due, at := t.store.Now(), j.At
		if !at.IsZero() {
			at = at.Add(-offset) // River uses the real clock
		}
		if at.After(now) {
			opts.ScheduledAt, due = at, j.At
		}
		if j.Merge != "" {
			merged[j.Merge] = true
			opts.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: unfinished}
		}
		args := jobArgs{ID: newJobID(), Job: j, Merge: j.Merge, DueMillis: millis(due)}
		params = append(params, river.InsertManyParams{Args: args, InsertOpts: opts})
		if in := at.Sub(now); in <= immediateWindow {
			if in > 0 {
				in += time.Millisecond // the column has whole ones, rounded
			}
			t.wakeTimers = append(t.wakeTimers, wakeTimer{queue, in})
		}
	}
	if err := t.store.backend.insert(ctx, t.tx, params); err != nil {
		return fmt.Errorf("store: enqueue: %w", err)
	}
	return nil
}

// unfinished are the states in which a job keeps out others with the same Merge.
var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable,
	rivertype.JobStatePending,
	rivertype.JobStateRetryable,
	rivertype.JobStateRunning,
	rivertype.JobStateScheduled,
}

// newJobID returns a random positive number.
func newJobID() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return int64(binary.BigEndian.Uint64(b[:])>>1) | 1
}

// insertHooks make a job that is due within immediateWindow available at once. River does not fetch
// it before its time.
func insertHooks() []rivertype.Hook {
	return []rivertype.Hook{river.HookInsertBeginFunc(func(_ context.Context, p *rivertype.JobInsertParams) error {
		if p.State == rivertype.JobStateScheduled && p.ScheduledAt != nil && time.Until(*p.ScheduledAt) <= immediateWindow {
			p.State = rivertype.JobStateAvailable
		}
		return nil
	})}
}

// PendingJobs returns how many jobs of each queue are due, running or waiting for a retry.
// Scheduled jobs, such as reminders, do not count.
func (s *Store) PendingJobs(ctx context.Context) (map[string]int, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	type count struct {
		queue string
		n     int
	}
	scan := func(scan scanner) (c count, err error) {
		err = scan(&c.queue, &c.n)
		return c, err
	}
	rows, err := collect(ctx, s.backend.read, "pending jobs", scan, `
		SELECT queue, count(*)
		FROM river_job
		WHERE state IN ('available','running','retryable')
		GROUP BY queue`)
	if err != nil {
		return nil, err
	}
	out := make(map[string]int, len(s.workers))
	for queue := range s.workers {
		out[queue] = 0
	}
	for _, c := range rows {
		out[c.queue] = c.n
	}
	return out, nil
}

// OldestJob returns when the longest waiting job was due, or the zero time if no job waits.
func (s *Store) OldestJob(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	var ms sql.NullInt64
	if err := s.backend.read.QueryRowContext(ctx, s.backend.oldestJob).Scan(&ms); err != nil {
		return time.Time{}, fmt.Errorf("store: oldest job: %w", err)
	}
	return fromMillis(ms.Int64), nil
}
