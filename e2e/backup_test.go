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

// TestBackupAndRestoredCommands makes a backup while another process has the database open. serve refuses the copy
// until the command restored has marked it.
func TestBackupAndRestoredCommands(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	keys := keyset.New()
	keyFile, db, copied := filepath.Join(dir, "keyset.json"), filepath.Join(dir, "bot.db"), filepath.Join(dir, "copy.db")
	if err := keyset.Write(keyFile, keys); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(ctx, store.Config{DSN: "sqlite:" + db, Sync: "normal", Keyset: keys})
	if err != nil {
		t.Fatal(err)
	}
	w := walk.New(s, "backup", time.Now())
	for i, state := range []flows.State{flows.AwaitingReview, flows.Recording, flows.Done} {
		if _, err := w.Walk(ctx, walk.Nth(i), state, false); err != nil {
			t.Fatal(err)
		}
	}
	config := files.WriteTemp(t, "config.yaml", "")
	env := []string{"SHIMING_STORE_DSN=sqlite:" + db, "SHIMING_SECURITY_KEYSET_FILE=" + keyFile}
	code, out := harness.Command(ctx, env, "backup", copied, "--config", config).Run(t)
	if code != 0 || !strings.Contains(out, "3 cases") || !strings.Contains(out, keyFile) {
		t.Fatalf("backup beside an open database: %d %s, want 0, %q in it, %q in it", code, out, "3 cases", keyFile)
	}
	code, out = harness.Command(ctx, env, "backup", copied, "--config", config).Run(t)
	if code != 1 || !strings.Contains(out, "exists") {
		t.Errorf("a second backup to the same file: %d %s, want 1, %q in it", code, out, "exists")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	env[0] = "SHIMING_STORE_DSN=sqlite:" + copied
	start := append([]string{"SHIMING_SERVER_LISTEN=127.0.0.1:0", "SHIMING_VERIFICATION_METHOD=none",
		"SHIMING_FEISHU_APP_ID=a", "SHIMING_FEISHU_APP_SECRET=b",
		"SHIMING_FEISHU_ENCRYPT_KEY=c", "SHIMING_FEISHU_VERIFICATION_TOKEN=d", "SHIMING_HR_ADMINS=ou_1,ou_2",
		"SHIMING_COMPANY_NAME=x"}, env...)
	code, out = harness.Command(ctx, start, "serve", "--config", config).Run(t)
	if code != 1 || !strings.Contains(out, "shiming restored") {
		t.Errorf("serve on a copy: %d %s, want 1, %q in it", code, out, "shiming restored")
	}
	code, out = harness.Command(ctx, env, "restored", "--config", config).Run(t)
	if code != 0 || !strings.Contains(out, "2 open cases") {
		t.Fatalf("restored: %d %s, want 0, %q in it", code, out, "2 open cases")
	}
	s, err = store.Open(ctx, store.Config{DSN: "sqlite:" + copied, Keyset: keys})
	if err != nil {
		t.Fatalf("opening the store after the command: got %v, want no error", err)
	}
	defer s.Close() //nolint:errcheck // a test's
	asked := walk.New(s, "asked", time.Now())
	c, err := asked.Latest(ctx, walk.Nth(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := asked.Run(ctx, flows.Job{
		Kind:    flows.JobIdentity,
		Case:    c.ID,
		Key:     "again",
		Attempt: 1,
	}); err != nil {
		t.Fatal(err)
	}
	c, err = asked.Latest(ctx, walk.Nth(1))
	if err != nil || c.State != flows.NeedsAttention || asked.Wrote("identity/"+c.OpenID) != 0 {
		t.Errorf("in %s (%v) after %d writes, want %v, 0", c.State, err, asked.Wrote("identity/"+c.OpenID),
			flows.NeedsAttention)
	}
	if err := s.VerifyChain(ctx, c.ID); err != nil {
		t.Error(err)
	}
}

// TestBackupOfPostgres checks that the command names PostgreSQL's own tool, without the password.
func TestBackupOfPostgres(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "copy.dump")
	code, out := harness.Command(t.Context(),
		[]string{"SHIMING_STORE_DSN=postgres://bot:secret@127.0.0.1:1/db?pool_max_conns=4"}, "backup", file, "--config",
		files.WriteTemp(t, "config.yaml", "")).Run(t)
	if code != 1 || !strings.Contains(out, "pg_dump --format=custom --no-owner --file='"+file+
		"' 'postgres://bot@127.0.0.1:1/db'") || strings.Contains(out, "secret") {
		t.Errorf("%d %s, want 1, %q in it", code, out, "pg_dump --format=custom --no-owner --file='"+file+
			"' 'postgres://bot@127.0.0.1:1/db'")
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("got a file, want none")
	}
}
