package store

import (
	"path/filepath"
	"testing"
	"time"

	"shiming/flows"
	"shiming/store/keyset"
)

// TestPaceAfterAKill: a process that died may not have said that a call left later than
// planned. Who opens its database counts it as if it had left at that moment.
func TestPaceAfterKill(t *testing.T) {
	cfg := Config{DSN: "sqlite:" + filepath.Join(t.TempDir(), "bot.db"), Keyset: keyset.New()}
	dead := mustOpen(t, cfg)
	p := flows.ExactLimit{Key: "ocr", Calls: 10, Window: time.Second}
	if _, err := dead.Pace(t.Context(), p); err != nil { // it never says that it left
		t.Fatal(err)
	}
	must(t, dead.Close())
	opened := time.Now()
	s := mustOpen(t, cfg)
	var at int64
	must(t, s.backend.read.QueryRowContext(t.Context(), `SELECT at_us FROM rate_marks WHERE key = 'ocr'`).Scan(&at))
	// SQLite's clock has milliseconds.
	if left := time.UnixMicro(at); left.Before(opened.Truncate(time.Millisecond)) {
		t.Errorf("the call counts as of %s before the database was opened", opened.Sub(left))
	}
}
