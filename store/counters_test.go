package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"shiming/flows"
)

// TestCounters moves cases through random states and compares the counters with the rows.
func TestCounters(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
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
				ts.insert(t, c)
				live = append(live, c)
				continue
			}
			n := rnd.IntN(len(live))
			c := live[n]
			if rnd.IntN(4) > 0 {
				c.State, c.EnteredAt = flows.States[rnd.IntN(len(flows.States))], now
			}
			rollback := errors.New("rollback")
			if rnd.IntN(5) == 0 { // a rolled back change does not count
				before := *c
				if err := ts.Tx(ctx, func(tx flows.Tx) error {
					return errors.Join(tx.UpdateCase(ctx, c), rollback)
				}); !errors.Is(err, rollback) {
					t.Fatal(err)
				}
				before.Version = c.Version - 1
				*c = before
			}
			ts.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, c) })
			if c.State.Terminal() {
				live = slices.Delete(live, n, n+1)
			}
		}
		for _, tenant := range []string{"t1", "t2"} {
			ts.view(t, func(v flows.View) error {
				counts, err := v.CountByState(ctx, tenant)
				if err != nil {
					return err
				}
				for _, state := range flows.States {
					want := ts.countRows(t, fmt.Sprintf("cases WHERE tenant_key = '%s' AND state = '%s'", tenant, state))
					if counts[state] != want {
						t.Errorf("%s %s: counter %d, rows %d", tenant, state, counts[state], want)
					}
				}
				days, err := v.DaysSince(ctx, tenant, epoch.Add(48*time.Hour))
				if len(days) < 5 {
					t.Fatalf("only %d days: the test is too thin", len(days))
				}
				for _, d := range days {
					from, _ := time.ParseInLocation(time.DateOnly, d.Day, flows.ChinaTime)
					span := func(column string) int {
						return ts.countRows(t, fmt.Sprintf("cases WHERE tenant_key = '%s' AND %s >= %d AND %s < %d",
							tenant, column, from.UnixMilli(), column, from.Add(24*time.Hour).UnixMilli()))
					}
					if s, f := span("created_ms"), span("done_ms"); d.Started != s || d.Done != f {
						t.Errorf("%s: got %+v, want %d started and %d done", tenant, d, s, f)
					}
				}
				if first := days[0].Day; first < day(epoch.Add(48*time.Hour)) {
					t.Errorf("first day %s, want none before since", first)
				}
				for _, since := range []time.Time{epoch, epoch.Add(50 * time.Hour), now, now.Add(time.Hour)} {
					who, total, err := v.DoneSince(ctx, tenant, since, 3)
					want := ts.countRows(t, fmt.Sprintf("cases WHERE tenant_key = '%s' AND done_ms >= %d", tenant, since.UnixMilli()))
					if err != nil || total != want || len(who) != min(3, want) {
						t.Errorf("done since %s: %d of %d, want %d (%v)", since, len(who), total, want, err)
					}
				}
				return err
			})
		}
	})
}
