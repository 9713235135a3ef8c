package engine_test

import (
	"slices"
	"testing"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestAdminWhoHasLeft: an admin of the settings who has left the company decides on nothing, keeps no case, and loses
// what the desk shows. The others can do what takes two admins no longer. Who comes back is an admin again.
func TestAdminWhoHasLeft(t *testing.T) {
	t.Parallel()
	w := atDesk(t, 2, func(int) flows.Level { return flows.LevelFailed })
	press(w, "ou_hr1", cards.Action{Act: cards.ActNext})
	if by := w.CaseNow("case-00000").Assigned; by == nil || by.To != "ou_hr1" {
		t.Fatalf("the case is kept for %+v, want ou_hr1", by)
	}
	hand := "ou_hr1"
	w.MustReport("case-00001", flows.Event{Kind: flows.Handed, Actor: "ou_hr2", Role: flows.HR,
		Form: cards.Form{Admin: &hand}})
	note := func(left bool) {
		t.Helper()
		w.Must(w.Engine.NoteStaffMember(t.Context(), "", "ou_hr1", left))
	}
	desk := func() (card cards.Card) {
		w.Must(w.Store.View(t.Context(), func(v flows.View) (err error) {
			card, err = w.Engine.DeskCard(t.Context(), v, workerstest.Tenant, "ou_hr1")
			return err
		}))
		return card
	}
	note(true)
	for _, id := range []string{"case-00000", "case-00001"} {
		if by := w.CaseNow(id).Assigned; by != nil {
			t.Errorf("%s is kept for %+v, want nobody", id, by)
		}
	}
	if card, ok := desk().(cards.Notice); !ok || card.Code != "desk_closed" {
		t.Errorf("the desk shows %+v, want that it is closed", desk())
	}
	if n := len(w.Waiting(flows.JobShow)); n == 0 {
		t.Error("the desk is not drawn")
	}
	w.CheckAnswer(press(w, "ou_hr1", cards.Action{Act: cards.ActNext}), "not_allowed")
	c := w.CaseNow("case-00000")
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "not_allowed")
	c.Changed = []string{"identity_name"} // takes two admins
	w.Must(w.Store.Tx(t.Context(), func(tx flows.Tx) error { return tx.UpdateCase(t.Context(), c) }))
	w.CheckAnswer(w.Click("ou_hr2", w.CaseNow(c.ID), cards.ActApprove), "four_eyes_alone")
	note(false)
	if _, ok := desk().(cards.Desk); !ok {
		t.Errorf("after the return the desk shows %T, want the list", desk())
	}
	w.CheckAnswer(w.Click("ou_hr2", w.CaseNow(c.ID), cards.ActApprove), "second_needed")
}

// TestTransferToSomebodyAway: the card offers who is on duty, and a form from before an absence is refused in words.
func TestTransferToSomebodyAway(t *testing.T) {
	t.Parallel()
	w := atDesk(t, 1, func(int) flows.Level { return flows.LevelPassed })
	w.Engine.Policy.Admins = []string{"ou_hr1", "ou_hr2", "ou_hr3"}
	w.Say("ou_hr2", "请假3天")
	c := w.CaseNow("case-00000")
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActTransfer, "admin", "ou_hr2"), "transfer_away")
	press(w, "ou_hr1", cards.Action{Act: cards.ActNext})
	a := press(w, "ou_hr1", cards.Action{Act: cards.ActOpen, To: cards.ToTransfer, Case: c.ID, Rev: c.Rev})
	card, ok := a.Card.(cards.Review)
	if !ok || !slices.Equal(card.Talk.TransferTo, []string{"ou_hr3"}) {
		t.Errorf("the form shows %+v, want the one on duty, ou_hr3", a.Card)
	}
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActTransfer, "admin", "ou_hr3"), "transferred")
}
