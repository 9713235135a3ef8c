package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/flows"
)

// TestDeletionList: the list has each deletion once, however often it catches up, in which process, and what a killed
// process has left.
func TestDeletionList(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx, path := t.Context(), filepath.Join(t.TempDir(), "bot.db.deletions")
		at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
		erase := func(id string, scope flows.PurgeScope, rule flows.DeletionRule) {
			t.Helper()
			ts.tx(t, func(tx flows.Tx) error {
				c := flows.SampleCase(flows.Done)
				c.ID, c.OpenID, c.TenantKey = id, "ou_"+id, "t1"
				if err := tx.InsertCase(ctx, c); err != nil && scope == flows.PurgePhotos {
					return err
				}
				if err := tx.Audit(ctx, flows.AuditRow{CaseID: id, At: at, Event: "x"}); err != nil {
					return err
				}
				at = at.Add(time.Second)
				return tx.PutDeletion(ctx, c, flows.Deletion{Scope: scope, Rule: rule, At: at}, 2)
			})
		}
		catchUp := func(l *DeletionList, want int) {
			t.Helper()
			n, err := l.CatchUp(ctx, ts.Store)
			if err != nil || n != want {
				t.Fatalf("added %d (%v), want %d", n, err, want)
			}
		}
		if kept, err := ts.KeepsDeletionList(ctx); kept || err != nil {
			t.Fatalf("a list is kept: %t (%v), want none yet", kept, err)
		}
		erase("a", flows.PurgePhotos, flows.RulePhotoGrace)
		list, err := OpenDeletionList(path)
		if err != nil {
			t.Fatal(err)
		}
		catchUp(list, 1)
		catchUp(list, 0)
		erase("b", flows.PurgePhotos, flows.RulePhotoGrace)
		catchUp(list, 1)
		if err := list.Close(); err != nil {
			t.Fatal(err)
		}
		if kept, err := ts.KeepsDeletionList(ctx); !kept || err != nil {
			t.Errorf("a list is kept: %t (%v), want one", kept, err)
		}
		// A process died within a line.
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(raw, "2026-06-01T12:00"...), 0o600); err != nil {
			t.Fatal(err)
		}
		erase("c", flows.PurgePhotos, flows.RulePhotoGrace)
		if list, err = OpenDeletionList(path); err != nil {
			t.Fatal(err)
		}
		catchUp(list, 1)
		if err := list.Close(); err != nil {
			t.Fatal(err)
		}
		all, err := ReadDeletions(path)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, d := range all {
			ids = append(ids, d.CaseID)
		}
		if !slices.Equal(ids, []string{"a", "b", "c"}) || all[2].At != at || all[2].Rule != flows.RulePhotoGrace {
			t.Errorf("the list has %v, want a, b, c with their times", all)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the file has the mode %v (%v), want 0600", info.Mode(), err)
		}
	})
}

// TestOtherFilesAreNoDeletionList: a wrong file is refused, so that nobody believes that deletions were applied.
func TestOtherFilesAreNoDeletionList(t *testing.T) {
	for _, text := range []string{"hello\n", "2026-06-01T12:00:00Z a everything request\n", "yesterday a all request\n",
		"2026-06-01T12:00:00Z a all request\nmore of it\n"} {
		path := filepath.Join(t.TempDir(), "list")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadDeletions(path)
		wrong, ok := errors.AsType[*DeletionListError](err)
		if want := strings.Count(text, "\n"); !ok || wrong.Line != want {
			t.Errorf("%q: got %v, want that line %d is wrong", text, err, want)
		}
		if _, err := OpenDeletionList(path); err == nil {
			t.Errorf("%q: got a list that is written to, want a refusal", text)
		}
	}
	if _, err := ReadDeletions(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a file: got %v, want that it does not exist", err)
	}
}

// TestDeletionListHasOneWriter: two processes on one machine may share a path. The second one takes the list over when
// the first has ended, and goes on with the same content.
func TestDeletionListHasOneWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list")
	first, err := OpenDeletionList(path)
	must(t, err)
	a := Deleted{"a", flows.Deletion{Scope: flows.PurgeAll, Rule: flows.RuleRequest, At: time.Unix(1, 0)}}
	if _, err := OpenDeletionList(path); !errors.Is(err, ErrListHeld) {
		t.Fatalf("a second writer: got %v, want %v", err, ErrListHeld)
	}
	if n, err := first.Add([]Deleted{a}); n != 1 || err != nil {
		t.Fatalf("added %d (%v), want 1", n, err)
	}
	must(t, first.Close())
	second, err := OpenDeletionList(path)
	must(t, err)
	if n, err := second.Add([]Deleted{a}); n != 0 || err != nil {
		t.Errorf("added %d (%v), want that it is known", n, err)
	}
	must(t, second.Close())
}

// TestMissingDeletions: a deletion of the list that the database lacks shows that an older database was put back, until
// somebody has dealt with it. A case that the database does not know shows nothing.
func TestMissingDeletions(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx, at := t.Context(), ts.Now().Add(-time.Hour)
		for _, id := range []string{"deleted", "back"} {
			ts.tx(t, func(tx flows.Tx) error {
				c := flows.SampleCase(flows.Done)
				c.ID, c.OpenID, c.TenantKey = id, "ou_"+id, "t1"
				if err := tx.InsertCase(ctx, c); err != nil || id == "back" {
					return err
				}
				if err := tx.Audit(ctx, flows.AuditRow{CaseID: id, At: at, Event: "x"}); err != nil {
					return err
				}
				return tx.PutDeletion(ctx, c, flows.Deletion{Scope: flows.PurgeAll, Rule: flows.RuleRequest, At: at}, 0)
			})
		}
		of := func(id string, scope flows.PurgeScope) Deleted {
			return Deleted{id, flows.Deletion{Scope: scope, Rule: flows.RuleRequest, At: at}}
		}
		list := []Deleted{of("deleted", flows.PurgeAll), of("back", flows.PurgeAll), of("unknown", flows.PurgeAll)}
		missing, err := ts.MissingDeletions(ctx, list)
		if err != nil || len(missing) != 1 || missing[0].CaseID != "back" {
			t.Fatalf("missing %v (%v), want the one of a case that is back", missing, err)
		}
		must(t, ts.Settle(ctx))
		if missing, err := ts.MissingDeletions(ctx, list); err != nil || len(missing) != 0 {
			t.Errorf("after `shiming restored`: missing %v (%v), want none", missing, err)
		}
		list[1].At = ts.Now().Add(time.Hour)
		if missing, err := ts.MissingDeletions(ctx, list); err != nil || len(missing) != 1 {
			t.Errorf("a later deletion: missing %v (%v), want it", missing, err)
		}
	})
}
