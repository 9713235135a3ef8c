package engine_test

import (
	"fmt"
	"testing"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// TestHeldCasesAreCounted: HR's desks and the board of the review group say how many approved cases wait, and why, and
// nothing once a filing has succeeded.
func TestHeldCasesAreCounted(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) { d.Policy.ReviewQueue = true })
	ahead := w.PutCase(flows.Filing, "ou_ahead", func(c *flows.Case) { c.Lead = flows.LeadRefused })
	lead := func(value string) {
		w.Must(w.Store.Tx(t.Context(), func(tx flows.Tx) error {
			return tx.PutSetting(t.Context(), workerstest.Tenant, w.Engine.FilingLeadKey(flows.Revision2024), value)
		}))
	}
	shows := func(want cards.Held) {
		t.Helper()
		w.Must(w.Store.View(t.Context(), func(v flows.View) error {
			board, err := w.Engine.QueueCard(t.Context(), v, workerstest.Tenant)
			if err != nil {
				return err
			}
			desk, err := w.Engine.DeskCard(t.Context(), v, workerstest.Tenant, "ou_hr1")
			if b, d := board.(cards.Queue).Held, desk.(cards.Desk).Held; b != want || d != want {
				t.Errorf("got %+v on the board and %+v at the desk, want %+v", b, d, want)
			}
			return err
		}))
	}
	shows(cards.Held{})
	lead(ahead.ID)
	w.PutCase(flows.Recording, "ou_writes") // waits for nobody
	shows(cards.Held{})
	for i, n := range []int{2, 100} {
		for k := range n {
			w.PutCase(flows.Recording, fmt.Sprintf("ou_%d_%d", i, k), func(c *flows.Case) {
				c.Identity = nil
				c.Hold = &flows.Hold{Behind: ahead.ID, Why: flows.LeadRefused, Since: w.Now(), Job: "j"}
			})
		}
		shows(cards.Held{N: 2 + 100*i, Why: "refused"})
	}
	lead(engine.FilingProven)
	shows(cards.Held{})
}
