package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"shiming/flows"
)

// deadlineRecorder is an answer of a server with deadlines.
type deadlineRecorder struct {
	*httptest.ResponseRecorder
	deadline time.Time
}

func (r *deadlineRecorder) SetWriteDeadline(t time.Time) error {
	r.deadline = t
	return nil
}

// TestLongTextsHaveTime: a slow phone gets the whole of a long text, and a short answer keeps the server's deadline.
func TestLongTextsHaveTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, flows.ReadCheck, flows.LoginNone, nil)
	long, text := fileOf("长", "1", strings.Repeat("长", 300_000))
	w.pages.texts[long.SHA256] = text
	for sum, want := range map[string]time.Duration{long.SHA256: time.Minute, w.files[0].SHA256: 0} {
		t.Run(sum, func(t *testing.T) {
			rec := &deadlineRecorder{ResponseRecorder: httptest.NewRecorder()}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, Prefix+textPath+sum, nil)
			r.RemoteAddr = w.peer
			before := time.Now()
			w.pages.ServeHTTP(rec, r)
			if rec.Body.String() != string(w.pages.texts[sum]) {
				t.Errorf("got %d bytes, want %d", rec.Body.Len(), len(w.pages.texts[sum]))
			}
			if want == 0 && !rec.deadline.IsZero() || want > 0 && rec.deadline.Before(before.Add(want)) {
				t.Errorf("got the deadline %v after %v, want at least %v more", rec.deadline, before, want)
			}
		})
	}
}
