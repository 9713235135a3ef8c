package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"shiming/bench/harness"
)

// Limits of the figures in milliseconds: of the 99th percentile, and of the slowest start.
const (
	limit      = 10.0
	startLimit = 1000.0
)

// report holds all results.
type report struct {
	FillSeconds float64 // 0: the database was filled before
	Bytes       int64
	Figures     []figures
	Sweep       swept
	Start       figures
}

// note adds everything to the result.
func (r *report) note(result *harness.Result, p plan) {
	result.Add("size", "GB", float64(r.Bytes)/1e9)
	result.Add("size-of-a-case", "kB", float64(r.Bytes)/1e3/float64(p.cases))
	if r.FillSeconds > 0 {
		result.Add("fill", "s", r.FillSeconds)
	}
	for _, f := range append(slices.Clone(r.Figures), r.Sweep.Beside, r.Start) {
		result.Figures[f.key] = f.Figure
	}
	result.Add("sweep", "s", r.Sweep.Seconds)
	result.Add("sweep/rows", "", float64(r.Sweep.Rows))
}

// bar draws a share of the limit, 20 characters wide. A bar over the limit ends in an arrow.
func bar(value, limit float64) string {
	const wide = 20
	n := int(value / limit * wide)
	if n > wide {
		return strings.Repeat("█", wide-1) + "▶"
	}
	return strings.Repeat("█", n) + strings.Repeat("·", wide-n)
}

// print prints the table and reports whether every limit was kept.
func (r *report) print(w io.Writer, p plan) (kept bool) {
	kept = true
	fmt.Fprintf(w, "%d cases, %.1f GB, %d bytes a case. The bar is p99 against %.0f ms.\n", p.cases, float64(r.Bytes)/1e9,
		r.Bytes/int64(p.cases), limit)
	line := func(f figures, value, limit float64) {
		mark := ""
		if value > limit {
			mark, kept = "  OVER", false
		}
		fmt.Fprintf(w, "%8.2f %8.2f %8.2f  %s  %s%s\n", f.Median, f.P99, f.Max, bar(value, limit), f.Operation, mark)
	}
	last := ""
	for _, f := range r.Figures {
		if f.Condition != last {
			fmt.Fprintf(w, "\n%s, %d runs each\n     p50      p99      max ms\n", f.Condition, f.N)
			last = f.Condition
		}
		line(f, f.P99, limit)
	}
	fmt.Fprintf(w, "\n%s, %d runs; the bar is the slowest against %.0f ms\n", r.Start.Condition, r.Start.N, startLimit)
	line(r.Start, r.Start.Max, startLimit)
	fmt.Fprintf(w, "\nsweep of %d rows: %.1f s; %s\n", r.Sweep.Rows, r.Sweep.Seconds, r.Sweep.Beside.Condition)
	line(r.Sweep.Beside, r.Sweep.Beside.P99, limit)
	return kept
}
