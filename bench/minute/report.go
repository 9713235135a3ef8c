package main

import (
	"errors"
	"fmt"
	"time"

	"shiming/bench/harness"
)

// Targets of a registration without mistakes.
const (
	mostInteractions = 4   // beside the photos and the typed code
	mostShare        = 1.1 // the person's waiting against the platforms' own time, in 95 of 100 registrations
	mostAnswer       = 3.0 // s from a photo to the card that answers it
)

// errTarget means that a target was missed.
var errTarget = errors.New("a target was missed")

// report prints the figures with their targets and adds them to the result. The error is errTarget.
func report(all []minute, result *harness.Result) (err error) {
	var interactions, waited, share, person, minutes, first, reading []float64
	for _, m := range all {
		total := m.total()
		interactions = append(interactions, float64(len(m.Did)))
		waited = append(waited, total.Took.Seconds())
		share = append(share, float64(total.Took)/float64(total.Floor))
		person = append(person, m.Person.Seconds())
		minutes = append(minutes, (m.Person + total.Took).Seconds())
		first = append(first, m.Waits[0].Took.Seconds())
		reading = append(reading, m.Waits[2].Took.Seconds())
	}
	fmt.Println("what the person does beside two photos and the typed code:")
	for _, did := range all[0].Did {
		fmt.Printf("  %s %s\n", did.Kind, did.What)
	}
	fmt.Println("what the person waits for (the bar is the platforms' part):")
	longest := time.Duration(0)
	for i := range stops {
		longest = max(longest, mean(all, i).Took)
	}
	for i, s := range stops {
		w := mean(all, i)
		platforms := harness.Bar(w.Floor.Seconds(), longest.Seconds(), 40)
		fmt.Printf("  %-20s %s %5.0f ms, the bot %4.0f ms\n", s.Until, platforms, w.Took.Seconds()*1000,
			(w.Took-w.Floor).Seconds()*1000)
	}
	for _, f := range []struct {
		name, key, unit string
		values          []float64
		got, target     float64 // no target: 0
	}{
		{"interactions", "interactions", "", interactions, harness.P95(interactions), mostInteractions},
		{"photo to the first answer", "photo-to-answer", "s", first, harness.P95(first), mostAnswer},
		{"photo read and answered", "photo-to-form", "s", reading, harness.P95(reading), mostAnswer},
		{"waiting / platforms' time", "waiting-share", "", share, harness.P95(share), mostShare},
		{"waiting", "waiting", "s", waited, harness.P95(waited), 0},
		{"person, by the model", "person", "s", person, harness.P95(person), 0},
		{"together", "together", "s", minutes, harness.P95(minutes), 0},
	} {
		mark := " "
		switch {
		case f.target == 0:
		case f.got <= f.target:
			mark = fmt.Sprintf("✓ at most %g", f.target)
		default:
			mark, err = fmt.Sprintf("✗ at most %g", f.target), errTarget
		}
		fmt.Printf("%-26s p95 %7.3g %-2s %s\n", f.name, f.got, f.unit, mark)
		result.Add(f.key, f.unit, f.values...)
		result.Add(f.key+"/p95", f.unit, f.got)
	}
	return err
}

// mean returns the means of one wait over all people.
func mean(all []minute, i int) (w wait) {
	for _, m := range all {
		w.Took += m.Waits[i].Took
		w.Floor += m.Waits[i].Floor
	}
	n := time.Duration(len(all))
	return wait{w.Took / n, w.Floor / n}
}
