package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"shiming/flows"
)

func TestCaseRoundTrip(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		c := newCase("c1", "ou_1")
		c.CreatedAt, c.EnteredAt = c.CreatedAt.UTC(), c.EnteredAt.UTC()
		c.Uploads = map[string]string{"front": "f1"}
		c.Personal = flows.Personal{Name: "张三", Number: "11010119900307803X", Mobile: "13800138000"}
		w.insert(t, c)
		c.State, c.Rev = flows.AwaitingPhotos, 1
		w.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, c) })
		if c.Version != 1 {
			t.Errorf("version %d after one update", c.Version)
		}
		w.view(t, func(v flows.View) error {
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
		w.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, c) })
		if n := w.rows(t, "cases WHERE sealed IS NULL"); n != 1 {
			t.Error("erased personal data is still stored")
		}
	})
}

func TestStaleUpdate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.insert(t, newCase("c1", "ou_1"))
		mine, theirs := newCase("c1", "ou_1"), newCase("c1", "ou_1")
		w.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, theirs) })
		tries := 0
		err := w.Tx(ctx, func(tx flows.Tx) error {
			tries++
			mine.State = flows.Done
			if err := tx.UpdateCase(ctx, mine); !errors.Is(err, flows.ErrStale) {
				t.Errorf("update of an old version: %v", err)
			}
			return nil
		})
		must(t, err)
		if mine.Version != 0 {
			t.Errorf("a refused update moved the version to %d", mine.Version)
		}
		w.view(t, func(v flows.View) error {
			got, err := v.CountByState(ctx, "t1")
			if got[flows.Done] != 0 || got[flows.AwaitingConsent] != 1 {
				t.Errorf("counts %v", got)
			}
			return err
		})
		err = w.Tx(ctx, func(tx flows.Tx) error { return tx.UpdateCase(ctx, newCase("nobody", "ou_9")) })
		if !errors.Is(err, flows.ErrNotFound) {
			t.Errorf("update of no case: %v", err)
		}
	})
}

