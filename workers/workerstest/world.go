// Package workerstest is engine and workers over a real store, with fakes in place of the platforms, for the tests of
// both. The fakes do what a test tells them and keep what they were asked; nothing of the simulated world is used here.
package workerstest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"shiming/engine"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/workers"
)

const Tenant = "tenant-1"

// testStore is the real store, with the jobs kept here, to be run when a test says so, and
// the limits noted instead of waited for.
type FakeStore struct {
	*store.Store
	Mu       sync.Mutex
	Queue    []*Queued
	limits   []string
	WaitFunc func(ctx context.Context, limits []flows.BurstLimit) error
}

// Queued is a job as the database keeps it.
type Queued struct {
	flows.Job
	At time.Time
}

type testTx struct {
	flows.Tx
	s    *FakeStore
	jobs *[]*Queued
}

func (t testTx) Working(context.Context) (map[string]bool, error) { return t.s.working(), nil }

type testView struct {
	flows.View
	s *FakeStore
}

func (v testView) Working(context.Context) (map[string]bool, error) { return v.s.working(), nil }

func (s *FakeStore) View(ctx context.Context, fn func(flows.View) error) error {
	return s.Store.View(ctx, func(v flows.View) error { return fn(testView{v, s}) })
}

// working is what the store reads from its own jobs.
func (s *FakeStore) working() map[string]bool {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	out := map[string]bool{}
	for _, q := range s.Queue {
		if queue := q.Queue(); queue == "person" || queue == "esign" {
			out[q.Case] = true
		}
	}
	return out
}

func (t testTx) Enqueue(_ context.Context, jobs ...flows.Job) error {
	for _, j := range jobs {
		raw, err := json.Marshal(j)
		if err != nil {
			return err
		}
		q := &Queued{At: j.At}
		if err := json.Unmarshal(raw, &q.Job); err != nil {
			return err
		}
		q.Priority = j.Priority
		*t.jobs = append(*t.jobs, q)
	}
	return nil
}

func (s *FakeStore) Tx(ctx context.Context, fn func(flows.Tx) error) error {
	var jobs []*Queued
	err := s.Store.Tx(ctx, func(tx flows.Tx) error {
		jobs = nil
		return fn(testTx{tx, s, &jobs})
	})
	if err == nil {
		s.Mu.Lock()
		s.Queue = append(s.Queue, jobs...)
		s.Mu.Unlock()
	}
	return err
}

func (s *FakeStore) Wait(ctx context.Context, limits ...flows.BurstLimit) error {
	s.Mu.Lock()
	for _, l := range limits {
		s.limits = append(s.limits, l.Key)
	}
	wait := s.WaitFunc
	s.Mu.Unlock()
	if wait != nil {
		return wait(ctx, limits)
	}
	return ctx.Err()
}

func (s *FakeStore) Pace(ctx context.Context, p flows.ExactLimit) (func(), error) {
	return func() {}, s.Wait(ctx, flows.BurstLimit{Key: p.Key})
}

// Waited counts how often a limit was asked.
func (s *FakeStore) CountWaits(key string) (n int) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for _, l := range s.limits {
		if l == key {
			n++
		}
	}
	return n
}

// Harness is an engine over a real store and a pretended outside, with a clock that tests move
// and jobs that tests run.
type Harness struct {
	*engine.Engine
	*workers.Workers
	T                testing.TB
	Store            *FakeStore
	Messenger        *FakeMessenger
	IDCardReader     *FakeIDCardReader
	IdentityRecorder *FakeIdentityRecorder
	EvidenceClient   *FakeEvidenceClient
	Verifier         *FakeVerifier

	mu     sync.Mutex
	At     time.Time
	events int
}

// New builds a world; adjust changes what the engine is built from.
func New(t testing.TB, adjust ...func(*engine.Deps, *workers.Deps)) *Harness {
	t.Helper()
	w := &Harness{
		T:                t,
		At:               flows.SampleTime,
		Messenger:        &FakeMessenger{},
		IDCardReader:     &FakeIDCardReader{},
		IdentityRecorder: &FakeIdentityRecorder{},
		EvidenceClient:   &FakeEvidenceClient{},
	}
	w.Verifier = &FakeVerifier{now: w.Now}
	s, err := store.Open(t.Context(), store.Config{
		DSN:    "sqlite:" + filepath.Join(t.TempDir(), "bot.db"),
		Sync:   "normal",
		Keyset: keyset.New(),
		Now:    w.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w.Store = &FakeStore{Store: s}
	d := engine.Deps{
		Store:        w.Store,
		Policy:       *flows.SamplePolicy(),
		ReviewChat:   "oc_hr",
		AnnounceChat: "oc_all",
		Now:          w.Now,
	}
	out := workers.Deps{
		Messenger:        w.Messenger,
		IDCardReader:     w.IDCardReader,
		IdentityRecorder: w.IdentityRecorder,
		EvidenceClient:   w.EvidenceClient,
		Verifier:         w.Verifier,
	}
	for _, change := range adjust {
		change(&d, &out)
	}
	w.Engine = engine.New(d)
	out.Engine = w.Engine
	w.Workers = workers.New(out)
	return w
}

func (w *Harness) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.At
}

// Pass moves the clock.
func (w *Harness) Advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.At = w.At.Add(d)
}

