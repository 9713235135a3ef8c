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

// maxAttempts is far beyond what the backoff reaches in a week: giving up is decided by the
// flow, never by a counter.
const maxAttempts = 1000

// soon is the span within which a job is made available right away with its start in the
// future, and the notifier is set for that moment. River promotes later ones on a tick of five
// seconds. It equals River's own rule for retries.
const immediateWindow = 5 * time.Second

// effect is the one kind of River job.
type jobArgs struct {
	// ID is ours and random, since River's row ids come again on SQLite after a cleaning,
	// and leases and message uuids are made of it.
	ID  int64     `json:"id"`
	Job flows.Job `json:"job"`

	retryIn *time.Duration // set by a run that names its own retry
}

// Kind is River's name for the job.
func (jobArgs) Kind() string { return "effect" }

// Enqueue inserts jobs. They run after the commit, not before At, at least once.
func (t *txn) Enqueue(ctx context.Context, jobs ...flows.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	now := time.Now()
	params := make([]river.InsertManyParams, 0, len(jobs))
	for _, j := range jobs {
		priority := j.Priority
		if priority == 0 {
			priority = 2
		}
		queue := j.Queue()
		opts := &river.InsertOpts{Queue: queue, Priority: priority, MaxAttempts: maxAttempts}
		at := j.At
		if !at.IsZero() {
			at = at.Add(-t.store.ClockOffset()) // River goes by the real clock
		}
		if at.After(now) {
			opts.ScheduledAt = at
		}
		params = append(params, river.InsertManyParams{Args: jobArgs{ID: newJobID(), Job: j}, InsertOpts: opts})
		if in := at.Sub(now); in <= immediateWindow {
			t.wakeTimers = append(t.wakeTimers, wakeTimer{queue, in})
		}
	}
	if err := t.store.backend.insert(ctx, t.tx, params); err != nil {
		return fmt.Errorf("store: enqueue: %w", err)
	}
	return nil
}

// newJobID is a random positive number.
func newJobID() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return int64(binary.BigEndian.Uint64(b[:])>>1) | 1
}

// insertHooks make a job that is due soon available at once; fetching looks at its time.
func insertHooks() []rivertype.Hook {
	return []rivertype.Hook{river.HookInsertBeginFunc(func(_ context.Context, p *rivertype.JobInsertParams) error {
		if p.State == rivertype.JobStateScheduled && p.ScheduledAt != nil && time.Until(*p.ScheduledAt) <= immediateWindow {
			p.State = rivertype.JobStateAvailable
		}
		return nil
	})}
}

// PendingJobs returns how many jobs of each queue are due, running or waiting for a retry.
// Reminders and the like that lie in the future do not count.
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

// OldestJob returns when the job that waits longest for a worker was due; zero if none waits.
func (s *Store) OldestJob(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	var ms sql.NullInt64
	if err := s.backend.read.QueryRowContext(ctx, s.backend.oldestJob).Scan(&ms); err != nil {
		return time.Time{}, fmt.Errorf("store: oldest job: %w", err)
	}
	return fromMillis(ms.Int64), nil
}