func TestOneOpenCasePerPerson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		var wg sync.WaitGroup
		won := make([]bool, 8)
		for i := range won {
			wg.Go(func() {
				err := w.Tx(ctx, func(tx flows.Tx) error {
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
		if n := w.rows(t, "cases"); n != 1 {
			t.Fatalf("%d open cases of one person", n)
		}
		// Without looking first the index decides.
		err := w.Tx(ctx, func(tx flows.Tx) error {
			if err := tx.InsertCase(ctx, newCase("again", "ou_1")); !errors.Is(err, flows.ErrStale) {
				t.Errorf("second open case: %v", err)
			}
			other := newCase("other-tenant", "ou_1")
			other.TenantKey = "t2"
			return tx.InsertCase(ctx, other)
		})
		must(t, err)
		// A finished case makes room.
		id := fmt.Sprint("c", slices.Index(won, true))
		w.tx(t, func(tx flows.Tx) error {
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
		w.view(t, func(v flows.View) error {
			open, err1 := v.OpenCase(ctx, "t1", "ou_1")
			latest, err2 := v.LatestCase(ctx, "t1", "ou_1")
			all, err3 := v.CasesOf(ctx, "t1", "ou_1")
			if err := errors.Join(err1, err2, err3); err != nil {
				return err
			}
			if open.ID != "next" || latest.ID != "next" || len(all) != 2 || all[1].ID != id {
				t.Errorf("open %s, latest %s, all %d", open.ID, latest.ID, len(all))
			}
			if _, err := v.OpenCase(ctx, "t1", "ou_2"); !errors.Is(err, flows.ErrNotFound) {
				t.Errorf("nobody's case: %v", err)
			}
			return nil
		})
	})
}

func TestRaceOnOneCase(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.insert(t, newCase("c1", "ou_1"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var wg sync.WaitGroup
		wins := make(chan int, 200)
		for range cap(wins) {
			wg.Go(func() {
				// Read outside, so that most come too late.
				var c *flows.Case
				err := w.View(ctx, func(v flows.View) (err error) {
					c, err = v.Case(ctx, "c1")
					return
				})
				if err != nil {
					t.Error(err)
					return
				}
				err = w.Tx(ctx, func(tx flows.Tx) error {
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
		w.view(t, func(v flows.View) error {
			c, err := v.Case(ctx, "c1")
			if c.Version != int64(len(wins)) || c.Version == 0 {
				t.Errorf("version %d after %d updates", c.Version, len(wins))
			}
			return err
		})
	})
}

func ids(cases []*flows.Case) []string {
	out := []string{}
	for _, c := range cases {
		out = append(out, c.ID)
	}
	return out
}

func TestLists(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
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
		w.insert(t, mk("a", flows.AwaitingReview, 3, ""), mk("b", flows.NeedsAttention, 1, "ocr/permission"),
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
			w.view(t, func(v flows.View) error {
				got, err := v.InState(ctx, "t1", hr, tt.limit, tt.offset)
				if !slices.Equal(ids(got), tt.want) {
					t.Errorf("limit %d offset %d: %v, want %v", tt.limit, tt.offset, ids(got), tt.want)
				}
				return err
			})
		}
		w.view(t, func(v flows.View) error {
			got, err := v.WithIncident(ctx, "t1", "ocr/permission", 10)
			if !slices.Equal(ids(got), []string{"b", "e"}) {
				t.Errorf("with incident: %v", ids(got))
			}
			none, err2 := v.WithIncident(ctx, "t1", "", 10)
			if len(none) != 0 {
				t.Errorf("with no incident: %v", ids(none))
			}
			return errors.Join(err, err2)
		})
	})
}

func TestSameNumber(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		index := w.MAC("number", "11010119900307803X")
		mk := func(id, openID string, state flows.State) *flows.Case {
			c := newCase(id, openID)
			c.State = state
			return c
		}
		w.insert(t, mk("mine", "ou_1", flows.AwaitingReview), mk("open", "ou_2", flows.AwaitingReview),
			mk("done", "ou_3", flows.Done), mk("rejected", "ou_4", flows.Rejected), mk("plain", "ou_5", flows.Done))
		w.tx(t, func(tx flows.Tx) error {
			for _, id := range []string{"mine", "open", "done", "rejected"} {
				if err := tx.SetNumberIndex(ctx, id, index); err != nil {
					return err
				}
			}
			if err := tx.SetNumberIndex(ctx, "nobody", index); !errors.Is(err, flows.ErrNotFound) {
				t.Errorf("index of no case: %v", err)
			}
			return nil
		})
		check := func(want ...string) {
			t.Helper()
			w.view(t, func(v flows.View) error {
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
		w.tx(t, func(tx flows.Tx) error { return tx.SetNumberIndex(ctx, "open", nil) })
		check("done")
	})
}

// TestCounters drives cases through random states and compares the counters with counting.
func TestCounters(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		rnd := rand.New(rand.NewPCG(1, 2))
		var live []*flows.Case
		now := epoch
		for i := range 600 {
			now = now.Add(time.Duration(rnd.IntN(90)) * time.Minute)
			if len(live) < 20 || rnd.IntN(3) == 0 {
				c := newCase(fmt.Sprint("c", i), fmt.Sprint("ou_", i))
				c.TenantKey = []string{"t1", "t2"}[rnd.IntN(2)]
				c.CreatedAt, c.EnteredAt = now, now
				w.insert(t, c)
				live = append(live, c)
				continue
			}
			n := rnd.IntN(len(live))
			c := live[n]
			if rnd.IntN(4) > 0 {
				c.State, c.EnteredAt = flows.States[rnd.IntN(len(flows.States))], now
			}
			rollback := errors.New("rollback")
			if rnd.IntN(5) == 0 { // what is undone does not count
				before := *c
				if err := w.Tx(ctx, func(tx flows.Tx) error { return errors.Join(tx.UpdateCase(ctx, c), rollback) }); !errors.Is(err, rollback) {
					t.Fatal(err)
				}
				before.Version = c.Version - 1
				*c = before
			}
			w.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, c) })
			if c.State.Terminal() {
				live = slices.Delete(live, n, n+1)
			}
		}
		for _, tenant := range []string{"t1", "t2"} {
			w.view(t, func(v flows.View) error {
				counts, err := v.CountByState(ctx, tenant)
				if err != nil {
					return err
				}
				for _, state := range flows.States {
					want := w.rows(t, fmt.Sprintf("cases WHERE tenant_key = '%s' AND state = '%s'", tenant, state))
					if counts[state] != want {
						t.Errorf("%s %s: counter %d, rows %d", tenant, state, counts[state], want)
					}
				}
				days, err := v.DaysSince(ctx, tenant, epoch.Add(48*time.Hour))
				if len(days) < 5 {
					t.Fatalf("only %d days: the test is too thin", len(days))
				}
				for _, d := range days {
					from, _ := time.ParseInLocation(time.DateOnly, d.Day, shanghai)
					span := func(column string) int {
						return w.rows(t, fmt.Sprintf("cases WHERE tenant_key = '%s' AND %s >= %d AND %s < %d",
							tenant, column, from.UnixMilli(), column, from.Add(24*time.Hour).UnixMilli()))
					}
					if s, f := span("created_ms"), span("done_ms"); d.Started != s || d.Done != f {
						t.Errorf("%s %+v, rows say %d and %d", tenant, d, s, f)
					}
				}
				if first := days[0].Day; first < day(epoch.Add(48*time.Hour)) {
					t.Errorf("first day %s lies before since", first)
				}
				for _, since := range []time.Time{epoch, epoch.Add(50 * time.Hour), now, now.Add(time.Hour)} {
					who, total, err := v.DoneSince(ctx, tenant, since, 3)
					want := w.rows(t, fmt.Sprintf("cases WHERE tenant_key = '%s' AND done_ms >= %d", tenant, since.UnixMilli()))
					if err != nil || total != want || len(who) != min(3, want) {
						t.Errorf("done since %s: %d of %d, want %d (%v)", since, len(who), total, want, err)
					}
				}
				return err
			})
		}
	})
}

func TestDurations(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		for i, minutes := range []int{10, 20, 90} {
			c := newCase(fmt.Sprint("c", i), fmt.Sprint("ou_", i))
			w.insert(t, c)
			steps := []struct {
				state flows.State
				at    int
			}{{flows.AwaitingReview, 1}, {flows.AwaitingConfirmation, 2}, {flows.AwaitingReview, 3}, {flows.Recording, 3 + minutes/10}, {flows.Done, minutes}}
			for _, s := range steps {
				c.State, c.EnteredAt = s.state, epoch.Add(time.Duration(s.at)*time.Minute)
				if s.state == flows.Recording {
					c.Review = &flows.Review{At: c.EnteredAt}
				}
				w.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, c) })
			}
		}
		policy := newCase("policy", "ou_p") // never waited for HR
		policy.State, policy.EnteredAt = flows.Done, epoch.Add(30*time.Minute)
		policy.Review = &flows.Review{At: epoch.Add(29 * time.Minute)}
		w.insert(t, policy)
		w.view(t, func(v flows.View) error {
			done, review, err := v.Durations(ctx, "t1", epoch)
			if done != 25*time.Minute || review != 2*time.Minute {
				t.Errorf("to done %s, to review %s", done, review)
			}
			none, _, err2 := v.Durations(ctx, "t1", epoch.Add(24*time.Hour))
			if none != 0 {
				t.Errorf("nobody's median is %s", none)
			}
			return errors.Join(err, err2)
		})
	})
}

