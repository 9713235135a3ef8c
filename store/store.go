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

// Store is an open database. Its methods are safe for concurrent use.
type Store struct {
	backend *backend
	keys    *keyset.Keyset
	log     *slog.Logger
	now     func() time.Time // the machine's clock; see Now
	workers map[string]int   // by queue

	movableClock bool         // see AdvanceClock
	clockOffset  atomic.Int64 // a time.Duration
	clockMoves   sync.RWMutex // every transaction read-locks it if the clock is movable

	notifier     *jobNotifier  // wakes the queues after a commit
	pollInterval time.Duration // of the queues without a wake-up

	keyWatch     *keyWatch // nil for a store beside another
	stopKeyWatch func()

	mu      sync.Mutex
	running *runner // set between Start and Stop
	closed  bool
}

// Open opens the database and creates or migrates its tables. On SQLite it also requeues the jobs
// of a dead process; on PostgreSQL Start does that. It fails with ErrUnsupportedDSN,
// ErrPostgresDSN, ErrLocked (SQLite), ErrWrongKeyset, an *EpochError, a *RetiredError, a *CopyError or a *NewerError,
// and with Config.Beside also with an *OlderError or, on SQLite, fs.ErrNotExist.
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

	if cfg.Beside {
		if err := s.prepareBeside(ctx); err != nil {
			_ = s.backend.close() // the first error is the cause
			return nil, err
		}
		return s, nil
	}

	// Processes that start together prepare the database one after the other.
	err = s.backend.exclusive(ctx, func(ctx context.Context) error { return s.prepare(ctx, cfg.Copy) })
	if err != nil {
		_ = s.backend.close() // the first error is the cause
		return nil, err
	}
	if s.stopKeyWatch, err = s.startKeyWatch(ctx); err != nil {
		_ = s.backend.close() // the first error is the cause
		return nil, err
	}
	return s, nil
}

// prepare checks and migrates the database. It checks the keyset first, so that a wrong keyset
// changes nothing.
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
	if err := s.adoptEpoch(ctx); err != nil {
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

// prepareBeside checks a database that another program may be using, and takes over the time of a demonstration.
func (s *Store) prepareBeside(ctx context.Context) error {
	if err := s.checkKeyset(ctx); err != nil {
		return err
	}
	if err := s.backend.checkPresent(ctx); err != nil {
		return err
	}
	if err := s.adoptEpoch(ctx); err != nil {
		return err
	}
	return s.adoptClockOffset(ctx)
}

// Close stops the jobs, waits for them for one second at most, and closes the database. A second
// call does nothing.
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
	if s.stopKeyWatch != nil {
		s.stopKeyWatch()
	}
	if err := s.backend.close(); err != nil {
		return fmt.Errorf("store: close: %w", err)
	}
	return stopErr
}

// Ready returns nil if the database answers reads and accepts writes.
func (s *Store) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := s.backend.read.PingContext(ctx); err != nil {
		return fmt.Errorf("store: read: %w", err)
	}
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return err
	}
	defer tx.end()
	if s.backend.writable != nil {
		if err := s.backend.writable(ctx, tx.Tx); err != nil {
			return fmt.Errorf("store: write: %w", err)
		}
	}
	return nil
}

// Shared reports whether other processes may work on the same database.
func (s *Store) Shared() bool { return s.backend.heartbeat != nil }

// MAC returns a keyed hash of 32 bytes. It depends on where one part ends and the next begins:
// ("ab","c") and ("a","bc") differ.
func (s *Store) MAC(purpose string, data ...string) []byte { return s.keys.MAC(purpose, data...) }

// MACs returns the keyed hashes under every hashing key that is held, first that of MAC.
func (s *Store) MACs(purpose string, data ...string) [][]byte { return s.keys.MACs(purpose, data...) }

// BlindIndex returns keyed hashes for finding equal data again, see keyset.BlindIndex. SetBlindIndex stores one of
// them, SameNumber looks for all.
func (s *Store) BlindIndex(purpose string, data ...string) []byte {
	return s.keys.BlindIndex(purpose, data...)
}

// SameIndex reports whether two blind indexes are of the same data.
func (s *Store) SameIndex(a, b []byte) bool { return keyset.SameIndex(a, b) }
