package store_test

import (
	"bytes"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"shiming/engine"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
)

// TestReleasedKeyFiles: a database and a key file of every released schema, whose keys know no epochs, work unchanged,
// are rotated, and open with the new keys alone. Chains verify, and the keys that sign evidence stay the same.
func TestReleasedKeyFiles(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(released, "*", "keyset.json"))
	if err != nil || len(dirs) == 0 {
		t.Fatal("no released databases", err)
	}
	for _, file := range dirs {
		dir := filepath.Dir(file)
		for _, database := range []string{"sqlite", "postgres"} {
			t.Run(filepath.Base(dir)+"/"+database, func(t *testing.T) {
				t.Parallel()
				rotateReleased(t, dir, database)
			})
		}
	}
}

func rotateReleased(t *testing.T, dir, database string) {
	ctx := t.Context()
	cfg, want := restoreReleased(t, dir, database)
	s, err := store.Open(ctx, cfg)
	must(t, err)
	defer s.Close() //nolint:errcheck // a test's
	signing := cfg.Keyset.SigningKeys()
	if e := cfg.Keyset.InUse(); e.Number != 1 || !e.Created.IsZero() {
		t.Errorf("an old key file is %+v, want epoch 1 of an unknown time", e)
	}

	beside := cfg
	beside.Keyset, err = keyset.Load(cfg.Keyset.Path())
	must(t, err)
	beside.Beside = true
	command, err := store.Open(ctx, beside)
	must(t, err)
	defer command.Close() //nolint:errcheck // a test's
	e := engine.New(engine.Deps{Store: command, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	out, err := command.RotateKeys(ctx, store.RotateConfig{Index: e.CaseIndex, Progress: func(store.KeyProgress) {}})
	must(t, err)
	if out.Epoch != 2 || out.Moved == 0 || len(out.Unreadable) > 0 {
		t.Errorf("%+v, want epoch 2 and nothing unreadable", out)
	}
	_, err = command.RetireKeys(ctx, store.RetireConfig{Epoch: 1, Now: time.Now(), Wait: time.Minute})
	must(t, err)

	got, err := readSnapshot(ctx, s)
	must(t, err)
	got.Jobs, got.Undecided = want.Jobs, want.Undecided
	if a, b := snapshotJSON(t, got), snapshotJSON(t, want); a != b {
		t.Errorf("holds\n%s\nwant\n%s", a, b)
	}
	found := 0
	must(t, s.View(ctx, func(v flows.View) error {
		for _, c := range want.Cases {
			full, err := v.Case(ctx, c.ID)
			if err != nil {
				return err
			}
			same, err := v.SameNumber(ctx, full.TenantKey, e.CaseIndex(full), "nobody")
			found += len(same)
			if err = errors.Join(err, s.VerifyChain(ctx, c.ID)); err != nil {
				return err
			}
		}
		return nil
	}))
	if found == 0 {
		t.Error("no case is found by its number")
	}
	now, err := keyset.Load(cfg.Keyset.Path())
	must(t, err)
	if again := now.SigningKeys(); len(again) != len(signing) || !bytes.Equal(again[0], signing[0]) {
		t.Error("the keys that sign evidence have changed")
	}
	checkNewRegistration(t, s)
}
