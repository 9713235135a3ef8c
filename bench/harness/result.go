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

// Result is one run of a measuring command: the figures, and what one must know to compare them. A run is one line of
// a file of JSON lines, such as bench/results/ack.jsonl; new runs are appended.
type Result struct {
	Date     time.Time         `json:"date"`
	Commit   string            `json:"commit"` // the checked-out commit, with "+" if files were changed
	Machine  Machine           `json:"machine"`
	Store    string            `json:"store,omitempty"`
	Settings map[string]any    `json:"settings,omitempty"`
	Figures  map[string]Figure `json:"figures"`
}

// Machine describes the machine of a run.
type Machine struct {
	Cores int     `json:"cores"`
	OS    string  `json:"os"`
	Go    string  `json:"go"`
	Load  float64 `json:"load"` // load average of one minute at the start; -1 if unknown
}

// Figure is the median of N measurements with its spread. A figure of a whole run, such as a rate, has N = 1.
type Figure struct {
	Unit   string  `json:"unit"` // such as ms, MB, /s or %; "" for counts and ratios
	N      int     `json:"n"`
	Median float64 `json:"median"`
	P1     float64 `json:"p1,omitempty"`
	P99    float64 `json:"p99,omitempty"`
	Max    float64 `json:"max,omitempty"`
}

// NewResult begins a result at the present time on this machine.
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

// Add adds a figure with one value, or with the values of a repeated measurement.
func (r *Result) Add(name, unit string, values ...float64) {
	if len(values) > 0 {
		r.Figures[name] = NewFigure(unit, values...)
	}
}

// NewFigure returns the median and the spread of the values. There must be at least one.
func NewFigure(unit string, values ...float64) Figure {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	f := Figure{Unit: unit, N: n, Median: round(sorted[n/2])}
	if n > 1 {
		f.P1, f.P99, f.Max = round(sorted[n/100]), round(sorted[n*99/100]), round(sorted[n-1])
	}
	return f
}

// round keeps four digits, because a measurement is not more precise.
func round(v float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64)
	if err != nil {
		return v
	}
	return short
}

// Append appends the result to a file as one line and creates the directory if necessary. The default file is
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
		f.Close() //nolint:errcheck // the error of the write is returned
		return err
	}
	return f.Close()
}

// Parse reads a file of results, one for each line, in the order of the runs.
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

// commit returns the checked-out commit, with a + if anything but the results was changed. It is "" without git.
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

// Load returns the machine's load average of the last minute, -1 where it cannot be read.
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
