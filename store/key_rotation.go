package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"shiming/flows"
	"shiming/store/keyset"
)

// A rotation has five steps. Each is repeated by the next rotation if it was cut off, and all keys that may be needed
// are in the keyset file before anything is sealed with them:
//
//	1. the keyset file gets a new epoch, if none was begun
//	2. wait until every running process holds it
//	3. the setting keys/epoch names it; wait until every process uses it
//	4. move everything of older epochs, and the keyed hashes under which something is looked for
//	5. the check value is sealed and hashed with it
//
// Retiring an epoch removes its keys from the file. It is refused while anything is under them. What cannot be found to
// be moved is listed in docs/data: links and codes that were given out, and counts of people who are in no case.

// KeyProgress tells how far a rotation is.
type KeyProgress struct {
	Epoch       int
	Waiting     []string // processes that it waits for; nil otherwise
	Done, Total int64    // of rows
}

// RotateConfig configures RotateKeys.
type RotateConfig struct {
	// Index returns the blind index of a case, or nil; see Store.BlindIndex.
	Index func(*flows.Case) []byte
	// Hashes returns the keys of uses and of settings that are keyed hashes about a person, each under every hashing key;
	// see engine.HashesOf. nil: there are none.
	Hashes HashesFunc
	// Progress is told how far the rotation is, from one goroutine.
	Progress func(KeyProgress)
}

// Rotated is the result of a rotation.
type Rotated struct {
	Epoch      int
	Resumed    bool  // an earlier rotation was finished
	Moved      int64 // rows
	Unreadable []string
}

// OtherCopyError means that a rotation was begun with another copy of the keyset file.
type OtherCopyError struct{ Epoch int }

func (e *OtherCopyError) Error() string {
	return fmt.Sprintf("store: a rotation to key epoch %d was begun with another copy of the key file: "+
		"put that copy here, or go on where it is", e.Epoch)
}

// RotateKeys puts everything that the database holds under new keys, while other processes work on it. If an earlier
// rotation was cut off, it finishes that one and begins no other. The store's keyset must be of a file. It returns
// ErrRotating, an *OtherCopyError, or the error of ctx; calling it again goes on.
func (s *Store) RotateKeys(ctx context.Context, cfg RotateConfig) (out Rotated, err error) {
	err = s.backend.rotateAlone(ctx, func() error {
		target, resumed, err := s.nextEpoch(ctx)
		if err != nil {
			return err
		}
		out.Epoch, out.Resumed = target.Number, resumed
		note := func(waiting []string) { cfg.Progress(KeyProgress{Epoch: target.Number, Waiting: waiting}) }
		if err := s.waitForHolders(ctx, func(h KeyHolder) bool { return h.Holds(target) }, note); err != nil {
			return err
		}
		if err := s.noteFormer(ctx, target); err != nil {
			return err
		}
		if err := s.putMark(ctx, epochMark, epochValue(target)); err != nil {
			return err
		}
		s.keys.Use(target.Number)
		err = s.waitForHolders(ctx, func(h KeyHolder) bool { return h.Used >= target.Number }, note)
		if err != nil {
			return err
		}
		return s.moveAll(ctx, cfg, target.Number, &out)
	})
	return out, err
}

// nextEpoch returns the epoch to rotate to, which the keyset file holds. It is a new one unless a rotation was begun.
func (s *Store) nextEpoch(ctx context.Context) (target keyset.Epoch, resumed bool, err error) {
	if _, err := s.keys.Reload(); err != nil {
		return target, false, err
	}
	if err := s.adoptEpoch(ctx); err != nil {
		return target, false, err
	}
	used, newest := s.keys.InUse(), s.keys.Newest()
	value, found, err := s.readMark(ctx, nextMark)
	if err != nil {
		return target, false, err
	}
	if found {
		number, keyID, err := parseEpoch(value)
		if err != nil {
			return target, false, err
		}
		if number > used.Number && !s.keys.Has(number, keyID) {
			return target, false, &OtherCopyError{number}
		}
	}
	if newest.Number > used.Number {
		return newest, true, s.putMark(ctx, nextMark, epochValue(newest))
	}
	usage, err := s.KeyUsage(ctx)
	if err != nil {
		return target, false, err
	}
	behind, err := s.checkValueBehind(ctx)
	if err != nil {
		return target, false, err
	}
	unhashed, err := s.hashesBehind(ctx)
	if err != nil {
		return target, false, err
	}
	if behind || unhashed || usageBelow(usage, s.keys, used.Number).Total() > 0 {
		return used, true, nil
	}
	next, err := s.keys.WithNewEpoch()
	if err != nil {
		return target, false, err
	}
	if err := s.keys.Put(next); err != nil {
		return target, false, err
	}
	target = s.keys.Newest()
	return target, false, s.putMark(ctx, nextMark, epochValue(target))
}

