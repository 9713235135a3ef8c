package harness

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Result is what one run of a measuring command found, with what one must know to compare it.
type Result struct {
	Name     string         `json:"name"`
	When     time.Time      `json:"when"`
	Cores    int            `json:"cores"`
	Go       string         `json:"go"`
	OS       string         `json:"os"`
	Load     float64        `json:"load"` // the machine's load average over a minute at the start; -1 = unknown
	Store    string         `json:"store"`
	Settings map[string]any `json:"settings"`
	Rows     any            `json:"rows"`
}

// NewResult begins a result now, on this machine.
func NewResult(name string) *Result {
	return &Result{Name: name, When: time.Now().UTC().Truncate(time.Second), Cores: runtime.NumCPU(), Go: runtime.Version(),
		OS: runtime.GOOS + "/" + runtime.GOARCH, Load: Load(), Settings: map[string]any{}}
}

// Write writes the result as JSON and makes the directory if need be.
func (r *Result) Write(file string) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, append(raw, '\n'), 0o644)
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
