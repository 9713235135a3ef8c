package store

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shiming/flows"
	"shiming/store/keyset"
)

const (
	canaryName   = "欧阳验证"
	canaryNumber = "440308199901101512"
)

// TestNothingClearIsStored searches the stored data for personal data in the clear. On SQLite it
// searches every file, while the database is open (with the write-ahead log) and after closing.
func TestNothingClearIsStored(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		picture := bytes.Repeat([]byte("canary-picture/"), 5000)
		c := newCase("c1", "ou_1")
		c.Personal = flows.Personal{Name: canaryName, Number: canaryNumber, ContactName: canaryName}
		ts.insert(t, c)
		ts.tx(t, func(tx flows.Tx) error {
			return errors.Join(tx.PutPicture(ctx, "c1", "p1", picture),
				tx.SetBlindIndex(ctx, "c1", ts.BlindIndex("number", canaryNumber)),
				tx.Audit(ctx, flows.AuditRow{CaseID: "c1", Detail: map[string]string{"marker": "visible-marker"}}))
		})
		grep := func() {
			t.Helper()
			all := ts.storedBytes(t)
			if !strings.Contains(all, "visible-marker") {
				t.Fatal("the search does not find the marker: the test proves nothing")
			}
			for _, canary := range []string{
				canaryName,
				canaryNumber,
				"canary-picture",
				hex.EncodeToString([]byte("canary-picture")),
				hex.EncodeToString([]byte(canaryName)),
				hex.EncodeToString([]byte(canaryNumber)),
				base64.StdEncoding.EncodeToString([]byte(canaryNumber)),
				strings.Trim(fmt.Sprintf("%+q", canaryName), `"`), // as JSON escapes
			} {
				if strings.Contains(all, canary) {
					t.Errorf("%q is stored in the clear, want it sealed", canary)
				}
			}
		}
		grep()
		must(t, ts.Close())
		grep()
		ts.Store = mustOpen(t, ts.cfg)
		ts.view(t, func(v flows.View) error {
			got, err := v.Picture(ctx, "c1", "p1")
			if !bytes.Equal(got, picture) {
				t.Error("the picture came back changed")
			}
			return err
		})
	})
}

func TestPictures(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		ts.insert(t, newCase("c1", "ou_1"))
		ts.tx(t, func(tx flows.Tx) error {
			return errors.Join(tx.PutPicture(ctx, "c1", "p1", []byte("one")), tx.PutPicture(ctx, "c1", "p2", []byte("two")),
				tx.PutPicture(ctx, "c1", "p1", []byte("one again")))
		})
		ts.tx(t, func(tx flows.Tx) error {
			if got, err := tx.Picture(ctx, "c1", "p1"); err != nil || string(got) != "one again" {
				t.Errorf("picture %q (%v), want %q", got, err, "one again")
			}
			n, err := tx.DeletePictures(ctx, "c1", "p1", "p9", "p1")
			if n != 1 {
				t.Errorf("deleted %d, want 1", n)
			}
			if _, err := tx.Picture(ctx, "c1", "p1"); !errors.Is(err, flows.ErrNotFound) {
				t.Errorf("deleted picture: %v, want %v", err, flows.ErrNotFound)
			}
			return err
		})
	})
}

func TestSwappedRowsAreRefused(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		for _, id := range []string{"c1", "c2"} {
			c := newCase(id, "ou_"+id)
			c.Personal.Name = "name of " + id
			ts.insert(t, c)
			ts.tx(t, func(tx flows.Tx) error {
				return errors.Join(tx.PutPicture(ctx, id, "p1", []byte(id)), tx.PutPicture(ctx, id, "p2", []byte(id)))
			})
		}
		for name, swap := range map[string]string{
			"personal": `UPDATE cases SET sealed = (SELECT sealed FROM cases WHERE id = 'c2') WHERE id = 'c1'`,
			"personal with its key": `UPDATE cases
				SET sealed = (SELECT sealed FROM cases WHERE id = 'c2'), data_key = (SELECT data_key FROM cases WHERE id = 'c2')
				WHERE id = 'c1'`,
			"case with its key": `UPDATE pictures
				SET sealed = (SELECT sealed FROM pictures WHERE case_id = 'c2' AND photo_id = 'p1'),
				    data_key = (SELECT data_key FROM pictures WHERE case_id = 'c2' AND photo_id = 'p1')
				WHERE case_id = 'c1' AND photo_id = 'p1'`,
			"case": `UPDATE pictures
				SET sealed = (SELECT sealed FROM pictures WHERE case_id = 'c2' AND photo_id = 'p1')
				WHERE case_id = 'c1' AND photo_id = 'p1'`,
			"photo": `UPDATE pictures
				SET sealed = (SELECT sealed FROM pictures WHERE case_id = 'c1' AND photo_id = 'p2')
				WHERE case_id = 'c1' AND photo_id = 'p1'`,
			"bit": `UPDATE pictures SET sealed = substr(sealed, 1, length(sealed) - 1) || ` + ts.blobLiteral("00") +
				` WHERE case_id = 'c1' AND photo_id = 'p1'`,
			"cut short": `UPDATE pictures SET sealed = ` + ts.blobLiteral("0102") + ` WHERE case_id = 'c1' AND photo_id = 'p1'`,
		} {
			t.Run(name, func(t *testing.T) {
				if _, err := ts.backend.write.ExecContext(ctx, swap); err != nil {
					t.Fatal(err)
				}
				ts.view(t, func(v flows.View) error {
					var err error
					if strings.HasPrefix(name, "personal") {
						_, err = v.Case(ctx, "c1")
					} else {
						_, err = v.Picture(ctx, "c1", "p1")
					}
					if !errors.Is(err, keyset.ErrSealed) {
						t.Errorf("%s: %v, want %v", name, err, keyset.ErrSealed)
					}
					return nil
				})
			})
		}
	})
}

