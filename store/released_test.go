package store_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/bench/growth/walk"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// freeze makes TestFreeze write testdata/released/<name>: databases as the present program leaves
// them. It is used once for each released schema and never overwrites.
var freeze = flag.String("freeze", "", "write testdata/released/`NAME` with the present program")

const released = "testdata/released"

// caseSnapshot is the content of one case.
type caseSnapshot struct {
	ID       string      `json:"id"`
	State    flows.State `json:"state"`
	Rev      int64       `json:"rev"`
	Personal string      `json:"personal"` // SHA-256 of the clear text, "" for none
	Audit    int         `json:"audit"`
	Pictures []string    `json:"pictures,omitempty"` // SHA-256 of each
	Surfaces int         `json:"surfaces"`
}

// snapshot is the content of a database.
type snapshot struct {
	Cases []caseSnapshot      `json:"cases"`
	Count map[flows.State]int `json:"count"`
	Jobs  int                 `json:"jobs"` // waiting jobs
	// Undecided are the bodies of events that are not handled yet; stored since schema 5.
	Undecided []string `json:"undecided,omitempty"`
}

// readSnapshot reads the whole content.
func readSnapshot(ctx context.Context, s *store.Store) (f snapshot, err error) {
	err = s.View(ctx, func(v flows.View) error {
		if f.Count, err = v.CountByState(ctx, walk.Tenant); err != nil {
			return err
		}
		list, err := v.InState(ctx, walk.Tenant, flows.States, 1000, 0)
		if err != nil {
			return err
		}
		for _, c := range list {
			one := caseSnapshot{ID: c.ID, State: c.State, Rev: c.Rev}
			if !c.Personal.Empty() {
				clear, err := c.Personal.Clear()
				if err != nil {
					return err
				}
				one.Personal = sha256Hex(clear)
			}
			rows, err := v.AuditOf(ctx, c.ID)
			if err != nil {
				return err
			}
			one.Audit = len(rows)
			shown, err := v.SurfacesOf(ctx, c.ID, "")
			if err != nil {
				return err
			}
			one.Surfaces = len(shown)
			for _, p := range c.Photos {
				jpeg, err := v.Picture(ctx, c.ID, p.ID)
				if err == nil {
					one.Pictures = append(one.Pictures, sha256Hex(jpeg))
				} else if !errors.Is(err, flows.ErrNotFound) {
					return err
				}
			}
			f.Cases = append(f.Cases, one)
		}
		return nil
	})
	slices.SortFunc(f.Cases, func(a, b caseSnapshot) int { return strings.Compare(a.ID, b.ID) })
	return f, err
}

func sha256Hex(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// TestFreeze writes the directory that -freeze names.
func TestFreeze(t *testing.T) {
	if *freeze == "" {
		t.Skip("nothing to freeze; see -freeze")
	}
	dir := filepath.Join(released, *freeze)
	must(t, os.Mkdir(dir, 0o755))
	keys := keyset.New()
	must(t, keyset.Write(filepath.Join(dir, "keyset.json"), keys))
	for _, engine := range []string{"sqlite", "postgres"} {
		file, dsn := filepath.Join(t.TempDir(), "bot.db"), ""
		if engine == "sqlite" {
			dsn = "sqlite:" + file
		} else {
			dsn = pgtest.DSN(t)
		}
		s, err := store.Open(t.Context(), store.Config{DSN: dsn, Sync: "normal", Keyset: keys})
		must(t, err)
		w := walk.New(s, engine, time.Date(2026, 6, 1, 4, 0, 0, 0, time.UTC))
		for i, state := range flows.States {
			_, err := w.Walk(t.Context(), walk.Nth(i), state, i%2 == 0)
			must(t, err)
			w.At = w.At.Add(time.Hour)
		}
		f, err := readSnapshot(t.Context(), s)
		must(t, err)
		f.Jobs, f.Undecided = w.Stored, []string{`{"schema":"2.0","event":{"n":1}}`, `{"schema":"2.0","event":{"n":2}}`}
		for _, body := range f.Undecided {
			_, err := s.SavePush(t.Context(), "oc_1", []byte(body))
			must(t, err)
		}
		must(t, s.Close())
		raw, err := json.MarshalIndent(f, "", " ")
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, engine+".json"), append(raw, '\n'), 0o644))
		var dump []byte
		if engine == "sqlite" {
			dump, err = os.ReadFile(file)
			must(t, err)
		} else {
			dump = runPostgresTool(t, nil, "pg_dump", "--no-owner", "--no-privileges", dsn)
		}
		var packed bytes.Buffer
		z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		must(t, err)
		_, err = z.Write(dump)
		must(t, err)
		must(t, z.Close())
		must(t, os.WriteFile(filepath.Join(dir, engine+".gz"), packed.Bytes(), 0o644))
	}
}

// runPostgresTool runs one of PostgreSQL's programs.
func runPostgresTool(t *testing.T, in []byte, name string, args ...string) []byte {
	t.Helper()
	bin, err := pgtest.Tools()
	pgtest.SkipIfMissing(t, err)
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, name), args...)
	cmd.Stdin = bytes.NewReader(in)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, said.String())
	}
	return out
}

