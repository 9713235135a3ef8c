package workers_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"shiming/cards"
	"shiming/esign"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/store/pgtest"
	"shiming/store/storetest"
	"shiming/workers/workerstest"
)

// purgeRace is a harness with a look at the rows beside it.
type purgeRace struct {
	*workerstest.Harness
	t  *testing.T
	db *sql.DB
}

// together runs the parts at the same time. A failure of one is an error of the test.
func (r *purgeRace) together(parts ...func() error) {
	r.t.Helper()
	var ready, running sync.WaitGroup
	ready.Add(len(parts))
	for _, part := range parts {
		running.Go(func() {
			ready.Done()
			ready.Wait()
			if err := part(); err != nil {
				r.t.Error(err)
			}
		})
	}
	running.Wait()
}

// erases is a person's request for deletion. One that is refused is no error.
func (r *purgeRace) erases(c *flows.Case) func() error {
	return func() error {
		_, _, err := r.Report(r.t.Context(), c.ID, flows.Event{Kind: flows.Erase, Role: flows.Applicant, Actor: c.OpenID})
		return err
	}
}

// purges deletes what is due, case by case, as the daily deletion and `shiming purge` do.
func (r *purgeRace) purges() error {
	ctx := r.t.Context()
	var ids []string
	err := r.Store.View(ctx, func(v flows.View) (err error) {
		ids, err = r.Engine.Overdue(ctx, v, workerstest.Tenant, "", 100)
		return err
	})
	for _, id := range ids {
		if err == nil {
			err = r.Store.Tx(ctx, func(tx flows.Tx) error {
				c, err := tx.Case(ctx, id)
				if err == nil {
					_, _, err = r.Engine.DeleteOverdue(ctx, tx, c)
				}
				return err
			})
		}
	}
	return err
}

// runs runs queued jobs of a kind, one after another. What they want to do again is left out.
func (r *purgeRace) runs(kind flows.JobKind) func() error {
	return func() error {
		for q := r.DueJob(kind); q != nil; q = r.DueJob(kind) {
			q.Attempt++
			if err := r.Run(r.t.Context(), q.Job); err != nil && !errors.As(err, new(*flows.RetryLater)) {
				return fmt.Errorf("%s: %w", q.Kind, err)
			}
		}
		return nil
	}
}

// clean checks that a case holds everything, or nothing, and says which.
func (r *purgeRace) clean(id string) (erased bool) {
	r.t.Helper()
	c, ctx := r.CaseNow(id), r.t.Context()
	var pictures, deletions int
	for query, n := range map[string]*int{
		`SELECT count(*) FROM pictures WHERE case_id = $1`:                    &pictures,
		`SELECT count(*) FROM deletions WHERE case_id = $1 AND scope = 'all'`: &deletions,
	} {
		if err := r.db.QueryRowContext(ctx, query, id).Scan(n); err != nil {
			r.t.Fatal(err)
		}
	}
	stored := 0
	for _, p := range c.Photos {
		if p.State == flows.PhotoStored || p.State == flows.PhotoRead {
			stored++
		}
	}
	erased = !c.Erased.IsZero()
	switch {
	case erased && (pictures != 0 || deletions != 1 || !c.Personal.Empty() || !c.State.Terminal()):
		r.t.Errorf("deleted, in %s: %d pictures, %d deletions, details empty %t; want nothing left and one deletion",
			c.State, pictures, deletions, c.Personal.Empty())
	case !erased && (deletions != 0 || c.PhotosGoneAt.IsZero() && pictures != stored):
		r.t.Errorf("kept, in %s: %d pictures of %d, %d deletions; want everything left", c.State, pictures, stored, deletions)
	}
	r.Must(r.Store.VerifyChain(ctx, id))
	return erased
}

