package docs

import (
	"fmt"
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"shiming/bench/harness"
	"shiming/e2e/files"
)

// figuresComment precedes a table of figures. It names the file of the results and, for each column, the settings of
// its run.
//
//	<!-- figures: crash; store=sqlite instances=1; store=postgres instances=3 -->
var figuresComment = regexp.MustCompile(`<!-- figures: (\w+); *(.*?) *-->\n`)

// TestFiguresAreMeasured checks that each figure of a table is the median of the last run with the column's settings.
// An additional last column is a bar relative to the largest figure of the table.
func TestFiguresAreMeasured(t *testing.T) {
	tables := 0
	for _, p := range pages(t) {
		for _, name := range p {
			text := files.Read(t, name)
			for _, at := range figuresComment.FindAllStringSubmatchIndex(text, -1) {
				bench, settings := text[at[2]:at[3]], strings.Split(text[at[4]:at[5]], ";")
				table, _, _ := strings.Cut(text[at[1]:], "\n\n")
				tables++
				t.Run(fmt.Sprint(path.Base(name), "/", bench), func(t *testing.T) {
					checkFigures(t, bench, settings, rows(table))
				})
			}
		}
	}
	if tables < 15 {
		t.Errorf("got %d tables of figures, want all", tables)
	}
}

func checkFigures(t *testing.T, bench string, settings []string, table [][]string) {
	t.Helper()
	largest := 0.0
	for _, row := range table[1:] {
		key, _ := onlyCode(row[0])
		if f, ok := run(t, bench, settings[0]).Figures[key]; ok {
			largest = math.Max(largest, f.Median)
		}
	}
	for _, row := range table[1:] {
		key, ok := onlyCode(row[0])
		if !ok || len(row) < 2+len(settings) {
			t.Fatalf("got the row %q, want a figure and %d columns", row, len(settings))
		}
		for i, s := range settings {
			if got, want := row[2+i], value(t, bench, s, key); got != want {
				t.Errorf("%s, %s: got %s, want %s", key, s, got, want)
			}
		}
		if len(row) > 2+len(settings) {
			f := run(t, bench, settings[0]).Figures[key]
			if got, want := row[len(row)-1], strings.TrimSpace(harness.Bar(f.Median, largest, 20)); got != want {
				t.Errorf("%s: got the bar %s, want %s", key, got, want)
			}
		}
	}
}

// run returns the last run of a benchmark with the settings, such as store=sqlite instances=1.
func run(t *testing.T, bench, settings string) harness.Result {
	t.Helper()
	all, err := harness.Parse(files.Read(t, "bench/results/"+bench+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for i := len(all) - 1; i >= 0; i-- {
		if fits(all[i], settings) {
			return all[i]
		}
	}
	t.Fatalf("got no run of %s with %q, want one", bench, settings)
	return harness.Result{}
}

func fits(r harness.Result, settings string) bool {
	for setting := range strings.FieldsSeq(settings) {
		key, want, _ := strings.Cut(setting, "=")
		got := r.Store
		switch v := r.Settings[key].(type) {
		case float64:
			got = strconv.FormatFloat(v, 'f', -1, 64)
		case string:
			got = v
		}
		if got != want {
			return false
		}
	}
	return true
}

// value returns a figure in the pages' format.
func value(t *testing.T, bench, settings, key string) string {
	t.Helper()
	f, ok := run(t, bench, settings).Figures[key]
	switch {
	case !ok:
		t.Errorf("%s: got the figure %s, want one that was measured", bench, key)
		return ""
	case f.Unit == "" && f.Median == math.Trunc(f.Median):
		return fmt.Sprintf("%.0f", f.Median)
	case f.Unit == "":
		return fmt.Sprintf("%.2f", f.Median)
	case (f.Unit == "ms" || f.Unit == "s") && f.Median >= 10, f.Unit == "/s":
		return fmt.Sprintf("%.0f %s", f.Median, f.Unit)
	}
	return fmt.Sprintf("%.1f %s", f.Median, f.Unit)
}

// TestResultsAreLines checks that every file of results parses, is sorted by date, and contains no path of a machine.
func TestResultsAreLines(t *testing.T) {
	found := files.Glob(t, "bench/results/*")
	if len(found) < 7 {
		t.Errorf("got %v, want the results of every benchmark", found)
	}
	for _, name := range found {
		t.Run(path.Base(name), func(t *testing.T) {
			text := files.Read(t, name)
			all, err := harness.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range all {
				if len(r.Figures) == 0 || r.Commit == "" || r.Machine.Go == "" {
					t.Errorf("line %d: got %+v, want commit, machine and figures", i+1, r)
				}
				if i > 0 && r.Date.Before(all[i-1].Date) {
					t.Errorf("line %d: got %s after %s, want the runs in order", i+1, r.Date, all[i-1].Date)
				}
			}
			if strings.Contains(text, "/tmp") || strings.Contains(text, "/home") {
				t.Error("got a path of a machine, want none")
			}
		})
	}
}
