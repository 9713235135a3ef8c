package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"shiming/store/keyset"
)

// Each process that works on the database looks at its keyset file and at the epoch in use every keyPoll, and writes
// into the table key_holders which epochs it holds and uses. A rotation waits for them.
const (
	keyPoll = 2 * time.Second
	// holderTimeout is how old the row of a living process may be on PostgreSQL. Commands that open the database beside
	// others have none.
	holderTimeout = 5 * keyPoll
)

// KeyHolder says which keys a running process holds. No key is in it.
type KeyHolder struct {
	ID             string // host, process id, and a random part
	Oldest, Newest int    // epochs that it holds
	NewestKey      uint32 // Tink's id of the newest epoch's key
	Used           int    // epoch that it seals with
}

// Holds reports whether the process holds the epoch.
func (h KeyHolder) Holds(e keyset.Epoch) bool {
	return h.Newest > e.Number || h.Newest == e.Number && h.NewestKey == e.KeyID
}

// startKeyWatch writes the row of this process and keeps it up to date until stop.
func (s *Store) startKeyWatch(ctx context.Context) (stop func(), err error) {
	w := &keyWatch{store: s, id: instanceID(), began: time.Now()}
	if s.backend.besides != nil { // the lock on the file says that all other rows are of dead processes
		if _, err := s.backend.write.ExecContext(ctx, `DELETE FROM key_holders`); err != nil {
			return nil, fmt.Errorf("store: key holders: %w", err)
		}
	}
	if err := w.report(ctx); err != nil {
		return nil, err
	}
	s.keyWatch = w
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.run(ctx)
	}()
	return func() {
		cancel()
		<-ended
		w.leave()
	}, nil
}

// keyWatch is the row of this process.
type keyWatch struct {
	store *Store
	id    string

	began  time.Time
	looked atomic.Int64 // when the last look succeeded, a time.Duration since began
	mu     sync.Mutex   // held by look

	reported KeyHolder
	lastErr  string
	failing  atomic.Bool // lastErr is not empty
}

// KeysUnusable reports whether the key file or the epoch in use could not be read at the last look. The keys in memory
// go on; a start would fail.
func (s *Store) KeysUnusable() bool { return s.keyWatch != nil && s.keyWatch.failing.Load() }

