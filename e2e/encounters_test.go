package e2e

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/scenario"
	"shiming/sim/specimen"
)

// TestEncounters plays every encounter of the catalogue against the bot: shapes and moves of the clock in a world of
// their own, because they are everybody's, the others side by side in one. What must stop at HR runs in a company that
// asks HR for warnings only.
func TestEncounters(t *testing.T) {
	t.Parallel()
	var alone, together, stopped []scenario.Encounter
	for _, e := range scenario.Encounters() {
		switch {
		case e.Shape != nil || sim.MovesClock(e.Moves):
			alone = append(alone, e)
		case e.By == scenario.HR && strings.HasPrefix(e.Name, "card/"):
			stopped = append(stopped, e)
		default:
			together = append(together, e)
		}
	}
	t.Run("alone", func(t *testing.T) {
		t.Parallel()
		for _, e := range alone {
			t.Run(e.Name, func(t *testing.T) { meet(harness.Start(t, harness.Setup{Noisy: true}), e) })
		}
	})
	for name, rows := range map[string][]scenario.Encounter{"stopped": stopped, "together": together} {
		t.Run(name, func(t *testing.T) {
			var settings map[string]string
			if name == "stopped" {
				settings = onlyWarnings()
			}
			h := harness.Start(t, harness.Setup{Settings: settings, Noisy: true, Timeout: 3 * harness.TestTimeout()})
			all := h.Rows()
			defer all.Wait()
			for _, e := range rows {
				all.Run(e.Name, func(h *harness.Harness) { meet(h, e) })
			}
		})
	}
}

// TestEncountersAtDesk plays those of the encounters in which HR acts with a review desk for each, side by side.
func TestEncountersAtDesk(t *testing.T) {
	rows := slices.DeleteFunc(scenario.Encounters(), func(e scenario.Encounter) bool {
		byHR := slices.ContainsFunc(e.Moves, func(m sim.Move) bool { return m.By == sim.TheHR && m.Says == "" && !m.InGroup })
		return !byHR || e.Shape != nil || sim.MovesClock(e.Moves) || e.By == scenario.HR && strings.HasPrefix(e.Name, "card/")
	})
	setup := withDesks()
	setup.World.Admins, setup.Noisy, setup.Timeout = len(rows), true, 3*harness.TestTimeout()
	h := harness.Start(t, setup)
	all := h.Rows()
	defer all.Wait()
	for i, e := range rows {
		all.Run(e.Name, func(row *harness.Harness) { meet(row, e, h.World.Admins()[i]) })
	}
}

// meet plays one encounter and checks its end. The admin reviews at a desk; without one HR does on the cards in the
// group.
func meet(h *harness.Harness, e scenario.Encounter, admin ...string) {
	p := harness.Person{Employee: e.Hire(h.World), H: h}
	undo := func() {}
	if e.Shape != nil {
		undo = e.Shape(h.World)
		defer undo()
	}
	s := &sim.Scene{
		Person: p.Employee,
		Admin:  strings.Join(admin, ""),
		Desk:   len(admin) > 0,
		Take: func(shot sim.Shot, who specimen.Person) ([]byte, bool, error) {
			_, named := specimen.Variants[shot.Variant]
			if shot.Document == "" && shot.Misread == "" && (named || shot.Variant == "") {
				return h.Photo(who, shot.Side, cmp.Or(shot.Variant, "good")), true, nil // drawn once for all tests
			}
			return shot.Take(who)
		},
		Advance: func(_ context.Context, by time.Duration) error {
			h.Advance(by)
			return nil
		},
	}
	ctx, cancel := context.WithTimeout(h.Ctx, harness.TestTimeout()/2)
	defer cancel()
	if err := e.Play(ctx, s, undo); err != nil {
		h.Error(err)
		explainFailure(p)
		chats := []string{p.ChatID}
		for _, a := range admin {
			chats = append(chats, h.World.Feishu.P2PChat(a))
		}
		for _, chat := range chats {
			for _, m := range h.World.Feishu.Messages(chat) {
				h.Logf("- %s %s: %q", m.ID, m.Type, harness.ViewCard(m).Text)
			}
		}
		return
	}
	if c := h.CaseOf(p.OpenID); (c == nil) != (e.Ends == sim.StageNone) {
		h.Errorf("got the case %v, want the end %q", c, e.Ends)
	}
	if want := sim.GroupAnswers(e.Moves); s.Group != "" && cardsIn(h, s.Group) != want {
		h.Errorf("got %d messages in the group, want %d", cardsIn(h, s.Group), want)
	}
	j := h.World.Journey(p.OpenID)
	if e.Ends == sim.StageDone {
		p.CheckFiled()
		if j.SMS != 1 {
			h.Errorf("got the journey %+v, want one text message", j)
		}
	}
	passed := func(m sim.Move) bool { return m.Presses == "approve" && m.Toast == "已通过" }
	if !slices.ContainsFunc(e.Moves, passed) && (j.Identities > 0 || len(j.Points) > 0) {
		h.Errorf("got the journey %+v, want no write that HR has not approved", j)
	}
	if left := h.World.Faults.List(); len(left) > 0 {
		h.Errorf("got the faults %+v left, want none", left)
	}
}
