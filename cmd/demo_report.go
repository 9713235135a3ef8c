package cmd

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"shiming/sim"
)

// printReport prints one row per person, the totals, and a bar chart of the calls.
func printReport(out io.Writer, r sim.Report, took time.Duration) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "person\tstates and times since the first card\tevidence point\tmessages\tupdates\tSMS")
	for i, j := range r.People {
		point := "-"
		if len(j.Points) > 0 {
			point = strings.Join(j.Points, " ")
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%d\t%d\t%d\n", i+1, journey(j), point, j.Messages, j.Updates, j.SMS)
	}
	_ = t.Flush()

	fmt.Fprintf(out, "\n%d of %d filed in %s", r.Filed, len(r.People), took.Round(10*time.Millisecond))
	fmt.Fprintf(out, " · identities %d · evidence points %d · written twice %d", r.Identities, r.Points, r.Duplicates)
	fmt.Fprintf(out, " · SMS %d · OCR %d (%d over the limit)\n\n", r.SMS, r.OCRCalls, r.OCRRefused)

	most := 1
	for _, n := range r.Calls {
		most = max(most, n)
	}
	fmt.Fprintln(t, "upstream call\tcount\t")
	for _, op := range slices.Sorted(maps.Keys(r.Calls)) {
		n := r.Calls[op]
		fmt.Fprintf(t, "%s\t%d\t%s\n", op, n, strings.Repeat("▇", max(1, n*30/most)))
	}
	_ = t.Flush()
}

// journey returns the states that a person's card showed, with the time since the first card.
func journey(j sim.Journey) string {
	if len(j.Steps) == 0 {
		return "-"
	}
	var parts []string
	for _, s := range j.Steps {
		parts = append(parts, fmt.Sprintf("%s %.2fs", s.Stage, s.At.Sub(j.Steps[0].At).Seconds()))
	}
	return strings.Join(parts, " › ")
}
