package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shiming/bench/growth/walk"
	"shiming/e2e/files"
	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
)

// TestRestoredNeedsTheListOfDeletions: a person asks for deletion after a backup. The backup, put back, is refused without
// the list of deletions; with it the person's data is gone before serve could start.
func TestRestoredNeedsTheListOfDeletions(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	keys := keyset.New()
	keyFile, db, copied := filepath.Join(dir, "keyset.json"), filepath.Join(dir, "bot.db"), filepath.Join(dir, "copy.db")
	if err := keyset.Write(keyFile, keys); err != nil {
		t.Fatal(err)
	}
	open := func(path string) *store.Store {
		t.Helper()
		s, err := store.Open(ctx, store.Config{DSN: "sqlite:" + path, Sync: "normal", Keyset: keys})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open(db)
	list, err := store.OpenDeletionList(db + ".deletions")
	if err != nil {
		t.Fatal(err)
	}
	catchUp := func() {
		t.Helper()
		if _, err := list.CatchUp(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	catchUp()
	w := walk.New(s, "deletions", time.Now())
	c, err := w.Walk(ctx, walk.Nth(0), flows.Done, false)
	if err != nil {
		t.Fatal(err)
	}
	config := files.WriteTemp(t, "config.yaml", "")
	env := []string{"SHIMING_STORE_DSN=sqlite:" + db, "SHIMING_SECURITY_KEYSET_FILE=" + keyFile}
	if code, out := harness.Command(ctx, env, "backup", copied, "--config", config).Run(t); code != 0 ||
		!strings.Contains(out, db+".deletions") {
		t.Fatalf("backup: %d %s, want 0, and where the list is", code, out)
	}
	if _, _, err := w.Report(ctx, c.ID, flows.Event{Kind: flows.Erase, Role: flows.Applicant, Actor: c.OpenID}); err != nil {
		t.Fatal(err)
	}
	catchUp()
	if err := list.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	env[0] = "SHIMING_STORE_DSN=sqlite:" + copied
	code, out := harness.Command(ctx, env, "restored", "--config", config).Run(t)
	if code != 1 || !strings.Contains(out, copied+".deletions") || !strings.Contains(out, "--without-list") {
		t.Fatalf("restored without the list: %d %s, want 1, and what to do", code, out)
	}
	code, out = harness.Command(ctx, env, "restored", "--config", config, "--deletions", db+".deletions").Run(t)
	if code != 0 || !strings.Contains(out, "Deleted again: 1 deletions") {
		t.Fatalf("restored: %d %s, want 0, 1 deletion again", code, out)
	}
	s = open(copied)
	defer s.Close() //nolint:errcheck // a test's
	again, err := walk.New(s, "after", time.Now()).Latest(ctx, walk.Nth(0))
	if err != nil || again.Erased.IsZero() || !again.Personal.Empty() {
		t.Errorf("after the restore: erased %t, empty %t (%v), want no data", !again.Erased.IsZero(), again.Personal.Empty(), err)
	}
	if err := s.VerifyChain(ctx, c.ID); err != nil {
		t.Error(err)
	}
	raw, err := os.ReadFile(copied + ".deletions")
	if err != nil || !strings.Contains(string(raw), c.ID+" all request") {
		t.Errorf("the list of the restored database: %q (%v), want the deletion in it", raw, err)
	}
}

// TestPurgeCommand: --dry-run says what is due and by which rule, and deletes nothing; without it the same is deleted, also
// beside a process that has the database open.
func TestPurgeCommand(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	keys := keyset.New()
	keyFile, db := filepath.Join(dir, "keyset.json"), filepath.Join(dir, "bot.db")
	if err := keyset.Write(keyFile, keys); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(ctx, store.Config{DSN: "sqlite:" + db, Sync: "normal", Keyset: keys})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // a test's
	w := walk.New(s, "purge", time.Now().AddDate(0, 0, -40))
	due, err := w.Walk(ctx, walk.Nth(0), flows.Rejected, false)
	if err != nil {
		t.Fatal(err)
	}
	running, err := w.Walk(ctx, walk.Nth(1), flows.AwaitingReview, false)
	if err != nil {
		t.Fatal(err)
	}
	config := files.WriteTemp(t, "config.yaml", "")
	env := []string{"SHIMING_STORE_DSN=sqlite:" + db, "SHIMING_SECURITY_KEYSET_FILE=" + keyFile}
	run := func(args ...string) string {
		t.Helper()
		code, out := harness.Command(ctx, env, append([]string{"purge", "--config", config}, args...)...).Run(t)
		if code != 0 {
			t.Fatalf("purge %v: %d %s, want 0", args, code, out)
		}
		return out
	}
	for range 2 {
		out := run("--dry-run")
		for _, want := range []string{"Would be deleted", due.ID, "unfinished_retention", "photo_grace", "720h0m0s"} {
			if !strings.Contains(out, want) {
				t.Errorf("got %s, want %q in it", out, want)
			}
		}
		if strings.Contains(out, running.ID) {
			t.Errorf("got the running case %s in %s", running.ID, out)
		}
	}
	if c, err := w.Latest(ctx, walk.Nth(0)); err != nil || !c.Erased.IsZero() {
		t.Fatalf("--dry-run has deleted something (%v)", err)
	}
	if out := run(); !strings.Contains(out, "Deleted:") || !strings.Contains(out, due.ID) {
		t.Errorf("got %s, want what was deleted", out)
	}
	if c, err := w.Latest(ctx, walk.Nth(0)); err != nil || c.Erased.IsZero() || !c.Personal.Empty() {
		t.Errorf("after the purge: %v, %v; want no data", c.Erased, err)
	}
	if c, err := w.Latest(ctx, walk.Nth(1)); err != nil || c.Personal.Empty() {
		t.Errorf("the running case lost its data (%v)", err)
	}
	if out := run(); !strings.Contains(out, "Nothing is due.") {
		t.Errorf("a second time: got %s, want nothing", out)
	}
}
