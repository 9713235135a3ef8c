package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"shiming/flows"
)

// enteredIDs reads all pages of a state after a cursor and returns the ids.
func (ts *testStore) enteredIDs(
	t *testing.T, state flows.State, after flows.Cursor, before time.Time, page int,
) (ids []string) {
	t.Helper()
	for {
		var list []*flows.Case
		ts.view(t, func(v flows.View) (err error) {
			list, err = v.Entered(t.Context(), "t1", state, after, before, page)
			return err
		})
		for _, c := range list {
			ids = append(ids, c.ID)
			after = flows.Cursor{At: c.EnteredAt, ID: c.ID}
		}
		if len(list) < page {
			return ids
		}
	}
}

func TestEntered(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		at := func(n int) time.Time { return epoch.Add(time.Duration(n) * time.Millisecond) }
		var want []string
		for i := range 10 {
			c := newCase(fmt.Sprintf("c%d", i), fmt.Sprintf("ou_%d", i))
			c.State, c.EnteredAt = flows.Done, at(i/4) // several in one millisecond
			ts.insert(t, c)
			want = append(want, c.ID)
		}
		other := newCase("elsewhere", "ou_1")
		other.TenantKey, other.State = "t2", flows.Done
		open := newCase("open", "ou_open")
		ts.insert(t, other, open)
		for _, page := range []int{1, 3, 4, 100} {
			if got := ts.enteredIDs(t, flows.Done, flows.Cursor{}, at(99), page); !slices.Equal(got, want) {
				t.Errorf("in pages of %d: %v, want %v", page, got, want)
			}
		}
		for name, c := range map[string]struct {
			after  flows.Cursor
			before time.Time
			want   []string
		}{
			"from a moment on":    {flows.Cursor{At: at(1)}, at(99), want[4:]},
			"after a case":        {flows.Cursor{At: at(1), ID: "c5"}, at(99), want[6:]},
			"after one that left": {flows.Cursor{At: at(1), ID: "c5x"}, at(99), want[6:]},
			"before a moment":     {flows.Cursor{}, at(1), want[:4]},
			"nothing":             {flows.Cursor{At: at(3)}, at(99), nil},
		} {
			t.Run(name, func(t *testing.T) {
				if got := ts.enteredIDs(t, flows.Done, c.after, c.before, 3); !slices.Equal(got, c.want) {
					t.Errorf("%s: %v, want %v", name, got, c.want)
				}
			})
		}
		// The database does not store fractions of a millisecond. A cursor from a case in memory
		// has them and still works.
		c := newCase("fine", "ou_fine")
		c.State, c.EnteredAt = flows.Rejected, at(5).Add(999*time.Microsecond)
		ts.insert(t, c)
		if got := ts.enteredIDs(t, flows.Rejected, flows.Cursor{}, at(99), 1); !slices.Equal(got, []string{"fine"}) {
			t.Errorf("with fractions of a millisecond: %v, want fine", got)
		}
	})
}

func TestCountIncident(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		for i := range 5 {
			c := newCase(fmt.Sprintf("c%d", i), fmt.Sprintf("ou_%d", i))
			c.State, c.Attention = flows.NeedsAttention, &flows.Attention{Incident: "ocr/quota"}
			if i == 4 {
				c.TenantKey = "t2"
			}
			ts.insert(t, c)
		}
		ts.insert(t, newCase("c9", "ou_9"))
		for incident, want := range map[string]int{"ocr/quota": 4, "ocr": 0, "": 0} {
			t.Run(incident, func(t *testing.T) {
				ts.view(t, func(v flows.View) error {
					n, err := v.CountIncident(ctx, "t1", incident)
					if n != want {
						t.Errorf("%q: %d, want %v", incident, n, want)
					}
					return err
				})
			})
		}
	})
}

