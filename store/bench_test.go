package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"shiming/flows"
	"shiming/store/keyset"
)

// benchEach runs a benchmark on every database. open returns a new store; mode is full or normal.
func benchEach(b *testing.B, bench func(b *testing.B, open func(b *testing.B, mode string) *testStore)) {
	for _, e := range databases {
		b.Run(e.name, func(b *testing.B) {
			bench(b, func(b *testing.B, mode string) *testStore {
				b.Helper()
				cfg := Config{DSN: e.dsn(b, b.TempDir()), Sync: mode, Keyset: keyset.New()}
				return &testStore{database: e.name, cfg: cfg, Store: mustOpen(b, cfg)}
			})
		})
	}
}

// BenchmarkTx measures a typical event: two keys, the case, an audit row and one job, committed.
func BenchmarkTx(b *testing.B) {
	benchEach(b, func(b *testing.B, open func(b *testing.B, mode string) *testStore) {
		for _, mode := range []string{"full", "normal"} {
			for _, goroutines := range []int{1, 16} {
				b.Run(fmt.Sprintf("sync=%s/goroutines=%d", mode, goroutines), func(b *testing.B) {
					s := open(b, mode)
					ctx := b.Context()
					cases := make([]*flows.Case, 64)
					for i := range cases {
						cases[i] = newCase(fmt.Sprint("c", i), fmt.Sprint("ou_", i))
						cases[i].Personal.Name = canaryName
						must(b, s.Tx(ctx, func(tx flows.Tx) error { return tx.InsertCase(ctx, cases[i]) }))
					}
					var next atomic.Int64
					var wg sync.WaitGroup
					b.ResetTimer()
					for range goroutines {
						wg.Go(func() {
							for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
								if err := s.Tx(ctx, eventTx(ctx, n)); err != nil {
									b.Error(err)
									return
								}
							}
						})
					}
					wg.Wait()
					b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
				})
			}
		}
	})
}

// eventTx returns a typical transaction, on one of 64 cases.
func eventTx(ctx context.Context, n int64) func(flows.Tx) error {
	return func(tx flows.Tx) error {
		c, err := tx.Case(ctx, fmt.Sprint("c", n%64))
		if err != nil {
			return err
		}
		_, err = tx.InsertEventKeys(ctx, time.Now(), fmt.Sprint("event/", n), fmt.Sprint("message/", n))
		return errors.Join(err, tx.UpdateCase(ctx, c),
			tx.Audit(ctx, flows.AuditRow{CaseID: c.ID, Actor: c.OpenID, Event: "photo"}),
			tx.Enqueue(ctx, flows.ShowSurface(c.ID, "case/"+c.ID+"/applicant")))
	}
}

// BenchmarkCommitToStart measures the time from a commit to the start of its job, without other
// load.
func BenchmarkCommitToStart(b *testing.B) {
	benchEach(b, func(b *testing.B, open func(b *testing.B, mode string) *testStore) {
		s := open(b, "full")
		ctx := b.Context()
		started := make(chan time.Time)
		must(b, s.Start(ctx, func(context.Context, flows.Job) error {
			started <- time.Now()
			return nil
		}))
		var waits []time.Duration
		for b.Loop() {
			must(b, s.Tx(ctx, func(tx flows.Tx) error { return tx.Enqueue(ctx, flows.Job{Kind: flows.JobShow}) }))
			committed := time.Now()
			waits = append(waits, (<-started).Sub(committed))
		}
		slices.Sort(waits)
		b.ReportMetric(float64(waits[len(waits)/2].Microseconds()), "p50-µs")
		b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds()), "p99-µs")
		b.ReportMetric(float64(waits[len(waits)-1].Microseconds()), "max-µs")
	})
}

// BenchmarkJobs measures how many jobs run per second.
func BenchmarkJobs(b *testing.B) {
	benchEach(b, func(b *testing.B, open func(b *testing.B, mode string) *testStore) {
		s := open(b, "full")
		ctx := b.Context()
		const batch = 500
		left := b.N
		for left > 0 {
			n := min(left, batch)
			left -= n
			must(b, s.Tx(ctx, func(tx flows.Tx) error {
				return tx.Enqueue(ctx, slices.Repeat([]flows.Job{{Kind: flows.JobCheck}}, n)...)
			}))
		}
		done := make(chan bool, 1024)
		b.ResetTimer()
		must(b, s.Start(ctx, func(context.Context, flows.Job) error {
			done <- true
			return nil
		}))
		for range b.N {
			<-done
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
	})
}

// BenchmarkPictures measures the storing and reading of pictures of 1.5 MB.
func BenchmarkPictures(b *testing.B) {
	benchEach(b, func(b *testing.B, open func(b *testing.B, mode string) *testStore) {
		s := open(b, "full")
		ctx := b.Context()
		must(b, s.Tx(ctx, func(tx flows.Tx) error { return tx.InsertCase(ctx, newCase("c1", "ou_1")) }))
		jpeg := make([]byte, 1_500_000)
		b.SetBytes(int64(len(jpeg)))
		n := 0
		for b.Loop() {
			n++
			id := fmt.Sprint("p", n%20)
			must(b, s.Tx(ctx, func(tx flows.Tx) error { return tx.PutPicture(ctx, "c1", id, jpeg) }))
			must(b, s.View(ctx, func(v flows.View) error {
				_, err := v.Picture(ctx, "c1", id)
				return err
			}))
		}
	})
}

// BenchmarkOpen measures the opening of an existing database.
func BenchmarkOpen(b *testing.B) {
	benchEach(b, func(b *testing.B, open func(b *testing.B, mode string) *testStore) {
		first := open(b, "full")
		must(b, first.Close())
		cfg := first.cfg
		for b.Loop() {
			s, err := Open(b.Context(), cfg)
			must(b, err)
			must(b, s.Close())
		}
	})
}

// BenchmarkAcknowledge starts 500 events a second, each with a job that writes in a transaction of
// its own, and measures how long the events take.
func BenchmarkAcknowledge(b *testing.B) {
	benchEach(b, func(b *testing.B, open func(b *testing.B, mode string) *testStore) {
		s := open(b, "full")
		ctx := b.Context()
		for i := range 64 {
			must(b, s.Tx(ctx, func(tx flows.Tx) error {
				return tx.InsertCase(ctx, newCase(fmt.Sprint("c", i), fmt.Sprint("ou_", i)))
			}))
		}
		must(b, s.Start(ctx, func(ctx context.Context, j flows.Job) error {
			return s.Tx(ctx, func(tx flows.Tx) error {
				c, err := tx.Case(ctx, j.Case)
				if err != nil {
					return err
				}
				return errors.Join(tx.UpdateCase(ctx, c), tx.Audit(ctx, flows.AuditRow{CaseID: c.ID, Event: "shown"}))
			})
		}))
		took := make([]time.Duration, b.N)
		var wg sync.WaitGroup
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		b.ResetTimer()
		for i := range b.N {
			due := <-tick.C
			wg.Go(func() {
				if err := s.Tx(ctx, eventTx(ctx, int64(i))); err != nil {
					b.Error(err)
				}
				took[i] = time.Since(due)
			})
		}
		wg.Wait()
		slices.Sort(took)
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		b.ReportMetric(float64(took[b.N/2].Microseconds()), "p50-µs")
		b.ReportMetric(float64(took[b.N*99/100].Microseconds()), "p99-µs")
	})
}
