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
			if got.Personal != c.Personal {
				t.Error("personal data differs")
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
				t.Errorf("counts %v", got)
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
					won[i] = false // may run again
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
		// Without looking first the index decides.
		err := ts.Tx(ctx, func(tx flows.Tx) error {
			if err := tx.InsertCase(ctx, newCase("again", "ou_1")); !errors.Is(err, flows.ErrStale) {
				t.Errorf("second open case: %v, want %v", err, flows.ErrStale)
			}
			other := newCase("other-tenant", "ou_1")
			other.TenantKey = "t2"
			return tx.InsertCase(ctx, other)
		})
		must(t, err)
		// A finished case makes room.
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
				// Read outside, so that most come too late.
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
				t.Errorf("version %d after %d updates", c.Version, len(wins))
			}
			return err
		})
	})
}

func caseIDs(cases []*flows.Case) []string {
	out := []string{}
	for _, c := range cases {
		out = append(out, c.ID)
	}
	return out
}

func TestInState(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		mk := func(id string, state flows.State, minutes int, incident string) *flows.Case {
			c := newCase(id, "ou_"+id)
			c.State, c.EnteredAt = state, epoch.Add(time.Duration(minutes)*time.Minute)
			if incident != "" {
				c.Attention = &flows.Attention{Incident: incident}
			}
			return c
		}
		foreign := mk("foreign", flows.AwaitingReview, 0, "")
		foreign.TenantKey = "t2"
		ts.insert(t, mk("a", flows.AwaitingReview, 3, ""), mk("b", flows.NeedsAttention, 1, "ocr/permission"),
			mk("c", flows.AwaitingReview, 2, ""), mk("d", flows.Done, 0, ""),
			mk("e", flows.NeedsAttention, 5, "ocr/permission"), mk("f", flows.NeedsAttention, 4, ""),
			mk("g", flows.Withdrawn, 6, "ocr/permission"), foreign)
		hr := []flows.State{flows.AwaitingReview, flows.NeedsAttention, flows.AwaitingReview}
		for _, tt := range []struct {
			limit, offset int
			want          []string
		}{
			{10, 0, []string{"b", "c", "a", "f", "e"}},
			{2, 0, []string{"b", "c"}},
			{2, 2, []string{"a", "f"}},
			{2, 4, []string{"e"}},
			{2, 5, []string{}},
			{0, 0, []string{}},
		} {
			t.Run(fmt.Sprint(tt.limit), func(t *testing.T) {
				ts.view(t, func(v flows.View) error {
					got, err := v.InState(ctx, "t1", hr, tt.limit, tt.offset)
					if !slices.Equal(caseIDs(got), tt.want) {
						t.Errorf("limit %d offset %d: %v, want %v", tt.limit, tt.offset, caseIDs(got), tt.want)
					}
					return err
				})
			})
		}
		ts.view(t, func(v flows.View) error {
			got, err := v.WithIncident(ctx, "t1", "ocr/permission", 10)
			if !slices.Equal(caseIDs(got), []string{"b", "e"}) {
				t.Errorf("with incident: %v", caseIDs(got))
			}
			none, err2 := v.WithIncident(ctx, "t1", "", 10)
			if len(none) != 0 {
				t.Errorf("with no incident: %v", caseIDs(none))
			}
			return errors.Join(err, err2)
		})
	})
}

func TestSameNumber(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		index := ts.MAC("number", "11010119900307803X")
		mk := func(id, openID string, state flows.State) *flows.Case {
			c := newCase(id, openID)
			c.State = state
			return c
		}
		ts.insert(t, mk("mine", "ou_1", flows.AwaitingReview), mk("open", "ou_2", flows.AwaitingReview),
			mk("done", "ou_3", flows.Done), mk("rejected", "ou_4", flows.Rejected), mk("plain", "ou_5", flows.Done))
		ts.tx(t, func(tx flows.Tx) error {
			for _, id := range []string{"mine", "open", "done", "rejected"} {
				if err := tx.SetBlindIndex(ctx, id, index); err != nil {
					return err
				}
			}
			if err := tx.SetBlindIndex(ctx, "nobody", index); !errors.Is(err, flows.ErrNotFound) {
				t.Errorf("index of no case: %v, want %v", err, flows.ErrNotFound)
			}
			return nil
		})
		check := func(want ...string) {
			t.Helper()
			ts.view(t, func(v flows.View) error {
				got, err := v.SameNumber(ctx, "t1", index, "ou_1")
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Errorf("same number: %v, want %v", got, want)
				}
				none, err2 := v.SameNumber(ctx, "t1", nil, "ou_1")
				if len(none) != 0 {
					t.Errorf("no index matches %v", none)
				}
				return errors.Join(err, err2)
			})
		}
		check("done", "open")
		ts.tx(t, func(tx flows.Tx) error { return tx.SetBlindIndex(ctx, "open", nil) })
		check("done")
	})
}
