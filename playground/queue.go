package playground

import (
	"context"
	"time"

	"shiming/playground/scrape"
)

// queueEvery is how often the bot's queue is read while something moves.
const queueEvery = time.Second

// WatchQueue shows on the page what waits in the bot's queues, until ctx ends. While nobody calls anybody and nothing
// waits, nothing is read.
func (s *Supervisor) WatchQueue(ctx context.Context) {
	tick := time.NewTicker(queueEvery)
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
			busy = true // it is away: look again when it is back
			continue
		}
		busy = s.play.TellQueue(waiting)
	}
}

// address of the bot, "" before the first start.
func (s *Supervisor) address() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != StateRunning {
		return ""
	}
	return s.url
}

// readQueue reads how many jobs wait, by queue, from the bot's metrics.
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
