package flows

import (
	"slices"
	"testing"
	"time"

	"shiming/cards"
)

// TestTransferToWhoIsOnDuty: a case is handed to somebody who could decide on it and is not away; the card offers
// nobody else.
func TestTransferToWhoIsOnDuty(t *testing.T) {
	away := &Staff{
		Admins:   []string{"ou_hr1", "ou_hr2", "ou_hr3"},
		StandIns: []string{"ou_deputy"},
		Away:     Absences{"ou_hr2": SampleTime.Add(time.Hour)},
	}
	to := func(id string) Event { return Event{Kind: Handed, Staff: away, Form: cards.Form{Admin: &id}} }
	c := SampleCase(AwaitingReview)
	decide(t, c, to("ou_hr2")).wantRefused("is away", "transfer_away")
	decide(t, c, to("ou_hr1")).wantRefused("not another admin", "transfer_nobody")
	decide(t, c, to("ou_gone")).wantRefused("not another admin", "transfer_nobody")
	for _, id := range []string{"ou_hr3", "ou_deputy"} {
		if a := decide(t, c, to(id)).wantStay().Case.Assigned; a == nil || a.To != id {
			t.Errorf("kept for %+v, want %s", a, id)
		}
	}
	view := sampleView()
	view.Staff, view.Viewer = away, "ou_hr1"
	if got := HRCard(c, view).(cards.Review).Talk.TransferTo; !slices.Equal(got, []string{"ou_hr3", "ou_deputy"}) {
		t.Errorf("offers %v, want the other two on duty", got)
	}
}

// TestReleasedByDeparture: what was handed to somebody stays with that person, unless the person has left the company.
func TestReleasedByDeparture(t *testing.T) {
	c := SampleCase(AwaitingReview)
	c.Assigned = &Assignment{To: "ou_hr1", At: SampleTime, From: "ou_hr2", Until: SampleTime.Add(time.Hour)}
	decide(t, c, Event{Kind: Released}).wantRefused(refusalKnown, "")
	if a := decide(t, c, Event{Kind: Released, Field: FieldDeparted}).wantStay().Case.Assigned; a != nil {
		t.Errorf("kept for %+v, want nobody", a)
	}
}

// TestStoppedCaseIsDue: HR's card of a stopped step says until when HR shall deal with it, as a review's does.
func TestStoppedCaseIsDue(t *testing.T) {
	view := sampleView()
	policy := *view.Policy
	policy.SLA = 4 * time.Hour
	view.Policy = &policy
	c := SampleCase(NeedsAttention)
	due := policy.DueAt(c.EnteredAt)
	for _, overdue := range []bool{false, true} {
		view.Now = due.Add(-time.Second)
		if overdue {
			view.Now = due
		}
		if card := HRCard(c, view).(cards.Attention); !card.Due.Equal(due) || card.Overdue != overdue {
			t.Errorf("at %s: due %s, overdue %t, want %s, %t", view.Now, card.Due, card.Overdue, due, overdue)
		}
	}
	view.Policy = SamplePolicy()
	if card := HRCard(c, view).(cards.Attention); !card.Due.IsZero() || card.Overdue {
		t.Errorf("without an SLA it is due at %s, want never", card.Due)
	}
}
