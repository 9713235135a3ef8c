package app

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shiming/config"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
)

// TestListAheadOfTheDatabase: a database that lacks a deletion of its list is refused. With store.sync: normal, under
// which a power cut may take what was written last, the deletion is applied again instead.
func TestListAheadOfTheDatabase(t *testing.T) {
	t.Parallel()
	for _, sync := range []config.Sync{config.SyncFull, config.SyncNormal} {
		t.Run(string(sync), func(t *testing.T) {
			ctx, file := t.Context(), filepath.Join(t.TempDir(), "bot.db")
			cfg := config.Defaults()
			cfg.Store.DSN, cfg.Store.Sync = "sqlite:"+file, sync
			s, err := store.Open(ctx, store.Config{DSN: cfg.Store.DSN, Sync: string(sync), Keyset: keyset.New()})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close() //nolint:errcheck // a test's
			c := flows.SampleCase(flows.Done)
			c.EnteredAt = time.Now()
			if err := s.Tx(ctx, func(tx flows.Tx) error { return tx.InsertCase(ctx, c) }); err != nil {
				t.Fatal(err)
			}
			var logged bytes.Buffer
			a := &App{cfg: cfg, store: s, log: slog.New(slog.NewJSONHandler(&logged, nil))}
			if err := a.checkDeletions(ctx); err != nil {
				t.Fatalf("without a list: got %v, want no error", err)
			}
			line := time.Now().UTC().Format(time.RFC3339Nano) + " " + c.ID + " all request\n"
			if err := os.WriteFile(cfg.DeletionList(), []byte(line), 0o600); err != nil {
				t.Fatal(err)
			}
			err = a.checkDeletions(ctx)
			_, refused := errors.AsType[*store.CopyError](err)
			if want := sync == config.SyncFull; refused != want || !want && err != nil {
				t.Fatalf("got %v, refused %t, want %t", err, refused, want)
			}
			erased := false
			if err := s.View(ctx, func(v flows.View) error {
				c, err := v.Case(ctx, c.ID)
				erased = err == nil && !c.Erased.IsZero() && c.Personal.Empty()
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if erased == refused || erased != strings.Contains(logged.String(), "applied again") {
				t.Errorf("erased %t, refused %t, logged %s", erased, refused, logged.String())
			}
		})
	}
}

// TestListIsTakenOver: an instance beside another one that writes the list has no fault, and writes it once that one
// has ended.
func TestListIsTakenOver(t *testing.T) {
	t.Parallel()
	cfg := config.Defaults()
	cfg.Store.DSN, cfg.Security.KeysetFile = "postgres://db/shiming", filepath.Join(t.TempDir(), "keyset.json")
	first := &App{cfg: cfg, log: slog.New(slog.DiscardHandler)}
	second := &App{cfg: cfg, log: first.log}
	first.openDeletionList()
	second.openDeletionList()
	if first.deleted == nil || second.deleted != nil || second.listUnusable.Load() || second.listOff {
		t.Fatalf("first %t, second %t, unusable %t, off %t; want the first to write and the second to wait",
			first.deleted != nil, second.deleted != nil, second.listUnusable.Load(), second.listOff)
	}
	first.Close()
	second.openDeletionList()
	if second.deleted == nil {
		t.Error("the list of a process that has ended was not taken over")
	}
	second.Close()
}
