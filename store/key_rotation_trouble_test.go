package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"shiming/flows"
)

// TestRotationWaitsForEachCopy: two instances have copies of the key file. The rotation does not seal with a key that
// one of them lacks, and goes on when that one has the new file. Another copy, to which somebody adds an epoch, is
// refused.
func TestRotationWaitsForEachCopy(t *testing.T) {
	onDatabase(t, "postgres", func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		copied := filepath.Join(t.TempDir(), "copy.json")
		raw, err := os.ReadFile(file)
		must(t, err)
		must(t, os.WriteFile(copied, raw, 0o600))
		cfg := ts.cfg
		cfg.Keyset = loadKeys(t, copied)
		second := mustOpen(t, cfg)
		ts.fillKeys(t, 4, 0)
		command, lagging := ts.beside(t, file), ts.beside(t, copied)

		replaced := false
		got, err := command.RotateKeys(t.Context(), RotateConfig{Index: indexOf(command), Progress: func(p KeyProgress) {
			if len(p.Waiting) != 1 || replaced {
				return
			}
			if _, found, err := ts.readMark(t.Context(), epochMark); found || err != nil {
				t.Errorf("the epoch was changed before every instance holds it (%v)", err)
			}
			if _, _, err := lagging.nextEpoch(t.Context()); !isOtherCopy(err) {
				t.Errorf("a rotation with the other copy: %v", err)
			}
			fresh, err := os.ReadFile(file)
			must(t, err)
			must(t, os.WriteFile(copied+".new", fresh, 0o600))
			must(t, os.Rename(copied+".new", copied))
			replaced = true
		}})
		if err != nil || !replaced || got.Epoch != 2 {
			t.Fatalf("%+v (%v), copy replaced %v", got, err, replaced)
		}
		checkKeysOpen(t, second, 4)
		second.keyWatch.look(t.Context()) // it may have been slower than a living process
		if used := second.keys.InUse().Number; used != 2 {
			t.Errorf("the second instance uses epoch %d, want 2", used)
		}
		held, err := command.RetireKeys(t.Context(), RetireConfig{Epoch: 1, Now: epoch, Wait: 3 * keyPoll})
		if err != nil || !slices.Contains(held, second.keyWatch.id) {
			t.Errorf("held by %v (%v), want the instance whose copy has the old keys", held, err)
		}
	})
}

func isOtherCopy(err error) bool {
	_, ok := errors.AsType[*OtherCopyError](err)
	return ok
}

// TestRotationPassesByDamage: rows that open with no key hold up neither the rotation nor the next one, and are named.
// Their epoch is retired only by somebody who gives them up.
func TestRotationPassesByDamage(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		ts.fillKeys(t, 6, 3)
		ts.exec(t, `UPDATE cases SET data_key = $1 WHERE id = 'case-005'`, []byte("damaged"))
		ts.exec(t, `UPDATE pictures SET sealed = $1 WHERE case_id = 'case-001'`, []byte("damaged"))
		command := ts.beside(t, file)
		got := rotate(t, command)
		want := []string{"case case-005", "number of case case-005", "picture p1 of case case-001"}
		if got.Epoch != 2 || !slices.Equal(got.Unreadable, want) {
			t.Errorf("%+v, want epoch 2 and %v", got, want)
		}
		retire := RetireConfig{Epoch: 1, Now: epoch, Index: indexOf(command)}
		if _, err := command.RetireKeys(t.Context(), retire); !isNeeded(err) {
			t.Errorf("retiring with damaged rows: %v", err)
		}
		retire.Unreadable = true
		if _, err := command.RetireKeys(t.Context(), retire); err != nil {
			t.Error(err)
		}
		if got := rotate(t, command); got.Epoch != 3 || got.Resumed || len(got.Unreadable) > 0 {
			t.Errorf("the next rotation: %+v, want epoch 3", got)
		}
	})
}

// TestOneRotationAtATime: a second rotation, and a retirement beside one, are refused.
func TestOneRotationAtATime(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		ts.fillKeys(t, 4, 0)
		first, second := ts.beside(t, file), ts.beside(t, file)
		tried := false
		_, err := first.RotateKeys(t.Context(), RotateConfig{Index: indexOf(first), Progress: func(KeyProgress) {
			if tried {
				return
			}
			tried = true
			_, err := second.RotateKeys(t.Context(), RotateConfig{Index: indexOf(second), Progress: func(KeyProgress) {}})
			if !errors.Is(err, ErrRotating) {
				t.Errorf("a second rotation: %v", err)
			}
			if _, err := second.RetireKeys(t.Context(), RetireConfig{Epoch: 1, Now: epoch}); !errors.Is(err, ErrRotating) {
				t.Errorf("a retirement beside it: %v", err)
			}
		}})
		if err != nil || !tried {
			t.Errorf("%v, tried %v", err, tried)
		}
		if n := len(loadKeys(t, file).Epochs()); n != 2 {
			t.Errorf("%d epochs, want 2", n)
		}
	})
}

// TestStoppedProcessComesBack: a process that was stopped for longer than a rotation and a retirement waited for it
// does not seal with the destroyed keys when it goes on.
func TestStoppedProcessComesBack(t *testing.T) {
	onDatabase(t, "postgres", func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		ts.fillKeys(t, 4, 0)
		cfg := ts.cfg
		cfg.Keyset = loadKeys(t, file)
		stopped := mustOpen(t, cfg)
		stopped.stopKeyWatch() // its row goes as if it had aged
		stopped.stopKeyWatch = nil
		stopped.keyWatch.looked.Store(-int64(time.Hour))
		command := ts.beside(t, file)
		rotate(t, command)
		if _, err := command.RetireKeys(t.Context(), RetireConfig{Epoch: 1, Now: epoch, Wait: time.Minute}); err != nil {
			t.Fatal(err)
		}
		if used := stopped.keys.InUse().Number; used != 1 {
			t.Fatalf("the stopped process uses epoch %d: the test proves nothing", used)
		}
		must(t, stopped.Tx(t.Context(), func(tx flows.Tx) error {
			return tx.PutPicture(t.Context(), "case-000", "p1", []byte("picture of "+personOf(0).Personal.Name))
		}))
		stopped.keyWatch.looked.Store(-int64(time.Hour))
		_, err := stopped.SavePush(t.Context(), "oc_1", []byte("a push"))
		must(t, err)
		checkKeysOpen(t, ts.Store, 4)
	})
}

// TestKeyFileUnusable: a running store whose key file was damaged goes on, and says so until the file is back.
func TestKeyFileUnusable(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		whole, err := os.ReadFile(file)
		must(t, err)
		for _, tt := range []struct {
			name string
			raw  []byte
			want bool
		}{{"whole", whole, false}, {"cut off", whole[:len(whole)/2], true}, {"back", whole, false}} {
			must(t, os.WriteFile(file+".new", tt.raw, 0o600))
			must(t, os.Rename(file+".new", file))
			ts.keyWatch.look(t.Context())
			if got := ts.KeysUnusable(); got != tt.want {
				t.Errorf("%s: unusable is %t, want %t", tt.name, got, tt.want)
			}
			ts.fillKeys(t, 0, 0) // events are sealed and stored all the same
		}
	})
}
