package store

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"shiming/flows"
	"shiming/store/keyset"
)

var _ flows.Store = (*Store)(nil)

// Store is an open database. All methods may be called from many goroutines.
type Store struct {
	backend *backend
	keys    *keyset.Keyset
	log     *slog.Logger
	now     func() time.Time // the machine's; see Now
	workers map[string]int   // workers per queue

	movableClock bool         // see AdvanceClock
	clockOffset  atomic.Int64 // by how much it was, time.Duration
	clockMoves   sync.RWMutex // held for reading by transactions if the clock is movable

	notifier     *jobNotifier  // wakes the queues after a commit
	pollInterval time.Duration // between looks at the queues when the notifier is silent

	mu      sync.Mutex
	running *runner // set between Start and Stop
	closed  bool
}

// Open opens the database, creates or migrates it, and on SQLite takes up jobs that a dead
// process left running; on PostgreSQL that begins with Start. It fails with
// ErrUnsupportedDSN, ErrPostgresDSN, ErrLocked (SQLite), ErrWrongKeyset, a *CopyError or a
// *NewerError.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Store{
		keys:         cfg.Keyset,
		log:          cfg.Log,
		now:          cfg.Now,
		workers:      cfg.Workers,
		movableClock: cfg.MovableClock,
		notifier:     newJobNotifier(),
	}
	name, rest := scheme(cfg.DSN)
	switch name {
	case "sqlite":
		s.backend, err = openSQLite(ctx, rest, cfg, s.notifier)
	case "postgres", "postgresql":
		s.backend, err = openPostgres(ctx, cfg, s.notifier)
	default:
		err = fmt.Errorf("%w (got scheme %q)", ErrUnsupportedDSN, name)
	}
	if err != nil {
		return nil, err
	}
	s.pollInterval = s.backend.pollInterval
	if err := s.backend.exclusive(ctx, func(ctx context.Context) error { return s.prepare(ctx, cfg.Copy) }); err != nil {
		_ = s.backend.close() // the first error is the one that counts
		return nil, err
	}
	return s, nil
}

// prepare runs in an order that leaves a database untouched when the keyset is wrong.
func (s *Store) prepare(ctx context.Context, mayBeCopy bool) error {
	if err := s.checkKeyset(ctx); err != nil {
		return err
	}
	if err := s.backend.migrate(ctx, s.log); err != nil {
		return err
	}
	if err := s.writeKeyCheck(ctx); err != nil {
		return err
	}
	if err := s.checkCopy(ctx, mayBeCopy); err != nil {
		return err
	}
	if err := s.readClockOffset(ctx); err != nil {
		return err
	}
	if s.backend.requeueOrphans == nil {
		return nil
	}
	return s.backend.requeueOrphans(ctx)
}

// Close stops the jobs, if they run, without waiting for them long, and closes the
// database. A second call does nothing.
func (s *Store) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	stopErr := s.Stop(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	if err := s.backend.close(); err != nil {
		return fmt.Errorf("store: close: %w", err)
	}
	return stopErr
}

// Ready reports whether the database answers reads and takes writes.
func (s *Store) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := s.backend.read.PingContext(ctx); err != nil {
		return fmt.Errorf("store: read: %w", err)
	}
	conn, tx, err := s.begin(ctx, s.backend.write, s.backend.writeOptions)
	if err != nil {
		return err
	}
	defer conn.Close()  //nolint:errcheck // gives it back to the pool
	defer tx.Rollback() //nolint:errcheck // nothing was written
	if s.backend.writable != nil {
		if err := s.backend.writable(ctx, tx); err != nil {
			return fmt.Errorf("store: write: %w", err)
		}
	}
	return nil
}

// MAC is a keyed hash of 32 bytes. The parts keep their borders: ("ab","c") and ("a","bc")
// differ.
func (s *Store) MAC(purpose string, data ...string) []byte { return s.keys.MAC(purpose, data...) }
