package flows

import (
	"bytes"
	"testing"
	"time"

	"shiming/cards"
)

const undoTime = 10 * time.Second

func withUndo(p *Policy) { p.Undo = undoTime }

// decisions are the decisions on a review, with the state to which each leads.
var decisions = []struct {
	kind Kind
	form cards.Form
	c    func() *Case
	to   State
}{
	{Approved, cards.Form{}, func() *Case { return SampleCase(AwaitingReview) }, Recording},
	{SentBack, cards.Form{Reason: ptr("blurred"), Side: ptr("both"), Note: ptr("请重拍")},
		func() *Case { return SampleCase(AwaitingReview) }, AwaitingPhotos},
	{SentBack, cards.Form{Reason: ptr("details_wrong"), Side: ptr("details")},
		func() *Case { return SampleCase(AwaitingReview) }, AwaitingConfirmation},
	{Refused, cards.Form{Reason: ptr("not_employee")}, func() *Case { return SampleCase(AwaitingReview) }, Rejected},
}

// sameReview compares reviews. Their times went through JSON or did not.
func sameReview(a, b *Review) bool {
	x, y := *a, *b
	same := x.At.Equal(y.At)
	x.At, y.At = time.Time{}, time.Time{}
	return same && x == y
}

// TestDecisionTakesEffectLater: until the time for undoing it is over, a decision starts nothing, deletes nothing and
// does not show to the applicant. Then it does what it would have done at once.
func TestDecisionTakesEffectLater(t *testing.T) {
	for _, tt := range decisions {
		t.Run(string(tt.kind)+" "+string(tt.to), func(t *testing.T) {
			c := tt.c()
			d := decide(t, c, Event{Kind: tt.kind, Form: tt.form}, withUndo).wantState(Decided)
			jobs := d.wantJobs(JobTakeEffect)
			if j := jobs[0]; !j.At.Equal(SampleTime.Add(undoTime)) || j.Revision() != d.Case.Rev {
				t.Errorf("takes effect at %s for revision %d, want %s, %d", j.At, j.Revision(), SampleTime.Add(undoTime), d.Case.Rev)
			}
			d.wantDropped()
			card := func(c *Case) []byte {
				c = c.clone()
				c.Rev = 0
				return ApplicantCard(c, ViewContext{Now: SampleTime, Policy: SamplePolicy()}).JSON()
			}
			if !bytes.Equal(card(c), card(d.Case)) {
				t.Error("got another card for the applicant, want the same as before the decision")
			}
			e := Event{Kind: DecisionDue, At: SampleTime.Add(undoTime)}
			later := decide(t, d.Case, e, withUndo).wantState(tt.to)
			now := decide(t, tt.c(), Event{Kind: tt.kind, Form: tt.form}).wantState(tt.to)
			later.wantDropped(now.DropPictures...)
			if got, want := later.Case.Review, now.Case.Review; !sameReview(got, want) || later.Case.Pending != nil ||
				later.Case.Personal.Note != now.Case.Personal.Note || later.Case.Personal.NoteBefore != "" {
				t.Errorf("review %+v, want %+v", got, want)
			}
		})
	}
}

func TestUndo(t *testing.T) {
	for _, tt := range decisions {
		t.Run(string(tt.kind)+" "+string(tt.to), func(t *testing.T) {
			c := tt.c()
			c.Review = &Review{By: "ou_hr2", What: ReviewSentBack, At: SampleTime.Add(-time.Hour), Round: 1}
			c.Personal.Note = "上次的话"
			decided := decide(t, c, Event{Kind: tt.kind, Form: tt.form}, withUndo).wantState(Decided).Case
			decide(t, decided, Event{Kind: Undone, Actor: "ou_hr2"}, withUndo).
				wantRefused("decided by another admin", "undo_not_yours")
			at := SampleTime.Add(undoTime - time.Second)
			d := decide(t, decided, Event{Kind: Undone, At: at}, withUndo).
				wantState(AwaitingReview).
				wantToast("undone").
				wantDetail("undone", string(decided.Review.What))
			d.wantJobs()
			if !sameReview(d.Case.Review, c.Review) || d.Case.Personal.Note != "上次的话" || d.Case.Personal.NoteBefore != "" ||
				d.Case.Pending != nil {
				t.Errorf("review %+v, want that of the round before", d.Case.Review)
			}
			if !d.Case.EnteredAt.Equal(c.EnteredAt) {
				t.Errorf("waits since %s, want %s: an undo sends nobody to the end of the queue", d.Case.EnteredAt, c.EnteredAt)
			}
			// The job of the decision finds another revision.
			rev := decided.Rev
			decide(t, d.Case, Event{Kind: DecisionDue, Rev: &rev}, withUndo).wantRefused(refusalNotInTable, "already")
		})
	}
}

// TestUndoTooLate: what has begun is not taken back.
func TestUndoTooLate(t *testing.T) {
	c := decide(t, SampleCase(AwaitingReview), Event{Kind: Approved}, withUndo).Case
	c = decide(t, c, Event{Kind: DecisionDue}, withUndo).wantState(Recording).Case
	if d := decide(t, c, Event{Kind: Undone, Role: HR, Actor: "ou_hr1"}, withUndo); d.Case != nil || d.Toast == nil {
		t.Errorf("got %+v, want a refusal with words", d.Change)
	}
}

func TestCancelWhileDecided(t *testing.T) {
	d := decide(t, SampleCase(Decided), Event{Kind: Cancelled}).wantState(Withdrawn)
	if d.Case.Uploads != nil {
		t.Error("got uploads, want none")
	}
}
