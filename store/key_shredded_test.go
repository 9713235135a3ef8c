package store

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"shiming/flows"
	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// backUp makes a real backup, and returns a function that restores it as a database of its own.
func (ts *testStore) backUp(t *testing.T) (restore func() (dsn string)) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "backup")
	if ts.database == "sqlite" {
		_, err := Backup(t.Context(), ts.cfg.DSN, file)
		must(t, err)
		raw, err := os.ReadFile(file)
		must(t, err)
		return func() string {
			put := filepath.Join(t.TempDir(), "bot.db")
			must(t, os.WriteFile(put, raw, 0o600))
			return "sqlite:" + put
		}
	}
	dump := postgresTool(t, nil, "pg_dump", "--no-owner", "--no-privileges", ts.cfg.DSN)
	return func() string {
		dsn := pgtest.DSN(t)
		postgresTool(t, dump, "psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--dbname="+dsn)
		return dsn
	}
}

func postgresTool(t *testing.T, in []byte, name string, args ...string) []byte {
	t.Helper()
	bin, err := pgtest.Tools()
	pgtest.SkipIfMissing(t, err)
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, name), args...)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	must(t, err)
	return out
}

// openAll tries every key of the keyset on what a restored backup holds of a case, without the checks of Open.
func openAll(ctx context.Context, t *testing.T, dsn string, keys *keyset.Keyset, id string) (name, picture string) {
	t.Helper()
	t.Helper()
	var b *backend
	var err error
	if kind, rest := scheme(dsn); kind == "sqlite" {
		b, err = openSQLite(ctx, rest, Config{DSN: dsn, Sync: "normal", Beside: true}, newJobNotifier())
	} else {
		b, err = openPostgres(ctx, Config{DSN: dsn, Sync: "normal"}, newJobNotifier())
	}
	must(t, err)
	defer b.close() //nolint:errcheck // a reader
	v := view{q: b.read, keys: keys}
	if c, err := v.Case(ctx, id); err == nil {
		name = c.Personal.Name
	} else if !errors.Is(err, keyset.ErrSealed) {
		t.Fatal(err)
	}
	if p, err := v.Picture(ctx, id, "p1"); err == nil {
		picture = string(p)
	} else if !errors.Is(err, keyset.ErrSealed) {
		t.Fatal(err)
	}
	return name, picture
}

// TestDeletedIsShreddedInBackups: a backup is made, then a case is deleted. After the next rotation the epoch of the
// backup is retired: the restored backup is refused with clear words, and no key that is left opens the deleted case, a
// deleted picture of a case that stays, or a value that was replaced. Before the retirement the backup can be restored.
func TestDeletedIsShreddedInBackups(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		file := ts.withKeyFile(t)
		ts.fillKeys(t, 4, 2)
		restore := ts.backUp(t)

		deleted, kept := personOf(0), personOf(3)
		ts.tx(t, func(tx flows.Tx) error {
			for _, id := range []string{deleted.ID, kept.ID} {
				c, err := tx.Case(ctx, id)
				if err != nil {
					return err
				}
				if c.Personal.Name = "another name"; id == deleted.ID {
					c.Personal = flows.Personal{}
				}
				if _, err := tx.DeletePictures(ctx, id, "p1"); err != nil {
					return err
				}
				if err := tx.UpdateCase(ctx, c); err != nil {
					return err
				}
			}
			return tx.SetBlindIndex(ctx, deleted.ID, nil)
		})
		command := ts.beside(t, file)
		rotate(t, command)

		before := restore()
		cfg := ts.cfg
		cfg.DSN, cfg.Keyset, cfg.Copy = before, loadKeys(t, file), true
		s := mustOpen(t, cfg)
		checkKeysOpen(t, s, 4)
		if used := s.keys.InUse().Number; used != 1 {
			t.Errorf("the backup of epoch 1 is continued with epoch %d", used)
		}
		if got := rotate(t, s); got.Epoch != 2 || !got.Resumed {
			t.Errorf("rotating the restored backup: %+v, want epoch 2 of the key file", got)
		}
		checkKeysOpen(t, s, 4)

		if _, err := command.RetireKeys(ctx, RetireConfig{Epoch: 1, Now: epoch}); err != nil {
			t.Fatal(err)
		}
		cfg.DSN, cfg.Keyset = restore(), loadKeys(t, file)
		err := openError(ctx, cfg)
		if retired, ok := errors.AsType[*RetiredError](err); !ok || retired.Epoch != 1 || !retired.At.Equal(epoch) {
			t.Errorf("opening the backup: %v, want that epoch 1 was retired", err)
		}
		for _, c := range []*flows.Case{deleted, kept} {
			if name, picture := openAll(ctx, t, cfg.DSN, cfg.Keyset, c.ID); name != "" || picture != "" {
				t.Errorf("%s can still be read in the backup: %q, %q", c.ID, name, picture)
			}
			if name, picture := openAll(ctx, t, cfg.DSN, templateKeys, c.ID); name != c.Personal.Name || picture == "" {
				t.Errorf("the keys from before do not open %s either: the test proves nothing", c.ID)
			}
		}
	})
}

func openError(ctx context.Context, cfg Config) error {
	s, err := Open(ctx, cfg)
	if err == nil {
		err = errors.Join(errors.New("it opened"), s.Close())
	}
	return err
}

// TestDatabaseHoldsNoKey searches what is stored, with the write-ahead log, for every key of the key file, after a
// rotation.
func TestDatabaseHoldsNoKey(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		file := ts.withKeyFile(t)
		ts.fillKeys(t, 4, 2)
		before, err := os.ReadFile(file)
		must(t, err)
		rotate(t, ts.beside(t, file))
		after, err := os.ReadFile(file)
		must(t, err)
		stored := ts.storedBytes(t)
		if !strings.Contains(stored, "case-001") {
			t.Fatal("the search does not find a case: the test proves nothing")
		}
		keys := 0
		for _, raw := range [][]byte{before, after} {
			for _, value := range keyValues(t, raw) {
				keys++
				// Tink's key is a protobuf, of which the last 32 bytes are the key itself, at the latest.
				serialized, err := base64.StdEncoding.DecodeString(value)
				must(t, err)
				key := serialized[len(serialized)-16:]
				for _, form := range []string{value, string(key), hex.EncodeToString(key), base64.StdEncoding.EncodeToString(key)} {
					if strings.Contains(stored, form) {
						t.Error("a key is stored in the database")
					}
				}
			}
		}
		if keys != 3+6+2 { // three an epoch, and the seed of the key that signs evidence
			t.Errorf("searched for %d keys, want 11", keys)
		}
	})
}

// keyValues returns every key of a keyset file as it stands in it.
func keyValues(t *testing.T, raw []byte) (out []string) {
	t.Helper()
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				if value, ok := inner.(string); ok && name == "value" {
					out = append(out, value)
				}
				if seeds, ok := inner.([]any); ok && name == "signing" {
					for _, seed := range seeds {
						value, _ := seed.(string)
						out = append(out, value)
					}
				}
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	var file any
	must(t, json.Unmarshal(raw, &file))
	walk(file)
	return out
}
