package store

import (
	"path/filepath"
	"testing"
	"time"

	"shiming/flows"
	"shiming/store/keyset"
)

// TestPaceAfterKill: a dead process may not have recorded that a call left late. The next process
// counts the call as if it had left when the database was opened.
func TestPaceAfterKill(t *testing.T) {
	cfg := Config{DSN: "sqlite:" + filepath.Join(t.TempDir(), "bot.db"), Keyset: keyset.New()}
	dead := mustOpen(t, cfg)
	p := flows.ExactLimit{Key: "ocr", Calls: 10, Window: time.Second}
	if _, err := dead.Pace(t.Context(), p); err != nil { // never calls markSent
		t.Fatal(err)
	}
	must(t, dead.Close())
	opened := time.Now()
	s := mustOpen(t, cfg)
	var at int64
	must(t, s.backend.read.QueryRowContext(t.Context(), `SELECT at_us FROM rate_marks WHERE key = 'ocr'`).Scan(&at))
	// SQLite's clock has milliseconds.
	if left := time.UnixMicro(at); left.Before(opened.Truncate(time.Millisecond)) {
		t.Errorf("the call counts as of %s before the database was opened, want not before", opened.Sub(left))
	}
}
