package e2e

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"shiming/bench/growth/walk"
	"shiming/e2e/files"
	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// TestPurgeKilled: a purge that is killed leaves each case with everything or with nothing, and the next one goes on
// where it stood, on both databases.
func TestPurgeKilled(t *testing.T) {
	t.Parallel()
	const people, kills = 60, 3
	for name, dsn := range map[string]func(*testing.T) string{
		"SQLite":     func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "bot.db") },
		"PostgreSQL": func(t *testing.T) string { return pgtest.DSN(t) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, keys, keyFile := t.Context(), keyset.New(), filepath.Join(t.TempDir(), "keyset.json")
			if err := keyset.Write(keyFile, keys); err != nil {
				t.Fatal(err)
			}
			at := dsn(t)
			s, err := store.Open(ctx, store.Config{DSN: at, Sync: "normal", Keyset: keys})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close() //nolint:errcheck // a test's
			w := walk.New(s, "killed", time.Now().AddDate(0, 0, -40))
			var ids []string
			for i := range people {
				c, err := w.Walk(ctx, walk.Nth(i), flows.Rejected, false)
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, c.ID)
			}
			// erased counts the cases without data, and checks that a case holds everything or nothing.
			erased := func() (n int) {
				t.Helper()
				err := s.View(ctx, func(v flows.View) error {
					for _, id := range ids {
						c, err := v.Case(ctx, id)
						if err != nil {
							return err
						}
						kept := 0
						for _, p := range c.Photos {
							if _, err := v.Picture(ctx, id, p.ID); err == nil {
								kept++
							}
						}
						gone := !c.Erased.IsZero()
						if gone {
							n++
						}
						if gone != c.Personal.Empty() || gone && kept != 0 {
							return fmt.Errorf("case %s: deleted %t, details empty %t, %d pictures", id, gone, c.Personal.Empty(), kept)
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			if n := erased(); n != 0 {
				t.Fatalf("%d cases without data before the purge, want none", n)
			}
			config := files.WriteTemp(t, "config.yaml", "")
			env := []string{"SHIMING_STORE_DSN=" + at, "SHIMING_SECURITY_KEYSET_FILE=" + keyFile}
			inTheMiddle := 0
			for before := 0; inTheMiddle < kills; inTheMiddle++ {
				p := harness.Command(ctx, env, "purge", "--config", config)
				if err := p.Cmd.Start(); err != nil {
					t.Fatal(err)
				}
				waitFor(t, ctx, "the next deletion", func() bool {
					all, err := s.Deletions(ctx, store.Deleted{}, people*2)
					return err != nil || len(all) > before
				})
				if err := p.Cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				p.WaitExit(t)
				all, err := s.Deletions(ctx, store.Deleted{}, people*2)
				if err != nil {
					t.Fatal(err)
				}
				if before = len(all); erased() == people {
					break // it was faster than the kill
				}
			}
			if inTheMiddle == 0 {
				t.Log("the purge ended before it was killed")
			}
			code, out := harness.Command(ctx, env, "purge", "--config", config).Run(t)
			if code != 0 {
				t.Fatalf("purge: %d %s, want 0", code, out)
			}
			if n := erased(); n != people {
				t.Errorf("%d cases without data, want all %d", n, people)
			}
			for _, id := range ids {
				if err := s.VerifyChain(ctx, id); err != nil {
					t.Error(err)
				}
			}
			all, err := s.Deletions(ctx, store.Deleted{}, people*4)
			whole := 0
			for _, d := range all {
				if d.Scope == flows.PurgeAll {
					whole++
				}
			}
			if err != nil || whole != people {
				t.Errorf("%d deletions on record (%v), want %d", whole, err, people)
			}
		})
	}
}
