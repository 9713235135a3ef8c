package store

import (
	"encoding/hex"
	"errors"
	"slices"
	"testing"
	"time"

	"shiming/flows"
	"shiming/store/keyset"
)

// hashesOf is engine.HashesOf for these tests: uses by person and by mobile, and a mark.
func hashesOf(s *Store) HashesFunc {
	all := func(prefix, purpose string, data ...string) (keys []string) {
		for _, mac := range s.MACs(purpose, data...) {
			keys = append(keys, prefix+hex.EncodeToString(mac))
		}
		return keys
	}
	return func(tenantKey, openID string, mobiles ...string) (uses, settings [][]string) {
		uses = append(uses, all("", "person", tenantKey, openID))
		for _, m := range mobiles {
			if m != "" {
				uses = append(uses, all("", "mobile", tenantKey, m))
			}
		}
		return uses, [][]string{all("greeted/", "greeted", tenantKey, openID)}
	}
}

func rotateHashes(t *testing.T, s *Store) Rotated {
	t.Helper()
	out, err := s.RotateKeys(t.Context(), RotateConfig{
		Index: indexOf(s), Hashes: hashesOf(s), Progress: func(KeyProgress) {},
	})
	must(t, err)
	return out
}

// fillHashes stores n people with chains, a use each by person and by mobile, and a mark each; and a use of somebody who
// is in no case.
func (ts *testStore) fillHashes(t *testing.T, n int) {
	t.Helper()
	ctx := t.Context()
	hashes := hashesOf(ts.Store)
	for i := range n {
		c := personOf(i)
		c.Personal.Mobile = "mobile of " + c.ID
		ts.insert(t, c)
		uses, settings := hashes(c.TenantKey, c.OpenID, c.Personal.Mobile)
		ts.tx(t, func(tx flows.Tx) error {
			return errors.Join(
				tx.Audit(ctx, flows.AuditRow{CaseID: c.ID, At: epoch, Event: "opened"}),
				tx.Audit(ctx, flows.AuditRow{CaseID: c.ID, At: epoch, Event: "consented"}),
				tx.PutUse(ctx, uses[0][0], c.ID, epoch), tx.PutUse(ctx, uses[1][0], c.ID, epoch),
				tx.PutSetting(ctx, c.TenantKey, settings[0][0], "1"))
		})
	}
	stranger, _ := hashes("t1", "ou_stranger")
	ts.tx(t, func(tx flows.Tx) error { return tx.PutUse(ctx, stranger[0][0], "s", epoch) })
}

// checkHashes looks for everything that fillHashes has stored, and verifies the chains.
func checkHashes(t *testing.T, s *Store, n int) {
	t.Helper()
	ctx := t.Context()
	hashes := hashesOf(s)
	for i := range n {
		c := personOf(i)
		uses, settings := hashes(c.TenantKey, c.OpenID, "mobile of "+c.ID)
		must(t, s.Tx(ctx, func(tx flows.Tx) error {
			for _, keys := range uses {
				got, err := tx.Uses(ctx, keys[0], epoch.Add(-time.Hour), keys[1:]...)
				if err != nil || len(got) != 1 {
					t.Errorf("%s: uses %v (%v), want one", c.ID, got, err)
				}
			}
			marked := 0
			for _, key := range settings[0] {
				if v, err := tx.Setting(ctx, c.TenantKey, key); err == nil && v != "" {
					marked++
				}
			}
			if marked != 1 {
				t.Errorf("%s: marked %d times, want once", c.ID, marked)
			}
			return nil
		}))
		if err := s.VerifyChain(ctx, c.ID); err != nil {
			t.Error(err)
		}
	}
}

// TestHashingKeyRotates: chains, counts and marks hold before and after a rotation and after the old epoch is retired;
// with the old key alone nothing of them can be recomputed any more. A count of somebody who is in no case holds until
// the epoch is retired.
func TestHashingKeyRotates(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		const people = 7
		ts.fillHashes(t, people)
		old := loadKeys(t, file)
		command := ts.beside(t, file)
		got := rotateHashes(t, command)
		// of each person: personal data, the end of the chain, two uses, a mark
		if want := int64(people * 5); got.Epoch != 2 || got.Moved != want || len(got.Unreadable) > 0 {
			t.Errorf("%+v, want epoch 2 and %d rows", got, want)
		}
		ts.keyWatch.look(t.Context())
		checkHashes(t, ts.Store, people)
		checkHashes(t, command, people)
		stranger, _ := hashesOf(ts.Store)("t1", "ou_stranger")
		ts.tx(t, func(tx flows.Tx) error {
			uses, err := tx.Uses(t.Context(), stranger[0][0], epoch.Add(-time.Hour), stranger[0][1:]...)
			if len(uses) != 1 {
				t.Errorf("uses %v of somebody in no case, want one until the epoch is retired", uses)
			}
			return err
		})
		held, err := command.RetireKeys(t.Context(), RetireConfig{Epoch: 1, Now: epoch, Wait: time.Minute})
		if err != nil || len(held) > 0 {
			t.Errorf("retired: %v, still held by %v", err, held)
		}
		ts.keyWatch.look(t.Context())
		checkHashes(t, ts.Store, people)
		proof, err := ts.ProveAudit(t.Context())
		if err != nil || len(proof.Gaps) > 0 || proof.Chains != people {
			t.Errorf("%+v (%v), want %d chains without gaps", proof, err, people)
		}
		v := &view{q: ts.backend.read, keys: old}
		var broken *ChainError
		if err := v.verifyHead(t.Context(), "case-001", 2, genesisHash); !errors.As(err, &broken) {
			t.Errorf("the old key still confirms the end of a chain: %v", err)
		}
		if n := len(ts.keys.MACs("x")); n != 1 {
			t.Errorf("%d hashing keys are held after retiring, want 1", n)
		}
		must(t, ts.Close())
		cfg := ts.cfg
		cfg.Keyset = loadKeys(t, file)
		checkHashes(t, mustOpen(t, cfg), people)
	})
}

