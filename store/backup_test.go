package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"shiming/flows"
	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// writeEvents writes events on 64 cases until stop, and counts the committed ones.
func (ts *testStore) writeEvents(t *testing.T) (acknowledged *atomic.Int64, stop func()) {
	t.Helper()
	for i := range 64 {
		ts.insert(t, newCase(fmt.Sprint("c", i), fmt.Sprint("ou_", i)))
	}
	acknowledged = new(atomic.Int64)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	begun := make(chan bool)
	go func() {
		for n := int64(1); ctx.Err() == nil; n++ {
			if err := ts.Tx(t.Context(), eventTx(t.Context(), n)); err != nil {
				ended <- err
				return
			}
			if acknowledged.Store(n); n == 100 {
				close(begun)
			}
		}
		ended <- nil
	}()
	<-begun
	return acknowledged, func() {
		cancel()
		must(t, <-ended)
	}
}

// checkRestored verifies that the store holds at least the first atLeast events, that all tables
// are of one moment, and that all jobs run.
func (ts *testStore) checkRestored(t *testing.T, atLeast int64) {
	t.Helper()
	ctx := t.Context()
	events := ts.countRows(t, "event_keys WHERE key LIKE 'event/%'")
	if int64(events) < atLeast || ts.countRows(t, fmt.Sprintf("event_keys WHERE key = 'event/%d'", atLeast)) != 1 {
		t.Errorf("%d events, want at least %d", events, atLeast)
	}
	if audits, jobs := ts.countRows(t, "audit"), ts.countRows(t, "river_job"); audits != events || jobs != events {
		t.Errorf("%d events, %d audit rows, %d jobs: want equal numbers", events, audits, jobs)
	}
	for i := range 64 {
		must(t, ts.VerifyChain(ctx, fmt.Sprint("c", i)))
		ts.view(t, func(v flows.View) error {
			_, err := v.Case(ctx, fmt.Sprint("c", i))
			return err
		})
	}
	ran := make(chan bool, events)
	must(t, ts.Start(ctx, func(context.Context, flows.Job) error {
		ran <- true
		return nil
	}))
	for range events {
		select {
		case <-ran:
		case <-time.After(hangTimeout):
			t.Fatal("the jobs do not run")
		}
	}
	must(t, ts.Stop(ctx))
}

func TestBackupDuringWrites(t *testing.T) {
	onDatabase(t, "sqlite", func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		acknowledged, stop := ts.writeEvents(t)
		file := filepath.Join(t.TempDir(), "copy.db")
		var c Copy
		var before int64
		for { // until an event is committed during the backup, which takes milliseconds
			before = acknowledged.Load()
			var err error
			c, err = Backup(ctx, ts.cfg.DSN, file)
			if err != nil {
				stop()
				t.Fatal(err)
			}
			if acknowledged.Load() > before {
				break
			}
			must(t, os.Remove(file))
		}
		stop()
		info, err := os.Stat(file)
		must(t, err)
		if info.Mode().Perm() != 0o600 || info.Size() != c.Bytes || c.Cases != 64 || time.Since(c.Of) > time.Minute {
			t.Errorf("mode %v, size %d, copy %+v, want %v", info.Mode(), info.Size(), c, c.Bytes)
		}
		if beside, err := filepath.Glob(file + "?*"); err != nil || len(beside) > 0 {
			t.Errorf("files beside the copy: %v, want none", beside)
		}
		if _, err := Backup(ctx, ts.cfg.DSN, file); !errors.Is(err, fs.ErrExist) {
			t.Errorf("a second backup to the same file: %v, want %v", err, fs.ErrExist)
		}
		if again, err := os.Stat(file); err != nil || again.Size() != info.Size() {
			t.Errorf("the first backup has changed: %v, want it unchanged", err)
		}

		back := *ts
		back.dir = t.TempDir()
		back.cfg.DSN = "sqlite:" + filepath.Join(back.dir, "bot.db")
		must(t, os.Rename(file, filepath.Join(back.dir, "bot.db")))
		back.reopenCopy(t, c.Of)
		back.checkRestored(t, before)
	})
}

