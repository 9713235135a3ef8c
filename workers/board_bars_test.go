package workers

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"shiming/flows"
)

// TestBars: the bars add up to all people, no bar stands for less than three, and there are at most twelve and the rest.
func TestBars(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var all []flows.DepartmentCount
		done, open := rapid.IntRange(0, 4).Draw(rt, "unknown done"), rapid.IntRange(0, 4).Draw(rt, "unknown open")
		for i := range rapid.IntRange(0, 20).Draw(rt, "departments") {
			d := flows.DepartmentCount{Department: flows.Department{ID: fmt.Sprint("od", i), Name: fmt.Sprint("部门", i)}}
			d.Done, d.Open = rapid.IntRange(0, 5).Draw(rt, "done"), rapid.IntRange(0, 5).Draw(rt, "open")
			all = append(all, d)
			done, open = done+d.Done, open+d.Open
		}
		bars, others := barsOf(all, done, open)
		sumDone, sumOpen := others.Done, others.Open
		for i, b := range bars {
			if b.Done+b.Open < 3 {
				rt.Errorf("got a bar of %d people, want at least 3", b.Done+b.Open)
			}
			if i > 0 && b.Done+b.Open > bars[i-1].Done+bars[i-1].Open {
				rt.Error("the bars are not in the order of their size")
			}
			sumDone, sumOpen = sumDone+b.Done, sumOpen+b.Open
		}
		if n := others.Done + others.Open; len(bars) > 0 && n > 0 && n < 3 {
			rt.Errorf("got the rest with %d people, want none or at least 3", n)
		}
		if sumDone != done || sumOpen != open || len(bars) > 12 {
			rt.Errorf("%d bars add up to %d and %d, want at most 12 with %d and %d", len(bars), sumDone, sumOpen, done, open)
		}
	})
}
