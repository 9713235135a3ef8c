package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// row is what one load found. Times are in microseconds.
type row struct {
	load
	Load      float64 `json:"machine_load"` // average of the last minute, when the load began
	Acked     int     `json:"acked"`
	Failed    int     `json:"failed"`
	Error     string  `json:"error,omitempty"`
	Lost      int     `json:"lost"` // acknowledged and not there after the kill
	PerSecond float64 `json:"per_second"`
	// Undecided is how many events were acknowledged and not decided on when the load ended, and
	// DecidedPerSecond how many were decided on a second until none was left.
	Undecided        int     `json:"undecided"`
	DecidedPerSecond float64 `json:"decided_per_second"`
	CPU              float64 `json:"cpu_us_per_event"` // of the measured process, jobs included
	P50              int64   `json:"p50_us"`
	P90              int64   `json:"p90_us"`
	P99              int64   `json:"p99_us"`
	P999             int64   `json:"p999_us"`
	Max              int64   `json:"max_us"`
	// Quantiles are the times at 0, 0.5, 1 … 100 %.
	Quantiles []int64 `json:"quantiles_us"`
}

func (r *row) fill(out outcome, cpu time.Duration) {
	slices.Sort(out.took)
	n := len(out.took)
	r.Acked, r.Failed, r.PerSecond = n, out.failed, float64(n)/out.span.Seconds()
	if out.first != nil {
		r.Error = out.first.Error()
	}
	if n == 0 {
		return
	}
	at := func(q float64) int64 { return out.took[min(n-1, int(q*float64(n)))].Microseconds() }
	r.CPU = float64(cpu.Microseconds()) / float64(n)
	r.P50, r.P90, r.P99, r.P999, r.Max = at(0.5), at(0.9), at(0.99), at(0.999), at(1)
	for i := range 201 {
		r.Quantiles = append(r.Quantiles, at(float64(i)/200))
	}
}

// printTable draws the rows; bars compare the rate within a closed load and the p99 within an
// open one.
func printTable(w io.Writer, b bench, rows []row) {
	fmt.Fprintf(w, "\nAcknowledgement of signed and encrypted events, store %s, sync %s\n%s\n", b.store, b.sync, mix)
	fmt.Fprintln(w, "bare = the SDK's dispatcher on gin, keeps nothing; bot = stores, then decides, jobs running; bot-no-jobs = the same, jobs off")
	heading := ""
	for _, r := range rows {
		what, value, unit := fmt.Sprintf("%d connections, each waits for its answer", r.N), r.PerSecond, "/s"
		if r.Kind == "open" {
			what, value, unit = fmt.Sprintf("%d events a second, time from when they were due", r.N), float64(r.P99)/1000, "ms p99"
		}
		if r.Kind == "kill" {
			fmt.Fprintf(w, "\nkilled under %d connections: %d events had been acknowledged, %d of them are lost\n", r.N, r.Acked, r.Lost)
			continue
		}
		if what != heading {
			heading = what
			fmt.Fprintf(w, "\n%s\n", what)
		}
		peak, bare := value, 0.0
		for _, o := range rows {
			if o.Kind == r.Kind && o.N == r.N {
				if r.Kind == "closed" {
					peak = max(peak, o.PerSecond)
				} else {
					peak = max(peak, float64(o.P99)/1000)
				}
				if o.Target == targetBare {
					bare = o.PerSecond
				}
			}
		}
		ratio := ""
		if r.Kind == "closed" && r.Target != targetBare && bare > 0 {
			ratio = fmt.Sprintf("  %.2f of bare", r.PerSecond/bare)
		}
		fmt.Fprintf(w, "  %-11s %-24s %9.1f %-6s p50 %7.2f  p99 %7.2f  max %7.2f ms  cpu %4.0f µs/event  failed %d  load %.1f%s\n", r.Target,
			strings.Repeat("█", int(value/peak*24+0.5)), value, unit, ms(r.P50), ms(r.P99), ms(r.Max), r.CPU, r.Failed, r.Load, ratio)
		if r.Undecided > 0 {
			fmt.Fprintf(w, "              %d of %d were not decided on yet at the end; %.0f a second were\n", r.Undecided, r.Acked, r.DecidedPerSecond)
		}
		if r.Error != "" {
			fmt.Fprintf(w, "              first failure: %s\n", r.Error)
		}
	}
	fmt.Fprintln(w)
}

func ms(us int64) float64 { return float64(us) / 1000 }
