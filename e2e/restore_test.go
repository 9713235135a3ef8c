package e2e

import (
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// restoredRun is a program whose database is backed up, goes on, and is put back.
type restoredRun struct {
	*harness.Harness
	program *harness.ServedProgram
	dsn     string
	list    string // of deletions, where serve keeps it by default
}

func startRestoredRun(t *testing.T, postgres bool) *restoredRun {
	t.Helper()
	r := &restoredRun{}
	env := []string{"SHIMING_TIMING_WRITE_QUIET=1ms", "SHIMING_REVIEW_STYLE=cards"}
	if postgres {
		r.dsn = pgtest.DSN(t)
		keys := filepath.Join(t.TempDir(), "keyset.json")
		if err := keyset.Write(keys, keyset.New()); err != nil {
			t.Fatal(err)
		}
		env = append(env, "SHIMING_STORE_DSN="+r.dsn, "SHIMING_SECURITY_KEYSET_FILE="+keys)
		r.list = keys + ".deletions"
	}
	r.program = harness.ServeProgram(t, sim.Config{}, env...)
	r.Harness = r.program.Harness()
	if !postgres {
		file := filepath.Join(r.program.Dir, "shiming.db")
		r.dsn, r.list = "sqlite:"+file, file+".deletions"
	}
	return r
}

// runs runs a command of the program, with further settings, and returns what it prints.
func (r *restoredRun) runs(want int, env []string, args ...string) string {
	r.Helper()
	all := append(append([]string{}, r.program.Env...), env...)
	code, out := harness.Command(r.Ctx, all, append(args, "--config", r.program.File)...).Run(r.T)
	if code != want {
		r.Fatalf("%v: got %d, want %d: %s", args, code, want, out)
	}
	return out
}

// stop ends the program as a service manager does.
func (r *restoredRun) stop() {
	r.Helper()
	if err := r.program.Running.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		r.Fatal(err)
	}
	if code := r.program.Running.WaitExit(r.T); code != 0 {
		r.Fatalf("SIGTERM: got %d, want 0", code)
	}
	r.program.Running = nil
}

// backups returns ways to put the database back as it is now: the way of the manual, and one that leaves no mark in the
// database. Each returns the DSN under which the database lies then.
func (r *restoredRun) backups() map[string]func() string {
	r.Helper()
	dir := r.TempDir()
	if file, isSQLite := strings.CutPrefix(r.dsn, "sqlite:"); isSQLite {
		marked, unmarked := filepath.Join(dir, "marked.db"), filepath.Join(dir, "unmarked.db")
		r.runs(0, nil, "backup", marked)
		r.exec(`VACUUM INTO '` + unmarked + `'`)
		put := func(backup string) func() string {
			return func() string {
				for _, side := range []string{"-wal", "-shm"} {
					_ = os.Remove(file + side)
				}
				raw, err := os.ReadFile(backup)
				if err == nil {
					err = os.WriteFile(file, raw, 0o600)
				}
				if err != nil {
					r.Fatal(err)
				}
				return r.dsn
			}
		}
		return map[string]func() string{"shiming backup": put(marked), "a copy by other means": put(unmarked)}
	}
	bin, err := pgtest.Tools()
	pgtest.SkipIfMissing(r.T, err)
	tool := func(name string, args ...string) {
		r.Helper()
		if out, err := exec.CommandContext(r.Ctx, filepath.Join(bin, name), args...).CombinedOutput(); err != nil {
			r.Fatalf("%s: %v %s", name, err, out)
		}
	}
	dump := filepath.Join(dir, "dump")
	tool("pg_dump", "--format=custom", "--no-owner", "--file="+dump, r.dsn)
	return map[string]func() string{
		"pg_restore into a new database": func() string {
			dsn := pgtest.DSN(r.T)
			tool("pg_restore", "--exit-on-error", "--no-owner", "--dbname="+dsn, dump)
			return dsn
		},
		"pg_restore into the same database": func() string {
			tool("pg_restore", "--exit-on-error", "--no-owner", "--clean", "--if-exists", "--dbname="+r.dsn, dump)
			return r.dsn
		},
	}
}

func (r *restoredRun) open() *sql.DB {
	r.Helper()
	driver, from := "pgx", r.dsn
	if file, isSQLite := strings.CutPrefix(r.dsn, "sqlite:"); isSQLite {
		driver, from = "sqlite", file
	}
	db, err := sql.Open(driver, from)
	if err != nil {
		r.Fatal(err)
	}
	return db
}

