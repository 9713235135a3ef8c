package flows_test

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

	"shiming/flows"
	"shiming/store"
)

const tenant = "tenant-1"

// testStore is the real store, with the jobs kept here, to be run when a test says so, and
// the limits noted instead of waited for.
type testStore struct {
	*store.Store
	mu       sync.Mutex
	queue    []*queued
	limits   []string
	waitFunc func(ctx context.Context, limits []flows.Limit) error
}

// queued is a job as the database keeps it.
type queued struct {
	flows.Job
	at time.Time
}

type testTx struct {
	flows.Tx
	s    *testStore
	jobs *[]*queued
}

func (t testTx) Working(context.Context) (map[string]bool, error) { return t.s.working(), nil }

type testView struct {
	flows.View
	s *testStore
}

func (v testView) Working(context.Context) (map[string]bool, error) { return v.s.working(), nil }

func (s *testStore) View(ctx context.Context, fn func(flows.View) error) error {
	return s.Store.View(ctx, func(v flows.View) error { return fn(testView{v, s}) })
}

// working is what the store reads from its own jobs.
func (s *testStore) working() map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]bool{}
	for _, q := range s.queue {
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
		q := &queued{at: j.At}
		if err := json.Unmarshal(raw, &q.Job); err != nil {
			return err
		}
		q.Priority = j.Priority
		*t.jobs = append(*t.jobs, q)
	}
	return nil
}

func (s *testStore) Tx(ctx context.Context, fn func(flows.Tx) error) error {
	var jobs []*queued
	err := s.Store.Tx(ctx, func(tx flows.Tx) error {
		jobs = nil
		return fn(testTx{tx, s, &jobs})
	})
	if err == nil {
		s.mu.Lock()
		s.queue = append(s.queue, jobs...)
		s.mu.Unlock()
	}
	return err
}

func (s *testStore) Wait(ctx context.Context, limits ...flows.Limit) error {
	s.mu.Lock()
	for _, l := range limits {
		s.limits = append(s.limits, l.Key)
	}
	wait := s.waitFunc
	s.mu.Unlock()
	if wait != nil {
		return wait(ctx, limits)
	}
	return ctx.Err()
}

func (s *testStore) Pace(ctx context.Context, p flows.Pace) (func(), error) {
	return func() {}, s.Wait(ctx, flows.Limit{Key: p.Key})
}

// waited counts how often a limit was asked.
func (s *testStore) waited(key string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.limits {
		if l == key {
			n++
		}
	}
	return n
}

// world is an engine over a real store and a pretended outside, with a clock that tests move
// and jobs that tests run.
type world struct {
	*flows.Engine
	*flows.Workers
	t        testing.TB
	store    *testStore
	chat     *fakeChat
	reader   *fakeReader
	register *fakeRegistrar
	notary   *fakeNotary
	verifier *fakeVerifier

	mu     sync.Mutex
	at     time.Time
	events int
}