func TestPhotosOfCases(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		c := newCase("c1", "ou_1")
		c.Photos = []flows.Photo{
			{ID: "p1", MessageID: "m1", State: flows.PhotoWaiting, At: epoch},
			{ID: "p2", MessageID: "m1", State: flows.PhotoWaiting, At: epoch.Add(time.Second)},
			{ID: "p3", MessageID: "m2", State: flows.PhotoRefused, At: epoch},
		}
		w.insert(t, c)
		unread := func(before time.Time, not string, want int) {
			t.Helper()
			w.view(t, func(v flows.View) error {
				n, err := v.Unread(ctx, before, not)
				if n != want {
					t.Errorf("unread = %d, want %d", n, want)
				}
				return err
			})
		}
		update := func() {
			t.Helper()
			w.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, c) })
		}
		later := epoch.Add(time.Minute)
		unread(later, "", 0) // before consent nothing is to be read
		c.Consent = &flows.Consent{At: epoch}
		update()
		unread(later, "", 2)
		unread(epoch.Add(time.Second), "", 1)
		unread(later, "c1", 0)
		c.Photos[0].State, c.Photos[1].State = flows.PhotoStored, flows.PhotoRead
		update()
		unread(later, "other", 1)
		w.view(t, func(v flows.View) error {
			for message, found := range map[string]bool{"m1": true, "m2": true, "m3": false, "": false} {
				got, err := v.CaseOfMessage(ctx, message)
				if found && (err != nil || got.ID != "c1") || !found && !errors.Is(err, flows.ErrNotFound) {
					t.Errorf("case of %q: %v", message, err)
				}
			}
			return nil
		})
		c.Photos = c.Photos[:2]
		update()
		if n := w.rows(t, "case_photos"); n != 2 {
			t.Errorf("%d photos noted, want 2", n)
		}
		c.State = flows.Withdrawn
		update()
		unread(later, "", 0)
		w.view(t, func(v flows.View) error {
			if _, err := v.CaseOfMessage(ctx, "m1"); !errors.Is(err, flows.ErrNotFound) {
				t.Errorf("photo of a finished case: %v", err)
			}
			return nil
		})
	})
}

