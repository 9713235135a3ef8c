//go:build unix

package store

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"shiming/flows"
	"shiming/store/keyset"
)

// BenchmarkIdlePolls measures one look at the keys, and one at the list of deletions, when nothing has changed: what a
// running bot does every few seconds. cpu-µs/op is the processor time of this process.
func BenchmarkIdlePolls(b *testing.B) {
	for _, d := range databases {
		file := filepath.Join(b.TempDir(), "keyset.json")
		must(b, keyset.Write(file, templateKeys))
		keys, err := keyset.Load(file)
		must(b, err)
		s := mustOpen(b, Config{DSN: d.migrated(b, b.TempDir()), Sync: "full", Keyset: keys})
		list, err := OpenDeletionList(filepath.Join(b.TempDir(), "deletions"))
		must(b, err)
		defer list.Close() //nolint:errcheck // a benchmark's
		must(b, s.Tx(b.Context(), func(tx flows.Tx) error { return tx.InsertCase(b.Context(), newCase("c1", "ou_1")) }))
		for name, look := range map[string]func(){
			"keys": func() { s.keyWatch.look(b.Context()) },
			"deletions": func() {
				if _, err := list.CatchUp(b.Context(), s); err != nil {
					b.Error(err)
				}
			},
		} {
			b.Run(d.name+"/"+name, func(b *testing.B) {
				before := processorTime(b)
				for b.Loop() {
					look()
				}
				b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
			})
		}
	}
}

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