// newWorld builds a world; adjust changes what the engine is built from.
func newWorld(t testing.TB, adjust ...func(*flows.Deps, *flows.WorkersDeps)) *world {
	t.Helper()
	w := &world{t: t, at: flows.SampleTime, chat: &fakeChat{}, reader: &fakeReader{}, register: &fakeRegistrar{}, notary: &fakeNotary{}}
	w.verifier = &fakeVerifier{now: w.now}
	s, err := store.Open(t.Context(), store.Config{DSN: "sqlite:" + filepath.Join(t.TempDir(), "bot.db"), Sync: "normal", Keyset: store.NewKeyset(), Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w.store = &testStore{Store: s}
	d := flows.Deps{Store: w.store, Policy: *flows.SamplePolicy(), ReviewChat: "oc_hr", AnnounceChat: "oc_all", Now: w.now}
	out := flows.WorkersDeps{Chat: w.chat, Reader: w.reader, Registrar: w.register, Notary: w.notary, Verifier: w.verifier}
	for _, change := range adjust {
		change(&d, &out)
	}
	w.Engine = flows.New(d)
	out.Engine = w.Engine
	w.Workers = flows.NewWorkers(out)
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

// pass moves the clock.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// id names an event that has not been seen.
func (w *world) id() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events++
	return fmt.Sprintf("ev-%d", w.events)
}

// take removes the first job of a kind that is queued, due or not.
func (w *world) take(kind flows.JobKind) flows.Job {
	w.t.Helper()
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	for i, q := range w.store.queue {
		if q.Kind == kind {
			w.store.queue = slices.Delete(w.store.queue, i, i+1)
			q.Attempt++
			return q.Job
		}
	}
	w.t.Fatalf("no %s is queued", kind)
	return flows.Job{}
}

// waiting lists the queued jobs of a kind.
func (w *world) waiting(kind flows.JobKind) (out []*queued) {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	for _, q := range w.store.queue {
		if q.Kind == kind {
			out = append(out, q)
		}
	}
	return out
}

// due removes the first job whose time has come, among the kinds if any are named.
func (w *world) due(kinds ...flows.JobKind) *queued {
	now := w.now()
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	for i, q := range w.store.queue {
		if !q.at.After(now) && (len(kinds) == 0 || slices.Contains(kinds, q.Kind)) {
			w.store.queue = slices.Delete(w.store.queue, i, i+1)
			return q
		}
	}
	return nil
}

// run performs the jobs that are due, one after the other, until nothing is, and puts those
// back that are to run again, as the store does.
func (w *world) run(kinds ...flows.JobKind) {
	w.t.Helper()
	for range 500 {
		q := w.due(kinds...)
		if q == nil {
			return
		}
		q.Attempt++
		w.again(q, w.Run(w.t.Context(), q.Job))
	}
	w.t.Fatal("the jobs go round in circles")
}

func (w *world) again(q *queued, err error) {
	w.t.Helper()
	if err == nil {
		return
	}
	again, ok := errors.AsType[*flows.Again](err)
	if !ok {
		w.t.Fatalf("%s: %v", q.Kind, err)
	}
	if again.Snooze {
		q.Attempt--
	}
	q.at = w.now().Add(max(again.In, time.Millisecond))
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	w.store.queue = append(w.store.queue, q)
}

// caseNow loads a case.
func (w *world) caseNow(id string) (c *flows.Case) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(v flows.View) (err error) {
		c, err = v.Case(w.t.Context(), id)
		return err
	}))
	return c
}

// caseOf loads a person's newest case.
func (w *world) caseOf(openID string) (c *flows.Case) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(v flows.View) (err error) {
		c, err = v.LatestCase(w.t.Context(), tenant, openID)
		return err
	}))
	return c
}

// in requires the state of a case.
func (w *world) in(id string, s flows.State) *flows.Case {
	w.t.Helper()
	c := w.caseNow(id)
	if c.State != s {
		w.t.Fatalf("the case is in %s, want %s (attention %+v)", c.State, s, c.Attention)
	}
	return c
}

// put stores a case that has come as far as s, with photo ids of their real form and bytes.
func (w *world) put(s flows.State, openID string, change ...func(*flows.Case)) *flows.Case {
	w.t.Helper()
	c := flows.SampleCase(s)
	c.ID, c.OpenID, c.TenantKey = uuid.Must(uuid.NewV7()).String(), openID, tenant
	for i := range c.Photos {
		c.Photos[i].ID = uuid.Must(uuid.NewV7()).String()
		c.Photos[i].MessageID += "_" + openID
		c.Photos[i].FileKey += "_" + openID
	}
	for _, f := range change {
		f(c)
	}
	w.must(w.store.Tx(w.t.Context(), func(tx flows.Tx) error {
		if err := tx.InsertCase(w.t.Context(), c); err != nil {
			return err
		}
		for _, p := range c.Photos {
			if p.State != flows.PhotoWaiting {
				if err := tx.PutPicture(w.t.Context(), c.ID, p.ID, picture(p.FileKey)); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	return c
}

// queue puts a job of a case, as its change would.
func (w *world) queue(j flows.Job) flows.Job {
	if j.Key == "" {
		j.Key = j.Case + "/test/" + w.id()
	}
	w.must(w.store.Tx(w.t.Context(), func(tx flows.Tx) error { return tx.Enqueue(w.t.Context(), j) }))
	return j
}

// quiet is a log that goes nowhere but is there.
var quiet = slog.New(slog.DiscardHandler)

// audits counts the rows of a case's chain for an event.
func (w *world) audits(caseID string, event flows.Kind) (n int) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(v flows.View) error {
		rows, err := v.AuditOf(w.t.Context(), caseID)
		for _, r := range rows {
			if r.Event == string(event) {
				n++
			}
		}
		return err
	}))
	return n
}

// shows reports whether a card shows one of the texts of the catalogue, whatever stands in
// its placeholders.
func shows(card, textID string) bool {
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
