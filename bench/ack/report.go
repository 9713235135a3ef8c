package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"shiming/bench/harness"
)

// row is the result of one load.
type row struct {
	load
	Load      float64 // the machine's load average of the last minute at the start
	Acked     int
	Failed    int
	Error     string
	Lost      int // acknowledged but missing after the kill
	PerSecond float64
	// Undecided counts the events that were acknowledged but not decided when the load ended. DecidedPerSecond is the
	// rate at which they were decided afterwards.
	Undecided        int
	DecidedPerSecond float64
	CPU              float64        // of the measured process for each event, including jobs
	Time             harness.Figure // from sending to the answer, in ms
}

func (r *row) fill(out outcome, cpu time.Duration) {
	n := len(out.took)
	r.Acked, r.Failed, r.PerSecond = n, out.failed, float64(n)/out.span.Seconds()
	if out.first != nil {
		r.Error = out.first.Error()
	}
	if n == 0 {
		return
	}
	r.CPU = float64(cpu.Microseconds()) / float64(n)
	var took []float64
	for _, d := range out.took {
		took = append(took, float64(d.Microseconds())/1000)
	}
	r.Time = harness.NewFigure("ms", took...)
}

// note adds the rows to the result. The names of a load's figures begin with the load: bot/open/500/time.
func note(result *harness.Result, rows []row) {
	for _, r := range rows {
		name := r.name()
		if r.Kind == "kill" {
			result.Add(name+"/acknowledged", "", float64(r.Acked))
			result.Add(name+"/lost", "", float64(r.Lost))
			continue
		}
		result.Figures[name+"/time"] = r.Time
		result.Add(name+"/failed", "", float64(r.Failed))
		if r.Target != targetBare {
			result.Add(name+"/decided", "/s", r.DecidedPerSecond)
		}
		if r.Kind != "closed" {
			continue
		}
		result.Add(name+"/rate", "/s", r.PerSecond)
		if bare := rateOfBare(rows, r); bare > 0 && r.Target != targetBare {
			result.Add(name+"/of-bare", "", r.PerSecond/bare)
		}
	}
}

// rateOfBare returns the bare dispatcher's rate under the same load, 0 if it was not measured.
func rateOfBare(rows []row, r row) float64 {
	for _, o := range rows {
		if o.Kind == r.Kind && o.N == r.N && o.Target == targetBare {
			return o.PerSecond
		}
	}
	return 0
}

// printTable prints the rows. The bars compare rates of a closed load and p99 of an open load.
func printTable(w io.Writer, b bench, rows []row) {
	fmt.Fprintf(w, "\nAcknowledgement of signed and encrypted events, store %s, sync %s\n%s\n", b.store, b.sync, mix)
	fmt.Fprintln(w, "bare = the SDK's dispatcher on gin, keeps nothing; bot = stores, then decides, jobs running; "+
		"bot-no-jobs = the same, jobs off")
	heading := ""
	for _, r := range rows {
		what, value, unit := fmt.Sprintf("%d connections, each waits for its answer", r.N), r.PerSecond, "/s"
		if r.Kind == "open" {
			what = fmt.Sprintf("%d events a second, time from when they were due", r.N)
			value, unit = r.Time.P99, "ms p99"
		}
		if r.Kind == "kill" {
			fmt.Fprintf(w, "\nkilled under %d connections: %d events had been acknowledged, %d of them are lost\n",
				r.N, r.Acked, r.Lost)
			continue
		}
		if what != heading {
			heading = what
			fmt.Fprintf(w, "\n%s\n", what)
		}
		peak, bare := value, rateOfBare(rows, r)
		for _, o := range rows {
			if o.Kind == r.Kind && o.N == r.N {
				if r.Kind == "closed" {
					peak = max(peak, o.PerSecond)
				} else {
					peak = max(peak, o.Time.P99)
				}
			}
		}
		ratio := ""
		if r.Kind == "closed" && r.Target != targetBare && bare > 0 {
			ratio = fmt.Sprintf("  %.2f of bare", r.PerSecond/bare)
		}
		fmt.Fprintf(w, "  %-11s %-24s %9.1f %-6s ", r.Target, strings.Repeat("█", int(value/peak*24+0.5)), value, unit)
		fmt.Fprintf(w, "p50 %7.2f  p99 %7.2f  max %7.2f ms  ", r.Time.Median, r.Time.P99, r.Time.Max)
		fmt.Fprintf(w, "cpu %4.0f µs/event  failed %d  load %.1f%s\n", r.CPU, r.Failed, r.Load, ratio)
		if r.Undecided > 0 {
			fmt.Fprintf(w, "              %d of %d were not decided on yet at the end; %.0f a second were\n",
				r.Undecided, r.Acked, r.DecidedPerSecond)
		}
		if r.Error != "" {
			fmt.Fprintf(w, "              first failure: %s\n", r.Error)
		}
	}
	fmt.Fprintln(w)
}
