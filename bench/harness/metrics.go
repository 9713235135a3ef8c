package harness

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Metrics are the samples of GET /metrics by name with labels, as they are written there:
// shiming_jobs_waiting{state="cards"}.
type Metrics map[string]float64

// ReadMetrics asks an instance.
func ReadMetrics(ctx context.Context, url string) (Metrics, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("metrics: HTTP %d", resp.StatusCode)
	}
	out := Metrics{}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		at := strings.LastIndexByte(line, ' ')
		if at < 0 || line[0] == '#' {
			continue
		}
		v, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
		out[line[:at]] = v
	}
	return out, lines.Err()
}

// Sum adds up the samples of a name over all labels.
func (m Metrics) Sum(name string) float64 {
	sum := 0.0
	for sample, v := range m {
		if rest, is := strings.CutPrefix(sample, name); is && (rest == "" || rest[0] == '{') {
			sum += v
		}
	}
	return sum
}
