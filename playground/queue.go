package playground

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// queueEvery is how often the bot's queue is read while something moves.
const queueEvery = time.Second

// WatchQueue shows on the page what waits in the bot's queues, until ctx ends. While nobody calls anybody and nothing waits,
// nothing is read.
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

var waitingLine = regexp.MustCompile(`^shiming_jobs_waiting\{state="([a-z_]+)"\} (\d+)$`)

// readQueue reads how many jobs wait, by queue, from the bot's metrics.
func readQueue(ctx context.Context, url string) (map[string]int, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	waiting := map[string]int{}
	lines := bufio.NewScanner(io.LimitReader(resp.Body, 1<<20))
	for lines.Scan() {
		if m := waitingLine.FindStringSubmatch(lines.Text()); m != nil {
			waiting[m[1]], _ = strconv.Atoi(m[2]) // the pattern takes digits only
		}
	}
	return waiting, lines.Err()
}
