package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"shiming/flows"
)

// runner is the state between Start and Stop.
type runner struct {
	client        jobClient
	stopHeartbeat func(clean bool) // nil on SQLite, which has one process
	stopPurge     context.CancelFunc
	purgeEnded    chan struct{} // closed when the goroutine of purgeHourly has ended
}

// Start runs jobs concurrently until Stop. run gets each job with ID and Attempt set, and a context
// of two minutes. It returns nil, a *flows.RetryLater, or any other error; then the job runs again
// after 1 s, 2 s, 5 s, 15 s, 30 s, 1 min, 2 min and then every 5 min. ctx bounds only the start
// itself.
func (s *Store) Start(ctx context.Context, run func(ctx context.Context, j flows.Job) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return ErrClosed
	case s.running != nil:
		return errors.New("store: already started")
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{run: run, log: s.log, notifier: s.notifier})
	queues := make(map[string]river.QueueConfig, len(s.workers))
	for queue, n := range s.workers {
		queues[queue] = river.QueueConfig{MaxWorkers: n}
	}
	client, err := s.backend.client(&river.Config{
		Workers:              workers,
		Queues:               queues,
		FetchCooldown:        time.Millisecond,
		FetchPollInterval:    s.pollInterval,
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: 2*jobTimeout + time.Minute,
		MaxAttempts:          maxAttempts,
		RetryPolicy:          retryPolicy{},
		Logger:               warnOnly(s.log),
	})
	if err != nil {
		return fmt.Errorf("store: start jobs: %w", err)
	}

	// Other processes must see a heartbeat before this one runs jobs, or they would requeue them.
	var stopHeartbeat func(clean bool)
	if s.backend.heartbeat != nil {
		if stopHeartbeat, err = s.backend.heartbeat.start(ctx); err != nil {
			return fmt.Errorf("store: start jobs: %w", err)
		}
	}
	// Stop drains the running jobs; a cancelled ctx must not interrupt them.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		if stopHeartbeat != nil {
			stopHeartbeat(true)
		}
		return fmt.Errorf("store: start jobs: %w", err)
	}
	purgeCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &runner{
		client:        client,
		stopHeartbeat: stopHeartbeat,
		stopPurge:     cancel,
		purgeEnded:    make(chan struct{}),
	}
	go func() {
		defer close(r.purgeEnded)
		s.purgeHourly(purgeCtx)
	}()
	s.running = r
	return nil
}

// Stop fetches no more jobs and waits for the running ones until ctx ends. Then it cancels them,
// and they run again after the next start. It returns an error if some job does not end even then.
// Without a Start it does nothing.
func (s *Store) Stop(ctx context.Context) error {
	s.mu.Lock()
	r := s.running
	s.running = nil
	s.mu.Unlock()
	if r == nil {
		return nil
	}

	// The heartbeat continues until the last job has ended, so that no other process requeues it.
	r.stopPurge()
	<-r.purgeEnded
	err := r.client.Stop(ctx)
	if err != nil {
		hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		err = r.client.StopAndCancel(hard)
	}
	if r.stopHeartbeat != nil {
		r.stopHeartbeat(err == nil)
	}
	if err != nil {
		return fmt.Errorf("store: stop jobs: %w", err)
	}
	return nil
}