func (w *Harness) Must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// NextID names an event that has not been seen.
func (w *Harness) NextID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events++
	return fmt.Sprintf("ev-%d", w.events)
}

// TakeJob removes the first job of a kind that is queued, due or not.
func (w *Harness) TakeJob(kind flows.JobKind) flows.Job {
	w.T.Helper()
	w.Store.Mu.Lock()
	defer w.Store.Mu.Unlock()
	for i, q := range w.Store.Queue {
		if q.Kind == kind {
			w.Store.Queue = slices.Delete(w.Store.Queue, i, i+1)
			q.Attempt++
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

// DueJob removes the first job whose time has come, among the kinds if any are named.
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

// run performs the jobs that are due, one after the other, until nothing is, and puts those
// back that are to run again, as the store does.
func (w *Harness) RunJobs(kinds ...flows.JobKind) {
	w.T.Helper()
	for range 500 {
		q := w.DueJob(kinds...)
		if q == nil {
			return
		}
		q.Attempt++
		w.PutBack(q, w.Run(w.T.Context(), q.Job))
	}
	w.T.Fatal("the jobs go round in circles")
}

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

// CaseNow loads a case.
func (w *Harness) CaseNow(id string) (c *flows.Case) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) (err error) {
		c, err = v.Case(w.T.Context(), id)
		return err
	}))
	return c
}

// LatestCase loads a person's newest case.
func (w *Harness) LatestCase(openID string) (c *flows.Case) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) (err error) {
		c, err = v.LatestCase(w.T.Context(), Tenant, openID)
		return err
	}))
	return c
}

// in requires the state of a case.
func (w *Harness) InState(id string, s flows.State) *flows.Case {
	w.T.Helper()
	c := w.CaseNow(id)
	if c.State != s {
		w.T.Fatalf("the case is in %s, want %s (attention %+v)", c.State, s, c.Attention)
	}
	return c
}

// PutCase stores a case that has come as far as s, with photo ids of their real form and bytes.
func (w *Harness) PutCase(s flows.State, openID string, change ...func(*flows.Case)) *flows.Case {
	w.T.Helper()
	c := flows.SampleCase(s)
	c.ID, c.OpenID, c.TenantKey = uuid.Must(uuid.NewV7()).String(), openID, Tenant
	for i := range c.Photos {
		c.Photos[i].ID = uuid.Must(uuid.NewV7()).String()
		c.Photos[i].MessageID += "_" + openID
		c.Photos[i].FileKey += "_" + openID
	}
	for _, f := range change {
		f(c)
	}
	w.Must(w.Store.Tx(w.T.Context(), func(tx flows.Tx) error {
		if err := tx.InsertCase(w.T.Context(), c); err != nil {
			return err
		}
		for _, p := range c.Photos {
			if p.State != flows.PhotoWaiting {
				if err := tx.PutPicture(w.T.Context(), c.ID, p.ID, Picture(p.FileKey)); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	return c
}

// StoredJob is a job as the database keeps it: ref and rev mean what its kind says.
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

// QueueJob puts a job of a case, as its change would.
func (w *Harness) QueueJob(j flows.Job) flows.Job {
	if j.Key == "" {
		j.Key = j.Case + "/test/" + w.NextID()
	}
	w.Must(w.Store.Tx(w.T.Context(), func(tx flows.Tx) error { return tx.Enqueue(w.T.Context(), j) }))
	return j
}

// Quiet is a log that goes nowhere but is there.
var Quiet = slog.New(slog.DiscardHandler)

// CountAudits counts the rows of a case's chain for an event.
func (w *Harness) CountAudits(caseID string, event flows.Kind) (n int) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) error {
		rows, err := v.AuditOf(w.T.Context(), caseID)
		for _, r := range rows {
			if r.Event == string(event) {
				n++
			}
		}
		return err
	}))
	return n
}

// Shows reports whether a card shows one of the texts of the catalogue, whatever stands in
// its placeholders.
func Shows(card, textID string) bool {
	t, ok := catalogue()[textID]
	if !ok {
		panic("no such text: " + textID)
	}
	for i, part := range strings.FieldsFunc(t.ZH, func(r rune) bool { return r == '{' || r == '}' }) {
		if placeholder := i%2 == 1 && strings.Contains(t.ZH, "{"+part+"}"); placeholder {
			continue
		}
		raw, _ := json.Marshal(part)
		if !strings.Contains(card, strings.Trim(string(raw), `"`)) && !strings.Contains(card, part) {
			return false
		}
	}
	return true
}