// restoreReleased restores a released database and returns its configuration and expected content.
func restoreReleased(t *testing.T, dir, engine string) (cfg store.Config, want snapshot) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, engine+".gz"))
	must(t, err)
	defer f.Close() //nolint:errcheck // a reader
	z, err := gzip.NewReader(f)
	must(t, err)
	dump, err := io.ReadAll(z)
	must(t, err)
	raw, err := os.ReadFile(filepath.Join(dir, engine+".json"))
	must(t, err)
	must(t, json.Unmarshal(raw, &want))
	to := t.TempDir()
	keys, err := os.ReadFile(filepath.Join(dir, "keyset.json"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(to, "keyset.json"), keys, 0o600)) // git does not store this mode
	cfg.Keyset, err = keyset.Load(filepath.Join(to, "keyset.json"))
	must(t, err)
	if engine == "sqlite" {
		file := filepath.Join(to, "bot.db")
		must(t, os.WriteFile(file, dump, 0o600))
		cfg.DSN = "sqlite:" + file
		return cfg, want
	}
	cfg.DSN = pgtest.DSN(t)
	// The database is to look as if it had always been here. Other tests cover restored dumps.
	dump = append(dump, "\nDELETE FROM public.settings WHERE tenant_key = '' AND key = 'database/lives_in';\n"...)
	runPostgresTool(t, dump, "psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--dbname="+cfg.DSN)
	return cfg, want
}

// TestReleasedSchemas: this program opens a database of every released schema with its whole
// content, and continues its work.
func TestReleasedSchemas(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(released, "*", "keyset.json"))
	if err != nil || len(dirs) == 0 {
		t.Fatal("no released databases", err)
	}
	for _, file := range dirs {
		dir := filepath.Dir(file)
		for _, engine := range []string{"sqlite", "postgres"} {
			t.Run(filepath.Base(dir)+"/"+engine, func(t *testing.T) {
				t.Parallel()
				cfg, want := restoreReleased(t, dir, engine)
				wrong := cfg
				wrong.Keyset = keyset.New()
				if _, err := store.Open(t.Context(), wrong); !errors.Is(err, store.ErrWrongKeyset) {
					t.Errorf("with another keyset: %v, want %v", err, store.ErrWrongKeyset)
				}
				for range 2 { // the first opening migrates
					s, err := store.Open(t.Context(), cfg)
					must(t, err)
					got, err := readSnapshot(t.Context(), s)
					must(t, err)
					got.Jobs, got.Undecided = want.Jobs, want.Undecided
					if a, b := snapshotJSON(t, got), snapshotJSON(t, want); a != b {
						t.Errorf("holds\n%s\nwant\n%s", a, b)
					}
					for _, c := range want.Cases {
						must(t, s.VerifyChain(t.Context(), c.ID))
					}
					must(t, s.Close())
				}
				s, err := store.Open(t.Context(), cfg)
				must(t, err)
				defer s.Close()                               //nolint:errcheck // stopped below
				left, err := s.TakeDuePushes(t.Context(), 10) // they are due by now
				must(t, err)
				var undecided []string
				for _, p := range left {
					undecided = append(undecided, string(p.Body))
				}
				if !slices.Equal(undecided, want.Undecided) {
					t.Errorf("undecided %q, want %q", undecided, want.Undecided)
				}
				ran := make(chan flows.Job, want.Jobs)
				must(t, s.Start(t.Context(), func(_ context.Context, j flows.Job) error {
					ran <- j
					return nil
				}))
				for i := range want.Jobs {
					select {
					case j := <-ran:
						if j.Kind == "" || j.Key == "" {
							t.Fatalf("a job lost its content: %+v", j)
						}
					case <-time.After(5 * time.Minute): // ends a test that hangs
						t.Fatalf("%d of %d jobs ran", i, want.Jobs)
					}
				}
				must(t, s.Stop(t.Context()))
				checkNewRegistration(t, s)
			})
		}
	}
}

// checkNewRegistration runs one more registration from start to end.
func checkNewRegistration(t *testing.T, s *store.Store) {
	t.Helper()
	w := walk.New(s, "after", time.Date(2026, 7, 1, 4, 0, 0, 0, time.UTC))
	if c, err := w.Walk(t.Context(), walk.Nth(1000), flows.Done, true); err != nil ||
		s.VerifyChain(t.Context(), c.ID) != nil {
		t.Errorf("a new registration failed: %v", err)
	}
}

func snapshotJSON(t *testing.T, f snapshot) string {
	t.Helper()
	raw, err := json.MarshalIndent(f, "", " ")
	must(t, err)
	return string(raw)
}

// TestReleasedMigrationsUnchanged: a released migration is never edited; a change is a new
// migration. The list grows with each release, by `sha256sum 0*.sql`.
func TestReleasedMigrationsUnchanged(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(released, "migrations.sha256"))
	must(t, err)
	files, err := filepath.Glob("migrations/*.sql")
	must(t, err)
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	if len(lines) == 0 || len(lines) > len(files) {
		t.Fatalf("%d released migrations, %d files", len(lines), len(files))
	}
	for i, line := range lines {
		want, name, _ := strings.Cut(line, "  ")
		if name != filepath.Base(files[i]) {
			t.Errorf("%s, want the released migration %s here", files[i], name)
			continue
		}
		is, err := os.ReadFile(files[i])
		must(t, err)
		if got := sha256Hex(is); got != want {
			t.Errorf("%s was edited after its release: %s, want %s", name, got, want)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
