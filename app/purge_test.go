package app_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"shiming/app"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/store/pgtest"
	"shiming/workers/workerstest"
)

// database opens a new database of a kind at the real time.
func database(t *testing.T, kind string) *store.Store {
	t.Helper()
	cfg := store.Config{DSN: "sqlite:" + filepath.Join(t.TempDir(), "bot.db"), Sync: "normal", Keyset: keyset.New()}
	if kind == "postgres" {
		cfg.DSN = pgtest.DSN(t)
	}
	s, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// put stores a case with its pictures.
func put(t *testing.T, s *store.Store, c *flows.Case) {
	t.Helper()
	err := s.Tx(t.Context(), func(tx flows.Tx) error {
		own := *c
		if err := tx.InsertCase(t.Context(), &own); err != nil {
			return err
		}
		for _, p := range c.Photos {
			if err := tx.PutPicture(t.Context(), c.ID, p.ID, workerstest.Picture(p.FileKey)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func caseOf(t *testing.T, s *store.Store, id string) (c *flows.Case, pictures int) {
	t.Helper()
	err := s.View(t.Context(), func(v flows.View) (err error) {
		if c, err = v.Case(t.Context(), id); err != nil {
			return err
		}
		for _, p := range c.Photos {
			if _, err := v.Picture(t.Context(), id, p.ID); err == nil {
				pictures++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, pictures
}

// TestRestoredBackupForgetsAgain: a backup from before deletions has them applied again before anything else: what the list
// says, whatever state the case was in, and what is due by the settings. A second run does nothing.
func TestRestoredBackupForgetsAgain(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			backup, now := database(t, kind), time.Now()
			sample := func(id string, s flows.State, ended time.Duration) {
				c := flows.SampleCase(s)
				c.ID, c.OpenID, c.TenantKey, c.EnteredAt = id, "ou_"+id, "t1", now.Add(-ended)
				c.Photos, c.PhotosGoneAt, c.Erased = flows.SampleCase(flows.AwaitingReview).Photos, time.Time{}, time.Time{}
				put(t, backup, c)
			}
			const day = 24 * time.Hour
			sample("asked", flows.Done, time.Minute)               // the person asked for the deletion since
			sample("asked-open", flows.Filing, time.Minute)        // ended since, and the person asked
			sample("photos-open", flows.AwaitingReview, time.Hour) // done since, and the photos deleted
			sample("overdue", flows.Expired, 40*day)               // due by the settings
			sample("kept", flows.Done, time.Minute)
			list := []store.Deleted{
				{CaseID: "asked", Deletion: flows.Deletion{Scope: flows.PurgePhotos, Rule: flows.RulePhotoGrace, At: now}},
				{CaseID: "asked", Deletion: flows.Deletion{Scope: flows.PurgeAll, Rule: flows.RuleRequest, At: now}},
				{CaseID: "asked-open", Deletion: flows.Deletion{Scope: flows.PurgeAll, Rule: flows.RuleRequest, At: now}},
				{CaseID: "photos-open", Deletion: flows.Deletion{Scope: flows.PurgePhotos, Rule: flows.RulePhotoGrace, At: now}},
				{CaseID: "after-the-backup", Deletion: flows.Deletion{Scope: flows.PurgeAll, Rule: flows.RuleRequest, At: now}},
			}
			policy := *flows.SamplePolicy()
			apply := func() app.Reapplied {
				t.Helper()
				out, err := app.ReapplyDeletions(context.Background(), backup, policy, list)
				if err != nil {
					t.Fatal(err)
				}
				return out
			}
			if out := apply(); out.Again != 4 || out.Unknown != 1 || len(out.Overdue.Cases) != 1 {
				t.Errorf("got %+v, want 4 again, 1 unknown, 1 overdue", out)
			}
			for _, tt := range []struct {
				id       string
				erased   bool
				pictures int
				state    flows.State
			}{{"asked", true, 0, flows.Done}, {"asked-open", true, 0, flows.Withdrawn},
				{"photos-open", false, 0, flows.AwaitingReview}, {"overdue", true, 0, flows.Expired}, {"kept", false, 2, flows.Done}} {
				c, pictures := caseOf(t, backup, tt.id)
				if c.Erased.IsZero() == tt.erased || c.Personal.Empty() != tt.erased || pictures != tt.pictures || c.State != tt.state {
					t.Errorf("%s: erased %t, %d pictures, %s; want %t, %d, %s", tt.id, !c.Erased.IsZero(), pictures, c.State,
						tt.erased, tt.pictures, tt.state)
				}
				if err := backup.VerifyChain(t.Context(), tt.id); err != nil {
					t.Error(err)
				}
			}
			if out := apply(); out.Again != 0 || len(out.Overdue.Cases) != 0 {
				t.Errorf("a second time: got %+v, want nothing", out)
			}
		})
	}
}
