package store

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestSurprises(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		at := func(minutes int) time.Time { return epoch.Add(time.Duration(minutes) * time.Minute).UTC() }
		x := Surprise{Upstream: "feishu", Operation: "bot.info.get", What: "type:x", Count: 2, First: at(1), Last: at(3)}
		y := Surprise{Upstream: "esign", Operation: "Put", What: "host:a.example.com", Count: 1, First: at(2), Last: at(2)}
		add := func(all ...Surprise) {
			t.Helper()
			if err := ts.AddSurprises(t.Context(), all); err != nil {
				t.Fatal(err)
			}
		}
		add(x, y)
		again := x
		again.Count, again.First, again.Last = 5, at(4), at(9)
		add(again)
		again.First, again.Last = at(0), at(5) // an instance that was slow to tell
		add(again)
		x.Count, x.Last = 12, at(9)
		got, err := ts.Surprises(t.Context())
		if want := []Surprise{y, x}; err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, error %v, want %v", got, err, want)
		}
		inspected, err := Inspect(t.Context(), ts.cfg.DSN, nil)
		if err != nil || !slices.Equal(inspected.Surprises, got) {
			t.Errorf("got %v, error %v, want %v", inspected.Surprises, err, got)
		}

		// What is there is counted for ever; how much there is has a limit.
		var many []Surprise
		for i := range SurprisesKept + 20 {
			z := y
			z.Upstream = "x"
			z.What = fmt.Sprintf("host:%03d.example.com", i)
			many = append(many, z)
		}
		add(many...)
		add(y)
		got, err = ts.Surprises(t.Context())
		if err != nil || len(got) != SurprisesKept || got[0].Count != 2 {
			t.Errorf("got %d rows, %+v, error %v, want %d and a count of 2", len(got), got[0], err, SurprisesKept)
		}
	})
}
