package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"shiming/flows"
	"shiming/store/keyset"
)

// withKeyFile opens the store again with its keys in a file, as serve does.
func (ts *testStore) withKeyFile(t *testing.T) (path string) {
	t.Helper()
	must(t, ts.Close())
	path = filepath.Join(t.TempDir(), "keyset.json")
	must(t, keyset.Write(path, ts.cfg.Keyset))
	ts.cfg.Keyset = loadKeys(t, path)
	ts.Store = mustOpen(t, ts.cfg)
	return path
}

func loadKeys(t *testing.T, path string) *keyset.Keyset {
	t.Helper()
	k, err := keyset.Load(path)
	must(t, err)
	return k
}

// beside opens the database as a command does.
func (ts *testStore) beside(t *testing.T, keyFile string) *Store {
	t.Helper()
	cfg := ts.cfg
	cfg.Keyset, cfg.Beside = loadKeys(t, keyFile), true
	return mustOpen(t, cfg)
}

// indexOf is the blind index of the cases of these tests.
func indexOf(s *Store) func(*flows.Case) []byte {
	return func(c *flows.Case) []byte {
		if c.Personal.Number == "" {
			return nil
		}
		return s.BlindIndex("number", c.Personal.Number)
	}
}

func rotate(t *testing.T, s *Store) Rotated {
	t.Helper()
	out, err := s.RotateKeys(t.Context(), RotateConfig{Index: indexOf(s), Progress: func(KeyProgress) {}})
	must(t, err)
	return out
}

// personOf is the n-th person of these tests. Two have each number.
func personOf(n int) *flows.Case {
	c := newCase(fmt.Sprintf("case-%03d", n), fmt.Sprintf("ou_%03d", n))
	c.Personal = flows.Personal{Name: fmt.Sprintf("人%03d", n), Number: fmt.Sprintf("number-%03d", n/2)}
	return c
}

// fillKeys stores n people with a picture and an index each, the first old of them as an older version has sealed them,
// and one of everything else that is sealed.
func (ts *testStore) fillKeys(t *testing.T, n, old int) {
	t.Helper()
	ctx := t.Context()
	for i := range n {
		c := personOf(i)
		ts.insert(t, c)
		ts.tx(t, func(tx flows.Tx) error {
			return errors.Join(tx.SetBlindIndex(ctx, c.ID, ts.BlindIndex("number", c.Personal.Number)),
				tx.PutPicture(ctx, c.ID, "p1", []byte("picture of "+c.Personal.Name)))
		})
		if i < old {
			ts.sealAsBefore(t, c)
		}
	}
	_, err := ts.SavePush(ctx, "oc_1", []byte("a push"))
	must(t, err)
	must(t, ts.PutAppTicket(ctx, "cli_1", "a ticket"))
	ts.tx(t, func(tx flows.Tx) error {
		return errors.Join(tx.PutLines(ctx, "campaign", []flows.CampaignLine{{Line: 1, Text: "a line"}}),
			tx.PutDataRequest(ctx, &flows.DataRequest{ID: "r1", Text: flows.RequestWords{Words: "a wish"}}))
	})
}

// sealAsBefore seals a case without a data key.
func (ts *testStore) sealAsBefore(t *testing.T, c *flows.Case) {
	t.Helper()
	clear, err := c.Personal.Clear()
	must(t, err)
	personal, err := ts.keys.Seal(personalAAD(c.ID), clear)
	must(t, err)
	picture, err := ts.keys.Seal(pictureAAD(c.ID, "p1"), []byte("picture of "+c.Personal.Name))
	must(t, err)
	ts.exec(t, `UPDATE cases SET sealed = $1, data_key = NULL, key_epoch = 0, index_epoch = 0 WHERE id = $2`,
		personal, c.ID)
	ts.exec(t, `UPDATE pictures SET sealed = $1, data_key = NULL, key_epoch = 0 WHERE case_id = $2`, picture, c.ID)
}

func (ts *testStore) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := ts.backend.write.ExecContext(context.WithoutCancel(t.Context()), query, args...); err != nil {
		t.Fatal(err)
	}
}

// checkKeysOpen reads everything that fillKeys has stored, and looks for people by their number.
func checkKeysOpen(t *testing.T, s *Store, n int) {
	t.Helper()
	ctx := t.Context()
	must(t, s.View(ctx, func(v flows.View) error {
		for i := range n {
			want := personOf(i)
			got, err := v.Case(ctx, want.ID)
			if err != nil {
				return err
			}
			if got.Personal.Name != want.Personal.Name {
				t.Errorf("%s: the name is another one", want.ID)
			}
			picture, err := v.Picture(ctx, want.ID, "p1")
			if err != nil || string(picture) != "picture of "+want.Personal.Name {
				t.Errorf("%s: picture %q (%v)", want.ID, picture, err)
			}
			same, err := v.SameNumber(ctx, "t1", s.BlindIndex("number", want.Personal.Number), want.OpenID)
			if other := personOf(i ^ 1).ID; err != nil || !slices.Equal(same, []string{other}) {
				t.Errorf("%s: same number %v (%v), want %v", want.ID, same, err, other)
			}
		}
		lines, err := v.CampaignLines(ctx, "campaign", []flows.PersonCode{""}, 0, 10)
		if err != nil || len(lines) != 1 || lines[0].Text != "a line" {
			t.Errorf("lines %v (%v)", lines, err)
		}
		if r, err := v.DataRequest(ctx, "r1"); err != nil || r.Text.Words != "a wish" {
			t.Errorf("the words of a data request are others (%v)", err)
		}
		return nil
	}))
	ticket, err := s.AppTicket(ctx, "cli_1")
	if err != nil || ticket != "a ticket" {
		t.Errorf("ticket %q (%v)", ticket, err)
	}
	ids, err := collect(ctx, s.backend.read, "pushes", scanString, `SELECT id FROM pushes`)
	must(t, err)
	for _, id := range ids {
		if p, err := s.ReadPush(ctx, id); err != nil || string(p.Body) != "a push" {
			t.Errorf("push %q (%v)", p.Body, err)
		}
	}
}

