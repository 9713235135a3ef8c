package scrape

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const page = `# HELP a b
a{x="1 2",y="z"} 3
a{x="4"} 1e1
ab 7
# TYPE seconds histogram
seconds_bucket{status="200",le="0.1"} 1
seconds_bucket{status="200",le="+Inf"} 2
seconds_sum{status="200"} 5.5
seconds_count{status="200"} 2
`

func TestRead(t *testing.T) {
	t.Parallel()
	status := http.StatusOK
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			t.Errorf("asked for %s, want %q", r.URL.Path, "/metrics")
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(page))
	}))
	defer s.Close()
	got, err := Read(t.Context(), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{
		"a":             13,
		"ab":            7,
		"seconds_count": 2,
		"seconds_sum":   5.5,
		"b":             0,
	} {
		if v := got.Sum(name); v != want {
			t.Errorf("Sum(%s): got %v, want %v", name, v, want)
		}
	}
	if v, want := got.By("a", "x"), map[string]float64{"1 2": 3, "4": 10}; !maps.Equal(v, want) {
		t.Errorf("By(a, x): got %v, want %v", v, want)
	}
	if v := got.With(map[string]string{"x": "1 2", "y": "z"}).Sum("a"); v != 3 {
		t.Errorf("With: got %v, want 3", v)
	}
	status = http.StatusServiceUnavailable
	if _, err := Read(t.Context(), s.URL); err == nil {
		t.Error("got samples from an error page, want an error")
	}
}

func TestParseRefusesWhatIsNoMetrics(t *testing.T) {
	t.Parallel()
	if got, err := Parse(strings.NewReader("<html>")); err == nil {
		t.Errorf("got %v, want an error", got)
	}
}
