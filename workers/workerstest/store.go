package workerstest

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"shiming/flows"
	"shiming/store"
)

// Store is the real store with two differences. It keeps the jobs in Queue, where a test runs them when it wants to. It
// notes the waits for the rate limiter and returns at once.
type Store struct {
	*store.Store
	Mu     sync.Mutex
	Queue  []*Queued // guarded by Mu
	limits []string  // keys of the limits that were waited for
	// WaitFunc replaces the rate limiter. It is guarded by Mu.
	WaitFunc func(ctx context.Context, limits []flows.BurstLimit) error
}

// Queued is a job in the queue.
type Queued struct {
	flows.Job
	At time.Time // not before
}

// setDue notes the first run of the job.
func (q *Queued) setDue(now time.Time) {
	if q.Due.IsZero() {
		q.Due = now
	}
}

// Tx queues the jobs of the transaction if it commits.
func (s *Store) Tx(ctx context.Context, fn func(flows.Tx) error) error {
	var jobs []*Queued
	err := s.Store.Tx(ctx, func(tx flows.Tx) error {
		jobs = nil
		return fn(testTx{tx, s, &jobs})
	})
	if err == nil {
		s.Mu.Lock()
		s.Queue = append(s.Queue, jobs...)
		s.Mu.Unlock()
	}
	return err
}

// View shows the jobs of Queue as those of the database.
func (s *Store) View(ctx context.Context, fn func(flows.View) error) error {
	return s.Store.View(ctx, func(v flows.View) error { return fn(testView{v, s}) })
}

// Wait notes the limits and does not block.
func (s *Store) Wait(ctx context.Context, limits ...flows.BurstLimit) error {
	s.Mu.Lock()
	for _, l := range limits {
		s.limits = append(s.limits, l.Key)
	}
	wait := s.WaitFunc
	s.Mu.Unlock()
	if wait != nil {
		return wait(ctx, limits)
	}
	return ctx.Err()
}

// Pace notes the limit and does not block.
func (s *Store) Pace(ctx context.Context, p flows.ExactLimit) (func(), error) {
	return func() {}, s.Wait(ctx, flows.BurstLimit{Key: p.Key})
}

// CountWaits counts how often a limit was waited for.
func (s *Store) CountWaits(key string) (n int) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for _, l := range s.limits {
		if l == key {
			n++
		}
	}
	return n
}

// working returns the cases with a job that calls a supplier, Feishu's identities or e签宝.
func (s *Store) working() map[string]bool {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	out := map[string]bool{}
	for _, q := range s.Queue {
		switch q.Queue() {
		case "sms", "check", "identity", "esign":
			out[q.Case] = true
		}
	}
	return out
}

type testTx struct {
	flows.Tx
	s    *Store
	jobs *[]*Queued
}

func (t testTx) CasesWithJobs(context.Context) (map[string]bool, error) { return t.s.working(), nil }

// Enqueue stores a job as the database does: through JSON, which does not keep all of its fields.
func (t testTx) Enqueue(_ context.Context, jobs ...flows.Job) error {
	for _, j := range jobs {
		raw, err := json.Marshal(j)
		if err != nil {
			return err
		}
		q := &Queued{At: j.At}
		if err := json.Unmarshal(raw, &q.Job); err != nil {
			return err
		}
		q.Priority = j.Priority
		*t.jobs = append(*t.jobs, q)
	}
	return nil
}

type testView struct {
	flows.View
	s *Store
}

func (v testView) CasesWithJobs(context.Context) (map[string]bool, error) { return v.s.working(), nil }