// freshKeys looks at the epoch in use if the last look is older than a living process may be. A process that was
// stopped for that long, and that a rotation has not waited for, so never seals with keys that were destroyed
// meanwhile.
func (s *Store) freshKeys(ctx context.Context) error {
	w := s.keyWatch
	if w == nil || w.fresh() {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fresh() {
		return nil
	}
	return w.lookLocked(ctx)
}

// fresh reports whether the row of this process has counted as that of a living one since its last look.
func (w *keyWatch) fresh() bool {
	return time.Since(w.began)-time.Duration(w.looked.Load()) < holderTimeout-keyPoll
}

func (w *keyWatch) run(ctx context.Context) {
	tick := time.NewTicker(keyPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		w.look(ctx)
	}
}

// lookLocked takes over a replaced keyset file and the epoch in use, and reports. An unreadable file is logged only,
// since the keys that are held go on.
func (w *keyWatch) lookLocked(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	at := time.Since(w.began)
	_, fileErr := w.store.keys.Reload()
	w.failing.Store(fileErr != nil)
	if err := w.store.adoptEpoch(ctx); err != nil {
		if _, ofKeys := errors.AsType[*EpochError](err); ofKeys {
			w.failing.Store(true)
		}
		return err
	}
	if err := w.report(ctx); err != nil {
		return err
	}
	w.looked.Store(int64(at))
	w.warn(ctx, fileErr)
	return nil
}

// look is lookLocked of the loop.
func (w *keyWatch) look(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.lookLocked(ctx); err != nil {
		w.warn(ctx, err)
	}
}

// warn logs an error once, until another one follows or it is over.
func (w *keyWatch) warn(ctx context.Context, err error) {
	text := ""
	if err != nil && ctx.Err() == nil {
		text = err.Error()
	}
	if text != "" && text != w.lastErr {
		w.store.log.LogAttrs(ctx, slog.LevelWarn, "the key file or the key epoch cannot be read; the keys in memory go on",
			slog.String("error", text))
	}
	w.lastErr = text
}

// report writes the row, on SQLite only if it has changed.
func (w *keyWatch) report(ctx context.Context) error {
	h := holderOf(w.id, w.store.keys)
	if w.store.backend.besides != nil && h == w.reported {
		return nil
	}
	_, err := w.store.backend.write.ExecContext(ctx, `
		INSERT INTO key_holders (id, oldest, newest, newest_key, used, at_ms)
		VALUES ($1, $2, $3, $4, $5, (`+w.store.backend.nowMicros+`) / 1000)
		ON CONFLICT (id) DO UPDATE
		SET oldest = excluded.oldest,
		    newest = excluded.newest,
		    newest_key = excluded.newest_key,
		    used = excluded.used,
		    at_ms = excluded.at_ms`,
		h.ID, h.Oldest, h.Newest, int64(h.NewestKey), h.Used,
	)
	if err != nil {
		return fmt.Errorf("store: key holders: %w", err)
	}
	if h != w.reported {
		w.store.log.LogAttrs(ctx, slog.LevelInfo, "key epochs",
			slog.Int("used", h.Used), slog.Int("oldest", h.Oldest), slog.Int("newest", h.Newest))
	}
	w.reported = h
	return nil
}

func holderOf(id string, keys *keyset.Keyset) KeyHolder {
	newest := keys.Newest()
	return KeyHolder{id, keys.Oldest().Number, newest.Number, newest.KeyID, keys.InUse().Number}
}

// leave deletes the row. Without it the row of this process would count as alive for holderTimeout.
func (w *keyWatch) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, _ = w.store.backend.write.ExecContext(ctx, `DELETE FROM key_holders WHERE id = $1`, w.id) // it ages
}

// KeyHolders returns the processes that work on the database now, except commands beside them.
func (s *Store) KeyHolders(ctx context.Context) ([]KeyHolder, error) {
	since := int64(0)
	if s.backend.besides != nil {
		if used, err := s.backend.besides(); err != nil || !used {
			return nil, err
		}
	} else {
		err := s.backend.read.QueryRowContext(ctx, `SELECT (`+s.backend.nowMicros+`) / 1000`).Scan(&since)
		if err != nil {
			return nil, fmt.Errorf("store: key holders: %w", err)
		}
		since -= holderTimeout.Milliseconds()
	}
	return collect(ctx, s.backend.read, "key holders", func(scan scanner) (h KeyHolder, err error) {
		err = scan(&h.ID, &h.Oldest, &h.Newest, &h.NewestKey, &h.Used)
		return h, err
	}, `
		SELECT id, oldest, newest, newest_key, used
		FROM key_holders
		WHERE at_ms >= $1
		ORDER BY id`,
		since,
	)
}

// holderPoll is how often a rotation looks at the other processes.
const holderPoll = 100 * time.Millisecond

// waitForHolders waits until every running process satisfies ok, and tells note for whom it waits.
func (s *Store) waitForHolders(ctx context.Context, ok func(KeyHolder) bool, note func(waiting []string)) error {
	last := ""
	for {
		holders, err := s.KeyHolders(ctx)
		if err != nil {
			return err
		}
		var waiting []string
		for _, h := range holders {
			if !ok(h) {
				waiting = append(waiting, h.ID)
			}
		}
		if len(waiting) == 0 {
			return nil
		}
		if now := strings.Join(waiting, " "); now != last {
			note(waiting)
			last = now
		}
		if err := sleep(ctx, holderPoll); err != nil {
			return err
		}
	}
}