// TestRotateKeys: a command rotates while a store is open. Everything opens before and afterwards, the running store
// goes over by itself, the old key file opens nothing any more, and the old epoch can be retired.
func TestRotateKeys(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		ts.fillKeys(t, 24, 10)
		checkKeysOpen(t, ts.Store, 24)
		stolen := filepath.Join(t.TempDir(), "stolen.json")
		raw, err := os.ReadFile(file)
		must(t, err)
		must(t, os.WriteFile(stolen, raw, 0o600))

		command := ts.beside(t, file)
		if _, err := command.RetireKeys(t.Context(), RetireConfig{Epoch: 1, Now: epoch}); !isNeeded(err) {
			t.Errorf("retiring the epoch in use: %v", err)
		}
		got := rotate(t, command)
		// of each case: personal data, picture, index; a push, a line, words of a request
		if want := int64(3*24 + 3); got.Epoch != 2 || got.Resumed || got.Moved != want || len(got.Unreadable) > 0 {
			t.Errorf("%+v, want epoch 2 and %d rows", got, want)
		}
		checkKeysOpen(t, ts.Store, 24)
		checkKeysOpen(t, command, 24)
		if ts.database == "postgres" {
			ts.keyWatch.look(t.Context()) // it may have been slower than a living process
		}
		if used := ts.keys.InUse().Number; used != 2 {
			t.Errorf("the running store uses epoch %d, want 2", used)
		}
		for _, l := range must2(command.ListKeys(t.Context()))(t) {
			switch {
			case l.Number == 1 && l.State == KeyOld && l.Usage.Total() == 0:
			case l.Number == 2 && l.State == KeyInUse && l.Usage == KeyUsage{24, 24, 24, 4, 0} && !l.Created.IsZero():
			default:
				t.Errorf("listed %+v", l)
			}
		}

		old := loadKeys(t, stolen)
		v := &view{q: ts.backend.read, keys: old}
		if _, err := v.Case(t.Context(), "case-001"); !errors.Is(err, keyset.ErrSealed) {
			t.Errorf("with the key file from before the rotation: %v", err)
		}
		held, err := command.RetireKeys(t.Context(), RetireConfig{Epoch: 1, Now: epoch, Wait: time.Minute})
		if err != nil || len(held) > 0 {
			t.Errorf("retired: %v, still held by %v", err, held)
		}
		after, err := os.ReadFile(file)
		must(t, err)
		var first struct {
			Keys struct {
				Epochs []struct {
					Seal struct {
						Key []struct{ KeyData struct{ Value string } }
					}
				}
			}
		}
		must(t, json.Unmarshal(raw, &first))
		secret := first.Keys.Epochs[0].Seal.Key[0].KeyData.Value
		if secret == "" || !bytes.Contains(raw, []byte(secret)) || bytes.Contains(after, []byte(secret)) {
			t.Error("the retired key is still in the key file, or the test does not find it")
		}
		checkKeysOpen(t, ts.Store, 24)
		must(t, ts.Close())
		cfg := ts.cfg
		cfg.Keyset = loadKeys(t, file)
		again := mustOpen(t, cfg)
		checkKeysOpen(t, again, 24)
		must(t, again.Close())
		cfg.Keyset = old
		if lacks, ok := errors.AsType[*EpochError](openError(t.Context(), cfg)); !ok || lacks.Number != 2 {
			t.Errorf("with the key file from before the rotation: %v", openError(t.Context(), cfg))
		}
	})
}

func isNeeded(err error) bool {
	_, ok := errors.AsType[*NeededError](err)
	return ok
}

// TestRotationBesideWriters: cases are written all the time while the keys are rotated twice. Nothing is lost, and
// nothing stays under the old keys.
func TestRotationBesideWriters(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		ts.fillKeys(t, 40, 20)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan int)
		go func() {
			written := 0
			for i := 0; ctx.Err() == nil; i++ {
				id := personOf(i % 40).ID
				err := ts.Tx(t.Context(), func(tx flows.Tx) error {
					c, err := tx.Case(t.Context(), id)
					if err != nil {
						return err
					}
					c.Rev++
					return errors.Join(tx.UpdateCase(t.Context(), c),
						tx.SetBlindIndex(t.Context(), id, ts.BlindIndex("number", c.Personal.Number)),
						tx.PutPicture(t.Context(), id, "p1", []byte("picture of "+c.Personal.Name)))
				})
				if err != nil {
					t.Error(err)
				}
				written++
			}
			ended <- written
		}()
		command := ts.beside(t, file)
		for want := 2; want <= 3; want++ {
			if got := rotate(t, command); got.Epoch != want || len(got.Unreadable) > 0 {
				t.Errorf("%+v, want epoch %d", got, want)
			}
		}
		stop()
		if written := <-ended; written == 0 {
			t.Error("nothing was written meanwhile: the test proves nothing")
		}
		checkKeysOpen(t, ts.Store, 40)
		usage, err := command.KeyUsage(t.Context())
		if left := usageBelow(usage, command.keys, 3); err != nil || left.Total() > 0 {
			t.Errorf("left under old keys: %+v (%v)", left, err)
		}
	})
}

func must2[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		must(t, err)
		return v
	}
}
