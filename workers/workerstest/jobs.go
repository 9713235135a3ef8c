package workerstest

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"shiming/flows"
)

// TakeJob removes and returns the first job of a kind, whether it is due or not. It counts an attempt.
func (w *Harness) TakeJob(kind flows.JobKind) flows.Job {
	w.T.Helper()
	w.Store.Mu.Lock()
	defer w.Store.Mu.Unlock()
	for i, q := range w.Store.Queue {
		if q.Kind == kind {
			w.Store.Queue = slices.Delete(w.Store.Queue, i, i+1)
			q.Attempt++
			q.setDue(w.Now())
			return q.Job
		}
	}
	w.T.Fatalf("no %s is queued", kind)
	return flows.Job{}
}

// Waiting lists the queued jobs of a kind.
func (w *Harness) Waiting(kind flows.JobKind) (out []*Queued) {
	w.Store.Mu.Lock()
	defer w.Store.Mu.Unlock()
	for _, q := range w.Store.Queue {
		if q.Kind == kind {
			out = append(out, q)
		}
	}
	return out
}

// DueJob removes the first job that is due and returns it, or nil. If kinds are named, it looks at those only.
func (w *Harness) DueJob(kinds ...flows.JobKind) *Queued {
	now := w.Now()
	w.Store.Mu.Lock()
	defer w.Store.Mu.Unlock()
	for i, q := range w.Store.Queue {
		if !q.At.After(now) && (len(kinds) == 0 || slices.Contains(kinds, q.Kind)) {
			w.Store.Queue = slices.Delete(w.Store.Queue, i, i+1)
			return q
		}
	}
	return nil
}

// RunJobs runs the jobs that are due, one after another, until none is due. If kinds are named, it runs those only. It
// queues a job that is to run again, as the store does.
func (w *Harness) RunJobs(kinds ...flows.JobKind) {
	w.T.Helper()
	for range 500 {
		q := w.DueJob(kinds...)
		if q == nil {
			return
		}
		q.Attempt++
		q.setDue(w.Now())
		w.PutBack(q, w.Run(w.T.Context(), q.Job))
	}
	w.T.Fatal("jobs are still due after 500 runs")
}

// PutBack queues a job again after Run has returned err. Only a *flows.RetryLater may be an error here.
func (w *Harness) PutBack(q *Queued, err error) {
	w.T.Helper()
	if err == nil {
		return
	}
	again, ok := errors.AsType[*flows.RetryLater](err)
	if !ok {
		w.T.Fatalf("%s: %v", q.Kind, err)
	}
	if again.Snooze {
		q.Attempt--
	}
	q.At = w.Now().Add(max(again.In, time.Millisecond))
	w.Store.Mu.Lock()
	defer w.Store.Mu.Unlock()
	w.Store.Queue = append(w.Store.Queue, q)
}

// StoredJob makes a job from its stored form. ref and rev mean what the kind says.
func StoredJob(kind flows.JobKind, caseID, ref string, rev int64) (j flows.Job) {
	raw, err := json.Marshal(map[string]any{"kind": kind, "case": caseID, "ref": ref, "rev": rev})
	if err == nil {
		err = json.Unmarshal(raw, &j)
	}
	if err != nil {
		panic(err)
	}
	return j
}

// QueueJob queues a job and gives it a key if it has none.
func (w *Harness) QueueJob(j flows.Job) flows.Job {
	if j.Key == "" {
		j.Key = j.Case + "/test/" + w.NextID()
	}
	w.Must(w.Store.Tx(w.T.Context(), func(tx flows.Tx) error { return tx.Enqueue(w.T.Context(), j) }))
	return j
}
