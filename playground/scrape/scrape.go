// Package scrape reads a bot's /metrics, as Prometheus does. The playground, the benchmarks and the tests share it.
// It imports nothing of ours, because the playground may import only the simulated world and the configuration.
package scrape

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Samples are the values of one scrape. A histogram has one sample for each bucket, and one each named _sum and
// _count.
type Samples []*model.Sample

// Read scrapes the bot at url (scheme and host).
func Read(ctx context.Context, url string) (Samples, error) {
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
	return Parse(resp.Body)
}

// Parse reads Prometheus's text format.
func Parse(r io.Reader) (Samples, error) {
	from := expfmt.SampleDecoder{
		Dec:  expfmt.NewDecoder(r, expfmt.NewFormat(expfmt.TypeTextPlain)),
		Opts: &expfmt.DecodeOptions{},
	}
	var all Samples
	for {
		var family model.Vector
		err := from.Decode(&family)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
		all = append(all, family...)
	}
}

// With returns the samples that carry all these labels.
func (s Samples) With(labels map[string]string) Samples {
	var kept Samples
samples:
	for _, sample := range s {
		for name, value := range labels {
			if sample.Metric[model.LabelName(name)] != model.LabelValue(value) {
				continue samples
			}
		}
		kept = append(kept, sample)
	}
	return kept
}

// Sum adds up the samples of a name over all labels.
func (s Samples) Sum(name string) float64 {
	sum := 0.0
	for _, sample := range s.named(name) {
		sum += float64(sample.Value)
	}
	return sum
}

// By returns the samples of a name by the value of a label. Samples that differ in other labels are added up.
func (s Samples) By(name, label string) map[string]float64 {
	out := map[string]float64{}
	for _, sample := range s.named(name) {
		if value, ok := sample.Metric[model.LabelName(label)]; ok {
			out[string(value)] += float64(sample.Value)
		}
	}
	return out
}

func (s Samples) named(name string) Samples {
	return s.With(map[string]string{model.MetricNameLabel: name})
}