func TestSurfaces(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		full := &flows.Surface{ID: "case/c1/hr/oc_1", CaseID: "c1", TenantKey: "t1", Audience: "hr",
			To: flows.Receiver{Type: "chat_id", ID: "oc_1"}, Gen: 3, Sent: 2, MessageID: "om_2", OldID: "om_1",
			Shown: []byte{0, 1, 255}, Holder: "show/7", HeldUntil: epoch.UTC(), Dirty: true, Dead: true}
		mine := &flows.Surface{ID: "case/c1/applicant", CaseID: "c1", Audience: "applicant"}
		w.tx(t, func(tx flows.Tx) error {
			return errors.Join(tx.PutSurface(ctx, full), tx.PutSurface(ctx, mine),
				tx.PutSurface(ctx, &flows.Surface{ID: "board/oc_1/2026-11-02", Audience: "board", MessageID: "om_9"}))
		})
		w.view(t, func(v flows.View) error {
			got, err := v.Surface(ctx, full.ID)
			if err != nil || !reflect.DeepEqual(got, full) {
				t.Errorf("got %+v (%v)\nwant %+v", got, err, full)
			}
			got, err = v.SurfaceByMessage(ctx, "om_2")
			if err != nil || got.ID != full.ID {
				t.Errorf("by message: %+v, %v", got, err)
			}
			for _, id := range []string{"om_1", ""} {
				if _, err := v.SurfaceByMessage(ctx, id); !errors.Is(err, flows.ErrNotFound) {
					t.Errorf("by message %q: %v", id, err)
				}
			}
			if _, err := v.Surface(ctx, "nothing"); !errors.Is(err, flows.ErrNotFound) {
				t.Errorf("no surface: %v", err)
			}
			hr, err1 := v.SurfacesOf(ctx, "c1", "hr")
			all, err2 := v.SurfacesOf(ctx, "c1", "")
			if len(hr) != 1 || len(all) != 2 || all[0].ID != mine.ID {
				t.Errorf("%d of hr, %d in all", len(hr), len(all))
			}
			return errors.Join(err1, err2)
		})
		full.Dirty, full.HeldUntil, full.Shown, full.MessageID = false, time.Time{}, nil, "om_3"
		w.tx(t, func(tx flows.Tx) error { return tx.PutSurface(ctx, full) })
		w.view(t, func(v flows.View) error {
			got, err := v.Surface(ctx, full.ID)
			if !reflect.DeepEqual(got, full) {
				t.Errorf("replaced: got %+v\nwant %+v", got, full)
			}
			return err
		})
	})
}

func TestSettings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		for _, value := range []string{"oc_1", "oc_2", ""} {
			w.tx(t, func(tx flows.Tx) error { return tx.PutSetting(ctx, "t1", "review_chat", value) })
			w.view(t, func(v flows.View) error {
				got, err := v.Setting(ctx, "t1", "review_chat")
				other, err2 := v.Setting(ctx, "t2", "review_chat")
				if got != value || other != "" {
					t.Errorf("setting %q (other tenant %q), want %q", got, other, value)
				}
				return errors.Join(err, err2)
			})
		}
	})
}