// reopenCopy verifies that Open refuses the copy with another keyset and without Config.Copy, and
// that it accepts the copy after Settle.
func (ts *testStore) reopenCopy(t *testing.T, of time.Time) {
	t.Helper()
	ctx := t.Context()
	wrong := ts.cfg
	wrong.Keyset, wrong.Copy = keyset.New(), true
	if _, err := Open(ctx, wrong); !errors.Is(err, ErrWrongKeyset) {
		t.Errorf("with another keyset: %v, want %v", err, ErrWrongKeyset)
	}
	_, err := Open(ctx, ts.cfg)
	if e, is := errors.AsType[*CopyError](err); !is || !e.Of.Equal(of.Truncate(time.Second)) {
		t.Fatalf("open of a copy: %v, want a *CopyError", err)
	}
	ts.cfg.Copy = true
	ts.Store = mustOpen(t, ts.cfg)
	if got, err := ts.CopyOf(ctx); err != nil || !got.Equal(of.Truncate(time.Second)) {
		t.Errorf("copy of %v (%v), want %v", got, err, of)
	}
	if open, err := ts.OpenCases(ctx); err != nil || len(open) != 64 {
		t.Errorf("%d open cases, %v, want 64", len(open), err)
	}
	must(t, ts.Settle(ctx))
	must(t, ts.Close())
	ts.cfg.Copy = false
	ts.Store = mustOpen(t, ts.cfg)
}

func TestBackupRefuses(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "text.db"), []byte(strings.Repeat("no database ", 100)), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "empty.db"), nil, 0o600))
	for _, tt := range []struct {
		dsn  string
		want error // nil for any error
	}{
		{"sqlite:" + filepath.Join(dir, "missing.db"), fs.ErrNotExist},
		{"sqlite:" + filepath.Join(dir, "text.db"), nil},
		{"sqlite:" + filepath.Join(dir, "empty.db"), nil},
		{"postgres://user:secret@host/db", ErrNotSQLite},
	} {
		t.Run(tt.dsn, func(t *testing.T) {
			file := filepath.Join(dir, "copy.db")
			_, err := Backup(t.Context(), tt.dsn, file)
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want %v", tt.dsn, err, tt.want)
			}
			if left, _ := filepath.Glob(file + "*"); len(left) > 0 {
				t.Errorf("%s: files left: %v, want none", tt.dsn, left)
			}
		})
	}
}

func TestDumpCommand(t *testing.T) {
	const command = `pg_dump --format=custom --no-owner --file='it'\''s.dump' `
	for _, tt := range []struct{ dsn, want string }{
		{
			"postgres://bot:s%27ecret@db.example:5432/shiming?sslmode=verify-full&pool_max_conns=8",
			command + "'postgres://bot@db.example:5432/shiming?sslmode=verify-full'",
		},
		{
			"postgres:///shiming?host=/run/pg&user=bot&password=secret",
			command + "'postgres:///shiming?host=%2Frun%2Fpg&user=bot'",
		},
	} {
		t.Run(tt.dsn, func(t *testing.T) {
			if got, err := DumpCommand(tt.dsn, "it's.dump"); err != nil || got != tt.want {
				t.Errorf("got %s (%v)\nwant %s", got, err, tt.want)
			}
		})
	}
	if _, err := DumpCommand("sqlite:x", "f"); err == nil {
		t.Error("got a command for SQLite, want an error")
	}
}

// TestDumpAndRestore runs the command that the program prints, and pg_restore.
func TestDumpAndRestore(t *testing.T) {
	onDatabase(t, "postgres", func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		bin, err := pgtest.Tools()
		pgtest.SkipIfMissing(t, err)
		shell := func(line string) {
			cmd := exec.CommandContext(ctx, "/bin/sh", "-c", line)
			cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", line, err, out)
			}
		}
		acknowledged, stop := ts.writeEvents(t)
		file := filepath.Join(t.TempDir(), "bot.dump")
		before := acknowledged.Load()
		line, err := DumpCommand(ts.cfg.DSN, file)
		must(t, err)
		shell(line)
		stop()

		back := *ts
		back.cfg.DSN = pgtest.DSN(t)
		shell("pg_restore --exit-on-error --no-owner --dbname=" + shellWord(back.cfg.DSN) + " " + shellWord(file))
		back.reopenCopy(t, time.Time{})
		back.checkRestored(t, before)
	})
}
