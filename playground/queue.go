package playground

import (
	"context"
	"time"

	"shiming/playground/scrape"
)

// queueInterval is how often the bot's queue is read.
const queueInterval = time.Second

// WatchQueue shows the number of waiting jobs on the page until ctx ends. It skips the reading while no platform was
// called and no job waits.
func (s *Supervisor) WatchQueue(ctx context.Context) {
	tick := time.NewTicker(queueInterval)
	defer tick.Stop()
	calls, busy := 0, true
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		n := 0
		for _, count := range s.world.Recorder.Counts() {
			n += count
		}
		if n == calls && !busy {
			continue
		}
		calls = n
		waiting, err := readQueue(ctx, s.address())
		if err != nil {
			busy = true // the bot cannot be reached; read again later
			continue
		}
		busy = s.play.TellQueue(waiting)
	}
}

// address returns the bot's base URL, "" while it does not run.
func (s *Supervisor) address() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != StateRunning {
		return ""
	}
	return s.url
}

// readQueue reads the number of waiting jobs by queue from the bot's metrics.
func readQueue(ctx context.Context, url string) (map[string]int, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	samples, err := scrape.Read(ctx, url)
	if err != nil {
		return nil, err
	}
	waiting := map[string]int{}
	for queue, n := range samples.By("shiming_jobs_waiting", "state") {
		waiting[queue] = int(n)
	}
	return waiting, nil
}