// movePasses bounds how often moveAll looks for rows again. A process that was about to start when the epoch changed
// may have written a few under the old one.
const movePasses = 3

// moveAll moves everything to the target.
func (s *Store) moveAll(ctx context.Context, cfg RotateConfig, target int, out *Rotated) error {
	var total int64
	m := s.newKeyMove(cfg.Index, func(n int) {
		out.Moved += int64(n)
		cfg.Progress(KeyProgress{Epoch: target, Done: out.Moved, Total: max(total, out.Moved)})
	})
	for range movePasses {
		usage, err := s.KeyUsage(ctx)
		if err != nil {
			return err
		}
		left := usageBelow(usage, s.keys, target).Total()
		if total = out.Moved + left; left == 0 || left == int64(len(m.unreadable)) {
			break
		}
		cfg.Progress(KeyProgress{Epoch: target, Done: out.Moved, Total: total})
		clear(m.unreadable)
		if err := m.run(ctx); err != nil {
			return err
		}
	}
	if err := m.movePeople(ctx, cfg.Hashes); err != nil {
		return err
	}
	maps.Copy(m.unreadable, m.cut)
	out.Unreadable = slices.Sorted(maps.Keys(m.unreadable))
	return s.moveKeyCheck(ctx)
}

// noteFormer adds the epoch in use to those that were in use before the target, so that a key file from before a
// rotation can be told from one of another installation.
func (s *Store) noteFormer(ctx context.Context, target keyset.Epoch) error {
	used := s.keys.InUse()
	value, _, err := s.readMark(ctx, formerMark)
	if err != nil || used.Number == target.Number {
		return err
	}
	if slices.Contains(strings.Fields(value), epochValue(used)) {
		return nil
	}
	return s.putMark(ctx, formerMark, strings.TrimSpace(value+" "+epochValue(used)))
}

// hashesBehind reports whether keyed hashes may be under the hashing key of an older epoch.
func (s *Store) hashesBehind(ctx context.Context) (bool, error) {
	if !s.keys.FormerHashing() {
		return false, nil
	}
	value, _, err := s.readMark(ctx, hashedMark)
	return value != strconv.Itoa(s.keys.InUse().Number), err
}

// checkValueBehind reports whether the check value is under an older epoch.
func (s *Store) checkValueBehind(ctx context.Context) (bool, error) {
	var sealed []byte
	err := s.backend.read.QueryRowContext(ctx, `SELECT sealed FROM key_check WHERE id = 1`).Scan(&sealed)
	if err != nil {
		return false, fmt.Errorf("store: key check: %w", err)
	}
	number, _ := s.keys.EpochOf(sealed)
	return number < s.keys.InUse().Number, nil
}

// moveKeyCheck seals the check value with the epoch in use.
func (s *Store) moveKeyCheck(ctx context.Context) error {
	sealed, err := s.keys.Seal(keyCheckAAD, []byte(keyCheckAAD))
	if err != nil {
		return err
	}
	_, err = s.backend.write.ExecContext(ctx, `UPDATE key_check SET prf = $1, sealed = $2 WHERE id = 1`,
		s.keys.MAC(keyCheckAAD), sealed)
	if err != nil {
		return fmt.Errorf("store: key check: %w", err)
	}
	return nil
}

// RewrapKeys writes the keyset file of the store again, with the same keys under another wrapping; nil for keys in
// clear. A running process goes on with the keys in memory, and needs the new settings at its next start. It returns
// ErrRotating.
func (s *Store) RewrapKeys(ctx context.Context, wrapping *keyset.Wrapping) error {
	return s.backend.rotateAlone(ctx, func() error {
		if _, err := s.keys.Reload(); err != nil {
			return err
		}
		return keyset.Replace(s.keys.Path(), s.keys, wrapping)
	})
}

