package harness

import (
	"sync"
	"testing"
)

// rowsAtOnce is how many rows of one world run at a time. They wait for the bot most of the time.
const rowsAtOnce = 4

// Rows runs the subtests of one world side by side.
type Rows struct {
	h     *Harness
	slots chan struct{}
	group sync.WaitGroup
}

// Rows returns an empty set of rows. Parallel subtests would wait for a free place among all tests of the package while
// the timeout of their world runs.
func (h *Harness) Rows() *Rows { return &Rows{h: h, slots: make(chan struct{}, rowsAtOnce)} }

// Run begins a row as soon as one of the places is free. The row gets the harness with its own T.
func (r *Rows) Run(name string, row func(h *Harness)) {
	t := r.h.T
	r.slots <- struct{}{}
	r.group.Go(func() {
		defer func() { <-r.slots }()
		t.Run(name, func(t *testing.T) { row(r.h.With(t)) })
	})
}

// Wait waits for all rows. The test must not end before.
func (r *Rows) Wait() { r.group.Wait() }

// With returns the harness for a subtest.
func (h *Harness) With(t *testing.T) *Harness {
	below := *h
	below.T = t
	return &below
}
