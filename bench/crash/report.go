package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"shiming/bench/harness"
	"shiming/sim"
)

func holds(verdicts []verdict) bool {
	return !slices.ContainsFunc(verdicts, func(v verdict) bool { return !v.Holds })
}

// print prints the table.
func print(out io.Writer, e *evidence, verdicts []verdict) {
	counts := map[string]int{}
	for _, b := range e.injections {
		counts[b.What]++
	}
	fmt.Fprintf(out, "%s, %d instances, %d people; %d kills, %d SIGTERM, %d database kills\n\n", e.o.Store,
		e.o.Instances, e.o.People, counts["kill"], counts["term"], counts["db"])
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, v := range verdicts {
		mark := "✓"
		if !v.Holds {
			mark = "✗"
		}
		fmt.Fprintf(t, "%s %s\t%s\n", mark, v.Name, v.Found)
	}
	_ = t.Flush() // standard output
	for _, v := range verdicts {
		for i, f := range v.Faults {
			if i == 0 {
				fmt.Fprintf(out, "\n✗ %s\n", v.Name)
			}
			fmt.Fprintln(out, "  "+f)
		}
	}
	if took := e.took(); len(took) > 0 {
		f := harness.NewFigure("s", took...)
		fmt.Fprintf(out, "\nfrom the first card to the last: half of the people within %.1f s, the slowest %.1f s\n",
			f.Median, f.Max)
	}
}

// took returns the seconds from the first to the last card of each person whose case is done.
func (e *evidence) took() (seconds []float64) {
	for _, p := range e.record.People {
		if p.Stage == sim.StageDone {
			seconds = append(seconds, p.Took().Seconds())
		}
	}
	return seconds
}

// held counts the invariants that hold.
func held(verdicts []verdict) (n int) {
	for _, v := range verdicts {
		if v.Holds {
			n++
		}
	}
	return n
}

// write adds the run to the results.
func write(ctx context.Context, e *evidence, verdicts []verdict) error {
	r := harness.NewResult(ctx)
	r.Store = e.o.Store
	r.Settings = map[string]any{
		"people":      e.o.People,
		"instances":   e.o.Instances,
		"seed":        e.o.Seed,
		"every":       e.o.Every.String(),
		"pause":       e.o.Pause.String(),
		"latency":     e.o.Latency.String(),
		"early_patch": e.o.Patch,
	}
	counts := map[string]int{}
	for _, b := range e.injections {
		counts[b.What]++
	}
	took := e.took()
	r.Add("people", "", float64(e.o.People))
	r.Add("filed", "", float64(len(took)))
	r.Add("kills", "", float64(counts["kill"]))
	r.Add("terms", "", float64(counts["term"]))
	r.Add("database-kills", "", float64(counts["db"]))
	r.Add("rules", "", float64(len(verdicts)))
	r.Add("rules-held", "", float64(held(verdicts)))
	r.Add("first-card-to-last", "s", took...)
	return r.Append(e.o.Out, "crash")
}