// NeededError means that an epoch cannot be retired.
type NeededError struct {
	Epoch int
	Usage KeyUsage // what is under it and older ones
	Using []string // processes that still seal with it
}

func (e *NeededError) Error() string {
	switch {
	case len(e.Using) > 0:
		return fmt.Sprintf("store: key epoch %d is in use by %v", e.Epoch, e.Using)
	case e.Usage.Total() > 0:
		return fmt.Sprintf("store: %d rows are under key epoch %d or older ones; `shiming keys rotate` moves them",
			e.Usage.Total(), e.Epoch)
	}
	return fmt.Sprintf("store: key epoch %d is the one in use, or a rotation is not finished; `shiming keys rotate` first",
		e.Epoch)
}

// ErrNoSuchEpoch means that the keyset does not hold the epoch.
var ErrNoSuchEpoch = errors.New("store: the key file does not hold this key epoch")

// RetireConfig configures RetireKeys.
type RetireConfig struct {
	Epoch int // with all older ones
	Now   time.Time
	// Wait is how long to wait for the running processes to read the new file.
	Wait time.Duration
	// Unreadable allows rows under the epochs that open with no key. They stay as they are.
	Unreadable bool
	Index      func(*flows.Case) []byte // see RotateConfig
}

// RetireKeys destroys the keys of an epoch and of all older ones in the keyset file of the store. It returns the
// running processes that still hold them in another copy of the file after the wait. It returns ErrNoSuchEpoch, a
// *NeededError or ErrRotating.
func (s *Store) RetireKeys(ctx context.Context, cfg RetireConfig) (held []string, err error) {
	number := cfg.Epoch
	err = s.backend.rotateAlone(ctx, func() error {
		if err := s.mayRetire(ctx, cfg); err != nil {
			return err
		}
		if err := s.putMark(ctx, retiredMark, strconv.Itoa(number)); err != nil {
			return err
		}
		return s.keys.Put(s.keys.Without(number, cfg.Now))
	})
	if err != nil {
		return nil, err
	}
	waitCtx, cancel := context.WithTimeout(ctx, cfg.Wait)
	defer cancel()
	err = s.waitForHolders(waitCtx, func(h KeyHolder) bool { return h.Oldest > number },
		func(waiting []string) { held = waiting })
	if errors.Is(waitCtx.Err(), context.DeadlineExceeded) && ctx.Err() == nil {
		return held, nil
	}
	return nil, err
}

// mayRetire returns an error unless nothing needs the epoch and older ones.
func (s *Store) mayRetire(ctx context.Context, cfg RetireConfig) error {
	number := cfg.Epoch
	if _, err := s.keys.Reload(); err != nil {
		return err
	}
	if err := s.adoptEpoch(ctx); err != nil {
		return err
	}
	if !slices.ContainsFunc(s.keys.Epochs(), func(e keyset.Epoch) bool { return e.Number == number }) {
		return ErrNoSuchEpoch
	}
	behind, err := s.checkValueBehind(ctx)
	if err != nil {
		return err
	}
	unhashed, err := s.hashesBehind(ctx)
	if err != nil {
		return err
	}
	usage, err := s.KeyUsage(ctx)
	if err != nil {
		return err
	}
	left := usageBelow(usage, s.keys, number+1)
	if cfg.Unreadable && left.Total() > 0 && number < s.keys.InUse().Number {
		m := s.newKeyMove(cfg.Index, func(int) {})
		if err := m.run(ctx); err != nil {
			return err
		}
		if usage, err = s.KeyUsage(ctx); err != nil {
			return err
		}
		left = usageBelow(usage, s.keys, number+1)
		if left.Total() <= int64(len(m.unreadable)) {
			left = KeyUsage{}
		}
	}
	if left.Total() > 0 {
		return &NeededError{Epoch: number, Usage: left}
	}
	if behind || unhashed || number >= s.keys.InUse().Number {
		return &NeededError{Epoch: number}
	}
	holders, err := s.KeyHolders(ctx)
	if err != nil {
		return err
	}
	needed := &NeededError{Epoch: number}
	for _, h := range holders {
		if h.Used <= number {
			needed.Using = append(needed.Using, h.ID)
		}
	}
	if len(needed.Using) > 0 {
		return needed
	}
	return nil
}
