// Package workerstest provides an engine and its workers over a real store, with fakes in place of the platforms, for
// the tests of both. A fake does what a test tells it and counts its calls. Nothing here uses the simulated world of
// sim.
package workerstest

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"shiming/engine"
	"shiming/flows"
	"shiming/store"
	"shiming/store/storetest"
	"shiming/workers"
)

// Tenant is the tenant of all people of the tests.
const Tenant = "tenant-1"

// Quiet discards what is logged.
var Quiet = slog.New(slog.DiscardHandler)

// Harness is an engine and its workers over a real store and fake platforms. The test moves the clock and runs the
// jobs.
type Harness struct {
	*engine.Engine
	*workers.Workers
	T                testing.TB
	Store            *Store
	Messenger        *FakeMessenger
	Directory        *FakeDirectory
	IDCardReader     *FakeIDCardReader
	IdentityRecorder *FakeIdentityRecorder
	EvidenceClient   *FakeEvidenceClient
	Verifier         *FakeVerifier

	mu     sync.Mutex
	At     time.Time // the clock; use Now and Advance
	events int       // number of the last event id
}

// New builds a harness at flows.SampleTime. adjust changes what engine and workers are built from.
func New(t testing.TB, adjust ...func(*engine.Deps, *workers.Deps)) *Harness {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bot.db")
	return NewOn(t, store.Config{DSN: "sqlite:" + path, Sync: "normal", Keyset: storetest.Write(t, path)}, adjust...)
}

// NewOn is New on a database of the caller's. It sets the clock.
func NewOn(t testing.TB, db store.Config, adjust ...func(*engine.Deps, *workers.Deps)) *Harness {
	t.Helper()
	w := &Harness{
		T:                t,
		At:               flows.SampleTime,
		Messenger:        &FakeMessenger{},
		Directory:        &FakeDirectory{},
		IDCardReader:     &FakeIDCardReader{},
		IdentityRecorder: &FakeIdentityRecorder{},
		EvidenceClient:   &FakeEvidenceClient{},
	}
	w.Verifier = &FakeVerifier{now: w.Now}
	db.Now = w.Now
	s, err := store.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w.Store = &Store{Store: s}
	d := engine.Deps{
		Store:        w.Store,
		Policy:       *flows.SamplePolicy(),
		ReviewChat:   "oc_hr",
		AnnounceChat: "oc_all",
		Now:          w.Now,
	}
	out := workers.Deps{
		Messenger:        w.Messenger,
		Directory:        w.Directory,
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

// Now is the time of the clock.
func (w *Harness) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.At
}

// Advance moves the clock.
func (w *Harness) Advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.At = w.At.Add(d)
}

// Must ends the test if there is an error.
func (w *Harness) Must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// NextID returns an event id that has not been used.
func (w *Harness) NextID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events++
	return fmt.Sprintf("ev-%d", w.events)
}
