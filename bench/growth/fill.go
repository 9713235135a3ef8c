package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"

	"shiming/bench/growth/walk"
	"shiming/flows"
	"shiming/idcard"
	"shiming/store"
)

// perDay is how many people begin a day: a million in less than three years.
const perDay = 1000

// ended is the distribution of the final states in per cent; the rest is done.
var ended = []struct {
	state flows.State
	upTo  int
}{{flows.Withdrawn, 5}, {flows.Rejected, 7}, {flows.Expired, 8}, {flows.Declined, 9}, {flows.Done, 100}}

// open is the distribution of the open states in per cent.
var open = []struct {
	state flows.State
	upTo  int
}{{flows.AwaitingReview, 35}, {flows.AwaitingConfirmation, 70}, {flows.AwaitingPhotos, 80}, {flows.AwaitingCode, 85},
	{flows.AwaitingConsent, 90}, {flows.NeedsAttention, 100}}

// One in a hundred cases is open, which is more than usual. The measurements use up open cases.
const (
	openShare = 100
	openMost  = 10_000
	openLeast = 3_000
)

// withPictures is how many open cases have photos in the store; pictureSize is their size in bytes.
const withPictures, pictureSize = 200, 250_000

// plan describes the people in the database. It is the same for the same number of cases and the same start of the
// fill.
type plan struct {
	cases int
	now   time.Time
}

// id returns the id of the i-th case.
func (p plan) id(i int) string {
	_, began := p.nth(i)
	return walk.UUID(began, uint64(i))
}

// filled returns how many cases an interrupted fill has loaded.
func (p plan) filled(ctx context.Context, s *store.Store) (int, error) {
	var failed error
	batches := sort.Search((p.cases+batch-1)/batch, func(n int) bool {
		err := s.View(ctx, func(v flows.View) error {
			_, err := v.Case(ctx, p.id(n*batch))
			return err
		})
		if err != nil && !errors.Is(err, flows.ErrNotFound) {
			failed = err
		}
		return err != nil
	})
	return min(batches*batch, p.cases), failed
}

func (p plan) open() int {
	return min(openMost, max(p.cases/openShare, min(openLeast, p.cases/2)))
}

// nth returns the state and the beginning of the i-th case. Open cases are the last ones.
func (p plan) nth(i int) (flows.State, time.Time) {
	old := p.cases - p.open()
	if i < old {
		began := p.now.Add(-time.Hour*26 - time.Duration(old-i)*(24*time.Hour/perDay))
		for _, e := range ended {
			if i*37%100 < e.upTo {
				return e.state, began
			}
		}
	}
	began := p.now.Add(-26*time.Hour + time.Duration(i-old)*(24*time.Hour)/time.Duration(max(1, p.open())))
	for _, o := range open {
		if i*37%100 < o.upTo {
			return o.state, began
		}
	}
	panic("unreachable: the last share is 100")
}

// batch is how many cases one transaction loads.
const batch = 250

// fill loads the planned cases and continues an interrupted fill.
func fill(ctx context.Context, s *store.Store, dir string, p plan) error {
	first, err := p.filled(ctx, s)
	if err != nil || first == p.cases {
		return err
	}
	from, err := templates(ctx, dir)
	if err != nil {
		return err
	}
	bar := progressbar.NewOptions(p.cases, progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionSetDescription("filling"),
		progressbar.OptionShowIts(), progressbar.OptionSetItsString("cases"), progressbar.OptionThrottle(time.Second))
	_ = bar.Add(first) // display only
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// Batches are prepared in parallel and stored in order, so that ids and times rise as in production.
	ready := make(chan chan []store.ImportedCase, runtime.NumCPU())
	go func() {
		defer close(ready)
		for at := first; at < p.cases && ctx.Err() == nil; at += batch {
			made := make(chan []store.ImportedCase, 1)
			ready <- made
			go func() { made <- p.make(s, from, at, min(at+batch, p.cases)) }()
		}
	}()
	for made := range ready {
		list := <-made
		if ctx.Err() == nil {
			if err := s.BulkLoad(ctx, list); err != nil {
				cancel(err)
			}
		}
		_ = bar.Add(len(list))
	}
	fmt.Fprintln(os.Stderr)
	return context.Cause(ctx)
}

func (p plan) make(s *store.Store, from map[flows.State]*template, begin, end int) (list []store.ImportedCase) {
	for i := begin; i < end; i++ {
		state, began := p.nth(i)
		h := from[state].clone(s, walk.Nth(i), i, began, p.now)
		old := p.cases - p.open()
		if state == flows.AwaitingPhotos && i%2 == 0 { // one side waits for the OCR
			h.Case.Photos = append(h.Case.Photos, flows.Photo{
				ID:        walk.UUID(began, uint64(i)<<8|9),
				MessageID: fmt.Sprintf("om_%032x", i),
				FileKey:   "img_v3_0200_f",
				Kind:      "image",
				State:     flows.PhotoStored,
				Side:      idcard.Front,
				At:        began.Add(walk.Step),
			})
		}
		if i >= old && i < old+withPictures && len(h.Case.Photos) > 0 {
			h.Pictures = map[string][]byte{}
			for _, photo := range h.Case.Photos {
				jpeg := make([]byte, pictureSize)
				for k := 0; k < len(jpeg); k += 8 {
					jpeg[k] = byte(rand.Uint32())
				}
				h.Pictures[photo.ID] = jpeg
			}
		}
		list = append(list, h)
	}
	return list
}

// jobsOf is how many jobs a registration runs.
const jobsOf = 30

// work runs as many jobs as one day does, because River keeps finished jobs for a day.
func work(ctx context.Context, s *store.Store, p plan) error {
	total := min(perDay, p.cases) * jobsOf
	fmt.Fprintf(os.Stderr, "running %d jobs\n", total)
	var ran atomic.Int64
	done := make(chan struct{})
	var once sync.Once
	if err := s.Start(ctx, func(context.Context, flows.Job) error {
		if ran.Add(1) >= int64(total) {
			once.Do(func() { close(done) })
		}
		return nil
	}); err != nil {
		return err
	}
	kinds := []flows.JobKind{flows.JobShow, flows.JobReply, flows.JobContact, flows.JobUpload, flows.JobCheck}
	for at := 0; at < total; at += 500 {
		var jobs []flows.Job
		for k := at; k < min(at+500, total); k++ {
			id := walk.UUID(p.now, uint64(k/jobsOf))
			j := flows.ShowSurface(id, "case/"+id+"/applicant")
			j.Kind = kinds[k%len(kinds)]
			jobs = append(jobs, j)
		}
		if err := s.Tx(ctx, func(tx flows.Tx) error { return tx.Enqueue(ctx, jobs...) }); err != nil {
			return err
		}
	}
	select {
	case <-done:
	case <-ctx.Done():
		return ctx.Err()
	}
	return s.Stop(ctx)
}
