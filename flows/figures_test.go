package flows

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestRoundSpan: rounding keeps the order, so that a quantile of rounded durations is the rounded quantile, and few
// values remain.
func TestRoundSpan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(name string) time.Duration {
			most := rapid.SampledFrom([]time.Duration{2 * time.Minute, 3 * time.Hour, 100 * time.Hour, 100 * 24 * time.Hour})
			return time.Duration(rapid.Int64Range(-1, int64(most.Draw(rt, "scale"))).Draw(rt, name))
		}
		a, b := draw("a"), draw("b")
		if a < b && RoundSpan(a) > RoundSpan(b) {
			rt.Errorf("%s becomes %s and %s becomes %s, want the same order", a, RoundSpan(a), b, RoundSpan(b))
		}
	})
	values := map[time.Duration]bool{}
	for d := time.Duration(0); d <= MaxHRWait; d += time.Second {
		values[RoundSpan(d)] = true
	}
	if len(values) > 400 {
		t.Errorf("got %d values up to %s, want at most 400", len(values), MaxHRWait)
	}
}

// TestQuantile compares quantiles of counts with those of the list.
func TestQuantile(t *testing.T) {
	t.Parallel()
	if got := (Figures{FigureDone: 3}).Quantile(SpanToDone, 0.5); got != (Quantile{}) {
		t.Errorf("of nothing: got %+v, want none", got)
	}
	rapid.Check(t, func(rt *rapid.T) {
		seconds := rapid.SliceOfN(rapid.IntRange(0, 400_000), 1, 60).Draw(rt, "seconds")
		f := Figures{figureOfSpan(SpanReview, time.Hour): 7}
		for _, s := range seconds {
			f[figureOfSpan(SpanToDone, time.Duration(s)*time.Second)]++
		}
		slices.Sort(seconds)
		for _, p := range []float64{0.5, 0.9, 1} {
			rank := 0
			for float64(rank+1) < p*float64(len(seconds))-1e-9 {
				rank++
			}
			want := Quantile{RoundSpan(time.Duration(seconds[rank]) * time.Second), len(seconds)}
			if got := f.Quantile(SpanToDone, p); got != want {
				rt.Errorf("%v of %v s: got %+v, want %+v", p, seconds, got, want)
			}
		}
	})
}

// TestTally: the most frequent cause comes first.
func TestTally(t *testing.T) {
	t.Parallel()
	f := Figures{"photo/heic": 2, "photo/nothing": 5, "photo/deleted": 2, "sent_back/blurred": 9, "photo/empty": 0}
	want := []Tally{{"nothing", 5}, {"deleted", 2}, {"heic", 2}}
	if got := f.PhotoProblems(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