func TestWrongKeyset(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		must(t, ts.Close())
		before := ts.storedBytes(t)
		cfg := ts.cfg
		cfg.Keyset = keyset.New()
		if _, err := Open(t.Context(), cfg); !errors.Is(err, ErrWrongKeyset) {
			t.Fatalf("open with another keyset: %v, want %v", err, ErrWrongKeyset)
		}
		sealing, _ := exportKeys(t, ts.keys)
		_, hashing := exportKeys(t, cfg.Keyset)
		cfg.Keyset = importKeys(t, sealing, hashing)
		if _, err := Open(t.Context(), cfg); !errors.Is(err, ErrWrongKeyset) {
			t.Fatalf("open with another hashing key: %v, want %v", err, ErrWrongKeyset)
		}
		if ts.storedBytes(t) != before {
			t.Error("a refused opening changed something")
		}
		mustOpen(t, ts.cfg)
	})
}

// TestRotatedKeyset: after a second key has become the primary one, old data opens, and new data is
// sealed with the new key.
func TestRotatedKeyset(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		c := newCase("c1", "ou_1")
		c.Personal.Name = canaryName
		ts.insert(t, c)
		ts.tx(t, func(tx flows.Tx) error { return tx.Audit(ctx, flows.AuditRow{CaseID: "c1"}) })
		must(t, ts.Close())

		withPrimary := func(old, fresh string) string { // both keys, the fresh one as primary
			var set, other struct {
				PrimaryKeyID uint32            `json:"primaryKeyId"`
				Key          []json.RawMessage `json:"key"`
			}
			must(t, errors.Join(json.Unmarshal([]byte(old), &set), json.Unmarshal([]byte(fresh), &other)))
			set.PrimaryKeyID, set.Key = other.PrimaryKeyID, append(set.Key, other.Key...)
			out, err := json.Marshal(set)
			must(t, err)
			return string(out)
		}
		sealing, hashing := exportKeys(t, ts.keys)
		freshSealing, freshHashing := exportKeys(t, keyset.New())
		rotated := importKeys(t, withPrimary(sealing, freshSealing), withPrimary(hashing, freshHashing))

		old := ts.cfg
		ts.cfg.Keyset = rotated
		ts.Store = mustOpen(t, ts.cfg)
		ts.view(t, func(v flows.View) error {
			got, err := v.Case(ctx, "c1")
			if err == nil && got.Personal.Name != canaryName {
				t.Error("old data opened to something else")
			}
			return err
		})
		must(t, ts.VerifyChain(ctx, "c1"))
		ts.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, c) })
		must(t, ts.Close())
		s := mustOpen(t, old) // the check value is from the old key
		err := s.View(ctx, func(v flows.View) error {
			_, err := v.Case(ctx, "c1")
			return err
		})
		if !errors.Is(err, keyset.ErrSealed) {
			t.Errorf("data sealed with the new key opens with the old one: %v, want %v", err, keyset.ErrSealed)
		}
	})
}

// exportKeys returns the sealing and the hashing set of a keyset as its file has them.
func exportKeys(t *testing.T, k *keyset.Keyset) (sealing, hashing string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyset.json")
	must(t, keyset.Write(path, k))
	raw, err := os.ReadFile(path)
	must(t, err)
	var file struct {
		Keys struct {
			Epochs []struct{ Seal, Hash json.RawMessage }
		}
	}
	must(t, json.Unmarshal(raw, &file))
	return string(file.Keys.Epochs[0].Seal), string(file.Keys.Epochs[0].Hash)
}

// importKeys creates a keyset from two sets, by a file of version 1.
func importKeys(t *testing.T, sealing, hashing string) *keyset.Keyset {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyset.json")
	must(t, os.WriteFile(path, fmt.Appendf(nil, `{"version":1,"aead":%s,"prf":%s}`, sealing, hashing), 0o600))
	k, err := keyset.Load(path)
	must(t, err)
	return k
}

func TestMAC(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		seen := map[string]string{}
		for _, in := range [][]string{
			{"p"},
			{"p", ""},
			{"p", "", ""},
			{"p", "ab", "c"},
			{"p", "a", "bc"},
			{"p", "abc"},
			{"pa", "bc"},
			{"q", "abc"},
		} {
			mac := string(ts.MAC(in[0], in[1:]...))
			if len(mac) != 32 {
				t.Errorf("%q: %d bytes, want 32", in, len(mac))
			}
			if was, dup := seen[mac]; dup {
				t.Errorf("%q and %s have the same hash", in, was)
			}
			seen[mac] = fmt.Sprintf("%q", in)
			if mac != string(ts.MAC(in[0], in[1:]...)) {
				t.Errorf("%q has another hash the second time", in)
			}
		}
	})
}
