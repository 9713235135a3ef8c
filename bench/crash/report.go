package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"shiming/bench/harness"
	"shiming/sim"
)

func holds(verdicts []verdict) bool {
	return !slices.ContainsFunc(verdicts, func(v verdict) bool { return !v.Holds })
}

// mostFaults is how many faults of one rule are printed; the results have all.
const mostFaults = 5

// print draws the table.
func print(out io.Writer, e *evidence, verdicts []verdict) {
	counts := map[string]int{}
	for _, b := range e.blows {
		counts[b.What]++
	}
	fmt.Fprintf(out, "%s, %d instances, %d people; %d kills, %d SIGTERM, %d database kills\n\n", e.o.Store, e.o.Instances, e.o.People,
		counts["kill"], counts["term"], counts["db"])
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
			if i == mostFaults {
				fmt.Fprintf(out, "  … and %d more\n", len(v.Faults)-i)
				break
			}
			if i == 0 {
				fmt.Fprintf(out, "\n✗ %s\n", v.Name)
			}
			fmt.Fprintln(out, "  "+f)
		}
	}
	var took []time.Duration
	for _, p := range e.record.People {
		if p.Stage == sim.StageDone {
			took = append(took, p.Took())
		}
	}
	if len(took) > 0 {
		slices.Sort(took)
		fmt.Fprintf(out, "\nfrom the first card to the last: half of the people within %s, the slowest %s\n", took[len(took)/2].Round(100*time.Millisecond),
			took[len(took)-1].Round(100*time.Millisecond))
	}
}

// write keeps the raw results.
func write(e *evidence, verdicts []verdict) error {
	r := harness.NewResult("crash")
	r.Store = e.o.Store
	r.Settings = map[string]any{"people": e.o.People, "instances": e.o.Instances, "seed": e.o.Seed, "every": e.o.Every.String(),
		"pause": e.o.Pause.String(), "latency": e.o.Latency.String(), "early_patch": e.o.Patch, "kills": e.o.Kills, "terms": e.o.Terms, "db_kills": e.o.DBKills}
	r.Rows = map[string]any{"verdicts": verdicts, "blows": e.blows, "lives": e.lives, "people": e.record.People, "counts": e.record.Counts}
	return r.Write(e.o.file())
}