func (r *restoredRun) exec(statement string) {
	r.Helper()
	db := r.open()
	defer db.Close() //nolint:errcheck // a test's
	if _, err := db.ExecContext(r.Ctx, statement); err != nil {
		r.Fatal(err)
	}
}

// kept returns how many cases of somebody have personal data, and how many pictures there are of them.
func (r *restoredRun) kept(p harness.Person) (cases, pictures int) {
	r.Helper()
	db := r.open()
	defer db.Close() //nolint:errcheck // a test's
	err := db.QueryRowContext(r.Ctx, `
		SELECT count(*), coalesce(sum((SELECT count(*) FROM pictures WHERE case_id = c.id)), 0)
		FROM cases c
		WHERE c.open_id = $1 AND c.erased = 0`, p.OpenID).Scan(&cases, &pictures)
	if err != nil {
		r.Fatal(err)
	}
	return cases, pictures
}

// TestRestoredForgetsAgain: a real backup is made before a person's request for deletion, before a purge and before a
// rotation of the keys, and put back after all three: as the manual says, and in a way that leaves no mark. Each time
// serve refuses, `shiming restored` deletes again what was deleted, and serve starts on it. Nothing is configured for
// that.
func TestRestoredForgetsAgain(t *testing.T) {
	for name, postgres := range map[string]bool{"SQLite": false, "PostgreSQL": true} {
		t.Run(name, func(t *testing.T) {
			r := startRestoredRun(t, postgres)
			hr := r.Admin(0)
			asked, purged, stays := r.Hire(), r.Hire(), r.Hire()
			asked.ToReview()
			hr.Decides(asked, "approve", nil)
			asked.See(sim.StageDone)
			purged.ToReview()
			hr.Decides(purged, "reject", map[string]any{"reason": "wrong_person"})
			purged.See(sim.StageRejected)
			stays.ToReview()
			backups := r.backups()

			asked.Say("删除我的资料")
			asked.Press("withdraw")
			asked.WaitForCard("都已删除")
			out := r.runs(0, []string{"SHIMING_TIMING_UNFINISHED_RETENTION=1ms"}, "purge")
			if !strings.Contains(out, "unfinished_retention") {
				t.Fatalf("purge: %s, want the rejected case deleted", out)
			}
			r.runs(0, nil, "keys", "rotate")
			r.stop() // with the last deletions in the list
			raw, err := os.ReadFile(r.list)
			if err != nil || strings.Count(string(raw), " all ") != 2 {
				t.Fatalf("the list: %q (%v), want both deletions", raw, err)
			}

			for way, put := range backups {
				t.Run(way, func(t *testing.T) {
					r := &restoredRun{Harness: r.With(t), program: r.program, dsn: r.dsn, list: r.list}
					r.dsn = put()
					r.program.Env = append(r.program.Env, "SHIMING_STORE_DSN="+r.dsn)
					for _, p := range []harness.Person{asked, purged} {
						if cases, _ := r.kept(p); cases != 1 {
							t.Fatalf("the backup has %d cases of a person, want the data as it was", cases)
						}
					}
					if out := r.runs(1, nil, "serve"); !strings.Contains(out, "run `shiming restored` once") {
						t.Errorf("serve: %s, want a refusal that says what to do", out)
					}
					if out := r.runs(0, nil, "restored"); !strings.Contains(out, "Deleted again: ") {
						t.Errorf("restored: %s, want the deletions applied", out)
					}
					for _, p := range []harness.Person{asked, purged} {
						if cases, pictures := r.kept(p); cases != 0 || pictures != 0 {
							t.Errorf("before serve starts: %d cases and %d pictures of a deleted person, want none", cases, pictures)
						}
					}
					r.program.Start()
					if cases, pictures := r.kept(stays); cases != 1 || pictures < 2 {
						t.Errorf("of somebody whose data stays: %d cases and %d pictures, want one with both", cases, pictures)
					}
					r.stop()
					if out := r.runs(0, nil, "privacy", "audit"); strings.Contains(out, "differs") {
						t.Errorf("privacy audit: %s, want whole chains", out)
					}
					r.program.Start() // a second time nothing is missing
					r.stop()
				})
			}
		})
	}
}
