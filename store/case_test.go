package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"shiming/flows"
)

func TestCaseRoundTrip(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		c := newCase("c1", "ou_1")
		c.CreatedAt, c.EnteredAt = c.CreatedAt.UTC(), c.EnteredAt.UTC()
		c.Uploads = map[string]string{"front": "f1"}
		c.Personal = flows.Personal{Name: "张三", Number: "11010119900307803X", Mobile: "13800138000"}
		ts.insert(t, c)
		c.State, c.Rev = flows.AwaitingPhotos, 1
		ts.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, c) })
		if c.Version != 1 {
			t.Errorf("version %d after one update, want 1", c.Version)
		}
		ts.view(t, func(v flows.View) error {
			got, err := v.Case(ctx, "c1")
			if !reflect.DeepEqual(got, c) {
				t.Errorf("got %+v\nwant %+v", got, c)
			}
			return err
		})
		c.Personal = flows.Personal{}
		ts.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, c) })
		if n := ts.countRows(t, "cases WHERE sealed IS NULL"); n != 1 {
			t.Error("erased personal data is still stored")
		}
	})
}

func TestStaleUpdate(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		ts.insert(t, newCase("c1", "ou_1"))
		mine, theirs := newCase("c1", "ou_1"), newCase("c1", "ou_1")
		ts.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, theirs) })
		tries := 0
		err := ts.Tx(ctx, func(tx flows.Tx) error {
			tries++
			mine.State = flows.Done
			if err := tx.UpdateCase(ctx, mine); !errors.Is(err, flows.ErrStale) {
				t.Errorf("update of an old version: %v, want %v", err, flows.ErrStale)
			}
			return nil
		})
		must(t, err)
		if mine.Version != 0 {
			t.Errorf("a refused update moved the version to %d, want 0", mine.Version)
		}
		ts.view(t, func(v flows.View) error {
			got, err := v.CountByState(ctx, "t1")
			if got[flows.Done] != 0 || got[flows.AwaitingConsent] != 1 {
				t.Errorf("counts %v, want 0 done, 1 awaiting consent", got)
			}
			return err
		})
		err = ts.Tx(ctx, func(tx flows.Tx) error { return tx.UpdateCase(ctx, newCase("nobody", "ou_9")) })
		if !errors.Is(err, flows.ErrNotFound) {
			t.Errorf("update of no case: %v, want %v", err, flows.ErrNotFound)
		}
	})
}

func TestOneOpenCasePerPerson(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		var wg sync.WaitGroup
		won := make([]bool, 8)
		for i := range won {
			wg.Go(func() {
				err := ts.Tx(ctx, func(tx flows.Tx) error {
					won[i] = false // an earlier try may have set it
					switch _, err := tx.OpenCase(ctx, "t1", "ou_1"); {
					case err == nil:
						return nil
					case !errors.Is(err, flows.ErrNotFound):
						return err
					}
					won[i] = true
					return tx.InsertCase(ctx, newCase(fmt.Sprint("c", i), "ou_1"))
				})
				if err != nil {
					t.Errorf("goroutine %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if n := ts.countRows(t, "cases"); n != 1 {
			t.Fatalf("%d open cases of one person, want 1", n)
		}
		// If the transaction does not look for an open case first, the unique index refuses the
		// second one.
		err := ts.Tx(ctx, func(tx flows.Tx) error {
			if err := tx.InsertCase(ctx, newCase("again", "ou_1")); !errors.Is(err, flows.ErrStale) {
				t.Errorf("second open case: %v, want %v", err, flows.ErrStale)
			}
			other := newCase("other-tenant", "ou_1")
			other.TenantKey = "t2"
			return tx.InsertCase(ctx, other)
		})
		must(t, err)
		// After the end of the case the applicant can open the next one.
		id := fmt.Sprint("c", slices.Index(won, true))
		ts.tx(t, func(tx flows.Tx) error {
			c, err := tx.Case(ctx, id)
			if err != nil {
				return err
			}
			c.State = flows.Expired
			if err := tx.UpdateCase(ctx, c); err != nil {
				return err
			}
			next := newCase("next", "ou_1")
			next.CreatedAt = epoch.Add(time.Hour)
			return tx.InsertCase(ctx, next)
		})
		ts.view(t, func(v flows.View) error {
			open, err1 := v.OpenCase(ctx, "t1", "ou_1")
			latest, err2 := v.LatestCase(ctx, "t1", "ou_1")
			all, err3 := v.CasesOf(ctx, "t1", "ou_1")
			if err := errors.Join(err1, err2, err3); err != nil {
				return err
			}
			if open.ID != "next" || latest.ID != "next" || len(all) != 2 || all[1].ID != id {
				t.Errorf("open %s, latest %s, all %d, want %q, %q, 2", open.ID, latest.ID, len(all), "next", "next")
			}
			if _, err := v.OpenCase(ctx, "t1", "ou_2"); !errors.Is(err, flows.ErrNotFound) {
				t.Errorf("nobody's case: %v, want %v", err, flows.ErrNotFound)
			}
			return nil
		})
	})
}

func TestRaceOnOneCase(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ts.insert(t, newCase("c1", "ou_1"))
		ctx, cancel := context.WithTimeout(t.Context(), hangTimeout)
		defer cancel()
		var wg sync.WaitGroup
		wins := make(chan int, 200)
		for range cap(wins) {
			wg.Go(func() {
				// The case is read outside of the transaction, so that most updates are stale.
				var c *flows.Case
				err := ts.View(ctx, func(v flows.View) (err error) {
					c, err = v.Case(ctx, "c1")
					return
				})
				if err != nil {
					t.Error(err)
					return
				}
				err = ts.Tx(ctx, func(tx flows.Tx) error {
					err := tx.UpdateCase(ctx, c)
					if errors.Is(err, flows.ErrStale) {
						return nil
					}
					if err == nil {
						wins <- 1
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		ts.view(t, func(v flows.View) error {
			c, err := v.Case(ctx, "c1")
			if c.Version != int64(len(wins)) || c.Version == 0 {
				t.Errorf("version %d, want %d, the number of updates", c.Version, len(wins))
			}
			return err
		})
	})
}
