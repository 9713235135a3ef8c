package sim

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"shiming/sim/wire"
)

// TestDelayed measures that no byte of an answer leaves before the delay, however long the answer is.
func TestDelayed(t *testing.T) {
	t.Parallel()
	const by = 40 * time.Millisecond
	for _, tt := range []struct {
		name string
		size int
	}{{"nothing", 0}, {"short", 100}, {"longer than what is buffered", 1 << 20}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, tt.size)) })
			s := httptest.NewServer(wire.Handler("feishu", nil, nil, &wire.Faults{}, delayed(by, answer)))
			defer s.Close()
			began := time.Now()
			resp, err := s.Client().Get(s.URL) // returns at the first bytes
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if took := time.Since(began); took < by {
				t.Errorf("the answer came after %s, want %s at least", took, by)
			}
		})
	}
}