// TestRotationConfirmsNoCutChain: somebody without the keys has cut a chain. The rotation names it, does not confirm it,
// and is not held up by it.
func TestRotationConfirmsNoCutChain(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		ts.fillHashes(t, 3)
		ts.exec(t, `DELETE FROM audit WHERE case_id = 'case-001' AND seq = 2`)
		ts.exec(t, `UPDATE audit_heads SET seq = 1, hash = (SELECT hash FROM audit WHERE case_id = 'case-001' AND seq = 1)
			WHERE case_id = 'case-001'`)
		command := ts.beside(t, file)
		got := rotateHashes(t, command)
		if want := []string{"end of the audit chain of case case-001"}; !slices.Equal(got.Unreadable, want) {
			t.Errorf("named %v, want %v", got.Unreadable, want)
		}
		_, err := command.RetireKeys(t.Context(), RetireConfig{Epoch: 1, Now: epoch, Wait: time.Minute})
		must(t, err)
		proof, err := command.ProveAudit(t.Context())
		if err != nil || len(proof.Gaps) != 1 || proof.Gaps[0].Kind != GapCut || proof.Gaps[0].CaseID != "case-001" {
			t.Errorf("%+v (%v), want the cut chain alone", proof, err)
		}
	})
}

// TestOrderOfAChatOutlivesARotation: an event that waits since before a rotation goes before a newer one of its chat.
func TestOrderOfAChatOutlivesARotation(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		first := must2(ts.SavePush(t.Context(), "oc_1", []byte("first")))(t)
		rotateHashes(t, ts.beside(t, file))
		ts.keyWatch.look(t.Context())
		second := must2(ts.SavePush(t.Context(), "oc_1", []byte("second")))(t)
		third := must2(ts.SavePush(t.Context(), "oc_1", []byte("third")))(t)
		got, err := ts.OlderPushes(t.Context(), "oc_1", third)
		if err != nil || !slices.Equal(got, []string{first, second}) {
			t.Errorf("older %v (%v), want %s and %s", got, err, first, second)
		}
	})
}

// TestBackupsAndFilesOfOtherTimes: after a rotation and `keys retire` a database from before says that its keys were
// destroyed, a key file from before that it is old, and one of another installation that it is wrong.
func TestBackupsAndFilesOfOtherTimes(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		ts.fillHashes(t, 2)
		old := loadKeys(t, file)
		var prf, sealed []byte
		must(t, ts.backend.read.QueryRowContext(t.Context(), `SELECT prf, sealed FROM key_check`).Scan(&prf, &sealed))
		command := ts.beside(t, file)
		rotateHashes(t, command)
		_, err := command.RetireKeys(t.Context(), RetireConfig{Epoch: 1, Now: epoch, Wait: time.Minute})
		must(t, err)
		must(t, ts.Close())
		cfg := ts.cfg
		cfg.Keyset = old
		if lacks, ok := errors.AsType[*EpochError](openError(t.Context(), cfg)); !ok || lacks.Number != 2 {
			t.Errorf("with a key file from before: %v", openError(t.Context(), cfg))
		}
		cfg.Keyset = keyset.New()
		if err := openError(t.Context(), cfg); !errors.Is(err, ErrWrongKeyset) {
			t.Errorf("with a key file of another installation: %v", err)
		}
		if _, err := command.backend.write.ExecContext(t.Context(), `UPDATE key_check SET prf = $1, sealed = $2`,
			prf, sealed); err != nil { // as in a backup from before
			t.Fatal(err)
		}
		cfg.Keyset = loadKeys(t, file)
		if retired, ok := errors.AsType[*RetiredError](openError(t.Context(), cfg)); !ok || retired.Epoch != 1 {
			t.Errorf("a database from before: %v", openError(t.Context(), cfg))
		}
	})
}
