package harness

import (
	"cmp"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Result is one run of a measuring command: what it found, and what one must know to compare it. A run is one line of a
// file of JSON lines, such as bench/results/ack.jsonl; a new run is added at the end.
type Result struct {
	Date     time.Time         `json:"date"`
	Commit   string            `json:"commit"` // checked out at the time; with a "+" if files were changed since
	Machine  Machine           `json:"machine"`
	Store    string            `json:"store,omitempty"`
	Settings map[string]any    `json:"settings,omitempty"`
	Figures  map[string]Figure `json:"figures"`
}

// Machine is what the run had to itself, or shared.
type Machine struct {
	Cores int     `json:"cores"`
	OS    string  `json:"os"`
	Go    string  `json:"go"`
	Load  float64 `json:"load"` // load average over a minute at the start; -1 = unknown
}

// Figure is the median of what was measured N times, with its spread. A figure of a whole run, such as a rate, has
// N = 1.
type Figure struct {
	Unit   string  `json:"unit"` // such as ms, MB, /s, %; "" for a number and for a ratio
	N      int     `json:"n"`
	Median float64 `json:"median"`
	P1     float64 `json:"p1,omitempty"`
	P99    float64 `json:"p99,omitempty"`
	Max    float64 `json:"max,omitempty"`
}

// NewResult begins a result now, on this machine.
func NewResult(ctx context.Context) *Result {
	return &Result{
		Date:   time.Now().UTC().Truncate(time.Second),
		Commit: commit(ctx),
		Machine: Machine{
			Cores: runtime.NumCPU(),
			OS:    runtime.GOOS + "/" + runtime.GOARCH,
			Go:    runtime.Version(),
			Load:  Load(),
		},
		Settings: map[string]any{},
		Figures:  map[string]Figure{},
	}
}

// Add notes a figure of which there is one value, or the values of a repeated measurement.
func (r *Result) Add(name, unit string, values ...float64) {
	if len(values) > 0 {
		r.Figures[name] = NewFigure(unit, values...)
	}
}

// NewFigure returns the median and the spread of the values, of which there must be one at least.
func NewFigure(unit string, values ...float64) Figure {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	f := Figure{Unit: unit, N: n, Median: round(sorted[n/2])}
	if n > 1 {
		f.P1, f.P99, f.Max = round(sorted[n/100]), round(sorted[n*99/100]), round(sorted[n-1])
	}
	return f
}

// round keeps four digits, which is more than a measurement is worth.
func round(v float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64)
	if err != nil {
		return v
	}
	return short
}

// Append adds the result to a file as one line, and makes the directory if need be. The file's name is by default
// bench/results/NAME.jsonl.
func (r *Result) Append(file, name string) error {
	file = cmp.Or(file, filepath.Join("bench", "results", name+".jsonl"))
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(append(raw, '\n')); err != nil {
		f.Close() //nolint:errcheck // the write failed
		return err
	}
	return f.Close()
}

// Parse reads the text of a file of results, one a line, in the order of the runs.
func Parse(text string) (all []Result, err error) {
	for line := range strings.Lines(text) {
		var r Result
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&r); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// commit is the commit that is checked out, with a + behind it when anything but the results was changed since. It is
// "" without git.
func commit(ctx context.Context) string {
	head, err := exec.CommandContext(ctx, "git", "rev-parse", "--short=7", "HEAD").Output()
	if err != nil {
		return ""
	}
	status := exec.CommandContext(ctx, "git", "status", "--porcelain", "-uno", "--", ":/", ":!/bench/results")
	changed, err := status.Output()
	if err != nil || len(changed) > 0 {
		return strings.TrimSpace(string(head)) + "+"
	}
	return strings.TrimSpace(string(head))
}

// Load is the machine's load average over the last minute, -1 where it cannot be read.
func Load() float64 {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return -1
	}
	first, _, _ := strings.Cut(string(raw), " ")
	load, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return -1
	}
	return load
}