// purgeRaces are the things that a deletion meets. Each returns a case and whether its data must be gone at the end.
var purgeRaces = map[string]func(r *purgeRace, who string) (c *flows.Case, gone bool){
	"photos come": func(r *purgeRace, who string) (*flows.Case, bool) {
		c := r.PutCase(flows.AwaitingPhotos, who, func(c *flows.Case) { c.Photos, c.Personal = nil, flows.Personal{} })
		front, back := r.KnowCard(who, flows.SampleNumber)
		r.SendPhotos(who, front, back)
		r.together(r.erases(c), r.runs(flows.JobFetchPhoto), r.runs(flows.JobFetchPhoto), r.runs(flows.JobReadPhotos))
		return c, true
	},
	"photos are read": func(r *purgeRace, who string) (*flows.Case, bool) {
		c := caseWithStoredPhotos(r.Harness, who)
		r.QueueJob(flows.Job{Kind: flows.JobReadPhotos, Case: c.ID})
		r.together(r.erases(c), r.runs(flows.JobReadPhotos), r.purges)
		return c, true
	},
	"HR decides": func(r *purgeRace, who string) (*flows.Case, bool) {
		c := r.PutCase(flows.AwaitingReview, who)
		approve := func() error {
			_, err := r.Engine.Click(r.t.Context(), flows.CardAction{
				EventID: "click-" + who, TenantKey: workerstest.Tenant, OpenID: "ou_hr1", At: r.Now(),
				Action: cards.Action{V: 1, Act: cards.ActApprove, Case: c.ID, Rev: c.Rev},
			})
			return err
		}
		r.together(r.erases(c), approve, r.purges)
		now := r.CaseNow(c.ID)
		if now.State != flows.Withdrawn && now.State != flows.Recording && now.State != flows.Decided {
			r.t.Errorf("in %s, want the request or the decision", now.State)
		}
		return c, now.State == flows.Withdrawn
	},
	"evidence is in flight": func(r *purgeRace, who string) (*flows.Case, bool) {
		c := r.PutCase(flows.Filing, who, func(c *flows.Case) { c.Evidence = nil })
		began, end := make(chan bool), make(chan bool)
		r.EvidenceClient.PointFunc = func(context.Context, esign.PersonPoint) (string, error) {
			close(began)
			<-end
			return "P", nil
		}
		r.QueueJob(flows.Job{Kind: flows.JobEvidence, Case: c.ID})
		over := make(chan bool)
		filing := func() error {
			defer close(over)
			return r.runs(flows.JobEvidence)()
		}
		meanwhile := func() error {
			select {
			case <-began:
			case <-over:
				return errors.New("the call never began")
			}
			defer close(end)
			return errors.Join(r.erases(c)(), r.purges())
		}
		r.together(filing, meanwhile)
		r.EvidenceClient.PointFunc = nil
		if now := r.CaseNow(c.ID); now.State != flows.Done || !now.Erased.IsZero() || now.Personal.Empty() {
			r.t.Errorf("after the write: in %s, deleted %t, want it done with its data", now.State, !now.Erased.IsZero())
		}
		r.together(r.erases(c), r.purges)
		return c, true
	},
	"purge, purge and request": func(r *purgeRace, who string) (*flows.Case, bool) {
		c := r.PutCase(flows.Rejected, who, func(c *flows.Case) { c.EnteredAt = r.Now().AddDate(0, 0, -31) })
		r.together(r.purges, r.purges, r.erases(c), r.runs(flows.JobPurge))
		return c, true
	},
}

// TestDeletionBesideEvents: whatever runs beside a deletion, the case ends with all of its data or with none, with one
// deletion on record and a whole chain, on both databases.
func TestDeletionBesideEvents(t *testing.T) {
	t.Parallel()
	const rounds = 8
	for database, config := range map[string]func(*testing.T) store.Config{
		"sqlite": func(t *testing.T) store.Config {
			path := filepath.Join(t.TempDir(), "bot.db")
			return store.Config{DSN: "sqlite:" + path, Sync: "normal", Keyset: storetest.Write(t, path)}
		},
		"postgres": func(t *testing.T) store.Config {
			return store.Config{DSN: pgtest.DSN(t), Sync: "normal", Keyset: keyset.New()}
		},
	} {
		for name, race := range purgeRaces {
			t.Run(database+"/"+name, func(t *testing.T) {
				cfg := config(t)
				r := &purgeRace{Harness: workerstest.NewOn(t, cfg), t: t}
				driver, from := "pgx", cfg.DSN
				if path, isSQLite := strings.CutPrefix(cfg.DSN, "sqlite:"); isSQLite {
					driver, from = "sqlite", path
				}
				var err error
				if r.db, err = sql.Open(driver, from); err != nil {
					t.Fatal(err)
				}
				defer r.db.Close() //nolint:errcheck // a test's
				for i := range rounds {
					c, gone := race(r, fmt.Sprintf("ou_%d", i))
					if erased := r.clean(c.ID); erased != gone {
						t.Errorf("round %d: deleted %t, want %t", i, erased, gone)
					}
				}
			})
		}
	}
}
