package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"shiming/flows"
)

// runner is what lives between Start and Stop.
type runner struct {
	client        jobClient
	stopHeartbeat func(clean bool) // nil where there are no other processes
	stopPurge     context.CancelFunc
	purgeEnded    chan struct{} // closed when the sweeper has ended
}

// Start begins to run jobs, several side by side, until Stop. run gets each job with ID and
// Attempt set and a context of two minutes; it returns nil, a *flows.RetryLater, or any other error,
// which is repeated after 1 s, 2 s, 5 s, 15 s, 30 s, 1 min, 2 min and then every 5 min. ctx
// bounds the starting only.
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
	var stopHeartbeat func(clean bool)
	if s.backend.heartbeat != nil {
		if stopHeartbeat, err = s.backend.heartbeat.start(ctx); err != nil {
			return fmt.Errorf("store: start jobs: %w", err)
		}
	}
	// A cancelled ctx must not tear running effects apart: Stop drains them.
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

// Stop takes no more jobs and waits for the running ones until ctx ends; then they are
// cancelled and put back, to run again at the next start. The error says that some would
// not even end then. Without a Start it does nothing.
func (s *Store) Stop(ctx context.Context) error {
	s.mu.Lock()
	r := s.running
	s.running = nil
	s.mu.Unlock()
	if r == nil {
		return nil
	}
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
