package main

import (
	"fmt"
	"strings"
	"time"

	"shiming/bench/harness"
	"shiming/bench/photos/phone"
)

// table counts what was named, by what the pictures are.
type table struct {
	named           map[[2]phone.Fault]int // what it is, what was named
	of, held        map[phone.Fault]int
	inspect, decode []float64 // ms
	sides           int
}

func newTable() *table {
	return &table{named: map[[2]phone.Fault]int{}, of: map[phone.Fault]int{}, held: map[phone.Fault]int{}}
}

func (t *table) add(s seen) {
	fault := s.picture.Fault
	t.of[fault]++
	t.named[[2]phone.Fault{fault, s.named}]++
	if s.held {
		t.held[fault]++
	}
	if fault == phone.None && s.sideRight {
		t.sides++
	}
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	t.inspect, t.decode = append(t.inspect, ms(s.inspect)), append(t.decode, ms(s.decode))
}

// spoilt counts the pictures with a fault, and those whose fault was named.
func (t *table) spoilt() (named, all int) {
	for _, f := range phone.Faults[1:] {
		named, all = named+t.named[[2]phone.Fault{f, f}], all+t.of[f]
	}
	return named, all
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(max(1, of)) }

// figures adds the figures of a run.
func (t *table) figures(r *harness.Result) {
	named, all := t.spoilt()
	r.Add("spoilt/named", "%", percent(named, all))
	r.Add("good/held-up", "%", percent(t.held[phone.None], t.of[phone.None]))
	r.Add("good/side-right", "%", percent(t.sides, t.of[phone.None]))
	for _, f := range phone.Faults[1:] {
		r.Add(string(f)+"/named", "%", percent(t.named[[2]phone.Fault{f, f}], t.of[f]))
	}
	r.Add("pictures", "", float64(all+t.of[phone.None]))
	r.Add("inspect/time", "ms", t.inspect...)
	r.Add("decode/time", "ms", t.decode...)
}

// String draws what was named (columns) by what it is (rows).
func (t *table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s", "")
	for _, f := range phone.Faults {
		fmt.Fprintf(&b, "%7.6s", f)
	}
	fmt.Fprintf(&b, "%7s\n", "held")
	for _, row := range phone.Faults {
		fmt.Fprintf(&b, "%-12s", row)
		for _, column := range phone.Faults {
			cell := "·"
			if n := t.named[[2]phone.Fault{row, column}]; n > 0 {
				cell = fmt.Sprint(n)
			}
			fmt.Fprintf(&b, "%7s", cell)
		}
		fmt.Fprintf(&b, "%7d\n", t.held[row])
	}
	named, all := t.spoilt()
	fmt.Fprintf(&b, "\nspoilt pictures named: %d of %d (%.1f %%); good ones held up: %d of %d (%.1f %%)\n", named, all,
		percent(named, all), t.held[phone.None], t.of[phone.None], percent(t.held[phone.None], t.of[phone.None]))
	return b.String()
}