// TestWorking verifies that a case is in the result while it has a waiting, scheduled, running or
// failed job.
func TestWorking(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		working := func() map[string]bool {
			t.Helper()
			var inView, inTx map[string]bool
			ts.view(t, func(v flows.View) (err error) {
				inView, err = v.CasesWithJobs(ctx)
				return err
			})
			ts.tx(t, func(tx flows.Tx) (err error) {
				inTx, err = tx.CasesWithJobs(ctx)
				return err
			})
			if len(inView) != len(inTx) {
				t.Errorf("view %v, transaction %v, want the same", inView, inTx)
			}
			return inView
		}
		if got := working(); len(got) != 0 {
			t.Fatalf("without jobs: %v, want none", got)
		}
		later := time.Now().Add(time.Hour)
		ts.tx(t, func(tx flows.Tx) error {
			return tx.Enqueue(ctx,
				flows.Job{Kind: flows.JobIdentity, Case: "due"},
				flows.Job{Kind: flows.JobUpload, Case: "twice"},
				flows.Job{Kind: flows.JobEvidence, Case: "twice"},
				flows.Job{Kind: flows.JobCheck, Case: "planned", At: later},
				flows.Job{Kind: flows.JobEvidence, Case: "failing"},
				flows.Job{Kind: flows.JobShow, Case: "shown"},
				flows.Job{Kind: flows.JobRemind, Case: "reminded", At: later},
			)
		})
		want := map[string]bool{"due": true, "twice": true, "planned": true, "failing": true}
		check := func(when string) {
			t.Helper()
			got := working()
			for id := range want {
				if !got[id] {
					t.Errorf("%s: %s is missing", when, id)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%s: got %v, want %v", when, got, want)
			}
		}
		check("before the start")
		inside, goOn := make(chan string, 10), make(chan struct{})
		must(t, ts.Start(ctx, func(_ context.Context, j flows.Job) error {
			if j.Case == "shown" {
				return nil
			}
			inside <- j.Case
			<-goOn
			if j.Case == "failing" {
				return &flows.RetryLater{In: time.Hour, Code: "busy"}
			}
			return nil
		}))
		for range 4 {
			<-inside
		}
		check("while they run")
		close(goOn)
		want = map[string]bool{"planned": true, "failing": true}
		eventually(t, "two cases stay", func() (stay bool) {
			ts.view(t, func(v flows.View) error {
				left, err := v.CasesWithJobs(ctx)
				stay = len(left) == len(want)
				return err
			})
			return stay
		})
		check("when they are done")
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
		ts.insert(t,
			mk("a", flows.AwaitingReview, 3, ""),
			mk("b", flows.NeedsAttention, 1, "ocr/permission"),
			mk("c", flows.AwaitingReview, 2, ""),
			mk("d", flows.Done, 0, ""),
			mk("e", flows.NeedsAttention, 5, "ocr/permission"),
			mk("f", flows.NeedsAttention, 4, ""),
			mk("g", flows.Withdrawn, 6, "ocr/permission"),
			foreign,
		)
		hr := []flows.State{flows.AwaitingReview, flows.NeedsAttention, flows.AwaitingReview}
		for _, tt := range []struct {
			limit, offset int
			want          []string
		}{
			{10, 0, []string{"e", "f", "a", "c", "b"}},
			{2, 0, []string{"e", "f"}},
			{2, 2, []string{"a", "c"}},
			{2, 4, []string{"b"}},
			{0, 0, nil},
		} {
			t.Run(fmt.Sprintf("newest %d from %d", tt.limit, tt.offset), func(t *testing.T) {
				ts.view(t, func(v flows.View) error {
					got, err := v.NewestIn(ctx, "t1", hr, tt.limit, tt.offset)
					if !slices.Equal(caseIDs(got), tt.want) {
						t.Errorf("got %v, want %v", caseIDs(got), tt.want)
					}
					return err
				})
			})
		}
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
			t.Run(fmt.Sprintf("limit %d offset %d", tt.limit, tt.offset), func(t *testing.T) {
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
				t.Errorf("with incident: %v, want b, e", caseIDs(got))
			}
			none, err2 := v.WithIncident(ctx, "t1", "", 10)
			if len(none) != 0 {
				t.Errorf("with no incident: %v, want none", caseIDs(none))
			}
			return errors.Join(err, err2)
		})
	})
}

func TestSameNumber(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		index := ts.BlindIndex("number", "11010119900307803X")
		mk := func(id, openID string, state flows.State) *flows.Case {
			c := newCase(id, openID)
			c.State = state
			return c
		}
		ts.insert(t,
			mk("mine", "ou_1", flows.AwaitingReview),
			mk("open", "ou_2", flows.AwaitingReview),
			mk("done", "ou_3", flows.Done),
			mk("rejected", "ou_4", flows.Rejected),
			mk("plain", "ou_5", flows.Done),
		)
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
					t.Errorf("without an index: %v, want none", none)
				}
				return errors.Join(err, err2)
			})
		}
		check("done", "open")
		ts.tx(t, func(tx flows.Tx) error { return tx.SetBlindIndex(ctx, "open", nil) })
		check("done")
	})
}
